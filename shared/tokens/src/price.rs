//! What tokens cost.

use dialects::neutral::Usage;
use serde::Deserialize;

use crate::digits::{push_number, push_part};

/// Prices of a model in US dollars per million tokens.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PriceConfig {
    /// Prompt tokens that no cache was used for.
    pub input: f64,
    /// Generated tokens.
    pub output: f64,
    /// Prompt tokens read from a cache; by default as `input`.
    pub cache_read: Option<f64>,
    /// Prompt tokens written to a cache; by default as `input`.
    pub cache_write: Option<f64>,
    /// Tokens spent on reasoning; by default as `output`.
    pub reasoning: Option<f64>,
}

/// Prices in millionths of a millionth of a dollar per token, so that sums are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Price {
    input: u64,
    output: u64,
    cache_read: u64,
    cache_write: u64,
    reasoning: u64,
}

/// The highest price that is no mistake: a million dollars per million tokens.
const HIGHEST: f64 = 1e6;

impl Price {
    /// Compiles prices. The error is the field at fault.
    pub(crate) fn new(config: &PriceConfig) -> Result<Price, &'static str> {
        let exact = |name: &'static str, price: f64| match price {
            0.0..=HIGHEST => Ok((price * 1e6).round() as u64),
            _ => Err(name),
        };
        Ok(Price {
            input: exact("input", config.input)?,
            output: exact("output", config.output)?,
            cache_read: exact("cache_read", config.cache_read.unwrap_or(config.input))?,
            cache_write: exact("cache_write", config.cache_write.unwrap_or(config.input))?,
            reasoning: exact("reasoning", config.reasoning.unwrap_or(config.output))?,
        })
    }

    /// What usage costs, in nanodollars, rounded up. Counts that contradict each other count once.
    pub(crate) fn cost(self, usage: &Usage) -> u64 {
        let read = usage.cache_read.unwrap_or(0).min(usage.input);
        let written = usage.cache_write.unwrap_or(0).min(usage.input - read);
        let thought = usage.reasoning.unwrap_or(0).min(usage.output);
        let parts = [
            (usage.input - read - written, self.input),
            (read, self.cache_read),
            (written, self.cache_write),
            (usage.output - thought, self.output),
            (thought, self.reasoning),
        ];
        // Nearly always so small that the sum has 64 bits. Wasm has none of 128, so those take calls.
        let (bits, sum) = parts.iter().fold((0, 0u64), |(bits, sum), (count, price)| {
            (bits | count | price, sum.wrapping_add(count.wrapping_mul(*price)))
        });
        if bits >> 30 == 0 {
            return sum.div_ceil(1_000);
        }
        let sum: u128 =
            parts.iter().map(|(count, price)| u128::from(*count) * u128::from(*price)).sum();
        sum.div_ceil(1_000).try_into().unwrap_or(u64::MAX)
    }
}

/// Nanodollars as dollars: `0.000123450`.
pub(crate) fn dollars(nano: u64) -> String {
    const DOLLAR: u64 = 1_000_000_000;
    let mut text = String::with_capacity(16);
    push_number(&mut text, nano / DOLLAR);
    push_part(&mut text, nano % DOLLAR, DOLLAR);
    text
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn price() -> PriceConfig {
        PriceConfig { input: 2.5, output: 10.0, cache_read: Some(1.25), ..PriceConfig::default() }
    }

    #[test]
    fn each_kind_of_token_has_its_price() {
        let usage = Usage {
            input: 1_000,
            cache_read: Some(600),
            cache_write: Some(100),
            output: 200,
            reasoning: Some(50),
            ..Usage::default()
        };
        let cost = Price::new(&price()).unwrap().cost(&usage);
        assert_eq!(dollars(cost), "0.003750000", "400 × 2.5 + 600 × 1.25 + 200 × 10 per million");
        let thinking = PriceConfig { reasoning: Some(20.0), ..price() };
        assert_eq!(dollars(Price::new(&thinking).unwrap().cost(&usage)), "0.004250000");
    }

    #[test]
    fn counts_that_contradict_each_other_do_not_underflow() {
        let usage = Usage {
            input: 10,
            cache_read: Some(64),
            cache_write: Some(64),
            output: 1,
            reasoning: Some(9),
            ..Usage::default()
        };
        assert_eq!(Price::new(&price()).unwrap().cost(&usage), 22_500);
        let huge = Usage { input: u64::MAX, output: u64::MAX, ..Usage::default() };
        assert_eq!(Price::new(&price()).unwrap().cost(&huge), u64::MAX);
    }

    #[test]
    fn a_cost_is_exact_whatever_its_size() {
        let price = Price::new(&PriceConfig { input: 1_073.741_823, ..price() }).unwrap();
        // On both sides of what 30 bits hold.
        for count in [(1 << 30) - 1, 1 << 30] {
            let usage = Usage { input: count, output: count, ..Usage::default() };
            let exact = u128::from(count) * (1_073_741_823 + 10_000_000);
            assert_eq!(u128::from(price.cost(&usage)), exact.div_ceil(1_000));
        }
    }

    #[test]
    fn a_price_is_a_number_that_can_be_paid() {
        for (price, field) in [
            (PriceConfig { input: -1.0, ..price() }, "input"),
            (PriceConfig { output: f64::NAN, ..price() }, "output"),
            (PriceConfig { cache_read: Some(f64::INFINITY), ..price() }, "cache_read"),
        ] {
            assert_eq!(Price::new(&price), Err(field));
        }
    }
}
