//! Identifiers of Asia.

use super::super::checks::{
    date6, is_date, is_date6, last, luhn, mod11_2, number, uniform, values, verhoeff, weighted,
};
use super::super::entity::{Category, Check, Doc, Entity, Grade, Scan};

pub(super) const IN_AADHAAR: Entity = Entity {
    name: "IN_AADHAAR",
    category: Category::Identity,
    region: "in",
    default: true,
    scan: Scan::Forms(&[("####_####_####", 0.5), ("############", 0.2)]),
    check: Check::Sum(in_aadhaar),
    context: "aadhaar, aadhar, uidai, uid, आधार",
    doc: Doc {
        catches: "Aadhaar numbers of India.",
        why: "The key to identity, benefits and banking.",
        matches: &["Aadhaar «2341 2341 2346»", "aadhaar: «234123412346»"],
        rejects: &["2341 2341 2347", "234123412346", "1234 1234 1234"],
        mistakes: "One in ten numbers in three groups of four.",
        source: "UIDAI, A UID Numbering Scheme: https://web.archive.org/web/20140611025606/http://uidai.gov.in/UID_PDF/Working_Papers/A_UID_Numbering_Scheme.pdf (2026-11-21)",
    },
};

pub(super) const IN_PAN: Entity = Entity {
    name: "IN_PAN",
    category: Category::Identity,
    region: "in",
    default: true,
    scan: Scan::Forms(&[("@@@@@####@", 0.5)]),
    check: Check::Rules(in_pan),
    context: "pan, permanent account, income tax",
    doc: Doc {
        catches: "Permanent account numbers of India.",
        why: "The key to tax and banking.",
        matches: &["PAN «ACUPA7085R»"],
        rejects: &["ABMXA3211G", "ACUPA0000R"],
        mistakes: "Serial numbers of this form.",
        source: "https://incometaxindia.gov.in/tutorials/1.permanent%20account%20number%20(pan).pdf (2026-11-21)",
    },
};

pub(super) const IN_GSTIN: Entity = Entity {
    name: "IN_GSTIN",
    category: Category::Identity,
    region: "in",
    default: true,
    scan: Scan::Forms(&[("##@@@@@####@*@*", 0.8)]),
    check: Check::Sum(in_gstin),
    context: "gstin, gst",
    doc: Doc {
        catches: "Goods and services tax numbers of India.",
        why: "It holds the PAN of its holder.",
        matches: &["GSTIN «27AAPFU0939F1ZV»"],
        rejects: &["27AAPFU0939F1ZO", "45AAPFU0939F1ZV"],
        mistakes: "None known.",
        source: "https://arthurdejong.org/python-stdnum/doc/2.1/stdnum.in_.gstin.html (2026-11-21)",
    },
};

pub(super) const CN_RESIDENT_ID: Entity = Entity {
    name: "CN_RESIDENT_ID",
    category: Category::Identity,
    region: "cn",
    default: true,
    scan: Scan::Forms(&[("#{17}*", 0.8)]),
    check: Check::Sum(cn_resident_id),
    context: "身份证, 身份证号, 公民身份号码, resident id, id card",
    doc: Doc {
        catches: "Resident identity numbers of China.",
        why: "It holds birthplace, birthday and sex.",
        matches: &["身份证号«360426199101010071»", "«11010519491231002X»"],
        rejects: &["360426199101010072", "360426199113010071"],
        mistakes: "None known.",
        source: "GB 11643-1999, Citizen identification number; ISO 7064 MOD 11-2",
    },
};

pub(super) const HK_ID: Entity = Entity {
    name: "HK_ID",
    category: Category::Identity,
    region: "hk",
    default: true,
    scan: Scan::Forms(&[("@{1,2}######(*)", 0.8), ("@{1,2}######*", 0.3)]),
    check: Check::Sum(hk_id),
    context: "hkid, hong kong identity, identity card, 身份證",
    doc: Doc {
        catches: "Identity card numbers of Hong Kong.",
        why: "The key to identity.",
        matches: &["HKID «A123456(3)»", "«AB987654(3)»"],
        rejects: &["A123456(4)", "A1234563"],
        mistakes: "One in eleven strings of this form.",
        source: "https://en.wikipedia.org/wiki/Hong_Kong_identity_card (2026-11-21)",
    },
};

