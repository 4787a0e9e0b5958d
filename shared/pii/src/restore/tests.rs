#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

/// Thirteen values, so that one number is the head of others.
fn originals() -> Originals {
    let mut vault = Vault::tagged("KDRTBH".to_owned());
    vault.placeholder("EMAIL_ADDRESS", "one@x.example");
    vault.placeholder("PHONE_NUMBER", "+49 30 12");
    vault.placeholder("CUSTOM", "say \"hi\"\\\n");
    (4..=13).for_each(|n| drop(vault.placeholder("EMAIL_ADDRESS", &format!("v{n}"))));
    Originals::new(vault).unwrap()
}

fn restored(restorer: fn() -> Restorer, pieces: &[&str]) -> String {
    let (originals, mut restorer) = (originals(), restorer());
    let mut out = String::new();
    for piece in pieces {
        out += &restorer.push(&originals, piece, false);
    }
    out + &restorer.push(&originals, "", true)
}

/// Restores `text` in every cut in two, and by characters; all must agree.
fn everywhere(restorer: fn() -> Restorer, text: &str) -> String {
    let whole = restored(restorer, &[text]);
    for (at, _) in text.char_indices() {
        let (head, tail) = text.split_at(at);
        assert_eq!(restored(restorer, &[head, tail]), whole, "{head:?} {tail:?}");
    }
    let characters: Vec<&str> = text.split("").collect();
    assert_eq!(restored(restorer, &characters), whole, "{text:?}");
    whole
}

#[test]
fn what_models_make_of_a_placeholder_is_restored() {
    for text in [
        "<EMAIL_ADDRESS_1_KDRTBH>",
        "<email_address_1_kdrtbh>",
        "<Email_Address_1_kdrtbh>",
        "EMAIL_ADDRESS_1_KDRTBH",
        "email_address_1_kdrtbh",
        "<EMAIL_ADDRESS_1_KDRTBH",
        "<EMAIL\\_ADDRESS\\_1\\_KDRTBH>",
        "\\<EMAIL\\_ADDRESS\\_1\\_KDRTBH\\>",
        "EMAIL\\_ADDRESS\\_1\\_KDRTBH",
        "<EMAIL-ADDRESS-1-KDRTBH>",
        "<EMAIL ADDRESS 1 KDRTBH>",
        "&lt;EMAIL_ADDRESS_1_KDRTBH&gt;",
        "\\u003cEMAIL_ADDRESS_1_KDRTBH\\u003e",
        "\\u003CEMAIL_ADDRESS_1_KDRTBH\\u003E",
        "<COURRIEL_1_KDRTBH>",
        "<ADRESSE_ÉLECTRONIQUE_1_KDRTBH>",
        "<E-Mail-Adresse_1_KDRTBH>",
    ] {
        assert_eq!(everywhere(Restorer::prose, text), "one@x.example", "{text}");
        let sentence = format!("Ça: {text}, {text}.");
        let expected = "Ça: one@x.example, one@x.example.";
        assert_eq!(everywhere(Restorer::prose, &sentence), expected, "{text}");
    }
}

#[test]
fn what_stands_around_a_placeholder_stays() {
    for (text, expected) in [
        ("**<EMAIL_ADDRESS_1_KDRTBH>**", "**one@x.example**"),
        ("_EMAIL_ADDRESS_1_KDRTBH_", "_one@x.example_"),
        (
            "[<EMAIL_ADDRESS_1_KDRTBH>](mailto:EMAIL_ADDRESS_1_KDRTBH)",
            "[one@x.example](mailto:one@x.example)",
        ),
        ("<a href=EMAIL_ADDRESS_1_KDRTBH>", "<a href=one@x.example>"),
        ("<<EMAIL_ADDRESS_1_KDRTBH>>", "<one@x.example>"),
        ("C:\\<EMAIL_ADDRESS_1_KDRTBH>\\x", "C:\\one@x.example\\x"),
        ("EMAIL_ADDRESS_1_KDRTBHs, EMAIL_ADDRESS_1_KDRTBH's", "one@x.examples, one@x.example's"),
        ("<EMAIL_ADDRESS_1_KDRTBH><EMAIL_ADDRESS_12_KDRTBH>", "one@x.examplev12"),
        ("<EMAIL_ADDRESS_13_KDRTBH> <EMAIL_ADDRESS_1_KDRTBH>", "v13 one@x.example"),
        ("&<&lt;<EMAIL_ADDRESS_1_KDRTBH>&gt;", "&<&lt;one@x.example&gt;"),
        ("x<EMAIL_ADDRESS_<EMAIL_ADDRESS_1_KDRTBH>", "x<EMAIL_ADDRESS_one@x.example"),
        ("電子<EMAIL_ADDRESS_1_KDRTBH>電子", "電子one@x.example電子"),
    ] {
        assert_eq!(everywhere(Restorer::prose, text), expected, "{text}");
    }
}

