//! Identifiers of France and southern Europe.

use super::super::checks::{last, luhn, number, uniform, values, weighted};
use super::super::entity::{Category, Check, Doc, Entity, Scan};

pub(super) const FR_NIR: Entity = Entity {
    name: "FR_NIR",
    category: Category::Identity,
    region: "fr",
    default: true,
    scan: Scan::Forms(&[
        ("#{5}*{2}#{8}", 0.8),
        ("#_##_##_**_###_###_##", 0.9),
        ("#_##_##_**_###_###", 0.2),
    ]),
    check: Check::Sum(fr_nir),
    context: "nir, sécurité sociale, securite sociale, numéro de sécurité, insee",
    doc: Doc {
        catches: "Social security numbers of France with their key, Corsica included.",
        why: "It holds sex, birthday and birthplace.",
        matches: &[
            "«2 95 10 99 126 111 93»",
            "numéro de sécurité sociale «295109912611193»",
            "«253072B07300470»",
        ],
        rejects: &["2 95 10 99 126 111 99", "295109912611199"],
        mistakes: "One in 97 numbers of this form.",
        source: "https://www.insee.fr/fr/metadonnees/definition/c1409; https://xml.insee.fr/schema/nir.html (2026-11-21)",
    },
};

pub(super) const FR_SIREN: Entity = Entity {
    name: "FR_SIREN",
    category: Category::Identity,
    region: "fr",
    default: true,
    scan: Scan::Forms(&[("###_###_###", 0.2), ("#########", 0.12)]),
    check: Check::Sum(siren),
    context: "siren, rcs",
    doc: Doc {
        catches: "Numbers of businesses in France.",
        why: "It names a business, often of one person.",
        matches: &["SIREN «404 833 048»", "RCS Paris «404833048»"],
        rejects: &["404 833 048", "SIREN 404833047"],
        mistakes: "One in ten numbers of nine digits near such a word.",
        source: "https://www.insee.fr/fr/metadonnees/definition/c2047",
    },
};

pub(super) const FR_SIRET: Entity = Entity {
    name: "FR_SIRET",
    category: Category::Identity,
    region: "fr",
    default: true,
    scan: Scan::Forms(&[("###_###_###_#####", 0.5), ("#{14}", 0.2)]),
    check: Check::Sum(siret),
    context: "siret, établissement",
    doc: Doc {
        catches: "Numbers of establishments in France.",
        why: "It names a place of business, often somebody's home.",
        matches: &[
            "SIRET «732 829 320 00074»",
            "siret: «73282932000074»",
            "SIRET «35600000049837»",
        ],
        rejects: &["732 829 320 00075", "73282932000074"],
        mistakes: "One in ten numbers of this form.",
        source: "https://www.insee.fr/fr/metadonnees/definition/c1841",
    },
};

pub(super) const ES_NIF: Entity = Entity {
    name: "ES_NIF",
    category: Category::Identity,
    region: "es",
    default: true,
    scan: Scan::Forms(&[("########~@", 0.6), ("##.###.###~@", 0.6), ("@#######@", 0.3)]),
    check: Check::Sum(es_nif),
    context: "nif, dni, documento nacional, identidad",
    doc: Doc {
        catches: "Identity (DNI) and tax (NIF) numbers of people in Spain.",
        why: "The key to identity.",
        matches: &["DNI «54362315-K»", "NIF «54362315K»"],
        rejects: &["54362315Z", "DNI 5436231"],
        mistakes: "One in 23 strings of eight digits and a letter.",
        source: "Real Decreto 1553/2005, article 11; https://ordenacionjuego.es/ca/calculo-digito-control (2026-11-21)",
    },
};

pub(super) const ES_NIE: Entity = Entity {
    name: "ES_NIE",
    category: Category::Identity,
    region: "es",
    default: true,
    scan: Scan::Forms(&[("@~#######~@", 0.6)]),
    check: Check::Sum(es_nie),
    context: "nie, extranjero, extranjería",
    doc: Doc {
        catches: "Identity numbers of foreigners in Spain.",
        why: "The key to identity.",
        matches: &["NIE «X-2482300-W»", "«x2482300w»"],
        rejects: &["X2482300A", "A2482300W"],
        mistakes: "One in 23 strings of this form.",
        source: "Real Decreto 1553/2005, article 11; https://ordenacionjuego.es/ca/calculo-digito-control (2026-11-21)",
    },
};

