//! Identifiers of Australia, New Zealand and Africa.

use super::super::checks::{is_date6, last, luhn, number, uniform, values, weighted};
use super::super::entity::{Category, Check, Doc, Entity, Scan};

pub(super) const AU_TFN: Entity = Entity {
    name: "AU_TFN",
    category: Category::Identity,
    region: "au",
    default: true,
    scan: Scan::Forms(&[("###_###_###", 0.2), ("#########", 0.15)]),
    check: Check::Sum(au_tfn),
    context: "tfn, tax file, tax file number",
    doc: Doc {
        catches: "Tax file numbers of Australia.",
        why: "The key to tax; the law forbids to keep it without need.",
        matches: &["TFN «123 456 782»", "tax file number «123456782»"],
        rejects: &["123 456 782", "TFN 123 456 783"],
        mistakes: "One in eleven numbers of nine digits near such a word.",
        source: "https://arthurdejong.org/python-stdnum/doc/2.1/stdnum.au.tfn.html (2026-11-21)",
    },
};

pub(super) const AU_ABN: Entity = Entity {
    name: "AU_ABN",
    category: Category::Identity,
    region: "au",
    default: true,
    scan: Scan::Forms(&[("##_###_###_###", 0.6), ("###########", 0.2)]),
    check: Check::Sum(au_abn),
    context: "abn, australian business",
    doc: Doc {
        catches: "Business numbers of Australia.",
        why: "It names a business, often of one person.",
        matches: &["ABN «83 914 571 673»", "ABN «51824753556»"],
        rejects: &["83 914 571 674", "51824753556"],
        mistakes: "One in 89 numbers of this form.",
        source: "https://abr.business.gov.au/Help/AbnFormat",
    },
};

pub(super) const AU_ACN: Entity = Entity {
    name: "AU_ACN",
    category: Category::Identity,
    region: "au",
    default: true,
    scan: Scan::Forms(&[("###_###_###", 0.2), ("#########", 0.15)]),
    check: Check::Sum(au_acn),
    context: "acn, australian company",
    doc: Doc {
        catches: "Company numbers of Australia.",
        why: "It names a company.",
        matches: &["ACN «004 085 616»", "ACN «010499966»"],
        rejects: &["004 085 616", "ACN 004 085 617"],
        mistakes: "One in ten numbers of nine digits near such a word.",
        source: "ASIC, Australian Company Number digit check; https://arthurdejong.org/python-stdnum/doc/2.1/stdnum.au.acn.html (2026-11-21)",
    },
};

pub(super) const AU_MEDICARE: Entity = Entity {
    name: "AU_MEDICARE",
    category: Category::Identity,
    region: "au",
    default: true,
    scan: Scan::Forms(&[("####_#####_#", 0.4), ("####_#####_#-#", 0.6), ("##########", 0.2)]),
    check: Check::Sum(au_medicare),
    context: "medicare, medicare card",
    doc: Doc {
        catches: "Medicare card numbers of Australia.",
        why: "It opens a health record.",
        matches: &["Medicare «2123 45670 1»", "medicare card «2123456701»"],
        rejects: &["2123 45671 1", "2123456701"],
        mistakes: "One in ten numbers of this form.",
        source: "https://en.wikipedia.org/wiki/Medicare_card_(Australia) (2026-11-21)",
    },
};

pub(super) const NZ_IRD: Entity = Entity {
    name: "NZ_IRD",
    category: Category::Identity,
    region: "nz",
    default: true,
    scan: Scan::Forms(&[("#{2,3}_###_###", 0.2), ("#{8,9}", 0.12)]),
    check: Check::Sum(nz_ird),
    context: "ird, inland revenue, ird number",
    doc: Doc {
        catches: "Tax numbers of New Zealand.",
        why: "The key to tax.",
        matches: &["IRD «49-098-576»", "IRD number «49091850»"],
        rejects: &["49-098-576", "IRD 136410133"],
        mistakes: "One in eleven numbers near such a word.",
        source: "Inland Revenue, RWT and NRWT specification: https://www.ird.govt.nz/-/media/Project/IR/PDF/2020RWTNRWTSpecificationDocumentv10.pdf (2026-11-21)",
    },
};

pub(super) const ZA_ID: Entity = Entity {
    name: "ZA_ID",
    category: Category::Identity,
    region: "za",
    default: true,
    scan: Scan::Forms(&[
        ("######_####_###", 0.6),
        ("######_####_##_#", 0.6),
        ("#############", 0.5),
    ]),
    check: Check::Sum(za_id),
    context: "id number, identity number, rsa id, south african id, sa id",
    doc: Doc {
        catches: "Identity numbers of South Africa.",
        why: "It holds birthday and sex.",
        matches: &["ID number «7503305044089»", "«750330 5044 089»"],
        rejects: &["8503305044089", "7513305044089", "7503305944089"],
        mistakes: "One in a thousand numbers of thirteen digits.",
        source: "https://en.wikipedia.org/wiki/South_African_identity_card (2026-11-21)",
    },
};

pub(super) const NG_NIN: Entity = Entity {
    name: "NG_NIN",
    category: Category::Identity,
    region: "ng",
    default: true,
    scan: Scan::Forms(&[("###########", 0.12)]),
    check: Check::Rules(ng_nin),
    context: "nin, national identification number, nimc",
    doc: Doc {
        catches: "National identification numbers of Nigeria near the word.",
        why: "The key to identity.",
        matches: &["NIN: «12345678901»"],
        rejects: &["12345678901", "NIN 11111111111"],
        mistakes: "Any number of eleven digits near such a word; no checksum is published.",
        source: "https://nimc.gov.ng",
    },
};

fn au_tfn(id: &[u8]) -> bool {
    weighted(id, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11) && !uniform(id)
}

/// One less in the first place, weights, the sum by 89.
fn au_abn(id: &[u8]) -> bool {
    let sum = weighted(id, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    id.first() != Some(&b'0') && sum % 89 == 10
}

/// Weights 8 to 1, the complement to ten.
fn au_acn(id: &[u8]) -> bool {
    let sum = weighted(id, &[8, 7, 6, 5, 4, 3, 2, 1]);
    (10 - sum % 10) % 10 == last(id) && !uniform(id)
}

/// Weights 1, 3, 7, 9 over eight digits; the tenth digit counts the cards.
fn au_medicare(id: &[u8]) -> bool {
    let check = values(id).nth(8);
    matches!(id.first(), Some(b'2'..=b'6'))
        && check == Some(weighted(id, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10)
}

/// Two sets of weights: the second counts where the first gives 10.
fn nz_ird(id: &[u8]) -> bool {
    let Some((_, body)) = id.split_last() else { return false };
    let skip = 8 - body.len().min(8);
    let check = |weights: [u32; 8]| {
        (11 - weighted(body, weights.get(skip..).unwrap_or_default()) % 11) % 11
    };
    let expected = match check([3, 2, 7, 6, 5, 4, 3, 2]) {
        10 => check([7, 4, 3, 2, 5, 2, 7, 6]),
        digit => digit,
    };
    (10_000_000..150_000_000).contains(&number(id)) && expected == last(id)
}

/// Luhn, a birthday, and a digit for citizens (0), residents (1) and refugees (2).
fn za_id(id: &[u8]) -> bool {
    id.get(..6).is_some_and(|date| is_date6(date, b"ymd"))
        && matches!(id.get(10), Some(b'0'..=b'2'))
        && luhn(id)
}

fn ng_nin(id: &[u8]) -> bool {
    !uniform(id)
}