pub(super) const JP_MY_NUMBER: Entity = Entity {
    name: "JP_MY_NUMBER",
    category: Category::Identity,
    region: "jp",
    default: true,
    scan: Scan::Forms(&[("####_####_####", 0.3), ("############", 0.2)]),
    check: Check::Sum(jp_my_number),
    context: "my number, マイナンバー, 個人番号, mynumber",
    doc: Doc {
        catches: "Individual numbers of Japan.",
        why: "The key to tax and benefits; the law forbids to keep it without need.",
        matches: &["マイナンバー «1234 5678 9018»", "my number: «123456789018»"],
        rejects: &["1234 5678 9018", "マイナンバー 1234 5678 9019"],
        mistakes: "One in ten numbers of twelve digits near such a word.",
        source: "https://www.soumu.go.jp (Ordinance 85 of 2014, article 5)",
    },
};

pub(super) const KR_RRN: Entity = Entity {
    name: "KR_RRN",
    category: Category::Identity,
    region: "kr",
    default: true,
    scan: Scan::Forms(&[("######-#######", 0.6), ("#############", 0.2)]),
    check: Check::Graded(kr_rrn),
    context: "rrn, 주민등록번호, 주민번호, resident registration",
    doc: Doc {
        catches: "Resident registration numbers of Korea. Those given out since October 2020 \
                  have no check digit.",
        why: "It holds birthday and sex.",
        matches: &["«971013-9019902»", "주민등록번호 «9710139019902»", "«971013-9019903»"],
        rejects: &["971313-9019902", "9710139019902"],
        mistakes: "Numbers of this form that begin with a date.",
        source: "https://en.wikipedia.org/wiki/Resident_registration_number (2026-11-21)",
    },
};

pub(super) const SG_NRIC: Entity = Entity {
    name: "SG_NRIC",
    category: Category::Identity,
    region: "sg",
    default: true,
    scan: Scan::Forms(&[("@#######@", 0.6)]),
    check: Check::Sum(sg_nric),
    context: "nric, fin, singapore",
    doc: Doc {
        catches: "NRIC and FIN numbers of Singapore.",
        why: "The key to identity.",
        matches: &["NRIC «S1234567D»", "«F1234567N»", "«M1234567K»"],
        rejects: &["S1234567E", "A1234567D"],
        mistakes: "One in eleven strings of this form.",
        source: "https://en.wikipedia.org/wiki/National_Registration_Identity_Card (2026-11-21)",
    },
};

pub(super) const TH_ID: Entity = Entity {
    name: "TH_ID",
    category: Category::Identity,
    region: "th",
    default: true,
    scan: Scan::Forms(&[("#_####_#####_##_#", 0.7), ("#############", 0.2)]),
    check: Check::Sum(th_id),
    context: "เลขประจำตัวประชาชน, บัตรประชาชน, thai id, national id",
    doc: Doc {
        catches: "Identity numbers of Thailand.",
        why: "The key to identity.",
        matches: &["«1-2345-45678-78-1»", "บัตรประชาชน «3100600445635»"],
        rejects: &["1-2345-45678-78-9", "3100600445635"],
        mistakes: "One in ten numbers of this form.",
        source: "https://arthurdejong.org/python-stdnum/doc/2.1/stdnum.th.pin.html (2026-11-21)",
    },
};

pub(super) const PH_TIN: Entity = Entity {
    name: "PH_TIN",
    category: Category::Identity,
    region: "ph",
    default: true,
    scan: Scan::Forms(&[
        ("###-###-###", 0.12),
        ("###-###-###-###", 0.25),
        ("###-###-###-#####", 0.25),
    ]),
    check: Check::Rules(ph_tin),
    context: "tin, bir, taxpayer identification",
    doc: Doc {
        catches: "Tax numbers of the Philippines near the word.",
        why: "The key to tax.",
        matches: &["TIN: «123-456-789-000»"],
        rejects: &["123-456-789-000", "123-456-789"],
        mistakes: "Any number of this form near such a word.",
        source: "https://www.bir.gov.ph",
    },
};