pub(super) const ES_CIF: Entity = Entity {
    name: "ES_CIF",
    category: Category::Identity,
    region: "es",
    default: true,
    scan: Scan::Forms(&[("@~########", 0.25), ("@~#######~@", 0.2)]),
    check: Check::Sum(es_cif),
    context: "cif, nif, empresa, sociedad",
    doc: Doc {
        catches: "Tax numbers of companies in Spain.",
        why: "It names a business.",
        matches: &["CIF «J99216582»", "CIF «B-64717838»"],
        rejects: &["J99216582", "CIF J99216583"],
        mistakes: "One in ten strings of this form near such a word.",
        source: "https://es.wikipedia.org/wiki/C%C3%B3digo_de_identificaci%C3%B3n_fiscal (2026-11-21)",
    },
};

pub(super) const PT_NIF: Entity = Entity {
    name: "PT_NIF",
    category: Category::Identity,
    region: "pt",
    default: true,
    scan: Scan::Forms(&[("###_###_###", 0.2), ("#########", 0.15)]),
    check: Check::Sum(pt_nif),
    context: "nif, contribuinte, nipc, número fiscal",
    doc: Doc {
        catches: "Tax numbers of Portugal.",
        why: "The key to tax and many contracts.",
        matches: &["NIF «501 964 843»", "contribuinte «501964843»"],
        rejects: &["501964843", "NIF 501964842"],
        mistakes: "One in ten numbers of nine digits near such a word.",
        source: "European Commission, TIN Algorithms, Public (FS-TIN): https://ec.europa.eu/taxation_customs/tin/specs/FS-TIN%20Algorithms-Public.docx (2026-11-21)",
    },
};

pub(super) const IT_FISCAL_CODE: Entity = Entity {
    name: "IT_FISCAL_CODE",
    category: Category::Identity,
    region: "it",
    default: true,
    scan: Scan::Forms(&[("@{6}**@**@***@", 0.9), ("@{3}_@{3}_**@**_@***@", 0.9)]),
    check: Check::Sum(it_fiscal_code),
    context: "codice fiscale, fiscale, c.f.",
    doc: Doc {
        catches: "Tax codes of people in Italy, also those with letters for digits.",
        why: "It holds name, birthday, sex and birthplace.",
        matches: &["C.F. «RCCMNL83S18D969H»", "«RSS MRA 85T10 A562S»"],
        rejects: &["RCCMNL83S18D969I", "RCCMNL83S99D969H"],
        mistakes: "None known.",
        source: "https://www.agenziaentrate.gov.it; DM 23/12/1976",
    },
};

pub(super) const IT_VAT_CODE: Entity = Entity {
    name: "IT_VAT_CODE",
    category: Category::Identity,
    region: "it",
    default: true,
    scan: Scan::Forms(&[("IT###########", 0.6), ("IT_###########", 0.6), ("###########", 0.2)]),
    check: Check::Sum(it_vat),
    context: "partita iva, p.iva, p. iva, piva, iva",
    doc: Doc {
        catches: "VAT numbers of Italy.",
        why: "It names a business, often of one person.",
        matches: &["P. IVA «00743110157»", "«IT00743110157»"],
        rejects: &["00743110157", "IT00743110158"],
        mistakes: "One in ten numbers of eleven digits near such a word.",
        source: "https://it.wikipedia.org/wiki/Partita_IVA (2026-11-21)",
    },
};

/// The key is 97 less the rest of the number by 97; 2A counts as 19, 2B as 18.
fn fr_nir(id: &[u8]) -> bool {
    let (Some(body), Some(key)) = (id.get(..13), id.get(13..)) else { return false };
    let corsica = match body.get(5..7) {
        Some(b"2A") => Some(b"19"),
        Some(b"2B") => Some(b"18"),
        _ => None,
    };
    let mut digits = body.to_vec();
    if let (Some(corsica), Some(department)) = (corsica, digits.get_mut(5..7)) {
        department.copy_from_slice(corsica);
    }
    let month = number(body.get(3..5).unwrap_or_default());
    matches!(body.first(), Some(b'1'..=b'4' | b'7' | b'8'))
        && matches!(month, 1..=12 | 20..=42 | 50..=99)
        && digits.iter().all(u8::is_ascii_digit)
        && key.len() == 2
        && 97 - number(&digits) % 97 == number(key)
}

