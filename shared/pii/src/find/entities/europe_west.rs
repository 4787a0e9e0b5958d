//! Identifiers of western Europe.

use super::super::checks::{date6, is_date, last, mod11_10, number, uniform, values, weighted};
use super::super::entity::{Category, Check, Doc, Entity, Scan};

pub(super) const UK_NHS: Entity = Entity {
    name: "UK_NHS",
    category: Category::Identity,
    region: "gb",
    default: true,
    scan: Scan::Forms(&[("###_###_####", 0.25), ("##########", 0.15)]),
    check: Check::Sum(uk_nhs),
    context: "nhs, nhs number, health service, patient",
    doc: Doc {
        catches: "Patient numbers of the National Health Service.",
        why: "It opens a health record.",
        matches: &["NHS number «943 476 5870»", "NHS «9434765870»"],
        rejects: &["943 476 5870", "NHS 943 476 5871"],
        mistakes: "One in eleven numbers of ten digits near such a word.",
        source: "NHS Data Dictionary: https://www.datadictionary.nhs.uk/attributes/nhs_number.html (2026-11-21)",
    },
};

pub(super) const UK_NINO: Entity = Entity {
    name: "UK_NINO",
    category: Category::Identity,
    region: "gb",
    default: true,
    scan: Scan::Forms(&[("@@~##~##~##~@", 0.6)]),
    check: Check::Rules(uk_nino),
    context: "nino, national insurance, ni number, insurance number",
    doc: Doc {
        catches: "National Insurance numbers.",
        why: "The key to tax and benefits in the United Kingdom.",
        matches: &["«AB 12 34 56 C»", "NI number «jg103759a»"],
        rejects: &["BG123456A", "AB 12 34 56 E", "DA123456A"],
        mistakes: "Serial numbers of the same form.",
        source: "https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110 (2026-11-21)",
    },
};

pub(super) const IE_PPS: Entity = Entity {
    name: "IE_PPS",
    category: Category::Identity,
    region: "ie",
    default: true,
    scan: Scan::Forms(&[("#######@@?", 0.3)]),
    check: Check::Sum(ie_pps),
    context: "pps, ppsn, pps number, personal public service",
    doc: Doc {
        catches: "Personal public service numbers of Ireland.",
        why: "The key to tax, health and benefits.",
        matches: &["PPSN «6433435F»", "PPS number «6433435FW»"],
        rejects: &["6433435F", "PPSN 6433435E"],
        mistakes: "One in 23 strings of this form near such a word.",
        source: "European Commission, TIN Algorithms, Public (FS-TIN): https://ec.europa.eu/taxation_customs/tin/specs/FS-TIN%20Algorithms-Public.docx (2026-11-21)",
    },
};

pub(super) const DE_TAX_ID: Entity = Entity {
    name: "DE_TAX_ID",
    category: Category::Identity,
    region: "de",
    default: true,
    scan: Scan::Forms(&[("##_###_###_###", 0.5), ("###########", 0.2)]),
    check: Check::Sum(de_tax_id),
    context: "steuer, steuer-id, steuerid, steuer-identifikationsnummer, \
              steueridentifikationsnummer, identifikationsnummer, steuerliche, idnr, idnr., tin, \
              tax id",
    doc: Doc {
        catches: "Tax identification numbers of people in Germany.",
        why: "It names a person for life.",
        matches: &["Steuer-ID «36 574 261 809»", "IdNr. «36574261809»"],
        rejects: &["36 574 261 808", "36574261809", "36 554 266 806"],
        mistakes: "One in ten numbers of this form whose digits repeat as they must.",
        source: "Bayerisches Landesamt für Steuern, Prüfung der Steuer- und Steueridentifikationsnummer, chapter 2; European Commission, TIN Algorithms, Public (FS-TIN): https://ec.europa.eu/taxation_customs/tin/specs/FS-TIN%20Algorithms-Public.docx (2026-11-21)",
    },
};

