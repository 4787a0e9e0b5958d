//! Why an answer ended: `status` and `incomplete_details`.

use chat::json::{Value, json};

use crate::neutral::Finish;

/// Reads the end of an answer whose output calls tools or not, refuses or not.
pub(super) fn decode(response: &Value, calls: bool, refuses: bool) -> Finish {
    let reason = response.pointer("/incomplete_details/reason").and_then(Value::as_str);
    match (response.get("status").and_then(Value::as_str), reason) {
        (Some("incomplete"), Some("content_filter")) => Finish::ContentFilter,
        (Some("incomplete"), Some("max_output_tokens") | None) => Finish::Length,
        (Some("incomplete"), Some(other)) => Finish::Other(other.to_owned()),
        (Some("completed") | None, _) if calls => Finish::ToolCalls,
        (Some("completed") | None, _) if refuses => Finish::Refusal,
        (Some("completed") | None, _) => Finish::Stop,
        (Some(other), _) => Finish::Other(other.to_owned()),
    }
}

/// How an answer ended, in this dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// `incomplete_details.reason`; without one the answer is complete.
    reason: Option<&'static str>,
    /// Whether that says all that the finish says.
    pub(super) exact: bool,
}

impl End {
    /// `status`.
    pub(super) fn status(self) -> &'static str {
        match self.reason {
            Some(_) => "incomplete",
            None => "completed",
        }
    }

    /// `incomplete_details`.
    pub(super) fn details(self) -> Value {
        self.reason.map_or(Value::Null, |reason| json!({"reason": reason}))
    }
}

/// Writes the end. `refuses`: the output has a `refusal`.
pub(super) fn encode(finish: &Finish, refuses: bool) -> End {
    let (reason, exact) = match finish {
        Finish::Stop | Finish::StopSequence(_) | Finish::ToolCalls => (None, true),
        Finish::Refusal if refuses => (None, true),
        Finish::Refusal | Finish::ContentFilter => (Some("content_filter"), true),
        Finish::Length => (Some("max_output_tokens"), true),
        Finish::ContextWindow => (Some("max_output_tokens"), false),
        Finish::Pause | Finish::Other(_) => (None, false),
    };
    End { reason, exact }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_end_survives_both_ways() {
        for (status, reason, calls, refuses, finish) in [
            ("completed", None, false, false, Finish::Stop),
            ("completed", None, true, false, Finish::ToolCalls),
            ("completed", None, false, true, Finish::Refusal),
            ("incomplete", Some("max_output_tokens"), true, false, Finish::Length),
            ("incomplete", Some("content_filter"), false, false, Finish::ContentFilter),
        ] {
            let details = reason.map_or(Value::Null, |reason| json!({"reason": reason}));
            let response = json!({"status": status, "incomplete_details": details.clone()});
            assert_eq!(decode(&response, calls, refuses), finish);
            let end = encode(&finish, refuses);
            assert_eq!((end.status(), end.details(), end.exact), (status, details, true));
        }
    }

    #[test]
    fn what_has_no_word_takes_the_nearest() {
        for (finish, status, exact) in [
            (Finish::Refusal, "incomplete", true),
            (Finish::ContextWindow, "incomplete", false),
            (Finish::Pause, "completed", false),
            (Finish::Other("eos".into()), "completed", false),
        ] {
            let end = encode(&finish, false);
            assert_eq!((end.status(), end.exact), (status, exact), "{finish:?}");
        }
        let steered = json!({"status": "incomplete", "incomplete_details": {"reason": "steered"}});
        assert_eq!(decode(&steered, false, false), Finish::Other("steered".into()));
        assert_eq!(
            decode(&json!({"status": "cancelled"}), true, false),
            Finish::Other("cancelled".into())
        );
    }
}
