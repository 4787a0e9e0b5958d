//! Answers there and back, whole and in events.

use chat::sse;
use dialects::neutral::{Block, BlockStart, Candidate, Content, Delta, Event, Finish, Response};
use dialects::{Codec, Drops};
use proptest::prelude::*;

use crate::{context, generate, pairs, said};

/// An answer after a client of `to` got it whole, and what was dropped on the way.
pub(crate) fn whole(answer: Response, to: &dyn Codec) -> (Response, Vec<String>) {
    let mut drops = Drops::default();
    let body = to.encode_response(answer, &context(), &mut drops);
    let read = to.decode_response(body, &mut drops).unwrap();
    (read, drops.iter().map(|dropped| dropped.path.clone()).collect())
}

/// The same, streamed.
pub(crate) fn streamed(answer: Response, to: &dyn Codec) -> (Response, Vec<String>) {
    let (mut encoder, mut decoder) = (to.stream_encoder(context()), to.stream_decoder());
    let (mut wire, mut bytes) = (Vec::new(), Vec::new());
    answer.into_events().into_iter().for_each(|event| encoder.encode(event, &mut wire));
    wire.iter().for_each(|event| sse::encode(event, &mut bytes));
    let (mut framing, mut wire) = (sse::Decoder::new(1 << 20), Vec::new());
    framing.push(&bytes, &mut wire).unwrap();
    let mut events = Vec::new();
    for event in wire {
        decoder.decode(event, &mut events).unwrap();
    }
    decoder.finish(&mut events).unwrap();
    let dropped = encoder.drops().iter().map(|dropped| dropped.path.clone()).collect();
    (collected(events), dropped)
}

/// The answer that events tell.
fn collected(events: Vec<Event>) -> Response {
    let mut response = Response::default();
    let mut candidate =
        Candidate { content: Vec::new(), finish: Finish::Other("none".into()), logprobs: None };
    for event in events {
        match event {
            Event::BlockStart { start, .. } => {
                let content = match start {
                    BlockStart::Text => Content::Text { text: String::new(), citations: None },
                    BlockStart::Refusal => Content::Refusal { text: String::new() },
                    BlockStart::Reasoning => {
                        Content::Reasoning { text: String::new(), signature: None }
                    }
                    BlockStart::RedactedReasoning { data } => Content::RedactedReasoning { data },
                    BlockStart::ToolCall { id, name, kind } => {
                        Content::ToolCall { id, name, arguments: String::new(), kind }
                    }
                    BlockStart::Opaque { dialect, value } => Content::Opaque { dialect, value },
                };
                // Where encoders say that they lost something of a stream.
                candidate.content.push(Block::new(content, "choices[0].delta"));
            }
            Event::BlockDelta { delta, .. } => {
                match (&mut candidate.content.last_mut().unwrap().content, delta) {
                    (Content::Text { text, .. }, Delta::Text(piece))
                    | (Content::Refusal { text }, Delta::Refusal(piece))
                    | (Content::Reasoning { text, .. }, Delta::Reasoning(piece))
                    | (Content::ToolCall { arguments: text, .. }, Delta::Arguments(piece)) => {
                        text.push_str(&piece);
                    }
                    (Content::Reasoning { signature, .. }, Delta::Signature(proof)) => {
                        *signature = Some(proof);
                    }
                    _ => {}
                }
            }
            Event::Finish { finish, .. } => candidate.finish = finish,
            Event::Usage(usage) => response.usage = Some(usage),
            Event::Error(problem) => panic!("{problem:?}"),
            _ => {}
        }
    }
    response.candidates = vec![candidate];
    response
}

/// An answer where words that stand next to each other are one text: some dialects join them, and some know
/// no refusals.
fn joined(mut answer: Response) -> Response {
    for candidate in &mut answer.candidates {
        let mut content: Vec<Block> = Vec::new();
        for mut block in std::mem::take(&mut candidate.content) {
            if let Content::Refusal { text } = block.content {
                block.content = Content::Text { text, citations: None };
            }
            match (content.last_mut().map(|last| &mut last.content), &block.content) {
                (Some(Content::Text { text, .. }), Content::Text { text: more, .. }) => {
                    text.push_str(more);
                }
                _ => content.push(block),
            }
        }
        candidate.content = content;
    }
    answer
}

proptest! {
    #[test]
    fn an_answer_loses_only_what_is_named(answer in generate::answer()) {
        for (from, to) in pairs() {
            for (form, leg) in
                [("whole", whole as fn(Response, &dyn Codec) -> _), ("streamed", streamed)]
            {
                // First, what the provider's own dialect can say.
                let (given, _) = leg(answer.clone(), from);
                let (got, dropped) = leg(given.clone(), to);
                let name = format!("{form}, {} to {}", from.name(), to.name());
                said::check(&name, &said::answer(&joined(given)), &said::answer(&joined(got)), &dropped);
            }
        }
    }
}
