//! Money: cards, accounts, wallets.

use super::super::checks::{luhn, number, uniform, values};
use super::super::entity::{Category, Check, Doc, Entity, Grade, Scan, Special};

pub(super) const CREDIT_CARD: Entity = Entity {
    name: "CREDIT_CARD",
    category: Category::Financial,
    region: "global",
    default: true,
    scan: Scan::Forms(&[
        ("####_####_####_####", 0.8),
        ("####_######_#####", 0.8),
        ("####_######_####", 0.8),
        ("####_####_####_####_###", 0.8),
        ("####_####_####_####_##", 0.7),
        ("####_####_####_####_#", 0.7),
        ("####_####_####_###", 0.7),
        ("####_####_####_##", 0.7),
        ("####_####_####_#", 0.8),
        // Maestro in its own ranges, which are few enough to stand alone.
        ("5018#{8}", 0.6),
        ("5020#{8}", 0.6),
        ("5038#{8}", 0.6),
        ("5893#{8}", 0.6),
        ("6304#{8}", 0.6),
        ("6759#{8}", 0.6),
        ("6761#{8}", 0.6),
        ("6762#{8}", 0.6),
        ("6763#{8}", 0.6),
        ("####_####_####", 0.3),
        ("######_#############", 0.7),
        ("######_######_####", 0.7),
        ("####_###_###_###", 0.7),
        ("########_########", 0.7),
        ("#{15,16}", 0.8),
        ("#{14}", 0.6),
        ("#{17,19}", 0.5),
        ("#{13}", 0.5),
        ("#{12}", 0.2),
    ]),
    check: Check::Graded(card),
    context: "card, cards, credit, debit, visa, mastercard, master card, amex, american express, \
              discover, diners, maestro, jcb, unionpay, union pay, payment, pay, paid, charge, \
              charged, cc, ccn, pan, cvv, cvc, expires, expiry, exp, karte, kreditkarte, carte, \
              tarjeta, carta, cartão, kaart, kort, 信用卡, 卡号, カード",
    doc: Doc {
        catches: "Numbers of payment cards of every network, 12 to 19 digits, in one piece or in \
                  groups, whose check digit holds.",
        why: "A card number is money; PCI DSS forbids to pass it on in clear.",
        matches: &[
            "card «4111 1111 1111 1111», 12/27",
            "«5555555555554444»",
            "«378282246310005»",
            "Amex «3782-822463-10005»",
            "«6011000990139424»",
            "«30569309025904»",
            "Visa «4222222222222»",
            "«2223003122003222»",
            "maestro «6759649826438453»",
            "JCB «3530111333300000»",
            "«6200000000000005»",
            "card number «501800000009»",
            "Why was «501897347529» declined?",
            "card «568800000008»",
            "«4917 4845 8989 7107»",
        ],
        rejects: &[
            "4111 1111 1111 1112",
            "1234567812345678",
            "EAN 4006381333931",
            "timestamp 1700000000000",
            "0000000000000000",
        ],
        mistakes: "A number of 15 or 16 digits in a range of cards passes once in ten times by \
                   chance. Twelve digits need a word near by, and so do thirteen that are also \
                   an article number.",
        source: "ISO/IEC 7812-1 annex B; ranges: https://en.wikipedia.org/wiki/Payment_card_number (2026-11-21)",
    },
};

pub(super) const IBAN_CODE: Entity = Entity {
    name: "IBAN_CODE",
    category: Category::Financial,
    region: "global",
    default: true,
    scan: Scan::Special(Special::Iban),
    check: Check::None,
    context: "iban, ibans, account, bank, konto, kontonummer, compte, cuenta, conto, conta, \
              rekening, rachunek, 账户, 口座",
    doc: Doc {
        catches: "International bank account numbers of every country of the registry, in any \
                  case and spacing, whose check digits hold; others near the word IBAN.",
        why: "Who has an account number can draw money from the account in many countries.",
        matches: &[
            "«DE89 3704 0044 0532 0130 00»",
            "pay to «GB29NWBK60161331926819».",
            "«fr14 2004 1010 0505 0001 3m02 606»",
            "IBAN: «NL91ABNA0417164300»",
            "«CH93-0076-2011-6238-5295-7»",
            "IBAN «DE88 3704 0044 0532 0130 00»",
        ],
        rejects: &["DE88 3704 0044 0532 0130 00", "XX82 WEST 1234 5698 7654 32", "commit de89f1a2"],
        mistakes: "One in a hundred strings of a country's form passes by chance. A wrong check \
                   digit near the word IBAN is found, too: it is most often a real one with a \
                   typing mistake.",
        source: "ISO 13616-1; SWIFT IBAN Registry release 101",
    },
};

pub(super) const CRYPTO: Entity = Entity {
    name: "CRYPTO",
    category: Category::Financial,
    region: "global",
    default: true,
    scan: Scan::Special(Special::Crypto),
    check: Check::None,
    context: "wallet, btc, bitcoin, eth, ethereum, crypto, usdt, litecoin, dogecoin, tron",
    doc: Doc {
        catches: "Addresses of Bitcoin, Litecoin, Dogecoin, Dash and Tron (base58check, bech32, \
                  bech32m) and Ethereum.",
        why: "An address ties a person to every payment that it ever made.",
        matches: &[
            "send to «1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa»",
            "«bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4»",
            "«0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed»",
            "«0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed»",
        ],
        rejects: &[
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
        ],
        mistakes: "Twenty bytes in hexadecimal of another meaning, written as an Ethereum \
                   address in one case.",
        source: "https://en.bitcoin.it/wiki/Base58Check_encoding; https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki; https://github.com/bitcoin/bips/blob/master/bip-0350.mediawiki; https://eips.ethereum.org/EIPS/eip-55 (2026-11-21)",
    },
};

