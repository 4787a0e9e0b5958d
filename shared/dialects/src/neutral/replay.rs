//! A buffered answer told as a stream, for a client that asked for one when its provider did not stream.

use super::{Block, BlockStart, Content, Delta, Event, Response};

impl Response {
    /// The events of a stream that would have given this answer.
    pub fn into_events(self) -> Vec<Event> {
        let mut events = vec![Event::Start {
            id: self.id,
            model: self.model,
            created: self.created,
            usage: self.usage.clone(),
            service_tier: self.service_tier,
        }];
        for (candidate, answer) in self.candidates.into_iter().enumerate() {
            let mut logprobs = answer.logprobs;
            let mut block = 0;
            for piece in answer.content {
                let Some((start, mut deltas)) = split(piece) else { continue };
                if start == BlockStart::Text {
                    deltas.extend(logprobs.take().map(Delta::Logprobs));
                }
                events.push(Event::BlockStart { candidate, block, start });
                events.extend(deltas.into_iter().map(|delta| Event::BlockDelta {
                    candidate,
                    block,
                    delta,
                }));
                events.push(Event::BlockStop { candidate, block });
                block += 1;
            }
            events.push(Event::Finish { candidate, finish: answer.finish });
        }
        events.extend(self.usage.map(Event::Usage));
        events.push(Event::End);
        events
    }
}

/// How a block begins and what is added to it. `None` for content that answers do not have.
fn split(block: Block) -> Option<(BlockStart, Vec<Delta>)> {
    Some(match block.content {
        Content::Text { text, citations } => {
            let citations = match citations {
                Some(chat::json::Value::Array(list)) => list,
                other => other.into_iter().collect(),
            };
            let deltas = citations.into_iter().map(Delta::Citation);
            (BlockStart::Text, std::iter::once(Delta::Text(text)).chain(deltas).collect())
        }
        Content::Reasoning { text, signature } => {
            let text = Some(text).filter(|text| !text.is_empty()).map(Delta::Reasoning);
            let signature = signature.map(Delta::Signature);
            (BlockStart::Reasoning, text.into_iter().chain(signature).collect())
        }
        Content::RedactedReasoning { data } => (BlockStart::RedactedReasoning { data }, Vec::new()),
        Content::Refusal { text } => (BlockStart::Refusal, vec![Delta::Refusal(text)]),
        Content::ToolCall { id, name, arguments, kind } => {
            (BlockStart::ToolCall { id, name, kind }, vec![Delta::Arguments(arguments)])
        }
        Content::Opaque { dialect, value } => (BlockStart::Opaque { dialect, value }, Vec::new()),
        Content::Audio { .. }
        | Content::Document { .. }
        | Content::Image { .. }
        | Content::ToolResult { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::{Candidate, Finish, ToolKind, Usage};
    use super::*;

    #[test]
    fn every_block_is_started_and_stopped_in_order() {
        let text = |text: &str| {
            Block::new(Content::Text { text: text.into(), citations: None }, "content[0]")
        };
        let call = Content::ToolCall {
            id: "c".into(),
            name: "f".into(),
            arguments: "{}".into(),
            kind: ToolKind::Function,
        };
        let response = Response {
            id: "r".into(),
            candidates: vec![Candidate {
                content: vec![text("hi"), Block::new(call, "content[1]")],
                finish: Finish::ToolCalls,
                logprobs: None,
            }],
            usage: Some(Usage { input: 1, output: 2, ..Usage::default() }),
            ..Response::default()
        };
        let names: Vec<String> = response
            .into_events()
            .iter()
            .map(|event| format!("{event:?}").split([' ', '(']).next().unwrap().to_owned())
            .collect();
        assert_eq!(
            names.join(" "),
            "Start BlockStart BlockDelta BlockStop BlockStart BlockDelta BlockStop Finish Usage End"
        );
    }
}
