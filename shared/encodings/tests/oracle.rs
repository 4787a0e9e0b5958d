//! Counts equal those of tiktoken-rs.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may fail so")]

use encodings::{ENCODINGS, Encoding};
use proptest::prelude::*;
use tiktoken_rs::CoreBPE;

fn oracle(encoding: &Encoding) -> &'static CoreBPE {
    match encoding.name {
        "cl100k_base" => tiktoken_rs::cl100k_base_singleton(),
        "o200k_base" => tiktoken_rs::o200k_base_singleton(),
        "o200k_harmony" => tiktoken_rs::o200k_harmony_singleton(),
        "p50k_base" => tiktoken_rs::p50k_base_singleton(),
        "p50k_edit" => tiktoken_rs::p50k_edit_singleton(),
        "r50k_base" => tiktoken_rs::r50k_base_singleton(),
        name => panic!("no oracle for {name}"),
    }
}

fn check(text: &str) {
    for encoding in ENCODINGS {
        let (name, oracle) = (encoding.name, oracle(encoding));
        let expected = oracle.encode_ordinary(text).len();
        let shown: String = text.chars().take(200).collect();
        assert_eq!(encoding.count(text), expected, "{name} {shown:?}");
        let special = oracle.encode_with_special_tokens(text).len();
        assert_eq!(encoding.count_with_special(text), special, "{name} with special {shown:?}");
        let bounds = encoding.bounds(text.len());
        assert!((bounds.lower..=bounds.upper).contains(&expected), "{name} {bounds:?} {shown:?}");
        assert!(encoding.pieces(text) <= expected, "{name} {shown:?}");
    }
}

/// All that is in the tables, and each token with one letter more.
#[test]
fn every_token_is_found() {
    for encoding in ENCODINGS {
        let oracle = oracle(encoding);
        for rank in 0..=200_020 {
            let bytes = oracle.decode_bytes(&[rank]).unwrap_or_default();
            let Ok(text) = String::from_utf8(bytes) else { continue };
            for text in [format!("{text}q"), text] {
                let expected = oracle.encode_ordinary(&text).len();
                assert_eq!(encoding.count(&text), expected, "{} {text:?}", encoding.name);
            }
        }
    }
}

#[test]
fn words_case_and_contractions() {
    for text in [
        "",
        " ",
        "a",
        "I'm you'RE he'S it'\u{17f} we'LL they've I'd o'clock ''s 's",
        "HTTPServer XMLHttpRequest iOS",
        "ʰʰA Aʰa ʰA\u{301}B \u{301}\u{301}AB \u{301}a ǅabc ǅA aǅ",
        "naïve café Straße ΑΒΓαβγ İı",
        "don't DON'T Don'T",
        "\u{301}'s A's a's 漢's \u{301}",
        "!a ?A -漢 \u{301}A",
        "12345 1 ½² Ⅷ٣٤٥٦ a1b2",
        "/// a/b //\n/ \r\n/x",
    ] {
        check(text);
    }
}

#[test]
fn runs_of_spaces_and_newlines() {
    let units =
        [" ", "  ", "\n", "\r\n", "\t", "\u{a0}", "\u{2003}", "\u{85}", "a", "!", "1", "\u{301}"];
    for a in units {
        for b in units {
            for c in units {
                check(&format!("{a}{b}{c}"));
                check(&format!("x{a}{b}{c}y"));
            }
        }
    }
}

#[test]
fn long_words() {
    for unit in [
        "a",
        "ab",
        "abc",
        "é",
        "漢字",
        "😀",
        "-",
        "=",
        "\u{301}",
        "aB",
        "the",
        "0123456789",
        "lorem ipsumdolor",
    ] {
        for len in [31, 32, 33, 100, 8_191, 8_193, 20_000] {
            let text: String = unit.chars().cycle().take(len).collect();
            check(&text);
            check(&format!("{text}Z"));
        }
    }
    for len in [24, 100, 8_000, 8_200, 20_000] {
        check(&" ".repeat(len));
        check(&format!("a{}b", "\n".repeat(len)));
    }
}

/// Strings that look like texts, and strings that look like nothing.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        any::<String>(),
        "[a-zA-Z]{1,12}",
        "[ \t\r\n\u{a0}]{1,6}",
        "[!-/:-@]{1,5}",
        "[0-9٠-٩½]{1,6}",
        "[぀-ヿ一-鿿가-힣]{1,20}",
        "[À-ɏͰ-Ͽ\u{300}-\u{36f}]{1,8}",
        "'(s|S|t|re|VE|m|ll|d|\u{17f})",
        "<\\|(endoftext|fim_prefix|endofprompt|start|reserved_20[01][0-9]{3}|channel|x)\\|>?",
        "[ab]{1,200}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_text(text in text()) {
        check(&text);
    }
}

/// How many texts the long run takes: a million, or what the variable `TEXTS` says.
fn texts() -> u32 {
    std::env::var("TEXTS").map_or(1_000_000, |count| count.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(texts()) })]

    /// `cargo test --release -p encodings --features all --test oracle -- --ignored`
    #[test]
    #[ignore = "takes some minutes"]
    fn any_of_a_million_texts(text in text()) {
        check(&text);
    }
}
