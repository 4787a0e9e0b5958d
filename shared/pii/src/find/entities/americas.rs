//! Identifiers of the Americas.

use super::super::checks::{is_date6, last, luhn, luhn_sum, number, uniform, values, weighted};
use super::super::entity::{Category, Check, Doc, Entity, Grade, Scan};

pub(super) const US_SSN: Entity = Entity {
    name: "US_SSN",
    category: Category::Identity,
    region: "us",
    default: true,
    scan: Scan::Forms(&[("###_##_####", 0.6), ("#########", 0.15)]),
    check: Check::Rules(us_ssn),
    context: "ssn, ssns, social security, social security number, soc sec, ss#, ss #, social",
    doc: Doc {
        catches: "Social Security numbers with hyphens, spaces or dots; in one piece near the \
                  word.",
        why: "The key to identity, credit and tax in the United States.",
        matches: &[
            "My SSN is «536-90-4399».",
            "«536 90 4399»",
            "social security number: «536904399»",
        ],
        rejects: &[
            "000-12-3456",
            "666-12-3456",
            "900-12-3456",
            "536-00-4399",
            "536-90-0000",
            "536904399",
            "536-90 4399",
        ],
        mistakes: "Nine digits in groups of three, two and four of another meaning.",
        source: "Social Security Administration, POMS RM 10201.035: https://secure.ssa.gov/apps10/poms.nsf/lnx/0110201035 (2026-11-21)",
    },
};

pub(super) const US_ITIN: Entity = Entity {
    name: "US_ITIN",
    category: Category::Identity,
    region: "us",
    default: true,
    scan: Scan::Forms(&[("9##_##_####", 0.6), ("9########", 0.15)]),
    check: Check::Rules(us_itin),
    context: "itin, taxpayer, tax id, tax identification, individual taxpayer",
    doc: Doc {
        catches: "Individual taxpayer identification numbers.",
        why: "It stands for a Social Security number where there is none.",
        matches: &["ITIN «912-90-3456»", "tax id «912903456»"],
        rejects: &["912-93-4567", "912903456"],
        mistakes: "Other numbers of the same form that begin with 9.",
        source: "https://www.irs.gov/irm/part3/irm_03-021-263r (2026-11-21)",
    },
};

pub(super) const US_EIN: Entity = Entity {
    name: "US_EIN",
    category: Category::Identity,
    region: "us",
    default: true,
    scan: Scan::Forms(&[("##-#######", 0.25), ("#########", 0.12)]),
    check: Check::Rules(us_ein),
    context: "ein, employer identification, fein, federal tax, federal tax id, tax id, tin",
    doc: Doc {
        catches: "Employer identification numbers.",
        why: "It names a business, often of one person.",
        matches: &["EIN: «91-1144442»"],
        rejects: &["EIN 07-1144442", "91-1144442"],
        mistakes: "Any number of this form near such a word.",
        source: "IRS, How EINs are assigned and valid EIN prefixes: https://www.irs.gov/businesses/small-businesses-self-employed/how-eins-are-assigned-and-valid-ein-prefixes (2026-11-21)",
    },
};

pub(super) const US_NPI: Entity = Entity {
    name: "US_NPI",
    category: Category::Identity,
    region: "us",
    default: true,
    scan: Scan::Forms(&[("##########", 0.2)]),
    check: Check::Sum(us_npi),
    context: "npi, national provider, provider identifier, provider number",
    doc: Doc {
        catches: "National provider identifiers of people and houses in health care.",
        why: "It names a physician, and through them patients.",
        matches: &["NPI «1234567893»"],
        rejects: &["1234567893", "NPI 1234567890"],
        mistakes: "One in ten numbers of ten digits near such a word.",
        source: "https://www.cms.gov/Regulations-and-Guidance/Administrative-Simplification/NationalProvIdentStand/Downloads/NPIcheckdigit.pdf (2026-11-21)",
    },
};

