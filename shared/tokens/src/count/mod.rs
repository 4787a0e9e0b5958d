//! Counting a text or a request for a model: exactly where its encoding is public, else by an estimate that is
//! named as such.

mod chat;
mod families;
mod images;
mod last;
mod models;
mod sniff;
mod tools;

use std::iter::Sum;
use std::ops::{Add, AddAssign, RangeInclusive};

use ::chat::bytes::is_ascii;
use encodings::{Encoding, Scripts};

pub use families::{FAMILIES, Family};
pub use images::Rule;
pub use last::LastCounter;
pub use models::{MODELS, ModelRow};

/// A number of tokens, and whether it is an estimate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    /// How many.
    pub count: u64,
    /// Whether that is an estimate.
    pub estimated: bool,
}

impl Tokens {
    fn exact(count: u64) -> Tokens {
        Tokens { count, estimated: false }
    }

    fn estimate(count: u64) -> Tokens {
        Tokens { count, estimated: true }
    }
}

impl Add for Tokens {
    type Output = Tokens;

    fn add(self, other: Tokens) -> Tokens {
        Tokens {
            count: self.count.saturating_add(other.count),
            estimated: self.estimated || other.estimated,
        }
    }
}

impl AddAssign for Tokens {
    fn add_assign(&mut self, other: Tokens) {
        *self = *self + other;
    }
}

impl Sum for Tokens {
    fn sum<I: Iterator<Item = Tokens>>(all: I) -> Tokens {
        all.fold(Tokens::default(), Add::add)
    }
}

/// How the tokens of a model are counted.
///
/// Which encodings there are is a Cargo feature of this crate. Without any (`default-features = false`) everything
/// works the same and all counts are estimates, so that a module that only compares numbers of tokens carries no
/// vocabulary:
///
/// ```
/// use tokens::Counter;
/// let counter = Counter::of_model("gpt-4o");
/// let texts = ["You are brief.", "What is a gateway?"];
/// // No more work than the question needs: bounds by bytes, then counting up to the bound.
/// assert!(counter.within(texts, 0..=1_000) && !counter.within(texts, 40..=u64::MAX));
/// // A number, exact where the encoding is public and in this build, and one that never costs much.
/// let (tokens, cheap) = (counter.texts(texts), counter.rough().texts(texts));
/// assert_eq!((tokens.count, tokens.estimated), (9, false));
/// assert!(cheap.estimated);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Counter {
    /// What texts are counted by; without one they are estimated by their bytes.
    encoding: Option<&'static Encoding>,
    /// Set where the model's own encoding is not public, or not in this build.
    family: Option<&'static Family>,
    image: Rule,
    /// On top of an estimate, in percent.
    percent: u64,
}

impl Counter {
    /// By a model's name. A model nobody knows is estimated.
    pub fn of_model(model: &str) -> Counter {
        let Some(row) = models::find(model) else {
            return Counter::estimate(models::family(model));
        };
        match Encoding::by_name(row.encoding) {
            Some(encoding) => {
                Counter { encoding: Some(encoding), family: None, image: row.image, percent: 100 }
            }
            None => Counter { image: row.image, ..Counter::estimate(&families::PUBLIC) },
        }
    }

    /// By an encoding.
    pub fn of_encoding(encoding: &'static Encoding) -> Counter {
        let image = Rule::Tiles { base: 85, tile: 170 };
        Counter { encoding: Some(encoding), family: None, image, percent: 100 }
    }

    /// By an estimate.
    pub fn estimate(family: &'static Family) -> Counter {
        // What the estimates are calibrated on, if this build has it.
        let encoding = Encoding::by_name("o200k_base");
        Counter { encoding, family: Some(family), image: family.image, percent: 100 }
    }

    /// The same without a vocabulary: an estimate that costs little more than a look at each byte.
    #[must_use]
    pub fn rough(self) -> Counter {
        Counter { encoding: None, family: self.family.or(Some(&families::PUBLIC)), ..self }
    }

    /// With a factor on top of an estimate, in percent.
    #[must_use]
    pub fn scaled(self, percent: u64) -> Counter {
        Counter { percent, ..self }
    }

    /// Whether it estimates.
    pub fn estimates(&self) -> bool {
        self.family.is_some()
    }

