//! Identifiers of northern and eastern Europe.

use super::super::checks::{
    date6, is_date, is_date6, last, luhn, mod11_10, number, uniform, values, weighted,
};
use super::super::entity::{Category, Check, Doc, Entity, Grade, Scan};

pub(super) const SE_PERSONNUMMER: Entity = Entity {
    name: "SE_PERSONNUMMER",
    category: Category::Identity,
    region: "se",
    default: true,
    scan: Scan::Forms(&[
        ("######-####", 0.6),
        ("######+####", 0.6),
        ("########-####", 0.7),
        ("##########", 0.2),
        ("############", 0.3),
    ]),
    check: Check::Sum(se_personnummer),
    context: "personnummer, personnr, samordningsnummer, pnr",
    doc: Doc {
        catches: "Personal identity and coordination numbers of Sweden.",
        why: "It holds the birthday and is the key to everything.",
        matches: &["«880320-0016»", "personnummer «19880320-0016»", "personnummer: «8803200016»"],
        rejects: &["880320-0018", "881320-0016", "8803200016"],
        mistakes: "One in ten numbers of this form with a date.",
        source: "Skatteverket, SKV 704 and SKV 707: https://www4.skatteverket.se/rattsligvagledning/edition/2022.4/330243.html (2026-11-21)",
    },
};

pub(super) const FI_HETU: Entity = Entity {
    name: "FI_HETU",
    category: Category::Identity,
    region: "fi",
    default: true,
    scan: Scan::Forms(&[("######-###*", 0.8), ("######+###*", 0.8), ("######@###*", 0.8)]),
    check: Check::Sum(fi_hetu),
    context: "hetu, henkilötunnus, personbeteckning",
    doc: Doc {
        catches: "Personal identity codes of Finland, with the signs for centuries of 2023.",
        why: "It holds birthday and sex.",
        matches: &["«131052-308T»", "hetu «131052A308T»"],
        rejects: &["131052-308U", "311352-308T"],
        mistakes: "One in 31 strings of this form with a date.",
        source: "https://dvv.fi/en/personal-identity-code; European Commission, TIN Algorithms, Public (FS-TIN): https://ec.europa.eu/taxation_customs/tin/specs/FS-TIN%20Algorithms-Public.docx (2026-11-21)",
    },
};

pub(super) const DK_CPR: Entity = Entity {
    name: "DK_CPR",
    category: Category::Identity,
    region: "dk",
    default: true,
    scan: Scan::Forms(&[("######-####", 0.35), ("##########", 0.15)]),
    check: Check::Graded(dk_cpr),
    context: "cpr, cpr-nummer, cpr-nr, personnummer",
    doc: Doc {
        catches: "Personal numbers of Denmark. Those given out since 2007 may have no check digit.",
        why: "It holds the birthday and is the key to everything.",
        matches: &["CPR «211062-5629»", "CPR-nummer: «211062-5620»"],
        rejects: &["211062-5629", "CPR 511062-5629"],
        mistakes: "Numbers with a date near such a word.",
        source: "https://cpr.dk/cpr-systemet/opbygning-af-cpr-nummeret; European Commission, TIN Algorithms, Public (FS-TIN): https://ec.europa.eu/taxation_customs/tin/specs/FS-TIN%20Algorithms-Public.docx (2026-11-21)",
    },
};

pub(super) const NO_FODSELSNUMMER: Entity = Entity {
    name: "NO_FODSELSNUMMER",
    category: Category::Identity,
    region: "no",
    default: true,
    scan: Scan::Forms(&[("######_#####", 0.5), ("###########", 0.3)]),
    check: Check::Sum(no_fodselsnummer),
    context: "fødselsnummer, fodselsnummer, personnummer, d-nummer, fnr",
    doc: Doc {
        catches: "National identity numbers and D-numbers of Norway.",
        why: "It holds birthday and sex.",
        matches: &["«151086 95088»", "fødselsnummer «15108695088»"],
        rejects: &["15108695088", "151086 95077", "151386 95088"],
        mistakes: "About three of ten thousand numbers of this form.",
        source: "https://www.skatteetaten.no/en/person/national-registry/identitetsnummer/",
    },
};