pub(super) const US_DEA: Entity = Entity {
    name: "US_DEA",
    category: Category::Identity,
    region: "us",
    default: true,
    scan: Scan::Forms(&[("@*#######", 0.3)]),
    check: Check::Sum(us_dea),
    context: "dea, dea number, prescriber, controlled substance, medical license, medical licence",
    doc: Doc {
        catches: "Registration numbers of prescribers with the Drug Enforcement Administration.",
        why: "It lets one prescribe controlled substances.",
        matches: &["DEA «BB1388568»"],
        rejects: &["BB1388568", "DEA BB1388567"],
        mistakes: "One in ten numbers of this form near such a word.",
        source: "https://en.wikipedia.org/wiki/DEA_number (2026-11-21)",
    },
};

pub(super) const US_MBI: Entity = Entity {
    name: "US_MBI",
    category: Category::Identity,
    region: "us",
    default: true,
    scan: Scan::Forms(&[("#@*#-@*#-@@##", 0.7), ("#@*#@*#@@##", 0.5)]),
    check: Check::Rules(us_mbi),
    context: "mbi, medicare, beneficiary",
    doc: Doc {
        catches: "Medicare beneficiary identifiers.",
        why: "It opens a health record.",
        matches: &["«1EG4-TE5-MK73»", "Medicare «1EG4TE5MK73»"],
        rejects: &["1EG4-TE5-MK7", "1SG4-TE5-MK73", "0EG4TE5MK73"],
        mistakes: "Serial numbers that happen to have letters and digits in these places.",
        source: "https://www.cms.gov/medicare/new-medicare-card/understanding-the-mbi.pdf (2026-11-21)",
    },
};

pub(super) const CA_SIN: Entity = Entity {
    name: "CA_SIN",
    category: Category::Identity,
    region: "ca",
    default: true,
    scan: Scan::Forms(&[("###_###_###", 0.3), ("#########", 0.15)]),
    check: Check::Sum(ca_sin),
    context: "sin, social insurance, social insurance number, nas, assurance sociale, canada",
    doc: Doc {
        catches: "Social insurance numbers of Canada.",
        why: "The key to tax and benefits.",
        matches: &["SIN «130-692-544»", "numéro d'assurance sociale «130692544»"],
        rejects: &["SIN 130-692-545", "130 692 544", "SIN 830-692-547"],
        mistakes: "One in ten numbers of nine digits near such a word. The sin of prose is a \
                   context word, too.",
        source: "https://en.wikipedia.org/wiki/Social_insurance_number (2026-11-21)",
    },
};

pub(super) const MX_CURP: Entity = Entity {
    name: "MX_CURP",
    category: Category::Identity,
    region: "mx",
    default: true,
    scan: Scan::Forms(&[("@@@@######@@@@@@*#", 0.9)]),
    check: Check::Sum(mx_curp),
    context: "curp",
    doc: Doc {
        catches: "The population registry codes of Mexico.",
        why: "It names a person to every authority, and holds birthday, sex and state.",
        matches: &["CURP «BOXW310820HNERXN09»"],
        rejects: &["BOXW310820HNERXN08", "BOXW311320HNERXN09"],
        mistakes: "None known.",
        source: "https://www.gob.mx/tramites/ficha/clave-unica-de-registro-de-poblacion-curp/RENAPO187",
    },
};

pub(super) const MX_RFC: Entity = Entity {
    name: "MX_RFC",
    category: Category::Identity,
    region: "mx",
    default: true,
    scan: Scan::Forms(&[("@{4}_######_***", 0.5), ("@{4}######***", 0.5), ("@{3}######***", 0.4)]),
    check: Check::Graded(mx_rfc),
    context: "rfc, registro federal, contribuyentes",
    doc: Doc {
        catches: "Tax codes of Mexico, of people (13 characters) and companies (12).",
        why: "It holds initials and birthday.",
        matches: &["RFC «GODE561231GR8»"],
        rejects: &["GODE561331GR8", "RFC ABCD123"],
        mistakes: "Old codes have check characters that do not hold; they are found as well. \
                   Codes with Ñ or & are missed.",
        source: "https://www.sat.gob.mx; https://es.wikipedia.org/wiki/Registro_Federal_de_Contribuyentes (2026-11-21)",
    },
};

