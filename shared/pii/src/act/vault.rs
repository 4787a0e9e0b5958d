//! The values of one message and the placeholders that stand for them.

use std::collections::BTreeMap;

use super::placeholder;

/// The values of one message: the same value has the same placeholder, whatever it was found as.
#[derive(Debug, Default)]
pub(crate) struct Vault {
    tag: Option<String>,
    values: Vec<String>,
    numbers: BTreeMap<String, (usize, String)>,
}

impl Vault {
    /// A vault whose placeholders carry a tag, so that they can be restored.
    pub(crate) fn tagged(tag: String) -> Vault {
        Vault { tag: Some(tag), ..Vault::default() }
    }

    /// The tag of its placeholders.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// What stands for `value`.
    pub(crate) fn placeholder(&mut self, entity: &str, value: &str) -> String {
        let (number, entity) = match self.numbers.get(value) {
            Some((number, entity)) => (*number, entity.as_str()),
            None => {
                self.values.push(value.to_owned());
                self.numbers.insert(value.to_owned(), (self.values.len(), entity.to_owned()));
                (self.values.len(), entity)
            }
        };
        placeholder::masked(entity, number, self.tag())
    }

    /// The value of a number.
    pub(crate) fn value(&self, number: usize) -> Option<&str> {
        self.values.get(number.checked_sub(1)?).map(String::as_str)
    }

    /// The entities that its placeholders name, each once.
    pub(crate) fn entities(&self) -> Vec<String> {
        let mut names: Vec<_> = self.numbers.values().map(|(_, entity)| entity.clone()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Whether it stands for nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_value_has_one_placeholder_and_a_placeholder_one_value() {
        let mut vault = Vault::tagged("BCDFGH".to_owned());
        assert_eq!(vault.placeholder("A", "x"), "<A_1_BCDFGH>");
        assert_eq!(vault.placeholder("A", "y"), "<A_2_BCDFGH>");
        assert_eq!(vault.placeholder("B", "x"), "<A_1_BCDFGH>", "the first name counts");
        assert_eq!([0, 1, 2, 3].map(|n| vault.value(n)), [None, Some("x"), Some("y"), None]);
        assert_eq!(vault.entities(), ["A"]);
    }
}
