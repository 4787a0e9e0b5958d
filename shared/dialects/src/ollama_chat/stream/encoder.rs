//! Neutral events to a client's stream.

use chat::json::{Map, Value};

use super::super::{NOT_SUPPORTED, answer, error, request};
use crate::flat::Call;
use crate::neutral::{BlockStart, Delta, Event, Finish, Usage};
use crate::reader::item;
use crate::{ClientContext, Drops, Path, StreamEncoder};

/// Writes one stream.
#[derive(Debug)]
pub(in super::super) struct Encoder {
    model: String,
    created: u64,
    ended: bool,
    /// The call under way: it is told whole.
    call: Option<Call>,
    calls: usize,
    finish: Option<Finish>,
    usage: Option<Usage>,
    drops: Drops,
}

impl Encoder {
    pub(in super::super) fn new(context: ClientContext) -> Encoder {
        Encoder {
            model: context.model,
            created: context.created,
            ended: false,
            call: None,
            calls: 0,
            finish: None,
            usage: None,
            drops: Drops::default(),
        }
    }
}

impl StreamEncoder for Encoder {
    fn encode(&mut self, event: Event, out: &mut Vec<chat::Event>) {
        if self.ended {
            return;
        }
        match event {
            Event::Start { model, created, usage, service_tier, .. } => {
                if !model.is_empty() {
                    self.model = model;
                }
                self.created = created.unwrap_or(self.created);
                self.usage = usage;
                if let Some(tier) = service_tier {
                    self.drops.lose("service_tier", NOT_SUPPORTED, tier);
                }
            }
            Event::BlockStart { candidate: 0, start, .. } => self.begin(start),
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
            // Every line is a part of the answer.
            Event::Ping => {}
            Event::Error(problem) => {
                self.ended = true;
                out.push(chat::Event::json(error::encode(&problem).1));
            }
            Event::End => self.end(out),
        }
    }

    fn drops(&mut self) -> &mut Drops {
        &mut self.drops
    }
}

impl Encoder {
    fn begin(&mut self, start: BlockStart) {
        match start {
            BlockStart::Text | BlockStart::Refusal | BlockStart::Reasoning => {}
            BlockStart::ToolCall { id, name, kind } => {
                let (arguments, path) = (String::new(), Path::default());
                self.call = Some(Call { id, name, arguments, kind, path });
            }
            BlockStart::RedactedReasoning { data } => self.lose("delta", data.into()),
            BlockStart::Opaque { value, .. } => self.lose("delta", value),
        }
    }

    fn go_on(&mut self, delta: Delta, out: &mut Vec<chat::Event>) {
        match delta {
            Delta::Text(text) | Delta::Refusal(text) => {
                out.push(self.line("content", text.into()));
            }
            Delta::Reasoning(text) => out.push(self.line("thinking", text.into())),
            Delta::Arguments(piece) => {
                if let Some(call) = &mut self.call {
                    call.arguments.push_str(&piece);
                }
            }
            Delta::Logprobs(rows) => {
                let mut line = self.line("content", "".into());
                if let (chat::Data::Json(Value::Object(map)), Some(rows)) =
                    (line.data_mut(), rows.get("content"))
                {
                    map.put("logprobs", rows.clone());
                }
                out.push(line);
            }
            Delta::Citation(citation) => self.lose("citations", citation),
            Delta::Signature(signature) => self.lose("delta.signature", signature.into()),
            Delta::Opaque { value, .. } => self.lose("delta", value),
        }
    }

    /// Records a piece of what has no place here.
    fn lose(&mut self, what: &str, value: Value) {
        self.drops.each(&format!("choices[0].{what}"), NOT_SUPPORTED, value);
    }

    fn stop(&mut self, out: &mut Vec<chat::Event>) {
        if let Some(call) = self.call.take() {
            let call = request::call(self.calls, call);
            self.calls += 1;
            out.push(self.line("tool_calls", vec![call].into()));
        }
    }

    fn end(&mut self, out: &mut Vec<chat::Event>) {
        self.stop(out);
        self.ended = true;
        let mut map = answer::head(&self.model, self.created);
        map.put("message", message("content", "".into()));
        let finish = self.finish.take().unwrap_or(Finish::Stop);
        answer::put_end(&finish, self.usage.take(), &mut map, &mut self.drops);
        out.push(chat::Event::json(Value::Object(map)));
    }

    fn line(&self, name: &'static str, value: Value) -> chat::Event {
        let mut map = answer::head(&self.model, self.created);
        map.put("message", message(name, value));
        map.put("done", false);
        chat::Event::json(Value::Object(map))
    }
}

fn message(name: &'static str, value: Value) -> Map {
    let mut map = Map::new();
    map.put("role", "assistant");
    if name != "content" {
        map.put("content", "");
    }
    map.put(name, value);
    map
}
