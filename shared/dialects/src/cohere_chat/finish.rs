//! Why an answer ended: `finish_reason` <https://docs.cohere.com/reference/chat> (read 2026-11-21).

use crate::neutral::Finish;

/// Reads `finish_reason`. `calls`: the answer calls a tool.
pub(super) fn decode(word: &str, calls: bool) -> Finish {
    match word {
        "COMPLETE" if calls => Finish::ToolCalls,
        "COMPLETE" => Finish::Stop,
        "TOOL_CALL" => Finish::ToolCalls,
        "MAX_TOKENS" => Finish::Length,
        "STOP_SEQUENCE" => Finish::StopSequence(None),
        other => Finish::Other(other.to_owned()),
    }
}

/// `finish_reason`, and whether it says all that `finish` says. `calls`: the answer calls a tool.
pub(super) fn encode(finish: &Finish, calls: bool) -> (&'static str, bool) {
    match finish {
        Finish::Stop | Finish::ToolCalls if calls => ("TOOL_CALL", true),
        Finish::Stop | Finish::ToolCalls => ("COMPLETE", true),
        Finish::Length => ("MAX_TOKENS", true),
        Finish::ContextWindow => ("MAX_TOKENS", false),
        Finish::StopSequence(which) => ("STOP_SEQUENCE", which.is_none()),
        Finish::ContentFilter => ("ERROR", false),
        Finish::Other(_) | Finish::Pause | Finish::Refusal => ("COMPLETE", false),
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
            ("COMPLETE", false),
            ("TOOL_CALL", true),
            ("MAX_TOKENS", false),
            ("STOP_SEQUENCE", false),
        ] {
            assert_eq!(encode(&decode(word, calls), calls), (word, true));
        }
        assert_eq!(encode(&decode("TIMEOUT", false), false), ("COMPLETE", false));
    }
}
