//! How the model is counted that was asked for last.

use std::cell::RefCell;

use super::Counter;

/// Longer names of models are not kept.
const LONGEST: usize = 256;

/// How the model is counted that was asked for last: most clients ask for few, and finding out takes a look at every
/// name of a table.
#[derive(Debug, Default)]
pub struct LastCounter(RefCell<Option<(String, Counter)>>);

impl LastCounter {
    /// [`Counter::of_model`].
    pub fn of_model(&self, model: &str) -> Counter {
        let mut last = self.0.borrow_mut();
        if let Some((name, counter)) = &*last
            && name == model
        {
            return *counter;
        }
        let counter = Counter::of_model(model);
        if model.len() <= LONGEST {
            *last = Some((model.to_owned(), counter));
        }
        counter
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_last_models_counter_is_kept_and_is_its_own() {
        let last = LastCounter::default();
        let long = "claude-".repeat(99);
        for model in ["gpt-4o", "gpt-4o", "claude-x", "nobody", "", long.as_str(), "claude-x"] {
            let (kept, own) = (last.of_model(model).rough(), Counter::of_model(model).rough());
            let text = "h\u{e9}llo \u{6f22}\u{5b57} ".repeat(20);
            assert_eq!(kept.text(&text), own.text(&text), "{model}");
        }
        last.of_model(&long);
        assert_eq!(last.0.borrow().as_ref().map(|last| last.0.as_str()), Some("claude-x"));
    }
}
