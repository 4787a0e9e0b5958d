//! Why an answer ended: `stopReason`
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html> (read 2026-11-21).

use crate::neutral::Finish;

/// Reads `stopReason`. `calls`: the answer calls a tool.
pub(super) fn decode(word: &str, calls: bool) -> Finish {
    match word {
        "end_turn" if calls => Finish::ToolCalls,
        "end_turn" => Finish::Stop,
        "tool_use" => Finish::ToolCalls,
        "max_tokens" => Finish::Length,
        "stop_sequence" => Finish::StopSequence(None),
        "content_filtered" | "guardrail_intervened" => Finish::ContentFilter,
        "model_context_window_exceeded" => Finish::ContextWindow,
        other => Finish::Other(other.to_owned()),
    }
}

/// `stopReason`, and whether it says all that `finish` says. `calls`: the answer calls a tool.
pub(super) fn encode(finish: &Finish, calls: bool) -> (&'static str, bool) {
    match finish {
        Finish::Stop | Finish::ToolCalls if calls => ("tool_use", true),
        Finish::Stop | Finish::ToolCalls => ("end_turn", true),
        Finish::Length => ("max_tokens", true),
        Finish::StopSequence(which) => ("stop_sequence", which.is_none()),
        Finish::ContentFilter | Finish::Refusal => ("content_filtered", true),
        Finish::ContextWindow => ("model_context_window_exceeded", true),
        Finish::Other(_) | Finish::Pause => ("end_turn", false),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_reason_survives_both_ways() {
        for (word, calls) in [
            ("end_turn", false),
            ("tool_use", true),
            ("max_tokens", false),
            ("stop_sequence", false),
            ("content_filtered", false),
            ("model_context_window_exceeded", false),
        ] {
            assert_eq!(encode(&decode(word, calls), calls), (word, true));
        }
        assert_eq!(decode("guardrail_intervened", false), Finish::ContentFilter);
        assert_eq!(encode(&decode("malformed_tool_use", false), false), ("end_turn", false));
    }
}