pub(super) const BR_CPF: Entity = Entity {
    name: "BR_CPF",
    category: Category::Identity,
    region: "br",
    default: true,
    scan: Scan::Forms(&[("###.###.###-##", 0.9), ("###########", 0.2)]),
    check: Check::Sum(br_cpf),
    context: "cpf, cadastro de pessoas, contribuinte",
    doc: Doc {
        catches: "Taxpayer numbers of people in Brazil.",
        why: "The key to identity and credit.",
        matches: &["CPF «390.533.447-05»", "«111.444.777-35»", "cpf: «39053344705»"],
        rejects: &["390.533.447-06", "111.111.111-11", "39053344705"],
        mistakes: "One in a hundred numbers of eleven digits near the word.",
        source: "https://pt.wikipedia.org/wiki/Cadastro_de_Pessoas_F%C3%ADsicas (2026-11-21)",
    },
};

pub(super) const BR_CNPJ: Entity = Entity {
    name: "BR_CNPJ",
    category: Category::Identity,
    region: "br",
    default: true,
    scan: Scan::Forms(&[("**.***.***/****-##", 0.9), ("#{14}", 0.3), ("*{12}##", 0.2)]),
    check: Check::Sum(br_cnpj),
    context: "cnpj, pessoa jurídica",
    doc: Doc {
        catches: "Registry numbers of companies in Brazil, since July 2026 also with letters.",
        why: "It names a business, often of one person.",
        matches: &["«16.727.230/0001-97»", "CNPJ «12ABC34501DE35»", "«12.ABC.345/01DE-35»"],
        rejects: &["16.727.230/0001-98", "16727230000197"],
        mistakes: "None known.",
        source: "https://www.gov.br/receitafederal (CNPJ alfanumérico); https://arthurdejong.org/python-stdnum/doc/2.1/stdnum.br.cnpj.html",
    },
};

pub(super) const AR_CUIT: Entity = Entity {
    name: "AR_CUIT",
    category: Category::Identity,
    region: "ar",
    default: true,
    scan: Scan::Forms(&[("##-########-#", 0.7), ("###########", 0.2)]),
    check: Check::Sum(ar_cuit),
    context: "cuit, cuil, afip, arca",
    doc: Doc {
        catches: "Tax (CUIT) and labour (CUIL) numbers of Argentina.",
        why: "It holds the identity card number.",
        matches: &["CUIT «20-26756539-3»", "«20-05536168-2»"],
        rejects: &["20-26756539-2", "20267565393"],
        mistakes: "One in eleven numbers of this form.",
        source: "https://es.wikipedia.org/wiki/Clave_%C3%9Anica_de_Identificaci%C3%B3n_Tributaria (2026-11-21)",
    },
};

pub(super) const CL_RUT: Entity = Entity {
    name: "CL_RUT",
    category: Category::Identity,
    region: "cl",
    default: true,
    scan: Scan::Forms(&[("#{1,2}.###.###-*", 0.8), ("#{7,8}-*", 0.35), ("#{7,8}*", 0.2)]),
    check: Check::Sum(cl_rut),
    context: "rut, run, rol único, cédula, chile",
    doc: Doc {
        catches: "Identity and tax numbers of Chile.",
        why: "The key to identity and credit.",
        matches: &["«12.531.909-2»", "RUT «76086428-5»", "RUT «44756100K»"],
        rejects: &["12.531.909-3", "76086428-5", "44756100K"],
        mistakes: "One in eleven numbers of this form.",
        source: "https://es.wikipedia.org/wiki/Rol_%C3%9Anico_Tributario (2026-11-21)",
    },
};

