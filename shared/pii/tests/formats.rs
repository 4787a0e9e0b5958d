//! Forms in which values are written, all of them made here: every one is found whole, whatever stands around it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use pii::find::{Finder, Selection};

fn finder() -> Finder {
    let mut selection = Selection::default();
    selection.entities.push("URL".to_owned());
    Finder::new(&selection).unwrap()
}

/// Sentences in which a value stands.
const FRAMES: &[&str] = &[
    "{}",
    "It is {}.",
    "({})",
    "\"{}\"",
    "a: {}, b",
    "see {}; then",
    "<b>{}</b>",
    "| {} |",
    "**{}**",
    "x\n{}\ny",
    "它是{}。",
    "{}?",
];

fn missed(entity: &str, values: &[&str], frames: &[&str]) -> Vec<String> {
    let finder = finder();
    let mut missed = Vec::new();
    for value in values {
        for frame in frames {
            let text = frame.replace("{}", value);
            let found = finder.find(&text);
            let whole = found.iter().any(|found| {
                found.name() == entity && text.get(found.start..found.end) == Some(*value)
            });
            if !whole {
                let found: Vec<_> =
                    found.iter().map(|f| (f.name(), text.get(f.start..f.end).unwrap())).collect();
                missed.push(format!("{entity} {text:?}: {found:?}"));
            }
        }
    }
    missed
}