pub(super) const MY_NRIC: Entity = Entity {
    name: "MY_NRIC",
    category: Category::Identity,
    region: "my",
    default: true,
    scan: Scan::Forms(&[("######-##-####", 0.6), ("############", 0.12)]),
    check: Check::Rules(my_nric),
    context: "mykad, nric, ic number, no. ic, kad pengenalan",
    doc: Doc {
        catches: "Identity card numbers of Malaysia.",
        why: "It holds birthday and birthplace.",
        matches: &["«770305-02-1234»", "MyKad «770305021234»"],
        rejects: &["771305-02-1234", "770305021234"],
        mistakes: "Numbers of this form that begin with a date.",
        source: "https://en.wikipedia.org/wiki/Malaysian_identity_card (2026-11-21)",
    },
};

pub(super) const ID_NIK: Entity = Entity {
    name: "ID_NIK",
    category: Category::Identity,
    region: "id",
    default: true,
    scan: Scan::Forms(&[("#{16}", 0.2)]),
    check: Check::Rules(id_nik),
    context: "nik, ktp, nomor induk kependudukan",
    doc: Doc {
        catches: "Population numbers of Indonesia near the word.",
        why: "It holds region and birthday.",
        matches: &["NIK «3171011708450001»"],
        rejects: &["3171011708450001", "NIK 9971011708450001"],
        mistakes: "Numbers of sixteen digits with a date near such a word.",
        source: "https://id.wikipedia.org/wiki/Nomor_Induk_Kependudukan (2026-11-21)",
    },
};

pub(super) const TR_ID: Entity = Entity {
    name: "TR_ID",
    category: Category::Identity,
    region: "tr",
    default: true,
    scan: Scan::Forms(&[("###########", 0.25)]),
    check: Check::Sum(tr_id),
    context: "tckn, t.c., tc, kimlik, tc kimlik, kimlik no",
    doc: Doc {
        catches: "Identity numbers of Turkey.",
        why: "The key to identity.",
        matches: &["TC Kimlik No: «17291716060»"],
        rejects: &["17291716060", "TC 17291716050", "TCKN 07291716092"],
        mistakes: "One in a hundred numbers of eleven digits near such a word.",
        source: "https://arthurdejong.org/python-stdnum/doc/2.1/stdnum.tr.tckimlik.html (2026-11-21)",
    },
};

pub(super) const IL_ID: Entity = Entity {
    name: "IL_ID",
    category: Category::Identity,
    region: "il",
    default: true,
    scan: Scan::Forms(&[("########-#", 0.2), ("#########", 0.15)]),
    check: Check::Sum(il_id),
    context: "teudat zehut, תעודת זהות, ת.ז., ת\"ז, israeli id, id number",
    doc: Doc {
        catches: "Identity numbers of Israel.",
        why: "The key to identity.",
        matches: &["Teudat Zehut «039337423»", "תעודת זהות «03933742-3»"],
        rejects: &["039337423", "Teudat Zehut 039337422"],
        mistakes: "One in ten numbers of nine digits near such a word.",
        source: "https://arthurdejong.org/python-stdnum/doc/2.1/stdnum.il.idnr.html (2026-11-21)",
    },
};

fn in_aadhaar(id: &[u8]) -> bool {
    let mirrored = id.iter().eq(id.iter().rev());
    matches!(id.first(), Some(b'2'..=b'9')) && !mirrored && verhoeff(id)
}

/// The fourth letter says what the holder is.
fn in_pan(id: &[u8]) -> bool {
    id.get(3).is_some_and(|kind| b"ABCFGHJKLPT".contains(kind)) && id.get(5..9) != Some(b"0000")
}

/// Luhn with 36 for 10: every second value doubled, quotient and remainder added.
fn in_gstin(id: &[u8]) -> bool {
    let Some((&check, body)) = id.split_last() else { return false };
    let factors = [1, 2].into_iter().cycle();
    let sum: u32 = values(body)
        .zip(factors)
        .map(|(value, factor)| value * factor)
        .map(|product| product / 36 + product % 36)
        .sum();
    let state = number(id.get(..2).unwrap_or_default());
    matches!(state, 1..=38 | 97 | 99)
        && in_pan(id.get(2..12).unwrap_or_default())
        && values(&[check]).next() == Some((36 - sum % 36) % 36)
}

