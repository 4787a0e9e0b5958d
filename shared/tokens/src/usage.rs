//! What a request really used: as the provider states it, else as it was counted here.

use dialects::neutral::Usage;

/// No count above it is believed. Envoy's rate limit filter takes no more either.
const MOST: u64 = 1_000_000_000;
/// No token of a text that a model writes is longer.
const LONGEST: u64 = 128;

/// Usage as it is stated bit by bit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stated {
    usage: Usage,
    input: bool,
    output: bool,
}

/// What a request used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) usage: Usage,
    /// In nanodollars, if the model has a price.
    pub(crate) cost: Option<u64>,
    /// A part of it was counted here.
    pub(crate) estimated: bool,
    /// The model that answered, in the provider's word.
    pub(crate) model: Option<String>,
    /// When its first text came, if it was streamed.
    pub(crate) first: Option<u64>,
    /// When its last text came.
    pub(crate) last: u64,
}

/// How long things took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    /// From the request to the first text, streamed answers only.
    pub(crate) first_token_ms: Option<u64>,
    /// From one token to the next, after the first, streamed answers only.
    pub(crate) output_token_us: Option<u64>,
    /// From the request to the end of the answer.
    pub(crate) duration_ms: u64,
}

impl Times {
    /// From nanoseconds.
    pub(crate) fn new(started: u64, used: &Used, now: u64) -> Times {
        let first = used.first.map(|first| first.saturating_sub(started) / 1_000_000);
        let after = used.usage.output.checked_sub(1).filter(|after| *after > 0);
        let each = used
            .first
            .zip(after)
            .map(|(first, after)| used.last.saturating_sub(first) / 1_000 / after);
        let duration_ms = now.saturating_sub(started) / 1_000_000;
        Times { first_token_ms: first, output_token_us: each, duration_ms }
    }
}

impl Stated {
    /// Takes a statement in. Of several the highest counts: streams state first the prompt, then the answer, some
    /// of them again and again as it grows. What cannot be is not believed.
    pub(crate) fn add(&mut self, usage: &Usage) {
        let parts = [usage.cache_read, usage.cache_write, usage.reasoning];
        let all = parts.into_iter().flatten().chain([usage.input, usage.output]);
        if all.into_iter().any(|count| count > MOST) {
            return;
        }
        let most = |one: Option<u64>, other: Option<u64>| one.max(other);
        self.input |= usage.input > 0;
        self.output |= usage.output > 0;
        self.usage = Usage {
            input: self.usage.input.max(usage.input),
            output: self.usage.output.max(usage.output),
            cache_read: most(self.usage.cache_read, usage.cache_read),
            cache_write: most(self.usage.cache_write, usage.cache_write),
            cache_write_1h: most(self.usage.cache_write_1h, usage.cache_write_1h),
            reasoning: most(self.usage.reasoning, usage.reasoning),
            audio_input: most(self.usage.audio_input, usage.audio_input),
            audio_output: most(self.usage.audio_output, usage.audio_output),
        };
    }

    /// Whether a part is missing, or, of an answer that was cut off, not final.
    pub(crate) fn lacks_output(&self, complete: bool) -> bool {
        !self.output || !complete
    }

    /// Whether more bytes were delivered than the tokens that are said to have been generated can have.
    pub(crate) fn understates(&self, bytes: u64) -> bool {
        self.output && self.usage.output.saturating_mul(LONGEST) < bytes
    }

    /// Nothing that was said of the answer is believed.
    pub(crate) fn forget_output(&mut self) {
        (self.output, self.usage.output, self.usage.reasoning) = (false, 0, None);
    }

    /// What was used, with what was counted here for what is missing. An answer that was cut off has at least the
    /// tokens that were delivered.
    pub(crate) fn complete(mut self, prompt: u64, delivered: u64, complete: bool) -> Used {
        let mut estimated = false;
        if !self.input {
            self.usage.input = prompt.min(MOST);
            estimated = true;
        }
        if self.lacks_output(complete) && delivered > self.usage.output {
            self.usage.output = delivered.min(MOST);
            estimated = true;
        }
        let clamp = |part: &mut Option<u64>, whole: u64| *part = part.map(|part| part.min(whole));
        clamp(&mut self.usage.cache_read, self.usage.input);
        clamp(&mut self.usage.cache_write, self.usage.input);
        clamp(&mut self.usage.reasoning, self.usage.output);
        Used { usage: self.usage, estimated: estimated || !complete, ..Used::default() }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn usage(input: u64, output: u64) -> Usage {
        Usage { input, output, ..Usage::default() }
    }

    fn used(statements: &[Usage], prompt: u64, delivered: u64, complete: bool) -> (u64, u64, bool) {
        let mut stated = Stated::default();
        statements.iter().for_each(|usage| stated.add(usage));
        let used = stated.complete(prompt, delivered, complete);
        (used.usage.input, used.usage.output, used.estimated)
    }

    #[test]
    fn the_provider_is_believed_as_far_as_it_can_be_true() {
        for (what, statements, complete, expected) in [
            ("once", vec![usage(10, 5)], true, (10, 5, false)),
            ("in two parts", vec![usage(10, 1), usage(0, 5)], true, (10, 5, false)),
            ("twice", vec![usage(10, 5), usage(10, 5)], true, (10, 5, false)),
            ("growing", vec![usage(10, 1), usage(10, 2)], true, (10, 2, false)),
            ("never", vec![], true, (77, 33, true)),
            ("the prompt only", vec![usage(10, 0)], true, (10, 33, true)),
            ("beyond belief", vec![usage(2_000_000_000, 5)], true, (77, 33, true)),
            ("cut off after the start", vec![usage(10, 1)], false, (10, 33, true)),
        ] {
            assert_eq!(used(&statements, 77, 33, complete), expected, "{what}");
        }
    }

    #[test]
    fn times_are_those_of_the_stream() {
        let mut used = Used { usage: usage(1, 11), ..Used::default() };
        let second = 1_000_000_000;
        assert_eq!(Times::new(second, &used, 3 * second).output_token_us, None);
        (used.first, used.last) = (Some(2 * second), 3 * second);
        let times = Times::new(second, &used, 4 * second);
        assert_eq!((times.first_token_ms, times.output_token_us), (Some(1_000), Some(100_000)));
        assert_eq!(times.duration_ms, 3_000);
        used.usage.output = 1;
        assert_eq!(Times::new(second, &used, 0).output_token_us, None, "there is no next token");
    }

    #[test]
    fn an_empty_answer_is_no_estimate() {
        assert_eq!(used(&[usage(10, 0)], 77, 0, true), (10, 0, false));
    }

    #[test]
    fn parts_are_not_more_than_the_whole() {
        let mut stated = Stated::default();
        stated.add(&Usage { cache_read: Some(99), reasoning: Some(99), ..usage(10, 5) });
        let usage = stated.complete(0, 0, true).usage;
        assert_eq!((usage.cache_read, usage.reasoning), (Some(10), Some(5)));
    }
}
