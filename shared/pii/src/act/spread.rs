//! Values that were found somewhere are replaced everywhere: a number that one message calls a phone number is
//! one in the next message too, though nothing there says so.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use chat::bytes::{AnySet, places};

use super::Action;
use super::mask::Span;

/// Shorter values are replaced only where they were found, since they may be anything elsewhere.
const MIN_LEN: usize = 6;

/// So many values are compared one by one, if none of them is longer than [`SHORT`]: to make an automaton of them
/// costs more than most requests have text.
const FEW: usize = 16;
/// In bytes.
const SHORT: usize = 64;
/// So many comparisons cost as much as an automaton.
const MOST_COMPARED: usize = 1 << 13;
/// For how many bytes of text a byte of a value is worth a fast automaton: that takes long to make.
const FAST: usize = 256;

/// The values of a message.
#[derive(Debug, Default)]
pub(super) struct Spread {
    values: Values,
    search: Option<Search>,
}

/// How values are looked for: the leftmost first, of several at one place the longest.
#[derive(Debug)]
enum Search {
    /// Where one of these bytes stands, a value may begin; and how often one was compared there.
    OneByOne(AnySet, usize),
    Automaton(AhoCorasick),
}

impl Spread {
    /// Remembers a value that is replaced.
    pub(super) fn add(&mut self, value: &str, entity: &Rc<str>, action: Action) {
        if value.len() >= MIN_LEN && !self.values.contains_key(value) {
            self.values.insert(value.to_owned(), (Rc::clone(entity), action));
            self.search = None;
        }
    }

    /// Where the values stand in `text`, as whole words and without overlaps.
    pub(super) fn find(&mut self, text: &str) -> Vec<Span> {
        if self.values.is_empty() {
            return Vec::new();
        }
        let matches = self.matches(text);
        let infos: Vec<_> = self.values.values().collect();
        let matches = matches.into_iter().filter_map(|(range, value)| {
            let (entity, action) = infos.get(value)?;
            is_whole(text, &range).then(|| Span {
                range,
                entity: Rc::clone(entity),
                action: *action,
            })
        });
        matches.collect()
    }

    fn matches(&mut self, text: &str) -> Matches {
        let values = &self.values;
        let few = values.len() <= FEW && values.keys().all(|value| value.len() <= SHORT);
        if few && self.search.is_none() {
            let firsts = values.keys().filter_map(|value| value.bytes().next());
            self.search = Some(Search::OneByOne(firsts.fold(AnySet::default(), AnySet::with), 0));
        }
        if let Some(Search::OneByOne(firsts, compared)) = &mut self.search {
            if let Some(matches) = one_by_one(text, values, firsts, compared) {
                return matches;
            }
            self.search = None;
        }
        if self.search.is_none() {
            self.search = automaton(values, text).map(Search::Automaton);
        }
        let Some(Search::Automaton(automaton)) = &self.search else { return Matches::new() };
        let found = automaton.find_iter(text);
        found.map(|found| (found.range(), found.pattern().as_usize())).collect()
    }
}

type Values = BTreeMap<String, (Rc<str>, Action)>;

/// Where values stand, and their numbers.
type Matches = Vec<(Range<usize>, usize)>;

/// Where the values stand; `None` if that takes too many comparisons.
fn one_by_one(
    text: &str,
    values: &Values,
    firsts: &AnySet,
    compared: &mut usize,
) -> Option<Matches> {
    let mut found = Matches::new();
    for place in places(text.as_bytes(), |block| firsts.find(block)) {
        let Some(rest) = text.get(place..) else { continue };
        if found.last().is_some_and(|(last, _)| place < last.end) {
            continue;
        }
        *compared += values.len();
        if *compared > MOST_COMPARED {
            return None;
        }
        let here = values.keys().enumerate().filter(|(_, value)| rest.starts_with(value.as_str()));
        if let Some((number, value)) = here.max_by_key(|(_, value)| value.len()) {
            found.push((place..place + value.len(), number));
        }
    }
    Some(found)
}

fn automaton(values: &Values, text: &str) -> Option<AhoCorasick> {
    let bytes: usize = values.keys().map(String::len).sum();
    let slow = text.len() < bytes * FAST;
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind(slow.then_some(AhoCorasickKind::ContiguousNFA))
        .build(values.keys())
        .ok()
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

    #[test]
    fn few_values_and_many_are_found_alike() {
        let values = [
            "ananas",
            "banana",
            "bananas",
            "nanana",
            "Ångström",
            "4111 1111",
            "411 111",
            "é@é.example",
        ];
        let texts = [
            "bananas banana ananas bananananas nanana",
            "4111 1111, 411 111 14111 1111; Ångström é@é.example",
            "xbanana ananas Ångströms",
        ];
        let spread = |more: &[&str]| {
            let mut spread = Spread::default();
            for value in values.iter().chain(more) {
                spread.add(value, &Rc::from("A"), Action::Mask);
            }
            let found = texts.map(|text| {
                spread.find(text).into_iter().map(|span| span.range).collect::<Vec<_>>()
            });
            (matches!(spread.search, Some(Search::OneByOne(..))), found)
        };
        let long = "longer".repeat(11);
        let more: Vec<String> = (0..FEW).map(|number| format!("value {number}")).collect();
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let (few, expected) = spread(&[]);
        assert!(few);
        assert_eq!(expected.each_ref().map(Vec::len), [4, 4, 1]);
        assert_eq!(spread(&[&long]), (false, expected.clone()));
        assert_eq!(spread(&["aaaaaa"]), (true, expected.clone()));
        assert_eq!(spread(&more), (false, expected));
    }

    #[test]
    fn comparing_values_has_an_end() {
        let mut spread = Spread::default();
        spread.add("aaaaaab", &Rc::from("A"), Action::Mask);
        let text = "a".repeat(MOST_COMPARED - 1);
        assert_eq!(spread.find(&text).len(), 0);
        assert!(matches!(spread.search, Some(Search::OneByOne(..))));
        let found = spread.find("aaaaaab aaaaaaab aaaaaab");
        assert_eq!(found.len(), 2);
        assert!(matches!(spread.search, Some(Search::Automaton(_))));
    }
}