fn all_found(entity: &str, values: &[&str], frames: &[&str]) {
    let missed = missed(entity, values, frames);
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn cards() {
    all_found(
        "CREDIT_CARD",
        &[
            "4111111111111111",
            "4111-1111-1111-1111",
            "4111 1111 1111 1111",
            "4111.1111.1111.1111",
            "4111\u{a0}1111\u{a0}1111\u{a0}1111",
            "4111–1111–1111–1111",
            "4111\u{200b}1111\u{200b}1111\u{200b}1111",
            "４１１１１１１１１１１１１１１１",
            "378282246310005",
            "3782 822463 10005",
            "3782-822463-10005",
            "6011111111111117",
            "6011 1111 1111 1117",
            "30569309025904",
            "3056 930902 5904",
            "3530111333300000",
            "6200000000000005",
            "6205 5000 0000 0000 004",
            "2223003122003222",
            "5555 5555 5555 4444",
            "6759649826438453",
        ],
        FRAMES,
    );
    all_found(
        "CREDIT_CARD",
        &["4222222222222", "501800000009", "6304000000000000"],
        &["card {}", "card number: {}."],
    );
}

#[test]
fn ibans() {
    all_found(
        "IBAN_CODE",
        &[
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "de89370400440532013000",
            "de89 3704 0044 0532 0130 00",
            "GB29 NWBK 6016 1331 9268 19",
            "gb29nwbk60161331926819",
            "FR14 2004 1010 0505 0001 3M02 606",
            "NL91 ABNA 0417 1643 00",
            "CH93 0076 2011 6238 5295 7",
            "NO93 8601 1117 947",
            "BE68 5390 0754 7034",
            "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
            "ES91-2100-0418-4502-0005-1332",
            "IT60X0542811101000000123456",
            "PL61 1090 1014 0000 0712 1981 2874",
            "DE89\u{a0}3704\u{a0}0044\u{a0}0532\u{a0}0130\u{a0}00",
            "SA03 8000 0000 6080 1016 7519",
        ],
        FRAMES,
    );
}

#[test]
fn addresses_of_mail() {
    all_found(
        "EMAIL_ADDRESS",
        &[
            "jane@example.com",
            "jane.doe+tag@mail.example.co.uk",
            "j_d-x%y@sub.example.museum",
            "JANE@EXAMPLE.COM",
            "jane@bücher.example",
            "jane@xn--bcher-kva.example",
            "josé@example.es",
            "o'brien@example.ie",
            "x@example.io",
            "1234567890@example.com",
            "a@b.cd",
            "jane@my-host.example.org",
            "пример@пример.рф",
        ],
        &[
            "{}",
            "It is {}.",
            "({})",
            "\"{}\"",
            "a: {}, b",
            "<{}>",
            "mailto:{}",
            "mailto:{}?subject=x",
            "[{}](mailto:x)",
            "**{}**",
            "{}?",
            "{}!",
            "{};{}",
        ],
    );
}

#[test]
fn addresses_of_machines() {
    all_found(
        "IP_ADDRESS",
        &[
            "192.168.1.17",
            "8.8.8.8",
            "255.255.255.0",
            "2001:db8::1",
            "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
            "fe80::1ff:fe23:4567:890a%eth0",
            "fe80::1ff:fe23:4567:890a%3",
            "::ffff:192.0.2.128",
            "64:ff9b::192.0.2.33",
            "2001:DB8:0:0:8:800:200C:417A",
            "2606:4700:4700::1111",
        ],
        &[
            "{}",
            "It is {}.",
            "({})",
            "\"{}\"",
            "from {}, to",
            "[{}]:8080",
            "ip={}",
            "{}?",
            "| {} |",
            "它是{}。",
        ],
    );
    all_found("IP_ADDRESS", &["192.168.1.17"], &["{}:8080", "{}/24", "http {}/x"]);
    all_found("IP_ADDRESS", &["::1", "fe80::1", "1.1.1.1"], &["host {}", "ip: {}"]);
}

#[test]
fn social_security_numbers() {
    all_found(
        "US_SSN",
        &["536-90-4399", "536 90 4399", "001-01-0001", "899-99-9999", "536–90–4399", "536‑90‑4399"],
        FRAMES,
    );
    all_found(
        "US_SSN",
        &["536904399"],
        &["ssn {}", "SSN: {}", "my social security number is {}.", "{} is my SSN"],
    );
    for wrong in ["000-12-3456", "666-12-3456", "536-00-4399", "536-90-0000"] {
        assert_eq!(missed("US_SSN", &[wrong], &["SSN {}"]).len(), 1, "{wrong}");
    }
}

#[test]
fn links() {
    all_found(
        "URL",
        &[
            "https://example.com",
            "http://example.com/a/b?c=d&e=f#g",
            "https://example.com:8443/x",
            "https://en.wikipedia.org/wiki/Rust_(language)",
            "www.example.co.uk/path",
            "ftp://files.example.org/x.tar.gz",
            "https://bücher.example/straße",
            "HTTPS://EXAMPLE.COM/A",
        ],
        &[
            "{}",
            "It is {}.",
            "({})",
            "\"{}\"",
            "a: {}, b",
            "<{}>",
            "[x]({})",
            "**{}**",
            "{}!",
            "x\n{}\ny",
        ],
    );
}

#[test]
fn phones_that_stand_alone() {
    all_found(
        "PHONE_NUMBER",
        &[
            // United States and Canada
            "(212) 555-0187",
            "212-555-0187",
            "212.555.0187",
            "+1 212 555 0187",
            "+1-212-555-0187",
            "1-800-555-0199",
            "+12125550187",
            "(212)555-0187",
            "212-555-0187 x123",
            "+1 (212) 555-0187 ext. 5",
            // United Kingdom
            "+44 20 7946 0958",
            "+44 (0)20 7946 0958",
            "020 7946 0958",
            "07700 900123",
            "+447700900123",
            "(020) 7946 0958",
            // Germany
            "+49 30 123456",
            "+49 (0)30 123456-78",
            "030 12345678",
            "0171 2345678",
            "+49-171-2345678",
            "0049 30 1234567",
            "030/12345678",
            "(030) 12345678",
            // France
            "01 23 45 67 89",
            "+33 1 23 45 67 89",
            "01.23.45.67.89",
            "+33 (0)1 23 45 67 89",
            "0033 1 23 45 67 89",
            // Spain, Italy
            "+34 912 345 678",
            "+34 612345678",
            "+39 06 1234 5678",
            "+39 347 123 4567",
            "06 1234 5678",
            // Netherlands, Switzerland
            "+31 20 123 4567",
            "020-1234567",
            "06-12345678",
            "+41 44 123 45 67",
            "044 123 45 67",
            "079 123 45 67",
            // Australia, India
            "+61 2 1234 5678",
            "(02) 1234 5678",
            "0412 345 678",
            "+91 98765 43210",
            "+91-9876543210",
            // Brazil, Japan
            "+55 11 91234-5678",
            "(11) 91234-5678",
            "+81 3-1234-5678",
            "03-1234-5678",
            "090-1234-5678",
        ],
        &[
            "{}",
            "It is {}.",
            "\"{}\"",
            "a: {}, b",
            "| {} |",
            "x\n{}\ny",
            "{}?",
            "**{}**",
            "它是{}。",
        ],
    );
}

#[test]
fn phones_that_need_a_word() {
    all_found(
        "PHONE_NUMBER",
        &[
            "912 345 678",
            "612345678",
            "98765 43210",
            "9876543210",
            "347 123 4567",
            "555-0187",
            "1234 5678",
            "11 91234 5678",
        ],
        &[
            "call {}",
            "phone: {}",
            "my mobile is {}.",
            "Tel. {}",
            "reach me at {}",
            "{} is my phone number",
            "WhatsApp {}",
            "You can reach Anna Berg at {}.",
            "A voicemail came from {}; who is that?",
            "please text {} when it is there",
            "Sie ist unter {} erreichbar",
            "Puede llamar al {}",
        ],
    );
}

#[test]
fn secrets() {
    // In pieces, so that no scanner of repositories takes them for real.
    let join = |parts: &[&str]| parts.concat();
    let values = [
        ("AWS_ACCESS_KEY", join(&["AKIA", "Z7QK3XW2LMN4PRST"])),
        ("AWS_ACCESS_KEY", join(&["ASIA", "Z7QK3XW2LMN4PRST"])),
        ("GCP_KEY", join(&["AIza", "SyD3kLm9QpR7tUvWxYz0aBcDeFgHiJkLmNo"])),
        ("GITHUB_TOKEN", join(&["ghp", "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"])),
        (
            "GITHUB_TOKEN",
            join(&[
                "github_pat",
                "_11ABCDEFG0a1B2c3D4e5F6_g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9D0e1F2g3H4i5J",
            ]),
        ),
        ("GITLAB_TOKEN", join(&["glpat", "-a1B2c3D4e5F6g7H8i9J0"])),
        ("SLACK_TOKEN", join(&["xoxb", "-123456789012-1234567890123-a1B2c3D4e5F6g7H8i9J0k1L2"])),
        ("STRIPE_KEY", join(&["sk_live", "_a1B2c3D4e5F6g7H8i9J0k1L2"])),
        (
            "SENDGRID_KEY",
            join(&[
                "SG",
                ".a1B2c3D4e5F6g7H8i9J0k1",
                ".a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V",
            ]),
        ),
        (
            "OPENAI_KEY",
            join(&[
                "sk-proj",
                "-a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0T3BlbkFJa1B2c3D4e5F6g7H8i9J0",
            ]),
        ),
        (
            "ANTHROPIC_KEY",
            join(&[
                "sk-ant-api03",
                "-a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9D0e1F2g3H4i5J6k7L8m9N0o1P2q3R4s5T6u7V8w9X0y1Z2AA",
            ]),
        ),
        ("HUGGINGFACE_TOKEN", join(&["hf", "_aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"])),
        ("NPM_TOKEN", join(&["npm", "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"])),
        (
            "PYPI_TOKEN",
            join(&[
                "pypi",
                "-AgEIcHlwaS5vcmcCJDEyMzQ1Njc4LWFiY2QtZWZnaC1pamtsLW1ub3BxcnN0dXZ3eAACKlsz",
            ]),
        ),
    ];
    let frames = [
        "{}",
        "key={}",
        "\"{}\"",
        "export X={}",
        "use {}.",
        "`{}`",
        "Bearer {}\n",
        "{\"k\": \"{}\"}",
    ];
    let missed: Vec<_> =
        values.iter().flat_map(|(entity, value)| missed(entity, &[value], &frames)).collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
