//! What happens to a finding, and who decides it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Key, placeholder};
use crate::find::Finder;

/// What happens to a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The message is refused with 400; the client is told types and counts.
    Block,
    /// A keyed hash takes its place (HMAC-SHA256, 64 bits), the same in every request. Needs `hash_key`.
    Hash,
    /// A placeholder takes its place, the same for the same value in the whole request. In the answer it
    /// becomes the value again.
    Mask,
    /// Stars take its place, but for the last four letters or digits of a value that has at least eight.
    Partial,
    /// The entity's name takes its place.
    Redact,
    /// It stays and is only counted.
    Report,
}

impl Action {
    /// Its name in configurations and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Action::Block => "block",
            Action::Hash => "hash",
            Action::Mask => "mask",
            Action::Partial => "partial",
            Action::Redact => "redact",
            Action::Report => "report",
        }
    }

    /// Whether something else stands in the text afterwards.
    pub(crate) fn replaces(self) -> bool {
        !matches!(self, Action::Block | Action::Report)
    }
}

/// What is looked for and what happens to it.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) finder: Finder,
    /// The action of every entity, built-in or custom.
    pub(crate) actions: BTreeMap<String, Action>,
    /// There is one if any action is `hash`.
    pub(crate) key: Option<Key>,
}

impl Policy {
    /// What happens to a finding of this entity. What nobody knows is masked.
    pub(crate) fn action(&self, entity: &str) -> Action {
        self.actions.get(entity).copied().unwrap_or(Action::Mask)
    }

    /// Whether there is an entity of that name.
    pub(crate) fn knows(&self, entity: &str) -> bool {
        self.actions.contains_key(entity)
    }

    /// What takes the place of a value where no vault is needed.
    pub(crate) fn replacement(&self, entity: &str, action: Action, value: &str) -> String {
        match (action, &self.key) {
            (Action::Partial, _) => partial(value),
            (Action::Hash, Some(key)) => placeholder::hashed(entity, key.hash(entity, value)),
            _ => placeholder::redacted(entity),
        }
    }
}

/// `value` with stars for letters and digits, but for the last four of at least eight.
fn partial(value: &str) -> String {
    let count = value.chars().filter(|c| c.is_alphanumeric()).count();
    let mut hidden = if count < 8 { count } else { count - 4 };
    let star = |c: char| match (c.is_alphanumeric(), hidden) {
        (true, 1..) => {
            hidden -= 1;
            '*'
        }
        _ => c,
    };
    value.chars().map(star).collect()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn partial_keeps_four_of_at_least_eight() {
        for (value, expected) in [
            ("4111 1111-1111 1234", "**** ****-**** 1234"),
            ("1234567", "*******"),
            ("12345678", "****5678"),
            ("jané@example.com", "****@******e.com"),
            ("", ""),
        ] {
            assert_eq!(partial(value), expected);
        }
    }
}