    fn encoding_name(&self) -> &'static str {
        self.encoding.map_or("", |encoding| encoding.name)
    }

    /// Tokens of a text.
    pub fn text(&self, text: &str) -> u64 {
        let scripts = match (self.encoding, self.family) {
            (Some(encoding), None) => return encoding.count(text) as u64,
            (Some(encoding), Some(_)) => encoding.count_by_script(text),
            (None, _) => encodings::rough(text),
        };
        self.weigh(scripts)
    }

    /// Tokens of the model for tokens of `o200k_base` by script.
    pub(crate) fn weigh(&self, scripts: Scripts) -> u64 {
        let family = self.family.unwrap_or(&families::PUBLIC);
        self.scale(family.estimate(scripts))
    }

    /// With the factor on top of an estimate.
    fn scale(&self, count: u64) -> u64 {
        if self.percent == 100 { count } else { count.saturating_mul(self.percent) / 100 }
    }

    /// Tokens of some texts, without what a request has beside them ([`Counter::request`]).
    pub fn texts<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Tokens {
        let count = texts.into_iter().fold(0, |sum: u64, text| sum.saturating_add(self.text(text)));
        Tokens { count, estimated: self.estimates() }
    }

    /// Whether some texts have so many tokens. They are counted only as far as it takes to know.
    pub fn within<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t str, IntoIter: Clone>,
        range: RangeInclusive<u64>,
    ) -> bool {
        let texts = texts.into_iter();
        // Lengths alone tell most, and a look at the alphabet some of the rest. An estimate is rounded up text by text, so
        // it is bounded text by text.
        let by_length = |counter: &Counter, text: &str| counter.at_most(text.len() as u64);
        for bound in [by_length, Counter::text_at_most] {
            let most =
                texts.clone().fold(0, |sum: u64, text| sum.saturating_add(bound(self, text)));
            if most < *range.start() {
                return false;
            }
            if *range.start() == 0 && most <= *range.end() {
                return true;
            }
        }
        let mut count = 0u64;
        for text in texts {
            count = count.saturating_add(self.text_up_to(text, range.end().saturating_sub(count)));
            if count > *range.end() {
                return false;
            }
        }
        range.contains(&count)
    }

    /// Tokens of a text; once they are more than `limit`, so many as were counted by then.
    fn text_up_to(&self, text: &str, limit: u64) -> u64 {
        match (self.encoding, self.family) {
            (Some(encoding), None) => {
                encoding.count_up_to(text, usize::try_from(limit).unwrap_or(usize::MAX)) as u64
            }
            _ => self.text(text),
        }
    }

    /// Tokens of a text, special tokens read as such where the encoding is public.
    pub fn text_with_special(&self, text: &str) -> u64 {
        match (self.encoding, self.family) {
            (Some(encoding), None) => encoding.count_with_special(text) as u64,
            _ => self.text(text),
        }
    }

    /// No text of so many bytes has more tokens.
    pub fn at_most(&self, bytes: u64) -> u64 {
        match self.family {
            None => bytes,
            Some(family) => self.scale(family.at_most(bytes)),
        }
    }

    /// The text has no more tokens: less than [`Counter::at_most`] tells of its length where it is ASCII and other scripts
    /// weigh more.
    fn text_at_most(&self, text: &str) -> u64 {
        match self.family {
            Some(family) if is_ascii(text.as_bytes()) => {
                self.scale(family.estimate([text.len(), 0, 0, 0]))
            }
            _ => self.at_most(text.len() as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const TEXTS: [&str; 3] = ["You are brief. ", "", "What is a gateway, and who needs one?"];

    #[test]
    fn a_question_is_answered_as_if_all_were_counted() {
        for model in ["gpt-4o", "gpt-4", "claude-sonnet-4-5", "nobody-knows"] {
            for counter in [Counter::of_model(model), Counter::of_model(model).rough()] {
                let Tokens { count, .. } = counter.texts(TEXTS);
                for start in 0..count + 3 {
                    for end in start..count + 60 {
                        let expected = (start..=end).contains(&count);
                        assert_eq!(counter.within(TEXTS, start..=end), expected, "{start} {end}");
                    }
                }
            }
        }
    }

    /// Texts of a few pieces in any order, most of which cost a token for each byte or look as if they did.
    fn mixed(mut seed: u64) -> String {
        let pieces =
            ["1", "\n", "x", "Q", "{\"", " ", "word", "9\r", "é", "ж", "漢", "😀", "\0", "~"];
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % below
        };
        // Some are of a few kinds only, and many of those ASCII.
        let (kinds, from) = (1 + next(4), next(pieces.len()));
        let length = next(80);
        let mut pick = || pieces.get((from + next(kinds)) % pieces.len()).copied();
        (0..length).filter_map(|_| pick()).collect()
    }

    #[test]
    fn no_text_has_more_tokens_than_its_bounds() {
        for model in ["gpt-4o", "gpt-4", "claude-sonnet-4-5", "gemini-2.5-pro", "nobody-knows"] {
            let counter = Counter::of_model(model).scaled(130);
            for counter in [counter, counter.rough()] {
                for seed in 0..400 {
                    let text = mixed(seed);
                    let (count, most) = (counter.text(&text), counter.text_at_most(&text));
                    assert!(count <= most, "{model}: {count}, {most}: {text:?}");
                    assert!(most <= counter.at_most(text.len() as u64), "{model}: {text:?}");
                }
            }
        }
    }

    #[test]
    fn many_short_texts_are_bounded_too() {
        let texts = ["a", "1", "?", "1\n"].repeat(20);
        for model in ["gpt-4o", "claude-sonnet-4-5", "nobody-knows"] {
            for counter in [Counter::of_model(model), Counter::of_model(model).rough()] {
                let Tokens { count, .. } = counter.texts(texts.iter().copied());
                for end in 0..count + 60 {
                    let within = counter.within(texts.iter().copied(), 0..=end);
                    assert_eq!(within, count <= end, "{model}: {count}, {end}");
                }
            }
        }
    }

    #[test]
    fn far_from_its_bounds_a_text_is_not_counted() {
        let (far, counter) = ("word ".repeat(1_000), Counter::of_model("gpt-4o"));
        let counted = counter.text_up_to(&far, 10);
        assert!((11..100).contains(&counted), "{counted}");
        assert!(counter.within([far.as_str()], 0..=u64::MAX));
    }

    #[test]
    fn an_estimate_is_named_as_such() {
        for (counter, estimated) in [
            (Counter::of_model("gpt-4o"), !cfg!(feature = "o200k")),
            (Counter::of_model("gpt-4o").rough(), true),
            (Counter::of_model("claude-sonnet-4-5"), true),
        ] {
            assert_eq!(counter.texts(TEXTS).estimated, estimated, "{counter:?}");
        }
    }
}
