//! What a request says beside the conversation, where it stands in any dialect: for those who do not decode it.

use chat::Scope;
use chat::json::Value;
use chat::text::{Visit, visit_leaves};

/// Where requests limit their answers, in every spelling that some provider takes; the one that wins comes first.
pub const OUTPUT_LIMITS: [&str; 10] = [
    "/max_completion_tokens",
    "/max_tokens",
    "/max_output_tokens",
    "/generationConfig/maxOutputTokens",
    "/generationConfig/max_output_tokens",
    "/generation_config/maxOutputTokens",
    "/generation_config/max_output_tokens",
    "/inferenceConfig/maxTokens",
    "/options/num_predict",
    "/parameters/max_tokens",
];

/// Where requests ask for several answers.
pub const ANSWER_COUNTS: [&str; 6] = [
    "/n",
    "/best_of",
    "/generationConfig/candidateCount",
    "/generationConfig/candidate_count",
    "/generation_config/candidateCount",
    "/generation_config/candidate_count",
];

/// What a client says in its own words though it is nobody's turn: sequences that end the answer, and the names by
/// which it tells its users apart. OpenAI's names for users and caches
/// (<https://platform.openai.com/docs/api-reference/chat/create>; read 2026-11-21) took the place of `user`.
const WORDS: [&str; 11] = [
    "/generationConfig/stopSequences",
    "/generationConfig/stop_sequences",
    "/generation_config/stopSequences",
    "/generation_config/stop_sequences",
    "/inferenceConfig/stopSequences",
    "/options/stop",
    "/parameters/stop",
    "/prompt_cache_key",
    "/safety_identifier",
    "/stop",
    "/stop_sequences",
];

/// Shows what a client says in its own words beside the conversation. It is no text of that, so
/// [`crate::Dialect::visit_request`] does not. Returns whether any was replaced.
pub fn visit_settings(body: &mut Value, visit: Visit<'_>) -> bool {
    WORDS.iter().fold(false, |edited, place| {
        let told = body.pointer_mut(place);
        told.is_some_and(|told| visit_leaves(told, Scope::User, 0, visit)) | edited
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;
    use crate::openai_chat::OpenaiChat;
    use crate::providers::Provider;
    use crate::{CODECS, Drops, ProviderContext, Reader};

    #[test]
    fn what_ends_an_answer_is_shown_as_a_string_and_as_a_list() {
        for (mut body, expected) in [
            (json!({"stop": "x", "model": "x"}), json!({"stop": "X", "model": "x"})),
            (json!({"stop": ["x", "y"]}), json!({"stop": ["X", "Y"]})),
            (
                json!({"options": {"stop": ["x"], "seed": 1}}),
                json!({"options": {"stop": ["X"], "seed": 1}}),
            ),
            (json!({"messages": []}), json!({"messages": []})),
        ] {
            let edited = visit_settings(&mut body, &mut |text| Some(text.text.to_uppercase()));
            assert_eq!(edited, body.get("messages").is_none());
            assert_eq!(body, expected);
        }
    }

    #[test]
    fn the_limit_that_a_dialect_writes_stands_at_a_known_place() {
        let asked = json!({"model": "m", "max_tokens": 70, "messages": [{"role": "user", "content": "Hi."}]});
        let read = OpenaiChat.decode_request("", asked, &mut Drops::default());
        let request = read.unwrap();
        for codec in CODECS {
            let provider = Provider::owner(*codec).unwrap();
            let context = ProviderContext::new(provider);
            let written = codec.encode_request(request.clone(), context, &mut Drops::default());
            let body = written.unwrap().body;
            let found = OUTPUT_LIMITS.iter().find_map(|place| body.pointer(place)?.as_u64());
            // TensorFlow Serving has no such parameter.
            let expected = (codec.name() != "tfserving-predict").then_some(70);
            assert_eq!(found, expected, "{}", codec.name());
        }
    }
}
