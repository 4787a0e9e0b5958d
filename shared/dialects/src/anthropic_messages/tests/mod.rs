//! Tests of the dialect as a whole.

#[cfg(not(target_arch = "wasm32"))]
mod fixtures;
#[cfg(not(target_arch = "wasm32"))]
mod generated;
mod stream_decoder;
mod stream_encoder;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use chat::json::{Value, json};

use super::AnthropicMessages;
use crate::{Codec, Dialect};

#[test]
fn the_query_goes_along() {
    for (path, expected) in
        [("/v1/messages", "/messages"), ("/anthropic/v1/messages?beta=true", "/messages?beta=true")]
    {
        assert_eq!(AnthropicMessages.provider_path(path, &Value::Null), expected);
    }
}

#[test]
fn usage_is_found_in_answers_and_events() {
    for body in [
        json!({"usage": {"input_tokens": 1, "output_tokens": 2}}),
        json!({"type": "message_start", "message": {"usage": {"input_tokens": 1, "output_tokens": 2}}}),
    ] {
        let usage = AnthropicMessages.usage(&body).unwrap();
        assert_eq!((usage.input, usage.output), (1, 2));
    }
    assert_eq!(AnthropicMessages.usage(&json!({"type": "ping"})), None);
    assert_eq!(AnthropicMessages.usage(&json!({"usage": {}})), None);
}
