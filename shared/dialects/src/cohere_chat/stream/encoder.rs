//! Neutral events to a client's stream.

use chat::Data;
use chat::json::{Value, json};

use super::super::{NOT_SUPPORTED, error, finish, logprobs, response, usage};
use crate::flat::lose_finish;
use crate::neutral::{BlockStart, Delta, Event, Finish, ToolKind, Usage};
use crate::reader::item;
use crate::{Drops, StreamEncoder};

/// Writes one stream.
#[derive(Debug, Default)]
pub(in super::super) struct Encoder {
    started: bool,
    ended: bool,
    open: Option<Open>,
    /// The indexes of the next content and of the next call.
    next: (u64, u64),
    citations: u64,
    finish: Option<Finish>,
    usage: Option<Usage>,
    drops: Drops,
}

#[derive(Debug)]
enum Open {
    /// And whether it has arguments.
    Call(bool),
    /// The text of a custom tool so far.
    Custom(String),
    Text,
    Thoughts,
    /// What cannot be told here.
    Nothing,
}

impl StreamEncoder for Encoder {
    fn encode(&mut self, event: Event, out: &mut Vec<chat::Event>) {
        if self.ended {
            return;
        }
        match event {
            Event::Start { id, usage, service_tier, .. } => {
                self.start(id, out);
                self.usage = usage;
                if let Some(tier) = service_tier {
                    self.drops.lose("service_tier", NOT_SUPPORTED, tier);
                }
            }
            Event::BlockStart { candidate: 0, start, .. } => self.begin(start, out),
            Event::BlockDelta { candidate: 0, delta, .. } => self.go_on(delta, out),
            Event::BlockStop { candidate: 0, .. } => self.stop(out),
            Event::Finish { candidate: 0, finish } => self.finish = Some(finish),
            Event::BlockStart { candidate, .. }
            | Event::BlockDelta { candidate, .. }
            | Event::BlockStop { candidate, .. }
            | Event::Finish { candidate, .. } => {
                self.drops.once(item("choices", candidate), NOT_SUPPORTED)
            }
            Event::Usage(usage) => self.usage = Some(usage),
            // Official SDKs know no comments.
            Event::Ping => {}
            Event::Error(problem) => {
                self.ended = true;
                out.push(error::encode_event(&problem));
            }
            Event::End => self.end(out),
        }
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}

impl Encoder {
    fn start(&mut self, id: String, out: &mut Vec<chat::Event>) {
        if !std::mem::replace(&mut self.started, true) {
            let message = json!({"role": "assistant", "content": [], "tool_plan": "",
                "tool_calls": [], "citations": []});
            let body = json!({"type": "message-start", "id": id, "delta": {"message": message}});
            out.push(chat::Event::new(Some("message-start"), Data::Json(body)));
        }
    }

    fn begin(&mut self, start: BlockStart, out: &mut Vec<chat::Event>) {
        self.open = Some(match start {
            BlockStart::Text | BlockStart::Refusal => {
                let content = json!({"type": "text", "text": ""});
                out.push(self.content("content-start", content));
                Open::Text
            }
            BlockStart::Reasoning => {
                let content = json!({"type": "thinking", "thinking": ""});
                out.push(self.content("content-start", content));
                Open::Thoughts
            }
            BlockStart::ToolCall { id, name, kind } => {
                let call = json!({"id": id, "type": "function",
                    "function": {"name": name, "arguments": ""}});
                out.push(self.call("tool-call-start", call));
                match kind {
                    ToolKind::Function => Open::Call(false),
                    ToolKind::Custom => Open::Custom(String::new()),
                }
            }
            BlockStart::RedactedReasoning { data } => self.lose("delta", data.into()),
            BlockStart::Opaque { value, .. } => self.lose("delta", value),
        });
    }