pub(super) const DE_SOCIAL_SECURITY: Entity = Entity {
    name: "DE_SOCIAL_SECURITY",
    category: Category::Identity,
    region: "de",
    default: true,
    scan: Scan::Forms(&[("########@###", 0.7), ("##_######_@_###", 0.8)]),
    check: Check::Sum(de_social_security),
    context: "sozialversicherung, sozialversicherungsnummer, rentenversicherung, \
              rentenversicherungsnummer, rvnr, svnr, sv-nummer",
    doc: Doc {
        catches: "Pension insurance numbers of Germany.",
        why: "It holds birthday and the initial of the name.",
        matches: &["RVNR «15070649C103»", "«65 170839 J 003»"],
        rejects: &["15070649C104", "15073249C103"],
        mistakes: "None known.",
        source: "https://www.gesetze-im-internet.de/vkvv/__2.html; https://de.wikipedia.org/wiki/Versicherungsnummer (2026-11-21)",
    },
};

pub(super) const NL_BSN: Entity = Entity {
    name: "NL_BSN",
    category: Category::Identity,
    region: "nl",
    default: true,
    scan: Scan::Forms(&[("####_##_###", 0.3), ("#########", 0.15)]),
    check: Check::Sum(nl_bsn),
    context: "bsn, burgerservicenummer, sofinummer, sofi, service number",
    doc: Doc {
        catches: "Citizen service numbers of the Netherlands.",
        why: "The key to everything a state does.",
        matches: &["BSN «1112.22.333»", "burgerservicenummer: «111222333»"],
        rejects: &["111222333", "BSN 111252333"],
        mistakes: "One in eleven numbers of nine digits near such a word.",
        source: "European Commission, TIN Algorithms, Public (FS-TIN): https://ec.europa.eu/taxation_customs/tin/specs/FS-TIN%20Algorithms-Public.docx (2026-11-21)",
    },
};

pub(super) const BE_NRN: Entity = Entity {
    name: "BE_NRN",
    category: Category::Identity,
    region: "be",
    default: true,
    scan: Scan::Forms(&[("##.##.##-###.##", 0.9), ("##_##_##_###_##", 0.5), ("###########", 0.2)]),
    check: Check::Sum(be_nrn),
    context: "rijksregister, rijksregisternummer, registre national, insz, niss, nationaal \
              nummer, nrn",
    doc: Doc {
        catches: "National register numbers of Belgium.",
        why: "It holds birthday and sex.",
        matches: &["«85.07.30-033.28»", "rijksregisternummer «85073003328»"],
        rejects: &["85.07.30-033.29", "85073003328"],
        mistakes: "One in 97 numbers of this form.",
        source: "https://www.ibz.rrn.fgov.be/fileadmin/user_upload/nl/rr/instructies/IT-lijst/IT000_Rijksregisternummer.pdf; European Commission, TIN Algorithms, Public (FS-TIN): https://ec.europa.eu/taxation_customs/tin/specs/FS-TIN%20Algorithms-Public.docx (2026-11-21)",
    },
};

pub(super) const CH_AHV: Entity = Entity {
    name: "CH_AHV",
    category: Category::Identity,
    region: "ch",
    default: true,
    scan: Scan::Forms(&[
        ("756.####.####.##", 0.95),
        ("756_####_####_##", 0.9),
        ("756##########", 0.6),
    ]),
    check: Check::Sum(ch_ahv),
    context: "ahv, avs, ahvn13, navs13, sozialversicherungsnummer",
    doc: Doc {
        catches: "Social security numbers of Switzerland.",
        why: "The key to insurance and tax.",
        matches: &["AHV «756.9217.0769.85»", "«7569217076985»"],
        rejects: &["756.9217.0769.84", "757.9217.0769.85"],
        mistakes: "One in ten numbers of thirteen digits that begin with 756.",
        source: "AHVV (SR 831.101), article 133: http://www.gesetze.ch/sr/831.101/831.101_050.htm; GS1 check digit (2026-11-21)",
    },
};

pub(super) const AT_SOCIAL_SECURITY: Entity = Entity {
    name: "AT_SOCIAL_SECURITY",
    category: Category::Identity,
    region: "at",
    default: true,
    scan: Scan::Forms(&[("####_######", 0.3), ("##########", 0.2)]),
    check: Check::Sum(at_vnr),
    context: "svnr, sv-nummer, versicherungsnummer, sozialversicherungsnummer, \
              sozialversicherung, vnr",
    doc: Doc {
        catches: "Social insurance numbers of Austria.",
        why: "It holds the birthday.",
        matches: &["SVNR «1237 010180»", "Versicherungsnummer «1237010180»"],
        rejects: &["1237 010180", "SVNR 2237 010180"],
        mistakes: "One in eleven numbers with a date at the end near such a word.",
        source: "https://arthurdejong.org/python-stdnum/doc/2.1/stdnum.at.vnr.html (2026-11-21)",
    },
};