pub(super) const CO_NIT: Entity = Entity {
    name: "CO_NIT",
    category: Category::Identity,
    region: "co",
    default: true,
    scan: Scan::Forms(&[("###.###.###-#", 0.6), ("#########-#", 0.3), ("#{10}", 0.15)]),
    check: Check::Sum(co_nit),
    context: "nit, dian, colombia",
    doc: Doc {
        catches: "Tax numbers of Colombia.",
        why: "It names a taxpayer; people have their identity number in it.",
        matches: &["NIT «213.123.432-1»", "NIT «9694518930»"],
        rejects: &["213.123.432-2", "213123432-1", "9694518930"],
        mistakes: "One in eleven numbers of this form.",
        source: "https://arthurdejong.org/python-stdnum/doc/2.1/stdnum.co.nit.html (2026-11-21)",
    },
};

pub(super) const CO_CEDULA: Entity = Entity {
    name: "CO_CEDULA",
    category: Category::Identity,
    region: "co",
    default: true,
    scan: Scan::Forms(&[("#{1,2}.###.###", 0.15), ("#.###.###.###", 0.15), ("#{7,10}", 0.12)]),
    check: Check::None,
    context: "cédula, cedula, cédula de ciudadanía, cedula de ciudadania, c.c.",
    doc: Doc {
        catches: "Identity card numbers of Colombia (and neighbours) near the word.",
        why: "The key to identity.",
        matches: &["cédula de ciudadanía «1.020.345.678»"],
        rejects: &["1.020.345.678"],
        mistakes: "Any number near the word.",
        source: "https://es.wikipedia.org/wiki/C%C3%A9dula_de_ciudadan%C3%ADa_(Colombia) (2026-11-21)",
    },
};

fn us_ssn(id: &[u8]) -> bool {
    let [a, b, c, d, e, serial @ ..] = id else { return false };
    let area = [*a, *b, *c];
    area != *b"000"
        && area != *b"666"
        && *a != b'9'
        && [*d, *e] != *b"00"
        && serial != b"0000"
        && !uniform(id)
}