    fn go_on(&mut self, delta: Delta, out: &mut Vec<chat::Event>) {
        let Some(open) = &mut self.open else { return };
        let event = match (delta, open) {
            (Delta::Opaque { value, .. }, _) => return drop(self.lose("delta", value)),
            (_, Open::Nothing) => return,
            (Delta::Arguments(piece), Open::Custom(text)) => return text.push_str(&piece),
            (Delta::Arguments(piece), open) => {
                if let Open::Call(argued) = open {
                    *argued |= !piece.is_empty();
                }
                self.call("tool-call-delta", json!({"function": {"arguments": piece}}))
            }
            (Delta::Text(text) | Delta::Refusal(text), _) => {
                self.content("content-delta", json!({"text": text}))
            }
            (Delta::Reasoning(text), _) => self.content("content-delta", json!({"thinking": text})),
            (Delta::Citation(citation), _) if response::is_own(&citation) => {
                let index = self.citations;
                self.citations += 1;
                out.push(write("citation-start", index, Some(json!({"citations": citation}))));
                write("citation-end", index, None)
            }
            (Delta::Logprobs(rows), Open::Text) => {
                for row in logprobs::encode(&rows) {
                    let mut event = self.content("content-delta", json!({"text": ""}));
                    if let Data::Json(Value::Object(body)) = event.data_mut() {
                        body.put("logprobs", row);
                    }
                    out.push(event);
                }
                return;
            }
            (Delta::Citation(citation), _) => return drop(self.lose("citations", citation)),
            (Delta::Logprobs(rows), _) => return drop(self.lose("logprobs", rows)),
            (Delta::Signature(proof), _) => {
                return drop(self.lose("delta.signature", proof.into()));
            }
        };
        out.push(event);
    }

    /// Records a piece of what has no place here.
    fn lose(&mut self, what: &str, value: Value) -> Open {
        self.drops.each(&format!("choices[0].{what}"), NOT_SUPPORTED, value);
        Open::Nothing
    }

    fn stop(&mut self, out: &mut Vec<chat::Event>) {
        match self.open.take() {
            Some(Open::Text | Open::Thoughts) => {
                out.push(write("content-end", self.next.0, None));
                self.next.0 += 1;
            }
            Some(Open::Custom(text)) => {
                let arguments = json!({"input": text}).to_string();
                let call = json!({"function": {"arguments": arguments}});
                out.push(self.call("tool-call-delta", call));
                self.end_call(out);
            }
            Some(Open::Call(argued)) => {
                // Clients parse the arguments, also where there are none.
                if !argued {
                    let call = json!({"function": {"arguments": "{}"}});
                    out.push(self.call("tool-call-delta", call));
                }
                self.end_call(out);
            }
            Some(Open::Nothing) | None => {}
        }
    }

    fn end_call(&mut self, out: &mut Vec<chat::Event>) {
        out.push(write("tool-call-end", self.next.1, None));
        self.next.1 += 1;
    }

    fn end(&mut self, out: &mut Vec<chat::Event>) {
        self.start(String::new(), out);
        self.stop(out);
        self.ended = true;
        let finish = self.finish.take().unwrap_or(Finish::Stop);
        let (reason, exact) = finish::encode(&finish, self.next.1 > 0);
        if !exact {
            lose_finish(0, &finish, reason, &mut self.drops);
        }
        let usage = usage::encode(&self.usage.take().unwrap_or_default());
        let delta = json!({"finish_reason": reason, "usage": usage});
        let body = json!({"type": "message-end", "delta": delta});
        out.push(chat::Event::new(Some("message-end"), Data::Json(body)));
    }

    fn content(&self, name: &str, content: Value) -> chat::Event {
        write(name, self.next.0, Some(json!({"content": content})))
    }

    fn call(&self, name: &str, call: Value) -> chat::Event {
        write(name, self.next.1, Some(json!({"tool_calls": call})))
    }
}

fn write(name: &str, index: u64, message: Option<Value>) -> chat::Event {
    let body = match message {
        Some(message) => json!({"type": name, "index": index, "delta": {"message": message}}),
        None => json!({"type": name, "index": index}),
    };
    chat::Event::new(Some(name), Data::Json(body))
}