#[test]
fn what_no_value_stands_for_is_left() {
    for text in [
        "",
        "<",
        "\\",
        "\\\\\\\\\\\\\\\\\\\\<EMAIL",
        "<EMAIL_ADDRESS_1>",
        "<EMAIL_ADDRESS_1_KDRTB",
        "<EMAIL_ADDRESS_1_KDRTBX>",
        "<EMAIL_ADDRESS_0_KDRTBH>",
        "<EMAIL_ADDRESS_14_KDRTBH>",
        "<EMAIL_ADDRESS_99999999999999999999_KDRTBH>",
        "<EMAIL_ADDRESS__KDRTBH>",
        "<EMAIL_ADDRESS_1KDRTBH>",
        "COURRIEL_1_KDRTBH",
        "XEMAIL_ADDRESS_1_KDRTBH",
        "<div class=\"a\"> 1 < 2 &amp; x<y e-mail EMAIL EMAIL_ADDRESS",
        "<EMAIL_ADDRESS é1_KDRTBH>",
    ] {
        assert_eq!(everywhere(Restorer::prose, text), text);
    }
}

#[test]
fn nothing_waits_that_cannot_become_a_placeholder() {
    let originals = originals();
    for (text, held) in [
        ("Hello ", ""),
        ("Hello e", "e"),
        ("Hello em", "em"),
        ("Hello ex", ""),
        ("the", ""),
        ("a < b", ""),
        ("<p>", ""),
        ("<div ", ""),
        ("<EMAIL_ADDRESS_1_KDRTBH> ", ""),
        ("EMAIL_ADDRESS_1_KDRTBH", ""),
        ("<EMAIL_ADDRESS_1_KDRTBH", "<EMAIL_ADDRESS_1_KDRTBH"),
        ("x <EMAIL_ADDRESS_1", "<EMAIL_ADDRESS_1"),
        ("x &l", "&l"),
        ("x \\", "\\"),
    ] {
        let mut restorer = Restorer::prose();
        restorer.push(&originals, text, false);
        assert_eq!(restorer.held, held, "{text}");
    }
}

#[test]
fn a_value_in_json_says_the_same_at_every_depth() {
    let (value, name) = ("say \"hi\"\\\n", "<CUSTOM_3_KDRTBH>");
    for depth in 0..4 {
        let nested = |said: &str| {
            let mut json =
                chat::json::json!({"k": said, "said": "he \"said\" so", said: [1, said]});
            for _ in 0..depth {
                json = chat::json::json!({"n": json.to_string(), "m": said});
            }
            json.to_string()
        };
        assert_eq!(everywhere(Restorer::prose, &nested(name)), nested(value), "depth {depth}");
    }
    let bare = r#"{"a": <CUSTOM_3_KDRTBH>, "b": [<EMAIL_ADDRESS_4_KDRTBH>]}"#;
    let expected = r#"{"a": "say \"hi\"\\\n", "b": ["v4"]}"#;
    assert_eq!(everywhere(Restorer::arguments, bare), expected);
}

#[test]
fn a_value_in_prose_is_not_escaped() {
    for text in
        ["[1] \"<CUSTOM_3_KDRTBH>\"", "he said \"<CUSTOM_3_KDRTBH>", "{x} \"<CUSTOM_3_KDRTBH>\""]
    {
        let expected = text.replace("<CUSTOM_3_KDRTBH>", "say \"hi\"\\\n");
        assert_eq!(everywhere(Restorer::prose, text), expected);
    }
}

#[test]
fn adversarial_text_takes_linear_time() {
    // A pass looks at most at so many bytes from every place; a quadratic one would not come to an end.
    let originals = originals();
    for unit in ["<", "\\", "<E", "&lt;", "\\<", "EMAIL_", "<a_1_", "<EMAIL_ADDRESS_1_KDRTB", "e "]
    {
        let text = unit.repeat((1 << 16) / unit.len());
        let out = Restorer::prose().push(&originals, &text, true);
        assert_eq!(out.len(), text.len(), "{unit}");
        let mut restorer = Restorer::prose();
        let streamed: usize = text
            .as_bytes()
            .chunks(3)
            .map(|piece| {
                restorer.push(&originals, std::str::from_utf8(piece).unwrap(), false).len()
            })
            .sum();
        assert!(text.len() - streamed <= 160, "{unit}: {} wait", text.len() - streamed);
    }
}
