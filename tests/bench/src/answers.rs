//! What the backend answers, written once before it serves: correct in its dialect, the same every time.
//!
//! Shapes: `ChatCompletion` and `ChatCompletionChunk` of <https://github.com/openai/openai-python> 3.52.0,
//! `Message` and its stream events of <https://github.com/anthropics/anthropic-sdk-python> 2.11.0 (both read
//! 2026-11-20).

use clap::ValueEnum;
use serde_json::{Value, json};

/// A provider's wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dialect {
    OpenaiChat,
    AnthropicMessages,
}

/// Answers as bytes on the wire.
pub(crate) struct Answers {
    /// Head and JSON body, about 1 KB.
    pub(crate) buffered: Vec<u8>,
    /// Head and first event of a stream, then an event each; the last one with the end of the body.
    pub(crate) streamed: Vec<Vec<u8>>,
}

impl Answers {
    /// The answers of a provider that speaks `dialect`. A stream has `events` pieces of text, and what the
    /// dialect puts around them.
    pub(crate) fn new(dialect: Dialect, events: usize) -> Answers {
        let (body, events) = match dialect {
            Dialect::OpenaiChat => (completion(), chunks(events)),
            Dialect::AnthropicMessages => (message(), message_events(events)),
        };
        let body = body.to_string();
        let buffered = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        Answers { buffered: buffered.into_bytes(), streamed: framed(&events) }
    }
}

/// The answer's text: about 620 bytes, which makes a body of about 1 KB.
fn text() -> String {
    "A gateway is a place where traffic of many kinds has to pass. ".repeat(10)
}

/// The text of one streamed event, about a token.
const PIECE: &str = " gateway";

fn completion() -> Value {
    json!({
        "id": "chatcmpl-CfM2k3nS8Qx1vR7tZb0YhLw5EaPdU",
        "object": "chat.completion",
        "created": 1_763_640_000,
        "model": "gpt-5.4-mini-2026-03-17",
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": text(), "refusal": null, "annotations": []},
            "logprobs": null,
            "finish_reason": "stop",
        }],
        "usage": {
            "prompt_tokens": 220, "completion_tokens": 130, "total_tokens": 350,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": null,
    })
}

fn chunks(events: usize) -> Vec<String> {
    let chunk = |delta: Value, finish: Option<&str>| {
        let body = json!({
            "id": "chatcmpl-CfM2k3nS8Qx1vR7tZb0YhLw5EaPdU",
            "object": "chat.completion.chunk",
            "created": 1_763_640_000,
            "model": "gpt-5.4-mini-2026-03-17",
            "service_tier": "default",
            "system_fingerprint": null,
            "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}],
        });
        format!("data: {body}\n\n")
    };
    let mut list = vec![chunk(json!({"role": "assistant", "content": "", "refusal": null}), None)];
    list.extend((0..events).map(|_| chunk(json!({"content": PIECE}), None)));
    list.push(chunk(json!({}), Some("stop")));
    list.push("data: [DONE]\n\n".to_owned());
    list
}

fn message() -> Value {
    json!({
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [{"type": "text", "text": text()}],
        "stop_reason": "end_turn",
        "stop_sequence": null,
        "usage": {
            "input_tokens": 220,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            "output_tokens": 130,
            "service_tier": "standard",
        },
    })
}

fn message_events(events: usize) -> Vec<String> {
    let event = |body: Value| {
        let name = body.get("type").and_then(Value::as_str).unwrap_or_default();
        format!("event: {name}\ndata: {body}\n\n")
    };
    let mut list = vec![
        event(json!({
            "type": "message_start",
            "message": {
                "id": "msg_01XFDUDYJgAACzvnptvVoYEL", "type": "message", "role": "assistant",
                "model": "claude-sonnet-4-5-20250929", "content": [], "stop_reason": null,
                "stop_sequence": null, "usage": {"input_tokens": 220, "output_tokens": 1},
            },
        })),
        event(json!({
            "type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""},
        })),
        event(json!({"type": "ping"})),
    ];
    list.extend((0..events).map(|_| {
        let delta = json!({"type": "text_delta", "text": PIECE});
        event(json!({"type": "content_block_delta", "index": 0, "delta": delta}))
    }));
    list.push(event(json!({"type": "content_block_stop", "index": 0})));
    list.push(event(json!({
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": null},
        "usage": {"output_tokens": events},
    })));
    list.push(event(json!({"type": "message_stop"})));
    list
}

/// Events as chunks of a body, with the head before the first and the last chunk behind the last.
fn framed(events: &[String]) -> Vec<Vec<u8>> {
    let mut frames: Vec<Vec<u8>> = events
        .iter()
        .map(|event| format!("{:x}\r\n{event}\r\n", event.len()).into_bytes())
        .collect();
    if let Some(first) = frames.first_mut() {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n\
            transfer-encoding: chunked\r\n\r\n";
        first.splice(0..0, head.bytes());
    }
    if let Some(last) = frames.last_mut() {
        last.extend_from_slice(b"0\r\n\r\n");
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::find;

    #[test]
    fn a_buffered_answer_is_about_a_kilobyte() {
        for dialect in [Dialect::OpenaiChat, Dialect::AnthropicMessages] {
            let answer = Answers::new(dialect, 0).buffered;
            let body = answer.get(find(&answer, b"\r\n\r\n").unwrap() + 4..).unwrap();
            assert!((900..1200).contains(&body.len()), "{dialect:?}: {} bytes", body.len());
        }
    }

    #[test]
    fn a_stream_has_as_many_texts_as_asked_for() {
        for (dialect, around) in [(Dialect::OpenaiChat, 3), (Dialect::AnthropicMessages, 6)] {
            let frames = Answers::new(dialect, 20).streamed;
            assert_eq!(frames.len(), 20 + around);
            let texts = frames.iter().filter(|frame| find(frame, PIECE.as_bytes()).is_some());
            assert_eq!(texts.count(), 20);
        }
    }
}