pub(super) const PL_PESEL: Entity = Entity {
    name: "PL_PESEL",
    category: Category::Identity,
    region: "pl",
    default: true,
    scan: Scan::Forms(&[("###########", 0.3)]),
    check: Check::Sum(pl_pesel),
    context: "pesel",
    doc: Doc {
        catches: "PESEL numbers of Poland.",
        why: "It holds birthday and sex.",
        matches: &["PESEL «44051401359»"],
        rejects: &["44051401359", "PESEL 44051401358", "PESEL 02381307589"],
        mistakes: "Two in a hundred numbers of eleven digits near the word.",
        source: "https://www.gov.pl/web/gov/czym-jest-numer-pesel",
    },
};

pub(super) const PL_NIP: Entity = Entity {
    name: "PL_NIP",
    category: Category::Identity,
    region: "pl",
    default: true,
    scan: Scan::Forms(&[
        ("###-###-##-##", 0.6),
        ("###-##-##-###", 0.6),
        ("PL_##########", 0.6),
        ("PL##########", 0.6),
        ("##########", 0.2),
    ]),
    check: Check::Sum(pl_nip),
    context: "nip",
    doc: Doc {
        catches: "Tax numbers of Poland.",
        why: "It names a taxpayer.",
        matches: &["NIP «856-734-62-15»", "«PL8567346215»"],
        rejects: &["856-734-62-16", "8567346215"],
        mistakes: "One in eleven numbers of this form.",
        source: "European Commission, TIN Algorithms, Public (FS-TIN): https://ec.europa.eu/taxation_customs/tin/specs/FS-TIN%20Algorithms-Public.docx (2026-11-21)",
    },
};

pub(super) const CZ_SK_RODNE_CISLO: Entity = Entity {
    name: "CZ_SK_RODNE_CISLO",
    category: Category::Identity,
    region: "cz",
    default: true,
    scan: Scan::Forms(&[("######/####", 0.7), ("##########", 0.15)]),
    check: Check::Sum(cz_rodne_cislo),
    context: "rodné číslo, rodne cislo, rodného čísla, r.č., rč",
    doc: Doc {
        catches: "Birth numbers of Czechia and Slovakia of ten digits.",
        why: "It holds birthday and sex.",
        matches: &["«710319/2745»", "rodné číslo «7103192745»"],
        rejects: &["710319/2746", "7103192745", "711319/2746"],
        mistakes: "One in eleven numbers of this form with a date. Those of nine digits, given \
                   out before 1954, are missed.",
        source: "https://cs.wikipedia.org/wiki/Rodn%C3%A9_%C4%8D%C3%ADslo (2026-11-21)",
    },
};

pub(super) const RO_CNP: Entity = Entity {
    name: "RO_CNP",
    category: Category::Identity,
    region: "ro",
    default: true,
    scan: Scan::Forms(&[("#############", 0.3)]),
    check: Check::Sum(ro_cnp),
    context: "cnp, cod numeric personal, numeric personal",
    doc: Doc {
        catches: "Personal numeric codes of Romania.",
        why: "It holds sex, birthday and county.",
        matches: &["CNP «1630615123457»"],
        rejects: &["1630615123457", "CNP 1630615123458", "CNP 1632215123457"],
        mistakes: "Three in a thousand numbers of thirteen digits near such a word.",
        source: "https://ro.wikipedia.org/wiki/Cod_numeric_personal; https://github.com/vimishor/cnp-spec/blob/master/spec.md (2026-11-21)",
    },
};

