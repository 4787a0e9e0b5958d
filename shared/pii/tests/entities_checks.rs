//! Checksums: of all characters that can stand in the place of a check digit, one is right.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::string_slice, clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use pii::find::{Finder, Selection};

/// An entity, what stands before it, genuine numbers, and where the check character stands, from the end, among
/// letters and digits.
type Row = (&'static str, &'static str, &'static [&'static str], usize);

const ROWS: &[Row] = &[
    ("AR_CUIT", "CUIT", &["20-05536168-2", "20-26756539-3"], 0),
    ("AT_SOCIAL_SECURITY", "SVNR", &["1237 010180"], 6),
    ("AU_ABN", "ABN", &["83 914 571 673", "51 824 753 556"], 0),
    ("AU_ACN", "ACN", &["004 085 616", "010 499 966"], 0),
    ("AU_MEDICARE", "medicare", &["2123 45670 1"], 1),
    ("AU_TFN", "TFN", &["123 456 782"], 0),
    ("BALTIC_PERSONAL_CODE", "isikukood", &["36805280109", "33309240064"], 0),
    ("BE_NRN", "rijksregisternummer", &["85.07.30-033.28", "17.07.30-033.84"], 0),
    ("BG_EGN", "EGN", &["7523169263", "8032056031"], 0),
    ("BR_CNPJ", "CNPJ", &["16.727.230/0001-97", "12.ABC.345/01DE-35"], 0),
    ("BR_CPF", "CPF", &["390.533.447-05", "111.444.777-35"], 0),
    ("BR_CPF", "CPF", &["390.533.447-05", "111.444.777-35"], 1),
    ("CA_SIN", "SIN", &["130-692-544"], 0),
    ("CH_AHV", "AHV", &["756.9217.0769.85"], 0),
    ("CL_RUT", "RUT", &["12.531.909-2", "76.086.428-5"], 0),
    ("CN_RESIDENT_ID", "", &["360426199101010071", "11010519491231002X"], 0),
    ("CO_NIT", "NIT", &["213.123.432-1"], 0),
    (
        "CREDIT_CARD",
        "card",
        &["4111 1111 1111 1111", "378282246310005", "30569309025904", "6759649826438453"],
        0,
    ),
    ("CZ_SK_RODNE_CISLO", "rodné číslo", &["710319/2745"], 0),
    ("DE_SOCIAL_SECURITY", "RVNR", &["15070649C103"], 0),
    ("DE_TAX_ID", "IdNr", &["36 574 261 809"], 0),
    ("DK_CPR", "CPR", &["211062-5629"], 0),
    ("ES_CIF", "CIF", &["J99216582", "B64717838"], 0),
    ("ES_NIE", "NIE", &["X2482300W"], 0),
    ("ES_NIF", "NIF", &["54362315K"], 0),
    ("FI_HETU", "hetu", &["131052-308T"], 0),
    ("FR_NIR", "NIR", &["2 95 10 99 126 111 93", "253072B07300470", "253072A07300443"], 0),
    ("FR_SIREN", "SIREN", &["404 833 048"], 0),
    ("FR_SIRET", "SIRET", &["732 829 320 00074"], 0),
    ("GR_AFM", "AFM", &["094259216"], 0),
    ("HK_ID", "HKID", &["A123456(3)", "AB987654(3)"], 0),
    ("HR_OIB", "OIB", &["33392005961"], 0),
    (
        "IBAN_CODE",
        "",
        &["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "NO9386011117947"],
        0,
    ),
    ("IE_PPS", "PPSN", &["6433435F"], 0),
    ("IL_ID", "Teudat Zehut", &["039337423"], 0),
    ("IMEI", "IMEI", &["490154203237518", "35-417803-685978-9"], 0),
    ("IN_AADHAAR", "aadhaar", &["2341 2341 2346"], 0),
    ("IN_GSTIN", "GSTIN", &["27AAPFU0939F1ZV"], 0),
    ("IT_FISCAL_CODE", "C.F.", &["RCCMNL83S18D969H", "RSSMRA85T10A562S"], 0),
    ("IT_VAT_CODE", "P. IVA", &["00743110157"], 0),
    ("JP_MY_NUMBER", "my number", &["1234 5678 9018"], 0),
    ("KR_RRN", "RRN", &["971013-9019902"], 0),
    ("MX_CURP", "CURP", &["BOXW310820HNERXN09"], 0),
    ("MX_RFC", "RFC", &["GODE561231GR8", "MAB9307148T4"], 0),
    ("NL_BSN", "BSN", &["1112.22.333"], 0),
    ("NO_FODSELSNUMMER", "fnr", &["151086 95088"], 0),
    ("NZ_IRD", "IRD", &["49-098-576", "49091850"], 0),
    ("PL_NIP", "NIP", &["856-734-62-15"], 0),
    ("PL_PESEL", "PESEL", &["44051401359"], 0),
    ("PT_NIF", "NIF", &["501964843"], 0),
    ("RO_CNP", "CNP", &["1630615123457"], 0),
    ("RU_INN", "ИНН", &["123456789047", "1234567894"], 0),
    ("RU_SNILS", "СНИЛС", &["112-233-445 95"], 0),
    ("SE_PERSONNUMMER", "personnummer", &["880320-0016"], 0),
    ("SG_NRIC", "NRIC", &["S1234567D", "F1234567N", "M1234567K"], 0),
    ("TH_ID", "thai id", &["1-2345-45678-78-1", "3100600445635"], 0),
    ("TR_ID", "TCKN", &["17291716060"], 0),
    ("TR_ID", "TCKN", &["17291716060"], 1),
    ("UA_RNTRC", "РНОКПП", &["1759013776"], 0),
    ("UK_NHS", "NHS", &["943 476 5870"], 0),
    ("US_BANK_ROUTING", "ABA", &["111000025", "021000021"], 0),
    ("US_DEA", "DEA", &["BB1388568"], 0),
    ("US_NPI", "NPI", &["1234567893"], 0),
    ("VIN", "VIN", &["1M8GDM9AXKP042788"], 8),
    ("ZA_ID", "ID number", &["7503305044089"], 0),
];

#[test]
fn one_check_character_of_all_is_right() {
    let mut wrong = Vec::new();
    for (entity, word, numbers, place) in ROWS {
        let finder = Finder::new(&Selection {
            entities: vec![(*entity).to_owned()],
            ..Selection::default()
        })
        .unwrap();
        for number in *numbers {
            let at =
                number.rmatch_indices(|c: char| c.is_ascii_alphanumeric()).nth(*place).unwrap().0;
            let right: Vec<char> = ('0'..='9')
                .chain('A'..='Z')
                .filter(|check| {
                    let other = format!(
                        "{word} {}{check}{}",
                        number.get(..at).unwrap(),
                        number.get(at + 1..).unwrap()
                    );
                    finder.find(&other).iter().any(|found| found.validated)
                })
                .collect();
            // The letter that stands for the check digit is as right as the digit.
            let right: Vec<char> =
                right.into_iter().filter(|c| *entity != "ES_CIF" || c.is_ascii_digit()).collect();
            if right != [number[at..].chars().next().unwrap()] {
                wrong.push(format!("{entity} {number}: {right:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_checksum_is_in_the_table() {
    for entity in pii::find::ENTITIES.iter().filter(|entity| entity.has_checksum()) {
        // The checksums of addresses of crypto-currencies are spread over all characters; see there.
        assert!(
            entity.name == "CRYPTO" || ROWS.iter().any(|row| row.0 == entity.name),
            "{}",
            entity.name
        );
    }
}
