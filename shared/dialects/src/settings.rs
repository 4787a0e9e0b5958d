//! What a client says in its own words though it is nobody's turn: sequences that end the answer, and the names by
//! which it tells its users apart.

use chat::Scope;
use chat::json::Value;
use chat::text::{Visit, visit_leaves};

/// Where they stand, in any dialect. OpenAI's names for users and caches
/// (<https://platform.openai.com/docs/api-reference/chat/create>; read 2026-11-21) took the place of `user`.
const PLACES: [&str; 11] = [
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

/// Shows them. They are no text of the conversation, so [`crate::Dialect::visit_request`] does not. Returns whether
/// any was replaced.
pub fn visit_settings(body: &mut Value, visit: Visit<'_>) -> bool {
    PLACES.iter().fold(false, |edited, place| {
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
}
