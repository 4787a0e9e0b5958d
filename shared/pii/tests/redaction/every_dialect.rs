//! Every dialect: a value goes out as a placeholder, and whole and streamed answers bring it back, however they are
//! cut, in text and in arguments.

use chat::{Data, Scope};
use dialects::neutral::{BlockStart, Delta, Event, Finish, ToolKind};
use dialects::{CODECS, ClientContext, Codec};
use serde_json::json;

use crate::support::*;

const MAIL: &str = "jane@example.com";

/// The plainest request of a dialect, whose user says the value.
fn request(dialect: &dyn Codec) -> Vec<u8> {
    let folder = format!("{}/request", dialect.name());
    let (_, plain) = testkit::fixtures(&folder).into_iter().find(|it| it.0 == "basic").unwrap();
    let mut body = chat::json::parse(&plain).unwrap();
    dialect
        .visit_request(&mut body, &mut |text| (text.scope == Scope::User).then(|| MAIL.to_owned()));
    body.to_string().into_bytes()
}

/// A redactor that was sent it; the placeholder.
fn asked(dialect: &dyn Codec) -> (Run, String) {
    let mut run = Run::new(&redactor(&json!({})));
    let path = dialect.endpoints().first().unwrap().path("m");
    let sent = String::from_utf8(run.send_bytes(&path, &request(dialect)).unwrap()).unwrap();
    assert!(!sent.contains(MAIL), "{sent}");
    let begin = sent.find("<EMAIL_ADDRESS_1_").unwrap();
    let end = begin + sent[begin..].find('>').unwrap() + 1;
    (run, sent[begin..end].to_owned())
}

/// A streamed answer that says `text` and calls a tool with `arguments`, both in pieces.
fn stream(dialect: &dyn Codec, text: &str, arguments: &str) -> Vec<u8> {
    let context = ClientContext { created: 1, model: "m".to_owned(), ..ClientContext::default() };
    let mut encoder = dialect.stream_encoder(context);
    let call = BlockStart::ToolCall {
        id: "call_1".to_owned(),
        name: "f".to_owned(),
        kind: ToolKind::Function,
    };
    let start = Event::Start {
        id: "i".to_owned(),
        model: "m".to_owned(),
        created: None,
        usage: None,
        service_tier: None,
    };
    let mut events = vec![start];
    let mut block = |block, start, deltas: Vec<Delta>| {
        let candidate = 0;
        events.push(Event::BlockStart { candidate, block, start });
        events.extend(deltas.into_iter().map(|delta| Event::BlockDelta {
            candidate,
            block,
            delta,
        }));
        events.push(Event::BlockStop { candidate, block });
    };
    block(0, BlockStart::Text, pieces(text).map(Delta::Text).collect());
    block(1, call, pieces(arguments).map(Delta::Arguments).collect());
    events.push(Event::Finish { candidate: 0, finish: Finish::ToolCalls });
    events.push(Event::End);
    let (mut wire, mut bytes) = (Vec::new(), Vec::new());
    events.into_iter().for_each(|event| encoder.encode(event, &mut wire));
    wire.iter().for_each(|event| dialect.framing().encode(event, &mut bytes));
    bytes
}

fn pieces(text: &str) -> impl Iterator<Item = String> {
    text.as_bytes().chunks(5).map(|piece| String::from_utf8(piece.to_vec()).unwrap())
}

/// What a stream says, and the arguments in it.
fn heard(dialect: &dyn Codec, bytes: &[u8]) -> (String, String) {
    let (mut wire, mut meanings) = (Vec::new(), Vec::new());
    let mut framing = dialect.framing().decoder(1 << 20);
    framing.push(bytes, &mut wire).unwrap();
    wire.extend(framing.finish());
    let mut decoder = dialect.stream_decoder();
    for event in wire.into_iter().filter(|event| *event.data() != Data::Nothing) {
        decoder.decode(event, &mut meanings).unwrap();
    }
    decoder.finish(&mut meanings).unwrap();
    let (mut said, mut arguments) = (String::new(), String::new());
    for meaning in meanings {
        match meaning {
            Event::BlockDelta { delta: Delta::Text(text), .. } => said += &text,
            Event::BlockDelta { delta: Delta::Arguments(text), .. } => arguments += &text,
            _ => {}
        }
    }
    (said, arguments)
}

#[test]
fn streams_of_every_dialect_bring_values_back() {
    let mut streamed = 0;
    for dialect in CODECS.iter().filter(|dialect| dialect.stream_text().is_some()) {
        let (_, placeholder) = asked(*dialect);
        let text = format!("Dear {placeholder}, hello.");
        let arguments = json!({"to": placeholder, "all": [{"x": placeholder}]}).to_string();
        let wire = stream(*dialect, &text, &arguments);
        let before = heard(*dialect, &wire);
        assert!(before.0.contains(&placeholder), "{} {before:?}", dialect.name());
        for size in [1, 7, wire.len()] {
            let (mut run, _) = asked(*dialect);
            let chunks: Vec<&[u8]> = wire.chunks(size).collect();
            let got = run.stream_bytes(dialect.framing().media_type(), &chunks).concat();
            let after = heard(*dialect, &got);
            assert_eq!(after.0, before.0.replace(&placeholder, MAIL), "{}", dialect.name());
            assert_eq!(after.1, before.1.replace(&placeholder, MAIL), "{}", dialect.name());
        }
        streamed += 1;
    }
    assert!(streamed > 7, "{streamed}");
}

#[test]
fn whole_answers_of_every_dialect_bring_values_back() {
    for dialect in CODECS {
        let mut found = 0;
        for (name, answer) in testkit::fixtures(&format!("{}/response", dialect.name())) {
            let (mut run, placeholder) = asked(*dialect);
            let Ok(mut body) = chat::json::parse(&answer) else { continue };
            dialect.visit_response(&mut body, &mut |text| {
                let told = text.name.is_none() && text.scope == Scope::Assistant;
                told.then(|| format!("to {placeholder}"))
            });
            let told = body.to_string();
            let told = told.matches(&placeholder).count();
            let got = run.answer_bytes("application/json", body.to_string().as_bytes());
            let got = String::from_utf8(got).unwrap();
            assert_eq!(got.matches(MAIL).count(), told, "{}/{name} {got}", dialect.name());
            found += told;
        }
        assert!(found > 0, "{}", dialect.name());
    }
}