fn us_itin(id: &[u8]) -> bool {
    let group = number(id.get(3..5).unwrap_or_default());
    id.starts_with(b"9") && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// The prefixes of the campuses that give numbers out.
fn us_ein(id: &[u8]) -> bool {
    let campus = number(id.get(..2).unwrap_or_default());
    matches!(campus, 1..=6 | 10..=16 | 20..=27 | 30..=48 | 50..=68 | 71..=77 | 80..=88 | 90..=95 | 98 | 99)
        && !uniform(id)
}

/// Luhn with 80840 before it, which stands for health care in the United States.
fn us_npi(id: &[u8]) -> bool {
    matches!(id.first(), Some(b'1' | b'2'))
        && luhn_sum(values(b"80840").chain(values(id)).collect::<Vec<_>>().into_iter())
            .is_multiple_of(10)
}

/// The digits in odd places, and twice those in even ones: the sum ends in the check digit.
fn us_dea(id: &[u8]) -> bool {
    let [kind, name, digits @ ..] = id else { return false };
    b"ABCDEFGHJKLMPRSTUX".contains(kind)
        && (name.is_ascii_alphabetic() || *name == b'9')
        && weighted(digits, &[1, 2, 1, 2, 1, 2]) % 10 == last(digits)
        && !uniform(digits)
}

/// Letters and digits in their places; S, L, O, I, B and Z are not used.
fn us_mbi(id: &[u8]) -> bool {
    id.first() != Some(&b'0') && !id.iter().any(|c| b"SLOIBZ".contains(c))
}

/// Luhn; numbers that begin with 0 or 8 are not given out.
fn ca_sin(id: &[u8]) -> bool {
    !matches!(id.first(), Some(b'0' | b'8')) && luhn(id) && !uniform(id)
}

/// Weights 18 to 2 over the places in an alphabet that has Ñ behind N.
fn mx_curp(id: &[u8]) -> bool {
    let Some((&check, body)) = id.split_last() else { return false };
    let place = |value: u32| value + u32::from(value > 23);
    let sum: u32 =
        values(body).map(place).zip((2..=18).rev()).map(|(value, weight)| value * weight).sum();
    let dated = id.get(4..10).is_some_and(|date| is_date6(date, b"ymd"));
    dated
        && matches!(id.get(10), Some(b'H' | b'M' | b'X'))
        && u32::from(check - b'0') == (10 - sum % 10) % 10
}

/// Weights 13 to 2; companies count a space (37) first. 10 is written A.
fn mx_rfc(id: &[u8]) -> Grade {
    let Some((&check, body)) = id.split_last() else { return Grade::No };
    let letters = body.iter().take_while(|c| c.is_ascii_alphabetic()).count().min(4);
    let date = body.get(letters..letters + 6);
    if !date.is_some_and(|date| is_date6(date, b"ymd")) {
        return Grade::No;
    }
    let place = |value: u32| value + u32::from(value > 23);
    let head = if body.len() == 11 { 37 * 13 } else { 0 };
    let weights = (2..=if body.len() == 11 { 12 } else { 13 }).rev();
    let sum: u32 = head
        + values(body).map(place).zip(weights).map(|(value, weight)| value * weight).sum::<u32>();
    let expected = match 11 - sum % 11 {
        11 => b'0',
        10 => b'A',
        digit => b'0' + digit as u8,
    };
    if check == expected { Grade::Valid } else { Grade::Plausible }
}

/// Two check digits, each the sum by 11 of what stands before it.
fn br_cpf(id: &[u8]) -> bool {
    let check = |len: u32| {
        let sum: u32 =
            values(id).zip((2..=len + 1).rev()).map(|(digit, weight)| digit * weight).sum();
        sum * 10 % 11 % 10
    };
    let [.., first, second] = id else { return false };
    !uniform(id) && check(9) == u32::from(first - b'0') && check(10) == u32::from(second - b'0')
}

/// As for people, with weights 2 to 9 from the right; a letter counts as its ASCII code less 48.
fn br_cnpj(id: &[u8]) -> bool {
    let check = |len: usize| {
        let digits = id.get(..len).unwrap_or_default().iter().rev().map(|c| u32::from(c - b'0'));
        let sum: u32 = digits.zip((2..=9).cycle()).map(|(digit, weight)| digit * weight).sum();
        if sum % 11 < 2 { 0 } else { 11 - sum % 11 }
    };
    let [.., first, second] = id else { return false };
    !uniform(id) && check(12) == u32::from(first - b'0') && check(13) == u32::from(second - b'0')
}

fn ar_cuit(id: &[u8]) -> bool {
    let kind = number(id.get(..2).unwrap_or_default());
    let expected = match 11 - weighted(id, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        11 => 0,
        10 => 9,
        digit => digit,
    };
    matches!(kind, 20 | 23..=27 | 30 | 33 | 34 | 50 | 51 | 55) && expected == last(id)
}

/// Weights 2 to 7 from the right; 10 is written K.
fn cl_rut(id: &[u8]) -> bool {
    let Some((&check, body)) = id.split_last() else { return false };
    let sum: u32 =
        values(body).rev().zip((2..=7).cycle()).map(|(digit, weight)| digit * weight).sum();
    let expected = match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        digit => b'0' + digit as u8,
    };
    body.iter().all(u8::is_ascii_digit) && check == expected && !uniform(body)
}

fn co_nit(id: &[u8]) -> bool {
    let sum = weighted(id, &[41, 37, 29, 23, 19, 17, 13, 7, 3]) % 11;
    last(id) == if sum < 2 { sum } else { 11 - sum } && !uniform(id)
}
