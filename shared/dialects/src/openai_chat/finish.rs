//! Why an answer ended, in OpenAI's words.

use crate::neutral::Finish;

/// Reads `finish_reason` of a message that calls tools or not, refuses or not.
///
/// OpenAI says `stop` where `tool_choice` forced the call, and some providers always do; a provider that
/// says nothing was done. Mistral has a word for the end of the model's window
/// (<https://github.com/mistralai/client-python>), Zhipu one for its filter (<https://docs.bigmodel.cn/api-reference>,
/// both read 2026-11-21).
pub(super) fn decode(word: Option<&str>, calls: bool, refuses: bool) -> Finish {
    match word {
        Some("tool_calls" | "function_call") => Finish::ToolCalls,
        Some("stop") | None if calls => Finish::ToolCalls,
        Some("stop") | None if refuses => Finish::Refusal,
        Some("stop") | None => Finish::Stop,
        Some("length") => Finish::Length,
        Some("content_filter" | "sensitive") => Finish::ContentFilter,
        Some("model_length") => Finish::ContextWindow,
        Some(other) => Finish::Other(other.to_owned()),
    }
}

/// `finish_reason`, and whether it says all that `finish` says. `refuses`: the message has a `refusal`.
pub(super) fn encode(finish: &Finish, refuses: bool) -> (&'static str, bool) {
    match finish {
        Finish::Stop => ("stop", true),
        Finish::StopSequence(which) => ("stop", which.is_none()),
        Finish::Refusal if refuses => ("stop", true),
        Finish::Refusal | Finish::ContentFilter => ("content_filter", true),
        Finish::Length => ("length", true),
        Finish::ToolCalls => ("tool_calls", true),
        Finish::ContextWindow => ("length", false),
        Finish::Pause | Finish::Other(_) => ("stop", false),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_reason_survives_both_ways() {
        for (word, calls, refuses, finish) in [
            ("stop", false, false, Finish::Stop),
            ("stop", false, true, Finish::Refusal),
            ("tool_calls", true, false, Finish::ToolCalls),
            ("length", true, false, Finish::Length),
            ("content_filter", false, false, Finish::ContentFilter),
        ] {
            assert_eq!(decode(Some(word), calls, refuses), finish);
            assert_eq!(encode(&finish, refuses), (word, true));
        }
    }

    #[test]
    fn a_forced_call_and_a_silent_provider_are_understood() {
        for (word, calls, finish) in [
            (Some("stop"), true, Finish::ToolCalls),
            (Some("function_call"), true, Finish::ToolCalls),
            (None, true, Finish::ToolCalls),
            (None, false, Finish::Stop),
            (Some("eos"), false, Finish::Other("eos".into())),
            (Some("model_length"), false, Finish::ContextWindow),
            (Some("sensitive"), false, Finish::ContentFilter),
        ] {
            assert_eq!(decode(word, calls, false), finish, "{word:?}");
        }
    }

    #[test]
    fn what_has_no_word_takes_the_nearest() {
        for (finish, word) in [
            (Finish::Refusal, ("content_filter", true)),
            (Finish::StopSequence(None), ("stop", true)),
            (Finish::StopSequence(Some("x".into())), ("stop", false)),
            (Finish::ContextWindow, ("length", false)),
            (Finish::Pause, ("stop", false)),
            (Finish::Other("eos".into()), ("stop", false)),
        ] {
            assert_eq!(encode(&finish, false), word, "{finish:?}");
        }
    }
}
