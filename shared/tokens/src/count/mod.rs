//! Counting a text or a request for a model: exactly where its encoding is public, else by an estimate that is
//! named as such.

mod chat;
mod families;
mod images;
mod models;
mod sniff;
mod tools;

use std::iter::Sum;
use std::ops::{Add, AddAssign};

use crate::bpe::{ENCODINGS, Encoding};

pub use families::{FAMILIES, Family};
pub use images::Rule;
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
#[derive(Debug, Clone, Copy)]
pub struct Counter {
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
            None => Counter { image: row.image, ..Counter::estimate(&families::OTHER) },
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
        let encoding = Encoding::by_name("o200k_base").or(ENCODINGS.first());
        Counter { encoding, family: Some(family), image: family.image, percent: 100 }
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
        let count = match (self.encoding, self.family) {
            (None, _) => text.len() as u64 / 4 + 1,
            (Some(encoding), None) => return encoding.count(text) as u64,
            (Some(encoding), Some(family)) => family.estimate(encoding.count_by_script(text)),
        };
        count.saturating_mul(self.percent) / 100
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
            Some(family) => family.at_most(bytes).saturating_mul(self.percent) / 100,
        }
    }
}