pub(super) const BG_EGN: Entity = Entity {
    name: "BG_EGN",
    category: Category::Identity,
    region: "bg",
    default: true,
    scan: Scan::Forms(&[("##########", 0.2)]),
    check: Check::Sum(bg_egn),
    context: "egn, егн, единен граждански номер",
    doc: Doc {
        catches: "Uniform civil numbers of Bulgaria.",
        why: "It holds birthday and sex.",
        matches: &["ЕГН «7523169263»", "EGN: «8032056031»"],
        rejects: &["7523169263", "ЕГН 7523169264", "EGN 8019010008"],
        mistakes: "One in ten numbers with a date near such a word.",
        source: "European Commission, TIN Algorithms, Public (FS-TIN): https://ec.europa.eu/taxation_customs/tin/specs/FS-TIN%20Algorithms-Public.docx (2026-11-21)",
    },
};

pub(super) const GR_AFM: Entity = Entity {
    name: "GR_AFM",
    category: Category::Identity,
    region: "gr",
    default: true,
    scan: Scan::Forms(&[("EL#########", 0.6), ("#########", 0.15)]),
    check: Check::Sum(gr_afm),
    context: "afm, αφμ, α.φ.μ., φορολογικού μητρώου, tin",
    doc: Doc {
        catches: "Tax numbers of Greece.",
        why: "It names a taxpayer.",
        matches: &["ΑΦΜ: «094259216»", "«EL094259216»"],
        rejects: &["094259216", "AFM 094259217"],
        mistakes: "One in ten numbers of nine digits near such a word.",
        source: "https://arthurdejong.org/python-stdnum/doc/2.1/stdnum.gr.vat.html (2026-11-21)",
    },
};

pub(super) const HR_OIB: Entity = Entity {
    name: "HR_OIB",
    category: Category::Identity,
    region: "hr",
    default: true,
    scan: Scan::Forms(&[("HR###########", 0.6), ("###########", 0.2)]),
    check: Check::Sum(hr_oib),
    context: "oib, osobni identifikacijski broj",
    doc: Doc {
        catches: "Personal identification numbers of Croatia.",
        why: "The key to identity and tax.",
        matches: &["OIB «33392005961»"],
        rejects: &["33392005961", "OIB 33392005962"],
        mistakes: "One in ten numbers of eleven digits near such a word.",
        source: "European Commission, TIN Algorithms, Public (FS-TIN): https://ec.europa.eu/taxation_customs/tin/specs/FS-TIN%20Algorithms-Public.docx (2026-11-21)",
    },
};

pub(super) const BALTIC_PERSONAL_CODE: Entity = Entity {
    name: "BALTIC_PERSONAL_CODE",
    category: Category::Identity,
    region: "ee",
    default: true,
    scan: Scan::Forms(&[("###########", 0.3)]),
    check: Check::Sum(baltic),
    context: "isikukood, asmens kodas, asmens kodą, personal code, ik",
    doc: Doc {
        catches: "Personal codes of Estonia and Lithuania.",
        why: "It holds sex and birthday.",
        matches: &["isikukood «36805280109»", "asmens kodas «33309240064»"],
        rejects: &["36805280109", "isikukood 36805280108"],
        mistakes: "One in ten numbers of eleven digits with a date near such a word.",
        source: "https://www.riigiteataja.ee/akt/106032012004 (Estonia); European Commission, TIN Algorithms, Public (FS-TIN): https://ec.europa.eu/taxation_customs/tin/specs/FS-TIN%20Algorithms-Public.docx (2026-11-21)",
    },
};

pub(super) const UA_RNTRC: Entity = Entity {
    name: "UA_RNTRC",
    category: Category::Identity,
    region: "ua",
    default: true,
    scan: Scan::Forms(&[("##########", 0.15)]),
    check: Check::Sum(ua_rntrc),
    context: "рнокпп, інн, іпн, rntrc, ідентифікаційний код",
    doc: Doc {
        catches: "Tax numbers of people in Ukraine.",
        why: "It holds the birthday.",
        matches: &["РНОКПП «1759013776»"],
        rejects: &["1759013776", "РНОКПП 1759013770"],
        mistakes: "One in ten numbers of ten digits near such a word.",
        source: "https://arthurdejong.org/python-stdnum/doc/2.1/stdnum.ua.rntrc.html (2026-11-21)",
    },
};

