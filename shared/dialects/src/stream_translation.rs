//! A stream on its way from a provider's dialect to a client's.

use chat::{Event, Problem};

use crate::tool_names::{OwnNames, restore};
use crate::{
    Client, ClientContext, Codec, Drops, StreamDecoder, StreamEncoder, extend_events, neutral,
};

/// One stream: read in the provider's dialect, written in the client's.
#[derive(Debug)]
pub struct StreamTranslation {
    client: &'static dyn Client,
    decoder: Box<dyn StreamDecoder>,
    encoder: Box<dyn StreamEncoder>,
    /// The names of tools that the provider was told others for.
    tool_names: OwnNames,
    /// What a client's dialect has no place for is kept in it (see [`crate::EXTENSION`]).
    extends: bool,
    /// Neutral events between the two; kept for its memory.
    events: Vec<neutral::Event>,
}

impl StreamTranslation {
    /// A stream of `provider` for a client that `context` describes. `extends`: what the client's dialect has no
    /// place for is kept under [`crate::EXTENSION`].
    pub fn new(
        provider: &dyn Codec,
        client: &'static dyn Client,
        context: ClientContext,
        extends: bool,
    ) -> StreamTranslation {
        let tool_names = context.tool_names.clone();
        let (decoder, encoder) = (provider.stream_decoder(), client.stream_encoder(context));
        StreamTranslation { client, decoder, encoder, tool_names, extends, events: Vec::new() }
    }

    /// The next event of the provider's wire. `see` looks at what it means, and may edit it.
    ///
    /// # Errors
    /// A 502 [`Problem`] if it is none of the provider's dialect.
    pub fn event(
        &mut self,
        event: Event,
        see: &mut dyn FnMut(&mut neutral::Event),
        out: &mut Vec<Event>,
    ) -> Result<(), Problem> {
        let verdict = self.decoder.decode(event, &mut self.events).and(self.name_calls());
        self.write(see, out);
        verdict
    }

    /// A sign that the connection lives.
    pub fn ping(&mut self, out: &mut Vec<Event>) {
        self.encoder.encode(neutral::Event::Ping, out);
    }

    /// The wire has ended.
    ///
    /// # Errors
    /// A 502 [`Problem`] if the answer was not finished.
    pub fn finish(
        &mut self,
        see: &mut dyn FnMut(&mut neutral::Event),
        out: &mut Vec<Event>,
    ) -> Result<(), Problem> {
        let verdict = self.decoder.finish(&mut self.events);
        self.write(see, out);
        verdict
    }

    /// What has been lost so far; nothing is left of it here.
    pub fn drops(&mut self) -> Drops {
        let mut drops = std::mem::take(self.decoder.drops());
        drops.append(self.encoder.drops());
        drops
    }

    /// Nobody can make a call without a name, whatever dialect it came in: the stream ends before it.
    fn name_calls(&mut self) -> Result<(), Problem> {
        let is_nameless = |event: &neutral::Event| match event {
            neutral::Event::BlockStart { start, .. } => {
                matches!(start, neutral::BlockStart::ToolCall { name, .. } if name.is_empty())
            }
            _ => false,
        };
        match self.events.iter().position(is_nameless) {
            Some(at) => {
                self.events.truncate(at);
                Err(nameless_call())
            }
            None => Ok(()),
        }
    }

    fn write(&mut self, see: &mut dyn FnMut(&mut neutral::Event), out: &mut Vec<Event>) {
        let from = out.len();
        for mut event in self.events.drain(..) {
            see(&mut event);
            if let neutral::Event::BlockStart { start, .. } = &mut event
                && let neutral::BlockStart::ToolCall { name, .. } = start
            {
                restore(name, &self.tool_names);
            }
            self.encoder.encode(event, out);
        }
        if self.extends {
            let drops = [self.decoder.drops(), self.encoder.drops()];
            extend_events(self.client, out.get_mut(from..).unwrap_or_default(), drops);
        }
    }
}

/// What a stream with a call that has no name ends with.
pub(crate) fn nameless_call() -> Problem {
    Problem::bad_gateway(
        "upstream_invalid_response",
        "the provider's stream calls a tool without naming it",
    )
}

#[cfg(test)]
mod tests {
    use chat::json::json;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_call_without_a_name_ends_a_stream_of_any_dialect() {
        let provider = crate::codec("anthropic-messages").unwrap();
        let client = crate::client("openai-chat").unwrap();
        for (name, finds) in [("look", true), ("", false)] {
            let context = ClientContext::default();
            let mut stream = StreamTranslation::new(provider, client, context, false);
            let mut out = Vec::new();
            let mut tell = |data| stream.event(Event::json(data), &mut |_| {}, &mut out);
            let message = json!({"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [],
                "stop_reason": null, "usage": {"input_tokens": 1, "output_tokens": 1}});
            tell(json!({"type": "message_start", "message": message})).unwrap();
            let block = json!({"type": "tool_use", "id": "t", "name": name, "input": {}});
            let verdict =
                tell(json!({"type": "content_block_start", "index": 0, "content_block": block}));
            assert_eq!(verdict.is_ok(), finds, "{verdict:?}");
            assert_eq!(format!("{out:?}").contains("tool_calls"), finds);
        }
    }
}
