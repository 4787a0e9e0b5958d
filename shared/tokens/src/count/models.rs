//! Which models count how.
//!
//! Encodings are those that tiktoken names for a model:
//! <https://github.com/openai/tiktoken/blob/main/tiktoken/model.py>, as tiktoken-rs 0.12 carries it; the test at
//! the end compares. Image rules: <https://platform.openai.com/docs/guides/images-vision#calculating-costs>. All
//! read 2026-11-21.

use super::families::{Family, OTHER};
use super::images::Rule;

/// What is known of a kind of model.
#[derive(Debug)]
pub struct ModelRow {
    /// Names that are this, or begin so and go on with a version. The longest row that fits counts.
    pub prefix: &'static str,
    /// Whether only the name itself is meant.
    pub whole: bool,
    /// Its encoding in tiktoken.
    pub encoding: &'static str,
    /// What a picture costs.
    pub image: Rule,
}

const fn row(prefix: &'static str, encoding: &'static str, image: Rule) -> ModelRow {
    ModelRow { prefix, whole: false, encoding, image }
}

const fn whole(prefix: &'static str, encoding: &'static str) -> ModelRow {
    ModelRow { prefix, whole: true, encoding, image: GPT_4O }
}

const GPT_4O: Rule = Rule::Tiles { base: 85, tile: 170 };
const GPT_5: Rule = Rule::Tiles { base: 70, tile: 140 };
const O1: Rule = Rule::Tiles { base: 75, tile: 150 };
const CL100K: &str = "cl100k_base";
const O200K: &str = "o200k_base";
const P50K: &str = "p50k_base";
const P50K_EDIT: &str = "p50k_edit";
const R50K: &str = "r50k_base";

/// All models with a public encoding.
pub static MODELS: &[ModelRow] = &[
    whole("ada", R50K),
    whole("babbage", R50K),
    whole("babbage-002", CL100K),
    row("chatgpt-4o-", O200K, GPT_4O),
    whole("code-cushman-001", P50K),
    whole("code-cushman-002", P50K),
    whole("code-davinci-001", P50K),
    whole("code-davinci-002", P50K),
    whole("code-davinci-edit-001", P50K_EDIT),
    whole("code-search-ada-code-001", R50K),
    whole("code-search-babbage-code-001", R50K),
    row("codex-mini", O200K, Rule::Patches { percent: 172 }),
    row("computer-use-preview", O200K, Rule::Tiles { base: 65, tile: 129 }),
    whole("curie", R50K),
    whole("cushman-codex", P50K),
    whole("davinci", R50K),
    whole("davinci-002", CL100K),
    whole("davinci-codex", P50K),
    whole("gpt-2", R50K),
    whole("gpt-3.5", CL100K),
    row("gpt-3.5-turbo", CL100K, GPT_4O),
    row("gpt-35-turbo", CL100K, GPT_4O),
    whole("gpt-4", CL100K),
    row("gpt-4-", CL100K, GPT_4O),
    row("gpt-4.1", O200K, GPT_4O),
    row("gpt-4.1-mini", O200K, Rule::Patches { percent: 162 }),
    row("gpt-4.1-nano", O200K, Rule::Patches { percent: 246 }),
    row("gpt-4.5", O200K, GPT_4O),
    row("gpt-4o", O200K, GPT_4O),
    row("gpt-4o-mini", O200K, Rule::Tiles { base: 2833, tile: 5667 }),
    row("gpt-5", O200K, GPT_5),
    row("gpt-5-mini", O200K, Rule::Patches { percent: 162 }),
    row("gpt-5-nano", O200K, Rule::Patches { percent: 246 }),
    row("gpt-oss-", "o200k_harmony", GPT_4O),
    whole("gpt2", R50K),
    row("o1", O200K, O1),
    row("o3", O200K, O1),
    row("o4-mini", O200K, Rule::Patches { percent: 172 }),
    whole("text-ada-001", R50K),
    whole("text-babbage-001", R50K),
    whole("text-curie-001", R50K),
    whole("text-davinci-001", R50K),
    whole("text-davinci-002", P50K),
    whole("text-davinci-003", P50K),
    whole("text-davinci-edit-001", P50K_EDIT),
    row("text-embedding-3-", CL100K, GPT_4O),
    whole("text-embedding-ada-002", CL100K),
    row("text-search-", R50K, GPT_4O),
    row("text-similarity-", R50K, GPT_4O),
];

/// What may stand between a model's name and its version.
const ENDS: [char; 3] = ['-', '.', '@'];

/// The row of a model's name. Fine-tuned models (`ft:gpt-4o:…`) and names behind a provider's
/// (`openai/gpt-4o`) are found by the model within.
pub(crate) fn find(model: &str) -> Option<&'static ModelRow> {
    let name = bare(model);
    let fits = |row: &&ModelRow| {
        let rest = name.strip_prefix(row.prefix);
        rest.is_some_and(|rest| match row.whole {
            true => rest.is_empty(),
            false => rest.is_empty() || row.prefix.ends_with(ENDS) || rest.starts_with(ENDS),
        })
    };
    MODELS.iter().filter(fits).max_by_key(|row| row.prefix.len())
}

/// The family of a model without a public encoding.
pub(crate) fn family(model: &str) -> &'static Family {
    let name = model.to_ascii_lowercase();
    super::families::FAMILIES
        .iter()
        .find(|family| family.words.iter().any(|word| name.contains(word)))
        .unwrap_or(&OTHER)
}

fn bare(model: &str) -> &str {
    let name = model.rsplit('/').next().unwrap_or(model);
    let tuned = name.strip_prefix("ft:").and_then(|rest| rest.split(':').next());
    tuned.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn rows_are_sorted() {
        assert!(MODELS.is_sorted_by_key(|row| row.prefix));
    }

    #[test]
    fn the_longest_row_counts() {
        for (model, prefix) in [
            ("gpt-4o-mini-2024-07-18", Some("gpt-4o-mini")),
            ("gpt-4o", Some("gpt-4o")),
            ("gpt-4-0613", Some("gpt-4-")),
            ("gpt-4.2", None),
            ("gpt-5.2-codex", Some("gpt-5")),
            ("openai/gpt-4.1-mini", Some("gpt-4.1-mini")),
            ("ft:gpt-3.5-turbo:org:name:id", Some("gpt-3.5-turbo")),
            ("o1-preview", Some("o1")),
            ("o1x", None),
            ("davinci", Some("davinci")),
            ("davinci-003", None),
            ("claude-sonnet-4-5", None),
            ("", None),
        ] {
            assert_eq!(find(model).map(|row| row.prefix), prefix, "{model}");
        }
    }
}
