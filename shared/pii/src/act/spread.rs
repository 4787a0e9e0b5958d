//! Values that were found somewhere are replaced everywhere: a number that one message calls a phone number is
//! one in the next message too, though nothing there says so.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use aho_corasick::{AhoCorasick, MatchKind};

use super::Action;
use super::mask::Span;

/// Shorter values are replaced only where they were found, since they may be anything elsewhere.
const MIN_LEN: usize = 6;

/// The values of a message.
#[derive(Debug, Default)]
pub(super) struct Spread {
    values: BTreeMap<String, (Rc<str>, Action)>,
    compiled: Option<AhoCorasick>,
}

impl Spread {
    /// Remembers a value that is replaced.
    pub(super) fn add(&mut self, value: &str, entity: &Rc<str>, action: Action) {
        if value.len() >= MIN_LEN && !self.values.contains_key(value) {
            self.values.insert(value.to_owned(), (Rc::clone(entity), action));
            self.compiled = None;
        }
    }

    /// Where the values stand in `text`, as whole words and without overlaps.
    pub(super) fn find(&mut self, text: &str) -> Vec<Span> {
        if self.values.is_empty() {
            return Vec::new();
        }
        if self.compiled.is_none() {
            let mut builder = AhoCorasick::builder();
            builder.match_kind(MatchKind::LeftmostLongest);
            self.compiled = builder.build(self.values.keys()).ok();
        }
        let Some(automaton) = &self.compiled else { return Vec::new() };
        let infos: Vec<_> = self.values.values().collect();
        let matches = automaton.find_iter(text).filter_map(|found| {
            let (entity, action) = infos.get(found.pattern().as_usize())?;
            let range = found.range();
            is_whole(text, &range).then(|| Span {
                range,
                entity: Rc::clone(entity),
                action: *action,
            })
        });
        matches.collect()
    }
}

/// Whether no word goes on at either end.
fn is_whole(text: &str, range: &Range<usize>) -> bool {
    let (Some(before), Some(found), Some(after)) =
        (text.get(..range.start), text.get(range.clone()), text.get(range.end..))
    else {
        return false;
    };
    let meet = |left: Option<char>, right: Option<char>| {
        left.is_some_and(is_word) && right.is_some_and(is_word)
    };
    !meet(before.chars().next_back(), found.chars().next())
        && !meet(found.chars().next_back(), after.chars().next())
}

/// Letters and digits of scripts that part words by spaces.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() && c < '\u{2e80}'
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn values_are_found_as_whole_words() {
        let mut spread = Spread::default();
        for value in ["030 1234567", "Müller", "short", "030 1234567 89"] {
            spread.add(value, &Rc::from("A"), Action::Mask);
        }
        let found = |spread: &mut Spread, text: &str| {
            let spans = spread.find(text);
            let said = |span: &Span| text.get(span.range.clone()).unwrap().to_owned();
            spans.iter().map(said).collect::<Vec<_>>()
        };
        assert_eq!(found(&mut spread, "call 030 1234567."), ["030 1234567"]);
        assert_eq!(found(&mut spread, "030 12345678 0030 1234567"), Vec::<String>::new());
        assert_eq!(found(&mut spread, "030 1234567 89, short, Müllers"), ["030 1234567 89"]);
        assert_eq!(found(&mut spread, "氏Müller氏"), ["Müller"]);
    }
}