/// ISO 7064 mod 11-2; a province and a birthday.
fn cn_resident_id(id: &[u8]) -> bool {
    let part = |from: usize, to: usize| number(id.get(from..to).unwrap_or_default());
    let province = part(0, 2);
    let year = part(6, 10) as u32;
    matches!(province, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91)
        && (1850..2100).contains(&year)
        && is_date(year, part(10, 12) as u32, part(12, 14) as u32)
        && id.last().is_some_and(|c| c.is_ascii_digit() || *c == b'X')
        && mod11_2(id)
}

/// Weights 9 to 2; one letter has a space (36) before it.
fn hk_id(id: &[u8]) -> bool {
    let Some((&check, body)) = id.split_last() else { return false };
    let check = match check {
        b'A' => 10,
        b'0'..=b'9' => u32::from(check - b'0'),
        _ => return false,
    };
    let lone = body.len() == 7;
    let head = if lone { 36 * 9 } else { 0 };
    let weights = (2..=if lone { 8 } else { 9 }).rev();
    let sum: u32 = values(body).zip(weights).map(|(value, weight)| value * weight).sum();
    (head + sum + check).is_multiple_of(11)
}

fn jp_my_number(id: &[u8]) -> bool {
    let rest = weighted(id, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    last(id) == if rest < 2 { 0 } else { 11 - rest } && !uniform(id)
}

/// A birthday and a digit for sex and century.
fn kr_rrn(id: &[u8]) -> Grade {
    if !id.get(..6).is_some_and(|date| is_date6(date, b"ymd")) {
        return Grade::No;
    }
    let sum = weighted(id, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    if (11 - sum % 11) % 10 == last(id) { Grade::Valid } else { Grade::Plausible }
}

/// The letters are those that the checksums of S and T, F and G, and M give.
fn sg_nric(id: &[u8]) -> bool {
    let [kind, digits @ .., check] = id else { return false };
    let sum = weighted(digits, &[2, 7, 6, 5, 4, 3, 2]);
    let (offset, letters) = match kind {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    letters.get(((sum + offset) % 11) as usize) == Some(check)
}

/// Weights 13 to 2.
fn th_id(id: &[u8]) -> bool {
    let sum = weighted(id, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    (11 - sum % 11) % 10 == last(id) && !uniform(id) && id.first() != Some(&b'0')
}

fn ph_tin(id: &[u8]) -> bool {
    !uniform(id.get(..9).unwrap_or_default())
}

/// A birthday and the code of a state or country.
fn my_nric(id: &[u8]) -> bool {
    let place = number(id.get(6..8).unwrap_or_default());
    id.get(..6).is_some_and(|date| is_date6(date, b"ymd"))
        && !matches!(place, 0 | 17..=20 | 69 | 70 | 73 | 80 | 81 | 94..=97)
}

/// A province, and a birthday; forty is added to the day for women.
fn id_nik(id: &[u8]) -> bool {
    let province = number(id.get(..2).unwrap_or_default());
    let Some((year, month, day)) = id.get(6..12).and_then(|date| date6(date, b"dmy")) else {
        return false;
    };
    matches!(province, 11..=21 | 31..=36 | 51..=53 | 61..=65 | 71..=76 | 81..=82 | 91..=96)
        && is_date(year, month, if day > 40 { day - 40 } else { day })
}

/// The tenth digit is seven times those in odd places less those in even ones, the eleventh the sum of all.
fn tr_id(id: &[u8]) -> bool {
    let odd = weighted(id, &[1, 0, 1, 0, 1, 0, 1, 0, 1]);
    let even = weighted(id, &[0, 1, 0, 1, 0, 1, 0, 1]);
    let all = weighted(id, &[1; 10]) % 10;
    id.first() != Some(&b'0')
        && values(id).nth(9) == Some((odd * 7 + 100 - even) % 10)
        && last(id) == all
}

fn il_id(id: &[u8]) -> bool {
    luhn(id) && !uniform(id)
}
