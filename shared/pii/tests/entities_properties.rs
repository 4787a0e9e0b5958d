//! Whatever the text: offsets are sound, nothing panics, disguises do not help, time is linear.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use pii::find::{Custom, CustomMatch, ENTITIES, Finder, Finding, Selection, Validator};
use proptest::prelude::*;

fn every() -> Selection {
    let entities = ENTITIES.iter().map(|entity| entity.name.to_owned()).collect();
    Selection { entities, ..Selection::default() }
}

fn found(selection: &Selection, text: &str) -> Vec<(String, String)> {
    let spans = Finder::new(selection).unwrap().find(text);
    let part = |f: &Finding| text.get(f.start..f.end).unwrap().to_owned();
    spans.iter().map(|f| (f.name().to_owned(), part(f))).collect()
}

/// Text made of what findings are made of.
fn pieces() -> impl Strategy<Value = String> {
    let words = [
        "card ",
        "iban ",
        "4111 1111 1111 1111",
        "DE89",
        "3704",
        " ",
        "-",
        ".",
        "+",
        "(",
        ")",
        "@",
        ":",
        "://",
        "=",
        "1",
        "22",
        "333",
        "55555",
        "a",
        "Bc",
        "http",
        "www.",
        "example",
        ".com",
        "password",
        "sk-",
        "eyJ",
        "-----BEGIN ",
        "PRIVATE KEY-----",
        "\u{200B}",
        "\u{00A0}",
        "\u{0663}",
        "é",
        "漢",
        "«",
        "\n",
        "\"",
        "🦀",
        "born ",
        "March ",
        "°",
        "N ",
        "x12",
    ];
    proptest::collection::vec(
        prop_oneof![proptest::sample::select(words.to_vec()).prop_map(str::to_owned), ".{0,3}"],
        0..40,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn findings_are_in_order_apart_and_on_characters(text in pieces()) {
        let finder = Finder::new(&every()).unwrap();
        let mut end = 0;
        for finding in finder.find(&text) {
            prop_assert!(finding.start >= end && finding.start < finding.end, "{finding:?}");
            prop_assert!(text.get(finding.start..finding.end).is_some());
            prop_assert!((0.0..=1.0).contains(&finding.score));
            prop_assert!(finding.end - finding.start <= finder.max_len() * 4, "{finding:?}");
            end = finding.end;
        }
        prop_assert!(text.get(..finder.settled(&text)).is_some());
    }

    #[test]
    fn invisible_characters_hide_nothing(at in 0_usize..18, invisible in proptest::sample::select(vec!['\u{200B}', '\u{AD}', '\u{2060}', '\u{FE0F}', '\u{E0041}'])) {
        let mut text = "4111-1111-1111-1111".to_owned();
        text.insert(at + 1, invisible);
        let all = found(&Selection::default(), &text);
        prop_assert_eq!(all, [("CREDIT_CARD".to_owned(), text)]);
    }
}

#[test]
fn other_digits_spaces_and_dashes_hide_nothing() {
    for text in [
        "４１１１ １１１１ １１１１ １１１１",
        "4111\u{00A0}1111\u{2009}1111\u{202F}1111",
        "4111‑1111‑1111‑1111",
        "٤١١١ ١١١١ ١١١١ ١١١١",
        "𝟜𝟙𝟙𝟙 𝟙𝟙𝟙𝟙 𝟙𝟙𝟙𝟙 𝟙𝟙𝟙𝟙",
    ] {
        assert_eq!(
            found(&Selection::default(), text),
            [("CREDIT_CARD".to_owned(), text.to_owned())]
        );
    }
    assert_eq!(found(&Selection::default(), "jane＠example．com")[0].0, "EMAIL_ADDRESS");
}

#[test]
fn overlaps_are_settled() {
    let all = |text| found(&every(), text).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(all("mail jane@www.example.com"), ["EMAIL_ADDRESS"]);
    assert_eq!(all("call me about card 4111 1111 1111 1111"), ["CREDIT_CARD"]);
    assert_eq!(all("phone DE89 3704 0044 0532 0130 00"), ["IBAN_CODE"]);
    assert_eq!(all("my card is lost, wire it to CH15 6291 6396 6996 0601 7"), ["IBAN_CODE"]);
    assert_eq!(all("https://192.0.2.7/login"), ["URL"]);
}

#[test]
fn the_same_value_is_found_each_time() {
    let text = "SSN 536-90-4399, again SSN 536-90-4399 and 536-90-4399";
    assert_eq!(found(&Selection::default(), text).len(), 3);
}

fn custom(name: &str, matches: CustomMatch) -> Custom {
    Custom { name: name.to_owned(), matches, validator: None, context: Vec::new(), score: 0.8 }
}

fn only(custom: Custom) -> Selection {
    Selection { entities: Vec::new(), custom: vec![custom], ..Selection::default() }
}

#[test]
fn custom_words_are_whole_and_know_no_case_and_no_accents() {
    let words = vec!["Projet Éclair".to_owned(), "zeus".to_owned()];
    let selection = only(custom("CODENAME", CustomMatch::Words(words)));
    let all: Vec<_> =
        found(&selection, "PROJET ECLAIR, projet é\u{200B}clair, Zeus, zeusian, Zeús")
            .into_iter()
            .map(|f| f.1)
            .collect();
    assert_eq!(all, ["PROJET ECLAIR", "projet é\u{200B}clair", "Zeus", "Zeús"]);
}

#[test]
fn custom_expressions_take_a_validator_and_context() {
    let mut member = custom("MEMBER", CustomMatch::Pattern(r"M-\d{6}".to_owned()));
    assert_eq!(found(&only(member.clone()), "M-123456 über M-12345x")[0].1, "M-123456");
    member.context = vec!["member".to_owned()];
    assert!(found(&only(member.clone()), "M-123456").is_empty());
    assert_eq!(found(&only(member.clone()), "Member M-123456").len(), 1);
    let mut luhn = custom("ACCOUNT_X", CustomMatch::Pattern(r"\b\d{11}\b".to_owned()));
    luhn.validator = Some(Validator::Luhn);
    let all = found(&only(luhn), "79927398713 79927398714");
    assert_eq!(all, [("ACCOUNT_X".to_owned(), "79927398713".to_owned())]);
}

#[test]
fn what_is_allowed_is_not_found() {
    let allow = vec!["Support@Example.com".to_owned()];
    let selection = Selection { allow, ..Selection::default() };
    let all = found(&selection, "support@example.com, jane@example.com");
    assert_eq!(all, [("EMAIL_ADDRESS".to_owned(), "jane@example.com".to_owned())]);
}

#[test]
fn all_that_is_wrong_with_a_selection_is_said() {
    let selection = Selection {
        entities: vec!["EMAIL".to_owned(), "secret".to_owned()],
        min_score: 2.0,
        custom: vec![
            custom("lower", CustomMatch::Words(Vec::new())),
            custom("EMAIL_ADDRESS", CustomMatch::Pattern("(".to_owned())),
            custom("BIG", CustomMatch::Pattern(r"(\w{1,500}){1,500}".to_owned())),
            custom("EMPTY", CustomMatch::Pattern("a*".to_owned())),
        ],
        allow: Vec::new(),
    };
    let errors = Finder::new(&selection).unwrap_err();
    let paths: Vec<_> = errors.iter().map(|error| error.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "entities[0]",
            "min_score",
            "custom[0].name",
            "custom[0].words",
            "custom[1].name",
            "custom[1].pattern",
            "custom[2].pattern",
            "custom[3].pattern"
        ]
    );
}
