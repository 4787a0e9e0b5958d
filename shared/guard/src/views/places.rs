//! Where a text calls for a view: a view is made of these places and what stands around them, and not of the
//! whole text, which one odd word in it would make cost twice.

use crate::token::words;

/// How far what stands around a place goes on to the next space, at most.
const EDGE: usize = 24;
/// How much of the text before and behind a place is looked at with it, in bytes.
const CONTEXT: usize = 200;

/// From what length on a text is looked at again only where a view tells more; a short one costs little.
const LONG: usize = 1_000;
/// How many letters a word has that tells something.
const SHORT: u32 = 3;

/// Places of a text in order; what is near each other is one place.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// How often something was noted.
    pub(super) count: u32,
    spans: Vec<(usize, usize)>,
}

impl Places {
    /// Notes what stands from `start` to `end`, behind what was noted before.
    #[inline(never)]
    pub(super) fn note(&mut self, start: usize, end: usize, near: usize) {
        self.count += 1;
        match self.spans.last_mut() {
            Some((first, last)) if start <= *last + near => {
                (*first, *last) = (start.min(*first), end.max(*last));
            }
            _ => self.spans.push((start, end)),
        }
    }

    /// Every place, up to the spaces around it.
    pub(super) fn slices<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = (usize, &'a str)> + 'a {
        let mut done = 0;
        self.spans.iter().map(move |(start, end)| {
            let start = word_start(text, *start).max(done);
            done = word_end(text, *end).max(start);
            (start, text.get(start..done).unwrap_or_default())
        })
    }

    /// The text around every place that `view` changes, with what it makes of it, if that shows more words
    /// that are `known`. Places whose surroundings meet are one text.
    pub(super) fn changed(
        &self,
        text: &str,
        known: &dyn Fn(u32) -> bool,
        view: impl Fn(&str) -> Option<String>,
    ) -> Vec<String> {
        let mut out = Vec::new();
        // The text being made, and how far it has got.
        let mut making: Option<(String, usize)> = None;
        for (start, slice) in self.slices(text) {
            let tells = |new: &String| text.len() < LONG || tells_more(new, slice, known);
            let Some(new) = view(slice).filter(tells) else { continue };
            let (mut made, upto) = match making.take() {
                Some((made, upto)) if start <= upto + 2 * CONTEXT => (made, upto),
                before => {
                    out.extend(before.map(|(made, upto)| ended(text, made, upto)));
                    (String::new(), text.floor_char_boundary(start.saturating_sub(CONTEXT)))
                }
            };
            made.push_str(text.get(upto..start).unwrap_or_default());
            made.push_str(&new);
            making = Some((made, start + slice.len()));
        }
        out.extend(making.map(|(made, upto)| ended(text, made, upto)));
        out
    }
}

/// Whether a text has more known words than another; whether one outside ASCII has is not asked.
fn tells_more(new: &str, old: &str, known: &dyn Fn(u32) -> bool) -> bool {
    let count = |text: &str| {
        let mut count = 0;
        words(text, |token| count += u32::from(token.length >= SHORT && known(token.hash)));
        count
    };
    if !new.is_ascii() {
        return true;
    }
    // Most of what looks odd is none, and shows no known word at all.
    let shown = count(new);
    shown > 0 && shown > count(old)
}

/// A text that was made up to a place, with what stands behind.
fn ended(text: &str, mut made: String, upto: usize) -> String {
    let end = text.floor_char_boundary(upto + CONTEXT);
    made.push_str(text.get(upto..end).unwrap_or_default());
    made
}

fn word_start(text: &str, at: usize) -> usize {
    let from = text.floor_char_boundary(at.saturating_sub(EDGE));
    let before = text.as_bytes().get(from..at).unwrap_or_default();
    before.iter().rposition(parts_words).map_or(from, |space| from + space + 1)
}

/// The end of the word, and of the next line if that is one word: what is encoded goes on there.
fn word_end(text: &str, at: usize) -> usize {
    let to = text.floor_char_boundary(at + EDGE);
    let after = text.as_bytes().get(at..to).unwrap_or_default();
    let mut spaces = after.iter().enumerate().filter(|(_, byte)| parts_words(byte));
    match spaces.next() {
        None => to,
        Some((first, b'\n')) => match spaces.next() {
            Some((second, b'\n')) => at + second,
            None if to == text.len() => to,
            _ => at + first,
        },
        Some((first, _)) => at + first,
    }
}

fn parts_words(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\n')
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn noted(text: &str, near: usize) -> Places {
        let mut places = Places::default();
        text.match_indices('x').for_each(|(at, _)| places.note(at, at + 1, near));
        places
    }

    #[test]
    fn a_view_is_made_of_places_and_what_stands_around_them() {
        let far = "word ".repeat(200);
        let text = format!("{far}ax bx {far}{far}c éx{far}");
        let places = noted(&text, 8);
        let slices: Vec<_> = places.slices(&text).map(|(_, slice)| slice).collect();
        assert_eq!(places.count, 3);
        assert_eq!(slices, ["ax bx", "éxword"]);
        let made = places.changed(&text, &|_| true, |slice| Some(slice.replace('x', " new")));
        assert_eq!(made.len(), 2);
        assert!(made[0].contains(" a new b new word") && made[0].len() == 2 * CONTEXT + 11);
        assert!(made[1].contains(" c é newword") && made[1].len() == 2 * CONTEXT + 10);
        assert!(places.changed(&text, &|_| true, |_| None).is_empty());
    }

    #[test]
    fn places_whose_surroundings_meet_are_one_text() {
        let text = format!("ax {} bx", "word ".repeat(60));
        let new = |slice: &str| Some(slice.replace('x', " new"));
        let made = noted(&text, 8).changed(&text, &|_| true, new);
        assert_eq!(made, [text.replace('x', " new")]);
        assert!(noted("a b", 8).changed("a b", &|_| true, new).is_empty());
    }

    #[test]
    fn what_shows_no_known_word_is_not_looked_at() {
        let is_new = |hash| hash == crate::token::word_hash("new");
        let view = |slice: &str| Some(slice.replace('x', "new "));
        let changed = |text: &str| {
            let long = format!("{text}{}", " ".repeat(LONG));
            assert_eq!(noted(text, 8).changed(text, &is_new, view).len(), 1, "{text}");
            noted(&long, 8).changed(&long, &is_new, view).len()
        };
        assert_eq!(changed("an x idea"), 1);
        assert_eq!(changed("an oldx idea"), 0);
        assert_eq!(changed("an éx idea"), 1);
    }

    #[test]
    fn places_without_spaces_around_them_end_somewhere() {
        let text = "é".repeat(100) + "x" + &"é".repeat(100);
        let places = noted(&text, 8);
        let (start, slice) = places.slices(&text).next().unwrap();
        assert!(start > 150 && slice.len() < 60 && slice.contains('x'), "{start} {slice}");
    }
}