pub(super) const RU_INN: Entity = Entity {
    name: "RU_INN",
    category: Category::Identity,
    region: "ru",
    default: true,
    scan: Scan::Forms(&[("############", 0.2), ("##########", 0.15)]),
    check: Check::Sum(ru_inn),
    context: "инн, inn",
    doc: Doc {
        catches: "Tax numbers of Russia, of people (12 digits) and companies (10).",
        why: "It names a taxpayer.",
        matches: &["ИНН «123456789047»", "ИНН: «1234567894»"],
        rejects: &["123456789047", "ИНН 123456789037"],
        mistakes: "One in a hundred numbers of twelve digits near the word, one in ten of ten.",
        source: "https://arthurdejong.org/python-stdnum/doc/2.1/stdnum.ru.inn.html (2026-11-21)",
    },
};

pub(super) const RU_SNILS: Entity = Entity {
    name: "RU_SNILS",
    category: Category::Identity,
    region: "ru",
    default: true,
    scan: Scan::Forms(&[("###-###-###_##", 0.6), ("###########", 0.2)]),
    check: Check::Sum(ru_snils),
    context: "снилс, snils",
    doc: Doc {
        catches: "Pension insurance numbers of Russia.",
        why: "The key to benefits and health.",
        matches: &["СНИЛС «112-233-445 95»", "СНИЛС «11223344595»"],
        rejects: &["112-233-445 96", "11223344595"],
        mistakes: "One in a hundred numbers of this form.",
        source: "https://ru.wikipedia.org/wiki/%D0%A1%D0%9D%D0%98%D0%9B%D0%A1 (2026-11-21)",
    },
};

/// Luhn over the ten digits without the century; sixty is added to the day in coordination numbers.
fn se_personnummer(id: &[u8]) -> bool {
    let digits = id.get(id.len().saturating_sub(10)..).unwrap_or_default();
    let century = id.len() == 10 || matches!(id.get(..2), Some(b"18" | b"19" | b"20"));
    let Some((year, month, day)) = digits.get(..6).and_then(|date| date6(date, b"ymd")) else {
        return false;
    };
    century && is_date(year, month, if day > 60 { day - 60 } else { day }) && luhn(digits)
}

/// The date and the serial number by 31 are a character.
fn fi_hetu(id: &[u8]) -> bool {
    let Some((&check, body)) = id.split_last() else { return false };
    let (Some(date), Some(serial)) = (body.get(..6), body.get(body.len().saturating_sub(3)..))
    else {
        return false;
    };
    let century = body.get(6).filter(|_| body.len() == 10);
    let signed = century.is_none_or(|sign| b"ABCDEFYXWVU".contains(sign));
    let rest = (number(date) * 1000 + number(serial)) % 31;
    let expected = b"0123456789ABCDEFHJKLMNPRSTUVWXY".get(rest as usize);
    signed && is_date6(date, b"dmy") && expected == Some(&check)
}

