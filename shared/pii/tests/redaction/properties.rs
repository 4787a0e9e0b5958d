//! Over texts of every kind.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::*;

/// Text with addresses in it, and with what looks like placeholders, JSON, markup and nothing.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        3 => "[a-z]{1,8}@[a-z]{1,8}\\.(com|example|org)",
        1 => Just("born March 12th, 1990, or on 3. April 1971".to_owned()),
        1 => Just("4111 1111 1111 1111".to_owned()),
        1 => Just("DE89 3704 0044 0532 0130 00".to_owned()),
        1 => "\\+49 30 [0-9]{4} [0-9]{4}",
        1 => "( the| of| and| a){1,5} ",
        2 => "[ -~]{0,12}",
        1 => "\\PC{0,8}",
        1 => Just("<EMAIL_ADDRESS_1_KDRTBH>".to_owned()),
        1 => Just("<EMAIL_ADDRESS".to_owned()),
        1 => Just("\\".to_owned()),
        1 => Just("\"".to_owned()),
        1 => Just(" ".to_owned()),
        1 => Just("\n".to_owned()),
        1 => Just("{\"a\": \"".to_owned()),
    ];
    prop::collection::vec(part, 0..10).prop_map(|parts| parts.concat())
}

fn masked(run: &mut Run, text: &str) -> String {
    content(&run.send(CHAT, &asks(text))).to_owned()
}

/// Cuts `text` into pieces at characters near these places.
fn pieces<'a>(text: &'a str, places: &[prop::sample::Index]) -> Vec<&'a str> {
    let mut cuts: Vec<usize> =
        places.iter().map(|place| text.floor_char_boundary(place.index(text.len() + 1))).collect();
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]).collect()
}

fn as_json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_object() || value.is_array())
}

proptest! {
    #[test]
    fn restoring_undoes_masking(text in text(), dice: u64, places: Vec<prop::sample::Index>) {
        let redactor = redactor(&json!({}));
        let mut run = Run::with_dice(&redactor, dice);
        let upstream = masked(&mut run, &text);
        let got = run.answer(&says(&upstream));
        match as_json(&text) {
            Some(value) => prop_assert_eq!(as_json(said(&got)), Some(value)),
            None => prop_assert_eq!(said(&got), text.as_str()),
        }

        let mut run = Run::with_dice(&redactor, dice);
        masked(&mut run, &text);
        let wire = openai_stream("content", &pieces(&upstream, &places));
        let streamed = told(&run.stream(&[wire.as_bytes()]).concat());
        prop_assert_eq!(streamed, said(&got));
    }

    #[test]
    fn masking_twice_is_masking_once(text in text(), dice: u64, again: u64) {
        let redactor = redactor(&json!({}));
        let once = masked(&mut Run::with_dice(&redactor, dice), &text);
        let twice = masked(&mut Run::with_dice(&redactor, again), &once);
        prop_assert_eq!(twice, once);
    }

    #[test]
    fn nothing_that_was_found_goes_upstream_or_is_told(
        names in prop::collection::vec("[a-z]{8}", 1..4),
        around in "[ a-zA-Z,.:\"\\\\{}\\[\\]\n]{0,20}",
        dice: u64,
    ) {
        let mails: Vec<String> = names.iter().map(|name| format!("{name}@example.com")).collect();
        let text = mails.iter().fold(around.clone(), |text, mail| format!("{text} {mail} {around}"));
        let arguments = json!({"a": mails, "b": text, mails[0].clone(): {"c": text}}).to_string();
        let body = json!({"messages": [
            {"role": "user", "content": text},
            {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": arguments}}]},
            {"role": "tool", "content": arguments},
        ]});
        let mut run = Run::with_dice(&redactor(&json!({})), dice);
        let sent = run.send(CHAT, &body);
        let told = format!("{sent} {:?} {:?} {:?}", run.io.facts, run.io.metrics, run.io.logs);
        for name in &names {
            prop_assert!(!told.contains(name.as_str()), "{} in {}", name, told);
        }
        let arguments = sent["messages"][1]["tool_calls"][0]["function"]["arguments"].as_str();
        prop_assert!(as_json(arguments.unwrap()).is_some());
        prop_assert!(as_json(sent["messages"][2]["content"].as_str().unwrap()).is_some());
    }

    #[test]
    fn a_masked_stream_says_what_a_masked_answer_says(
        text in text(), places: Vec<prop::sample::Index>,
    ) {
        let redactor = redactor(&json!({"responses": "act"}));
        let answer = |pieces: &[&str]| {
            let mut run = Run::new(&redactor);
            run.send(CHAT, &asks("jane@example.com"));
            told(&run.stream(&[openai_stream("content", pieces).as_bytes()]).concat())
        };
        prop_assert_eq!(answer(&pieces(&text, &places)), answer(&[&text]));
    }
}
