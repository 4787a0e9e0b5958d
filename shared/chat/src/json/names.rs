//! Names that bodies are full of.
//!
//! A name that is listed here is read without taking memory. Nothing else depends on it: a name that is not
//! listed is read all the same.

use super::key::same_bytes;

/// The names, sorted.
#[rustfmt::skip]
const NAMES: [&str; 166] = [
    "$defs", "$ref", "additionalProperties", "annotations", "anyOf", "args", "arguments",
    "budget_tokens", "bytes", "cache_control", "cache_creation_input_tokens",
    "cache_read_input_tokens", "cached_tokens", "call_id", "candidates", "candidatesTokenCount",
    "choices", "citations", "code", "completion_tokens", "completion_tokens_details", "content",
    "contentBlockIndex", "content_block", "content_index", "contents", "created", "created_at",
    "data", "default", "delta", "description", "detail", "details", "effort", "end_index", "enum",
    "error", "file", "file_data", "file_id", "filename", "finishReason", "finish_reason", "format",
    "frequency_penalty", "function", "functionCall", "functionDeclarations", "functionResponse",
    "generationConfig", "id", "image_url", "include_usage", "index", "inlineData", "input",
    "inputSchema", "inputText", "inputTokens", "input_schema", "input_tokens", "instructions",
    "is_error", "item", "item_id", "items", "json", "json_schema", "logprob", "logprobs",
    "maxItems", "maxOutputTokens", "max_completion_tokens", "max_output_tokens", "max_tokens",
    "maximum", "media_type", "message", "messages", "metadata", "mimeType", "minimum", "model",
    "modelVersion", "n", "name", "nullable", "object", "oneOf", "output", "outputTokens",
    "output_index", "output_tokens", "output_tokens_details", "parallel_tool_calls", "parameters",
    "partial_json", "parts", "presence_penalty", "promptTokenCount", "prompt_tokens",
    "prompt_tokens_details", "properties", "reasoning", "reasoning_content", "reasoning_effort",
    "reasoning_tokens", "refusal", "required", "response", "responseId", "response_format", "role",
    "schema", "seed", "sequence_number", "service_tier", "signature", "source", "status", "stop",
    "stopReason", "stopSequences", "stop_reason", "stop_sequence", "stop_sequences", "store",
    "stream", "stream_options", "strict", "summary", "system", "systemInstruction",
    "system_fingerprint", "temperature", "text", "thinking", "thought", "title", "token",
    "toolConfig", "toolResult", "toolSpec", "toolUse", "toolUseId", "tool_call_id", "tool_calls",
    "tool_choice", "tool_use_id", "tools", "topK", "topP", "top_k", "top_logprobs", "top_p",
    "totalTokenCount", "totalTokens", "total_tokens", "type", "uri", "url", "usage",
    "usageMetadata", "user", "value",
];

/// Slots of the table: a power of two, several times as many as there are names.
const SLOTS: usize = 512;

// A place in the list is one byte, and the last one is none.
const _: () = assert!(NAMES.len() < 255);

/// Each name in the first free slot from its own on, by its place in the list; a free slot has none of the list.
static TABLE: [u8; SLOTS] = table();

/// A name of the list, told by its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known(u8);

impl Known {
    pub(super) fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or_default()
    }
}

/// Some names of the list.
#[derive(Debug, Default)]
pub(super) struct Few([u64; NAMES.len().div_ceil(64)]);

impl Few {
    /// Adds a name. Returns whether it was missing.
    pub(super) fn add(&mut self, known: Known) -> bool {
        let bit = 1 << (known.0 % 64);
        match self.0.get_mut(usize::from(known.0 / 64)) {
            Some(word) if *word & bit == 0 => {
                *word |= bit;
                true
            }
            _ => false,
        }
    }
}

/// The name that `text` is, if it is listed.
#[inline]
pub(super) fn known(text: &[u8]) -> Option<Known> {
    let mut slot = slot(text);
    loop {
        let place = *TABLE.get(slot % SLOTS)?;
        if same_bytes(NAMES.get(usize::from(place))?.as_bytes(), text) {
            return Some(Known(place));
        }
        slot += 1;
    }
}

/// Where `name` is looked for first: by its length, its first byte and its last two.
const fn slot(name: &[u8]) -> usize {
    let [first, .., before, last] = name else { return 0 };
    (name.len() * 61) ^ ((*first as usize) * 7) ^ ((*before as usize) * 29) ^ ((*last as usize) * 3)
}

#[allow(clippy::indexing_slicing, reason = "done by the compiler")]
const fn table() -> [u8; SLOTS] {
    let mut table = [u8::MAX; SLOTS];
    let mut next = 0;
    while next < NAMES.len() {
        let mut slot = slot(NAMES[next].as_bytes()) % SLOTS;
        while table[slot] != u8::MAX {
            slot = (slot + 1) % SLOTS;
        }
        table[slot] = next as u8;
        next += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn names_are_sorted_and_all_are_known() {
        assert!(NAMES.is_sorted());
        for name in NAMES {
            assert_eq!(known(name.as_bytes()).map(Known::name), Some(name));
            assert_eq!(known(format!("{name}_").as_bytes()), None);
        }
        assert_eq!(known(b""), None);
    }

    #[test]
    fn each_name_is_added_once() {
        let mut few = Few::default();
        for name in NAMES {
            let known = known(name.as_bytes()).unwrap();
            assert!(few.add(known), "{name}");
            assert!(!few.add(known), "{name}");
        }
    }
}
