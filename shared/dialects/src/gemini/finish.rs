//! Why an answer ended, and why a prompt was not answered.
//!
//! <https://ai.google.dev/api/generate-content#FinishReason> and the SDK's `types.FinishReason` (google-genai
//! 3.4.0, read 2026-11-21).

use crate::neutral::Finish;

/// Reasons that are a filter's.
const FILTERED: [&str; 12] = [
    "BLOCKLIST",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "IMAGE_SAFETY",
    "JAILBREAK",
    "LANGUAGE",
    "MODEL_ARMOR",
    "PROHIBITED_CONTENT",
    "PUP_LIMITED_DISABLED",
    "RECITATION",
    "SAFETY",
    "SPII",
];

/// Reads `finishReason`; `calls`: the candidate calls a function.
pub(super) fn decode(word: Option<&str>, calls: bool) -> Finish {
    match word {
        Some("STOP" | "FINISH_REASON_UNSPECIFIED") | None if calls => Finish::ToolCalls,
        Some("STOP" | "FINISH_REASON_UNSPECIFIED") | None => Finish::Stop,
        Some("MAX_TOKENS") => Finish::Length,
        Some(word) if FILTERED.contains(&word) => Finish::ContentFilter,
        Some(word) => Finish::Other(word.to_owned()),
    }
}

/// `finishReason`, and whether it says all that `finish` says.
pub(super) fn encode(finish: &Finish) -> (&'static str, bool) {
    match finish {
        Finish::Stop | Finish::StopSequence(_) | Finish::ToolCalls => ("STOP", true),
        Finish::Length => ("MAX_TOKENS", true),
        Finish::ContextWindow => ("MAX_TOKENS", false),
        Finish::ContentFilter | Finish::Refusal => ("SAFETY", true),
        Finish::Other(_) | Finish::Pause => ("OTHER", false),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_reason_has_its_meaning() {
        for (word, calls, finish) in [
            (Some("STOP"), false, Finish::Stop),
            (Some("STOP"), true, Finish::ToolCalls),
            (None, false, Finish::Stop),
            (Some("MAX_TOKENS"), true, Finish::Length),
            (Some("SAFETY"), false, Finish::ContentFilter),
            (Some("RECITATION"), false, Finish::ContentFilter),
            (
                Some("MALFORMED_FUNCTION_CALL"),
                false,
                Finish::Other("MALFORMED_FUNCTION_CALL".into()),
            ),
        ] {
            assert_eq!(decode(word, calls), finish, "{word:?}");
        }
    }

    #[test]
    fn what_has_no_word_takes_the_nearest() {
        for (finish, word) in [
            (Finish::ToolCalls, ("STOP", true)),
            (Finish::Refusal, ("SAFETY", true)),
            (Finish::ContextWindow, ("MAX_TOKENS", false)),
            (Finish::Pause, ("OTHER", false)),
            (Finish::Other("eos".into()), ("OTHER", false)),
        ] {
            assert_eq!(encode(&finish), word, "{finish:?}");
        }
    }
}