fn siren(id: &[u8]) -> bool {
    luhn(id) && !uniform(id)
}

/// Luhn; those of the post (356000000) have digits whose sum is a multiple of five.
fn siret(id: &[u8]) -> bool {
    let post = id.starts_with(b"356000000") && values(id).sum::<u32>().is_multiple_of(5);
    (luhn(id) && luhn(id.get(..9).unwrap_or_default()) && !uniform(id)) || post
}

fn spanish_letter(number: u64) -> u8 {
    b"TRWAGMYFPDXBNJZSQVHLCKE".get((number % 23) as usize).copied().unwrap_or(0)
}

/// The number by 23 is a letter. K, L and M stand before the numbers of those without an identity card.
fn es_nif(id: &[u8]) -> bool {
    let Some((&check, body)) = id.split_last() else { return false };
    let digits = match body {
        [b'K' | b'L' | b'M', digits @ ..] => digits,
        digits => digits,
    };
    digits.iter().all(u8::is_ascii_digit)
        && !uniform(digits)
        && check == spanish_letter(number(digits))
}

/// X, Y and Z count as 0, 1 and 2.
fn es_nie(id: &[u8]) -> bool {
    let [kind @ b'X'..=b'Z', digits @ .., check] = id else { return false };
    *check == spanish_letter(u64::from(kind - b'X') * 10_000_000 + number(digits))
}

/// As Luhn; the check is a digit or a letter. Sources differ on which kind has which.
fn es_cif(id: &[u8]) -> bool {
    let [kind, digits @ .., check] = id else { return false };
    let sum =
        super::super::checks::luhn_sum(values(digits).chain([0]).collect::<Vec<_>>().into_iter());
    let digit = (10 - sum % 10) % 10;
    let letter = b"JABCDEFGHI".get(digit as usize).copied();
    let holds = u32::from(check.wrapping_sub(b'0')) == digit || Some(*check) == letter;
    b"ABCDEFGHJNPQRSUVW".contains(kind) && digits.len() == 7 && holds
}

fn pt_nif(id: &[u8]) -> bool {
    let check = 11 - weighted(id, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let known = matches!(
        id,
        [b'1' | b'2' | b'3' | b'5' | b'6' | b'8' | b'9', ..] | [b'4', b'5', ..] | [b'7', ..]
    );
    known && last(id) == if check > 9 { 0 } else { check }
}

/// Values of the characters in odd places by a table, in even ones as they are; the sum by 26 is a letter.
fn it_fiscal_code(id: &[u8]) -> bool {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let Some((&check, body)) = id.split_last() else { return false };
    let value = |c: &u8| if c.is_ascii_digit() { c - b'0' } else { c.wrapping_sub(b'A') };
    let sum: u32 = body
        .iter()
        .enumerate()
        .map(|(place, c)| match place % 2 {
            0 => ODD.get(usize::from(value(c))).copied().unwrap_or(0),
            _ => u32::from(value(c)),
        })
        .sum();
    // Where two people would share a code, letters of LMNPQRSTUV stand for digits.
    let digit = |place: usize| match id.get(place) {
        Some(c) if c.is_ascii_digit() => Some(u32::from(c - b'0')),
        Some(c) => b"LMNPQRSTUV".iter().position(|letter| letter == c).map(|digit| digit as u32),
        None => None,
    };
    let day = digit(9).zip(digit(10)).map(|(ten, one)| ten * 10 + one);
    let dated = day.is_some_and(|day| matches!(day, 1..=31 | 41..=71));
    let numbered = [6, 7, 12, 13, 14].iter().all(|place| digit(*place).is_some());
    dated
        && numbered
        && id.get(8).is_some_and(|month| b"ABCDEHLMPRST".contains(month))
        && u32::from(check - b'A') == sum % 26
}

fn it_vat(id: &[u8]) -> bool {
    let digits = id.strip_prefix(b"IT").unwrap_or(id);
    luhn(digits) && !digits.starts_with(b"0000000") && !uniform(digits)
}