pub(super) const SWIFT_CODE: Entity = Entity {
    name: "SWIFT_CODE",
    category: Category::Financial,
    region: "global",
    default: true,
    scan: Scan::Forms(&[("@@@@@@**", 0.15), ("@@@@@@*****", 0.15)]),
    check: Check::Rules(bic),
    context: "swift, bic, swift code, bic code, swift/bic, bic/swift",
    doc: Doc {
        catches: "Business identifier codes of banks, in capitals, near the word SWIFT or BIC.",
        why: "With an account number it is all a transfer needs.",
        matches: &["BIC: «DEUTDEFF»", "SWIFT code «NEDSZAJJXXX»"],
        rejects: &["DEUTDEFF", "swift is a language", "BIC: DEUTXXFF"],
        mistakes: "Words of 8 or 11 capitals near SWIFT whose fifth and sixth letter are a \
                   country.",
        source: "ISO 9362:2022",
    },
};

pub(super) const US_BANK_ROUTING: Entity = Entity {
    name: "US_BANK_ROUTING",
    category: Category::Financial,
    region: "us",
    default: true,
    scan: Scan::Forms(&[("#########", 0.2), ("####_####_#", 0.3)]),
    check: Check::Sum(aba),
    context: "aba, routing, routing number, rtn, ach, wire, bank, transit",
    doc: Doc {
        catches: "ABA routing transit numbers of banks in the United States.",
        why: "With an account number it is all a debit needs.",
        matches: &["routing number «111000025»", "ABA «021000021»"],
        rejects: &["111000025", "routing 111000026"],
        mistakes: "One in ten numbers of nine digits near such a word.",
        source: "https://en.wikipedia.org/wiki/ABA_routing_transit_number (2026-11-21)",
    },
};

pub(super) const BANK_ACCOUNT: Entity = Entity {
    name: "BANK_ACCOUNT",
    category: Category::Financial,
    region: "global",
    default: true,
    scan: Scan::Forms(&[("#{7,17}", 0.12), ("##-##-##_########", 0.12), ("####_#{6,10}", 0.12)]),
    check: Check::Rules(account),
    context: "account number, account no, account #, acct, a/c, bank account, checking account, \
              savings account, kontonummer, numéro de compte, número de cuenta, numero di conto, \
              conta bancária, rekeningnummer, sort code",
    doc: Doc {
        catches: "Account numbers of banks near words that say so.",
        why: "Who has it can pay in, and in some countries draw.",
        matches: &["account number «12345678»", "Savings account: «000123456789»"],
        rejects: &["12345678", "account created 20240102"],
        mistakes: "Numbers of customers, which are also called account numbers.",
        source: "https://www.occ.gov (no common form; 8 to 17 digits)",
    },
};

/// Luhn, in the range of a network and of a length that it issues.
fn card(id: &[u8]) -> Grade {
    if !luhn(id) || uniform(id) || !in_range(id) {
        return Grade::No;
    }
    // EAN-13 and UPC-A weigh 1 and 3: what is also an article number needs to be called a card.
    let weights = id.iter().rev().enumerate().map(|(place, _)| if place % 2 == 0 { 1 } else { 3 });
    let article: u32 = values(id).rev().zip(weights).map(|(digit, weight)| digit * weight).sum();
    if id.len() <= 13 && article.is_multiple_of(10) { Grade::Unsure } else { Grade::Valid }
}

/// Issuer identification numbers and the lengths that go with them.
fn in_range(id: &[u8]) -> bool {
    let Some(head) = id.get(..4) else { return false };
    match (number(head), id.len()) {
        // Visa
        (4000..=4999, 13 | 16 | 19) => true,
        // Mastercard
        (5100..=5599 | 2221..=2720, 16) => true,
        // American Express
        (3400..=3499 | 3700..=3799, 15) => true,
        // Diners Club
        (3000..=3059 | 3095 | 3600..=3699 | 3800..=3999, 14..=19) => true,
        // JCB
        (3500..=3599, 16..=19) | (2131 | 1800, 15) => true,
        // Discover
        (6011 | 6440..=6599, 16..=19) | (6221..=6229, 16..=19) => true,
        // UnionPay
        (6200..=6299 | 8100..=8171, 16..=19) => true,
        // Maestro
        (5000..=5099 | 5600..=5899 | 6000..=6999 | 604, 12..=19) => true,
        // RuPay, Mir, Troy, Verve, UATP
        (8000..=8299 | 2200..=2205 | 9792, 16) | (1000..=1999, 15) => {
            id.len() == 16 || head.starts_with(b"1")
        }
        _ => false,
    }
}

/// 3, 7, 1 over nine digits; the first two name a district of the Federal Reserve.
fn aba(id: &[u8]) -> bool {
    let district = number(id.get(..2).unwrap_or_default());
    let weighted = super::super::checks::weighted(id, &[3, 7, 1, 3, 7, 1, 3, 7, 1]);
    matches!(district, 0..=12 | 21..=32 | 61..=72 | 80)
        && weighted.is_multiple_of(10)
        && !uniform(id)
}

fn account(id: &[u8]) -> bool {
    // A date in one piece is none.
    let date = id.len() == 8
        && super::super::checks::is_date6(id.get(2..).unwrap_or_default(), b"ymd")
        && (id.starts_with(b"19") || id.starts_with(b"20"));
    !uniform(id) && !date
}

/// Letters of the bank, an ISO 3166 country, location, branch.
fn bic(id: &[u8]) -> bool {
    let country = id.get(4..6).unwrap_or_default();
    COUNTRIES.as_bytes().chunks_exact(2).any(|code| code == country)
}

/// ISO 3166-1 alpha-2, and XK for Kosovo.
const COUNTRIES: &str = "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";