/// Weights 4, 3, 2, 7 to 1: the sum is a multiple of eleven, but not in every number since 2007.
fn dk_cpr(id: &[u8]) -> Grade {
    if !id.get(..6).is_some_and(|date| is_date6(date, b"dmy")) {
        return Grade::No;
    }
    let holds = weighted(id, &[4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11);
    if holds { Grade::Valid } else { Grade::Plausible }
}

/// Two sums that are multiples of eleven. Forty is added to the day in D-numbers, to the month in numbers of
/// hospitals.
fn no_fodselsnummer(id: &[u8]) -> bool {
    let Some((year, month, day)) = id.get(..6).and_then(|date| date6(date, b"dmy")) else {
        return false;
    };
    let date = is_date(year, month % 40, if day > 40 { day - 40 } else { day });
    date && weighted(id, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighted(id, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// Weights 1, 3, 7, 9; the month says the century.
fn pl_pesel(id: &[u8]) -> bool {
    let Some((year, month, day)) = id.get(..6).and_then(|date| date6(date, b"ymd")) else {
        return false;
    };
    is_date(year, month % 20, day)
        && weighted(id, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

fn pl_nip(id: &[u8]) -> bool {
    let digits = id.strip_prefix(b"PL").unwrap_or(id);
    weighted(digits, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == last(digits) && !uniform(digits)
}

/// The number is a multiple of eleven; where its first nine digits by 11 are 10, the last may be 0 (until 1985).
fn cz_rodne_cislo(id: &[u8]) -> bool {
    let Some((year, month, day)) = id.get(..6).and_then(|date| date6(date, b"ymd")) else {
        return false;
    };
    // Fifty is added to the month for women, twenty where numbers ran out.
    let month = month % 50;
    let rest = number(id.get(..9).unwrap_or_default()) % 11;
    let holds = number(id).is_multiple_of(11) || (rest == 10 && last(id) == 0);
    is_date(year, if month > 20 { month - 20 } else { month }, day) && holds
}

fn ro_cnp(id: &[u8]) -> bool {
    let dated = id.get(1..7).is_some_and(|date| is_date6(date, b"ymd"));
    let county = number(id.get(7..9).unwrap_or_default());
    let rest = weighted(id, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    id.first() != Some(&b'0')
        && dated
        && matches!(county, 1..=52 | 70)
        && last(id) == if rest == 10 { 1 } else { rest }
}

/// The month says the century: as it is, with 20 or with 40 added.
fn bg_egn(id: &[u8]) -> bool {
    let Some((year, month, day)) = id.get(..6).and_then(|date| date6(date, b"ymd")) else {
        return false;
    };
    let check = weighted(id, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    is_date(year, month % 20, day) && month <= 52 && check == last(id)
}

fn gr_afm(id: &[u8]) -> bool {
    let digits = id.strip_prefix(b"EL").unwrap_or(id);
    weighted(digits, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == last(digits) && !uniform(digits)
}

fn hr_oib(id: &[u8]) -> bool {
    mod11_10(id.strip_prefix(b"HR").unwrap_or(id)) && !uniform(id)
}

/// Weights 1 to 9 and 1; where the sum by 11 is 10, once more with 3 to 9 and 1 to 3, and 0 if it is 10 again.
fn baltic(id: &[u8]) -> bool {
    let dated = id.get(1..7).is_some_and(|date| is_date6(date, b"ymd"));
    let first = weighted(id, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighted(id, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10;
    matches!(id.first(), Some(b'1'..=b'8'))
        && dated
        && last(id) == if first == 10 { second } else { first }
}

/// The sum is reckoned with a negative weight first: 10 is what -1 leaves by 11.
fn ua_rntrc(id: &[u8]) -> bool {
    weighted(id, &[10, 5, 7, 9, 4, 6, 10, 5, 7]) % 11 % 10 == last(id) && !uniform(id)
}

fn ru_inn(id: &[u8]) -> bool {
    let digit = |place: usize| values(id).nth(place);
    let check = |weights: &[u32]| Some(weighted(id, weights) % 11 % 10);
    !uniform(id)
        && match id.len() {
            10 => check(&[2, 4, 10, 3, 5, 9, 4, 6, 8]) == digit(9),
            _ => {
                check(&[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == digit(10)
                    && check(&[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == digit(11)
            }
        }
}

/// Weights 9 to 1, the sum by 101; 100 is written 00.
fn ru_snils(id: &[u8]) -> bool {
    let sum = weighted(id, &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100;
    u64::from(sum) == number(id.get(9..).unwrap_or_default()) && !uniform(id)
}
