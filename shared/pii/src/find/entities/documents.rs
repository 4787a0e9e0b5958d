//! Passports, licences, vehicles, devices.

use super::super::checks::{luhn, uniform, values};
use super::super::entity::{Category, Check, Doc, Entity, Grade, Scan};

pub(super) const PASSPORT: Entity = Entity {
    name: "PASSPORT",
    category: Category::Identity,
    region: "global",
    default: true,
    scan: Scan::Forms(&[
        ("@#{7,8}", 0.15),
        ("@@#{6,7}", 0.15),
        ("#{8,9}", 0.12),
        ("##@@#####", 0.2),
        ("@*{8}", 0.12),
    ]),
    check: Check::Rules(document),
    context: "passport, passport number, passport no, reisepass, passnummer, pass-nr, passeport, \
              pasaporte, passaporto, passaporte, paspoort, paszport, паспорт, 护照, 護照, 旅券, パスポート",
    doc: Doc {
        catches: "Passport numbers near a word that says so.",
        why: "It names its holder at every border.",
        matches: &[
            "passport number «C01X00T47»",
            "my US passport is «488839667»",
            "passeport «12AB34567»",
        ],
        rejects: &["C01X00T47", "passport to success in 2024", "passport photos"],
        mistakes: "Any number of such a form near the word.",
        source: "ICAO Doc 9303 part 3",
    },
};

pub(super) const DRIVER_LICENSE: Entity = Entity {
    name: "DRIVER_LICENSE",
    category: Category::Identity,
    region: "global",
    default: true,
    scan: Scan::Forms(&[
        ("#{6,14}", 0.15),
        ("@{1,3}#{4,14}", 0.15),
        ("@###_####_####", 0.2),
        ("@###_###_##_###_#", 0.2),
        ("@####_#####_#####", 0.2),
        ("##_###_####", 0.15),
        ("###_##_####", 0.1),
        ("###_###_###", 0.15),
        ("@{5}######*{2}#@@", 0.5),
        ("@*{7,11}", 0.12),
    ]),
    check: Check::Rules(document),
    context: "driver license, drivers license, driver's license, driver’s license, driver \
              licence, driving licence, driving license, driver's licence, license number, \
              licence number, driver license number, dl number, dl no, dl#, dln, führerschein, \
              führerscheinnummer, permis de conduire, licencia de conducir, carnet de conducir, \
              patente di guida, rijbewijs, carta de condução, prawo jazdy",
    doc: Doc {
        catches: "Numbers of driving licences near a word that says so.",
        why: "It serves as identity card in many countries.",
        matches: &[
            "My driver's license number is «481195160»",
            "driving licence «MORGA657054SM9IJ»",
            "DL number: «D123-4567-8901»",
        ],
        rejects: &["481195160", "the driver license expires 2027"],
        mistakes: "Any number of such a form near the words.",
        source: "https://ntsi.com/drivers-license-format (2026-11-21)",
    },
};

pub(super) const VIN: Entity = Entity {
    name: "VIN",
    category: Category::Identity,
    region: "global",
    default: true,
    scan: Scan::Forms(&[("*{17}", 0.6)]),
    check: Check::Graded(vin),
    context: "vin, vehicle, chassis, fahrgestellnummer, fin, châssis, bastidor, telaio",
    doc: Doc {
        catches: "Vehicle identification numbers; without a check digit, as in Europe, near a \
                  word that says so.",
        why: "It leads to the owner.",
        matches: &["VIN «1M8GDM9AXKP042788»", "Fahrgestellnummer «WVWZZZ1JZ3W386752»"],
        rejects: &["1M8GDM9A1KP042788", "IOQGDM9AXKP042788"],
        mistakes: "One in eleven strings of seventeen capitals and digits.",
        source: "ISO 3779; 49 CFR 565.15",
    },
};

pub(super) const IMEI: Entity = Entity {
    name: "IMEI",
    category: Category::Identity,
    region: "global",
    default: true,
    scan: Scan::Forms(&[("##-######-######-#", 0.7), ("#{15}", 0.2)]),
    check: Check::Sum(imei),
    context: "imei, handset, device",
    doc: Doc {
        catches: "Numbers of mobile devices.",
        why: "It follows a device from card to card.",
        matches: &["IMEI «490154203237518»", "«35-417803-685978-9»"],
        rejects: &["490154203237518", "35-417803-685978-1"],
        mistakes: "One in ten numbers of fifteen digits near such a word.",
        source: "3GPP TS 23.003 annex B",
    },
};

/// Some digits, and not all the same.
fn document(id: &[u8]) -> bool {
    let digits = id.iter().filter(|c| c.is_ascii_digit()).count();
    digits >= 4 && !uniform(id)
}

/// Letters have values, places weights; the ninth character is the sum by 11, X for 10. North America only.
fn vin(id: &[u8]) -> Grade {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let letters = id.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let tail = id.get(13..).unwrap_or_default();
    if !(2..=14).contains(&letters)
        || id.iter().any(|c| b"IOQ".contains(c))
        || !tail.iter().all(u8::is_ascii_digit)
    {
        return Grade::No;
    }
    // A to H are 1 to 8, J to R 1 to 9, S to Z 2 to 9.
    let value = |value: u32| match value {
        0..10 => value,
        10..18 => value - 9,
        18..28 => value - 18,
        _ => value - 26,
    };
    let sum: u32 = values(id).map(value).zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    let expected = if sum % 11 == 10 { b'X' } else { b'0' + (sum % 11) as u8 };
    if id.get(8) == Some(&expected) { Grade::Valid } else { Grade::Unsure }
}

fn imei(id: &[u8]) -> bool {
    luhn(id) && !uniform(id)
}
