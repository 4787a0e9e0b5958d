//! What looking for personal data costs, in instructions: little a byte, and no more a byte in a longer text.

use serde_json::json;
use wasm_tests::Vm;

use super::support::*;

#[path = "../../../../shared/pii/examples/speed/texts.rs"]
mod texts;

/// The most instructions for a byte of prose, and of any other text; parsing and the rest of the filter included.
const PROSE: u64 = 100;
const HOSTILE: u64 = 1400;

/// The most instructions of a request of 4 KB in which two values are masked, all of it included.
const MASKED: u64 = 400_000;

/// The redactor with every entity there is.
fn redactor() -> Vm {
    let entities = [
        "contact",
        "financial",
        "identity",
        "network",
        "personal",
        "secret",
        "URL",
        "STREET_ADDRESS",
        "PERSON",
        "ORGANIZATION",
    ];
    filter("pii_redactor", &json!({"entities": entities, "action": "report"}), options())
}

/// Instructions of a request with `piece` over and over.
fn instructions(vm: &Vm, piece: &str, bytes: usize) -> u64 {
    let stream = vm.stream();
    let mut body = chat_body();
    body["messages"][0]["content"] = json!(piece.repeat(bytes / piece.len()));
    let before = vm.fuel_used();
    send(&stream, CHAT, body.to_string().as_bytes());
    assert!(stream.upstream_request().is_some(), "{piece}");
    vm.fuel_used() - before
}

/// Pieces of up to four parts, drawn from what findings are made of, the same in every run.
fn drawn() -> Vec<String> {
    let parts = [
        "1",
        "12",
        "123",
        "4111",
        "123456789",
        " ",
        "-",
        ".",
        "/",
        "(",
        ")",
        "+",
        "@",
        ":",
        "=",
        "_",
        "#",
        "\"",
        "a",
        "A",
        "Ab ",
        "de",
        "ip ",
        "tel ",
        "card ",
        "ssn ",
        "iban ",
        "born ",
        "www.",
        "http://",
        "eyJ",
        "sk-",
        "AKIA",
        "-----BEGIN ",
        "password",
        "\u{663}",
        "\u{a0}",
        "\u{200b}",
        "é",
        "漢",
        "°",
        "Inc. ",
        "Mr. ",
        "rue ",
        "\n",
    ];
    let mut state = 1_u64;
    let mut below = |most: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most
    };
    let mut pieces = Vec::new();
    for _ in 0..60 {
        let count = 2 + below(3);
        pieces.push((0..count).map(|_| parts[below(parts.len())]).collect());
    }
    pieces
}

#[test]
fn the_cost_of_a_byte_is_bounded_and_the_same_in_longer_texts() {
    let vm = redactor();
    let prose = texts::PROSE.iter().map(|(_, piece)| ((*piece).to_owned(), PROSE));
    let hostile = texts::HOSTILE.iter().map(|(_, piece)| ((*piece).to_owned(), HOSTILE));
    let drawn = drawn().into_iter().map(|piece| (piece, HOSTILE));
    let empty = instructions(&vm, "a", 0);
    let mut wrong = Vec::new();
    for (piece, limit) in prose.chain(hostile).chain(drawn) {
        let once = instructions(&vm, &piece, 1 << 14) - empty;
        let twice = instructions(&vm, &piece, 1 << 15) - empty;
        let (a_byte, growth) = (twice >> 15, twice as f64 / once as f64);
        if a_byte > limit || !(1.9..=2.1).contains(&growth) {
            wrong.push(format!(
                "{piece:?}: {a_byte} a byte, {growth:.2} times as much for twice the text"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(vm.memory_bytes() <= 6 << 20, "{} bytes", vm.memory_bytes());
}

#[test]
fn masking_a_few_values_costs_little_more_than_looking_for_them() {
    let vm = filter("pii_redactor", &json!({}), options());
    let mut body = chat_body();
    let prose = texts::PROSE[0].1.repeat(5);
    body["messages"][0]["content"] =
        json!(format!("{prose} Write to jane@example.com or call +49 30 901820. {prose}"));
    let body = body.to_string();
    let masked = || {
        let stream = vm.stream();
        let before = vm.fuel_used();
        send(&stream, CHAT, body.as_bytes());
        let used = vm.fuel_used() - before;
        let sent = stream.upstream_request().unwrap().text();
        assert!(sent.contains("<EMAIL_ADDRESS_1_") && sent.contains("<PHONE_NUMBER_2_"), "{sent}");
        used
    };
    masked();
    let used = masked();
    assert!(used < MASKED, "{used}");
}
