//! Headers on answers.

use stage::Headers;

use crate::budget::Left;
use crate::digits::{push_number, push_part};

/// All headers of ours begin so. What others send under that name is taken out, so that nobody can pretend.
const OURS: &str = "x-tollgate-";

const REQUESTS: [&str; 3] =
    ["x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"];
const TOKENS: [&str; 3] =
    ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"];

/// What the tightest budget of a kind says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u64,
    pub(crate) left: Left,
}

/// The tightest budgets: of tokens and of requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standings {
    pub(crate) tokens: Option<Standing>,
    pub(crate) requests: Option<Standing>,
}

impl Standing {
    /// Keeps the tighter one: that which leaves the smaller amount.
    pub(crate) fn keep(place: &mut Option<Standing>, other: Standing) {
        if place.is_none_or(|one| other.left.amount < one.left.amount) {
            *place = Some(other);
        }
    }
}

impl Standings {
    /// As OpenAI sends them: <https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers> (read
    /// 2026-11-21).
    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = Vec::with_capacity(REQUESTS.len() + TOKENS.len());
        for (names, standing) in [(REQUESTS, self.requests), (TOKENS, self.tokens)] {
            if let Some(Standing { limit, left }) = standing {
                let values = [limit.to_string(), left.amount.to_string(), duration(left.reset)];
                headers.extend(names.into_iter().zip(values));
            }
        }
        headers
    }
}

/// What this stage tells on answers.
const TOLD: [&str; 3] =
    ["x-tollgate-cost-usd", "x-tollgate-input-tokens", "x-tollgate-output-tokens"];

/// Takes out of a request what only we may say on its answer. Other headers of ours may be a router's, by which Envoy
/// picks the cluster.
pub(crate) fn strip_request(headers: &mut Headers) {
    TOLD.iter().for_each(|name| headers.remove(name));
}

/// Takes out of an answer what only we may say.
pub(crate) fn strip(headers: &mut Headers) {
    let names = headers.names().filter(|name| name.starts_with(OURS));
    let names: Vec<String> = names.map(str::to_owned).collect();
    names.iter().for_each(|name| headers.remove(name));
}

/// Nanoseconds as OpenAI writes a duration: `17ms`, `1.5s`, `6m0s`, `2h3m0s`.
fn duration(nanoseconds: u64) -> String {
    let milliseconds = nanoseconds.div_ceil(1_000_000);
    let mut text = String::with_capacity(16);
    if milliseconds < 1_000 {
        push_number(&mut text, milliseconds);
        text += "ms";
        return text;
    }
    let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000);
    let mut push = |number, unit| {
        push_number(&mut text, number);
        text += unit;
    };
    if minutes >= 60 {
        push(minutes / 60, "h");
    }
    if minutes > 0 {
        push(minutes % 60, "m");
    }
    push(rest / 1_000, "");
    if rest % 1_000 > 0 {
        push_part(&mut text, rest % 1_000, 1_000);
        text.truncate(text.trim_end_matches('0').len());
    }
    text += "s";
    text
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn durations_are_written_as_openai_writes_them() {
        for (milliseconds, expected) in [
            (0, "0ms"),
            (17, "17ms"),
            (1_000, "1s"),
            (1_500, "1.5s"),
            (59_999, "59.999s"),
            (360_000, "6m0s"),
            (7_380_000, "2h3m0s"),
        ] {
            assert_eq!(duration(milliseconds * 1_000_000), expected);
        }
        assert_eq!(duration(1), "1ms", "never sooner than it is true");
    }

    #[test]
    fn the_tightest_budget_is_told() {
        let standing =
            |limit, amount| Standing { limit, left: Left { amount, reset: 1_000_000_000 } };
        let mut standings = Standings::default();
        for one in [standing(100, 50), standing(1_000, 7), standing(10, 9)] {
            Standing::keep(&mut standings.tokens, one);
        }
        let headers = standings.headers();
        let told: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        assert_eq!(
            told,
            [
                ("x-ratelimit-limit-tokens", "1000"),
                ("x-ratelimit-remaining-tokens", "7"),
                ("x-ratelimit-reset-tokens", "1s")
            ]
        );
    }

    #[test]
    fn nobody_else_may_speak_for_us() {
        let pairs = [("x-tollgate-cost-usd", "0"), ("x-other", "1"), ("x-tollgate-x", "2")];
        let mut headers = Headers::new(pairs.map(|(n, v)| (n.into(), v.into())).to_vec());
        strip_request(&mut headers);
        assert_eq!(headers.names().collect::<Vec<_>>(), ["x-other", "x-tollgate-x"]);
        strip(&mut headers);
        assert_eq!(headers.names().collect::<Vec<_>>(), ["x-other"]);
    }
}