/// Weights 10 to 2; a check digit of 10 is not given out.
fn uk_nhs(id: &[u8]) -> bool {
    let check = 11 - weighted(id, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    check % 11 == last(id) && check != 10 && !uniform(id)
}

/// The prefixes that are given out, and a suffix from A to D.
fn uk_nino(id: &[u8]) -> bool {
    let [a, b, .., suffix] = id else { return false };
    !b"DFIQUV".contains(a)
        && !b"DFIOQUV".contains(b)
        && ![b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"].contains(&&[*a, *b])
        && (b'A'..=b'D').contains(suffix)
}

/// Weights 8 to 2, and 9 for the second letter of newer numbers; the sum by 23 is a letter, W for 0.
fn ie_pps(id: &[u8]) -> bool {
    let (digits, letters) = id.split_at(id.len().min(7));
    let [check, second @ ..] = letters else { return false };
    let extra = match second {
        [] | [b'W' | b'T' | b'X'] => 0,
        [letter @ b'A'..=b'I'] => u32::from(letter - b'A') + 1,
        _ => return false,
    };
    let sum = (weighted(digits, &[8, 7, 6, 5, 4, 3, 2]) + extra * 9) % 23;
    u32::from(*check) == if sum == 0 { u32::from(b'W') } else { u32::from(b'A') + sum - 1 }
}

/// ISO 7064 mod 11,10. Of the first ten digits one stands there twice or three times, no other twice.
fn de_tax_id(id: &[u8]) -> bool {
    let body = id.get(..10).unwrap_or_default();
    let count = |digit: u8| body.iter().filter(|c| **c == digit).count();
    let repeated = (b'0'..=b'9').filter(|digit| count(*digit) > 1).count();
    let most = (b'0'..=b'9').map(count).max().unwrap_or(0);
    id.first() != Some(&b'0') && repeated == 1 && most <= 3 && mod11_10(id)
}

/// The letter as its place in the alphabet, in two digits; weights over them all, digits of products added.
fn de_social_security(id: &[u8]) -> bool {
    let (Some(&letter), Some(head), Some(serial)) = (id.get(8), id.get(..8), id.get(9..11)) else {
        return false;
    };
    let place = letter.wrapping_sub(b'A') + 1;
    let digits =
        values(head).chain([u32::from(place / 10), u32::from(place % 10)]).chain(values(serial));
    let sum: u32 = digits
        .zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1])
        .map(|(digit, weight)| digit * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    let Some((year, month, day)) = date6(head.get(2..).unwrap_or_default(), b"dmy") else {
        return false;
    };
    // Fifty is added to the day where a number had been given out already.
    is_date(year, month, if day > 50 { day - 50 } else { day }) && sum % 10 == last(id)
}

/// Weights 9 to 2 and minus 1: the sum is a multiple of eleven.
fn nl_bsn(id: &[u8]) -> bool {
    (weighted(id, &[9, 8, 7, 6, 5, 4, 3, 2]) + 10 * last(id)).is_multiple_of(11) && !uniform(id)
}

/// The check is 97 less the rest by 97, with a 2 before the number for those born since 2000.
fn be_nrn(id: &[u8]) -> bool {
    let (body, check) =
        (number(id.get(..9).unwrap_or_default()), number(id.get(9..).unwrap_or_default()));
    let month = number(id.get(2..4).unwrap_or_default()) % 20;
    let day = number(id.get(4..6).unwrap_or_default());
    month <= 12
        && day <= 31
        && !uniform(id)
        && [body, 2_000_000_000 + body].iter().any(|body| 97 - body % 97 == check)
}

/// The check digit of EAN-13.
fn ch_ahv(id: &[u8]) -> bool {
    weighted(id, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

/// The fourth digit checks the others; what would give 10 is not given out.
fn at_vnr(id: &[u8]) -> bool {
    let check = weighted(id, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11;
    let (day, month) =
        (number(id.get(4..6).unwrap_or_default()), number(id.get(6..8).unwrap_or_default()));
    // Months 13 to 15 where a day has more people than numbers.
    id.first() != Some(&b'0')
        && (1..=31).contains(&day)
        && (1..=15).contains(&month)
        && values(id).nth(3) == Some(check)
}
