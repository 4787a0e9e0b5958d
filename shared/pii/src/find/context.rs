//! Context words: what stands around a candidate and says what it is.

use super::words::Words;

/// How far before a candidate a context word may end, in bytes.
pub(super) const BEFORE: usize = 80;
/// How far behind a candidate a context word may begin, in bytes.
pub(super) const AFTER: usize = 30;

/// The longest candidate that waits for a word, in bytes.
const AHEAD: usize = 64;
/// How far before the last candidate the next one may begin, in bytes.
const SLACK: usize = 16;
/// How much is read at once where candidates are dense, in bytes.
const CHUNK: usize = 4096;
/// Places this near to each other are answered alike by [`Nearby::may_speak`], in bytes.
const REGION: usize = 64;
/// How many words are remembered before those are forgotten that are too far back to matter.
const MOST_HITS: usize = 1024;

/// A set of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Rows([u64; 4]);

impl Rows {
    /// How many rows there can be.
    pub(super) const MOST: u16 = 256;
    const NONE: Rows = Rows([0; 4]);

    pub(super) fn insert(&mut self, row: u16) {
        if let Some(word) = self.0.get_mut(usize::from(row / 64)) {
            *word |= 1 << (row % 64);
        }
    }

    pub(super) fn has(&self, row: u16) -> bool {
        self.0.get(usize::from(row / 64)).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Whether a row is in both.
    pub(super) fn meets(&self, other: &Rows) -> bool {
        self.0.iter().zip(&other.0).any(|(word, other)| word & other != 0)
    }

    fn add(&mut self, other: &Rows) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }
}

/// The context words met so far in one text. Candidates come in order, so each byte is read once or little more.
#[derive(Debug)]
pub(super) struct Nearby<'w> {
    words: &'w Words,
    hits: Vec<Hit>,
    read: usize,
    /// How much to read ahead.
    ahead: usize,
    /// The last span that was asked for, and its answer.
    last: Option<((usize, usize), Rows)>,
    /// The last region whose surroundings were asked for, and the answer.
    region: Option<(usize, Rows)>,
}

#[derive(Debug)]
struct Hit {
    start: usize,
    end: usize,
    word: usize,
}

impl<'w> Nearby<'w> {
    pub(super) fn new(words: &'w Words) -> Self {
        Self { words, hits: Vec::new(), read: 0, ahead: 0, last: None, region: None }
    }

    /// Whether any word speaks for `row` that could matter to a candidate that begins at `start` and is no longer
    /// than [`AHEAD`], or to one near by: where none does, nothing needs a closer look.
    pub(super) fn may_speak(&mut self, text: &str, start: usize, row: u16) -> bool {
        self.spoken_near(text, start).has(row)
    }

    /// Whether [`Self::spoken_near`] knows its answer already.
    pub(super) fn has_looked(&self, start: usize) -> bool {
        self.region.as_ref().is_some_and(|(region, _)| *region == start / REGION)
    }

    /// The rows for which [`Self::may_speak`].
    pub(super) fn spoken_near(&mut self, text: &str, start: usize) -> &Rows {
        let region = start / REGION;
        if self.region.as_ref().is_none_or(|(last, _)| *last != region) {
            let rows = self.spoken(text, region * REGION);
            self.region = Some((region, rows));
        }
        self.region.as_ref().map_or(&Rows::NONE, |(_, rows)| rows)
    }

    /// The rows that words around a region speak for.
    fn spoken(&mut self, text: &str, start: usize) -> Rows {
        let (from, to) = (start.saturating_sub(BEFORE), start + REGION + AHEAD + AFTER);
        // A word that begins there is read to its end.
        self.read_to(text, from, to + self.words.longest);
        let mut rows = Rows::default();
        // The last words that were read are the nearest, so they are looked at from the end.
        for hit in self.hits.iter().rev().take_while(|hit| hit.end >= from) {
            if hit.start < to
                && let Some(spoken) = self.words.rows(hit.word)
            {
                rows.add(spoken);
            }
        }
        rows
    }

    /// The rows that words around the candidate `start..end` speak for.
    pub(super) fn rows(&mut self, text: &str, start: usize, end: usize) -> Rows {
        if let Some((span, rows)) = self.last
            && span == (start, end)
        {
            return rows;
        }
        let mut rows = Rows::default();
        let words = self.words;
        for hit in self.around(text, start, end) {
            if let Some(spoken) = words.rows(hit.word) {
                rows.add(spoken);
            }
        }
        self.last = Some(((start, end), rows));
        rows
    }

    /// How many bytes lie between the candidate `start..end` and the nearest word that speaks for `row`, on
    /// either side, within a reach before and behind that is no wider than usual.
    pub(super) fn within(
        &mut self,
        text: &str,
        (start, end): (usize, usize),
        row: u16,
        (before, after): (usize, usize),
    ) -> Option<usize> {
        let words = self.words;
        let near = self.around(text, start, end).filter(|hit| {
            hit.end + before >= start
                && hit.start < end + after
                && words.rows(hit.word).is_some_and(|rows| rows.has(row))
        });
        near.filter_map(|hit| start.checked_sub(hit.end).or_else(|| hit.start.checked_sub(end)))
            .min()
    }

    /// The words around a candidate, those that lie in it left out.
    fn around(&mut self, text: &str, start: usize, end: usize) -> impl Iterator<Item = &Hit> {
        self.read_to(text, start.saturating_sub(BEFORE), end + AFTER);
        let from = start.saturating_sub(BEFORE);
        let first = self.hits.partition_point(|hit| hit.end < from);
        let near = self.hits.get(first..).unwrap_or_default().iter();
        near.take_while(move |hit| hit.end <= end + AFTER)
            .filter(move |hit| hit.end <= start || hit.start >= end)
    }

    fn read_to(&mut self, text: &str, from: usize, to: usize) {
        let to = to.min(text.len());
        if to <= self.read {
            return;
        }
        // Where candidates follow each other closely, read ahead: a start costs more than some bytes.
        let dense = self.read > 0 && from <= self.read;
        self.ahead = if dense { (self.ahead * 2).clamp(64, CHUNK) } else { 0 };
        let to = (to + self.ahead).min(text.len());
        // Candidates are not quite in order: some begin a little before the last.
        let begin = self.read.max(from).saturating_sub(self.words.longest + SLACK);
        if self.hits.len() > MOST_HITS {
            let far = from.saturating_sub(BEFORE + SLACK);
            let gone = self.hits.partition_point(|hit| hit.end < far);
            self.hits.drain(..gone);
        }
        let Self { words, hits, read, .. } = self;
        words.find(text.as_bytes(), begin, to, &mut |start, end, word| {
            if end > *read && is_whole(text, start, end) {
                // In the order of their ends; what is shown is almost.
                let place = hits.iter().rposition(|hit| hit.end <= end);
                hits.insert(place.map_or(0, |place| place + 1), Hit { start, end, word });
            }
        });
        self.read = to;
    }
}

/// Whether `start..end` is made of whole words. A script without spaces between words has no borders to ask
/// for.
pub(super) fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let byte = |index: usize| bytes.get(index).copied().unwrap_or(b' ');
    let (before, after) = (byte(start.wrapping_sub(1)), byte(end));
    if byte(start).is_ascii()
        && byte(end.wrapping_sub(1)).is_ascii()
        && before.is_ascii()
        && after.is_ascii()
    {
        let joins =
            |inner: u8, outer: u8| inner.is_ascii_alphanumeric() && outer.is_ascii_alphanumeric();
        return !joins(byte(start), before) && !joins(byte(end.wrapping_sub(1)), after);
    }
    let (Some(before), Some(word), Some(after)) =
        (text.get(..start), text.get(start..end), text.get(end..))
    else {
        return false;
    };
    let joins = |inner: Option<char>, outer: Option<char>| {
        inner.is_some_and(is_word) && outer.is_some_and(is_word)
    };
    !joins(word.chars().next(), before.chars().next_back())
        && !joins(word.chars().next_back(), after.chars().next())
}

/// Whether `c` is part of a word in a script that separates words: Latin, Greek, Cyrillic, Armenian.
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || (('\u{AA}'..'\u{590}').contains(&c) && c.is_alphabetic())
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn distances(text: &str, at: &[(usize, usize)]) -> Vec<Option<usize>> {
        let pairs = [("ssn", 0), ("tax id", 0), ("id", 1), ("身份证", 1)];
        let words = Words::new(pairs.map(|(word, entity)| (word.to_owned(), entity)).to_vec());
        let mut nearby = Nearby::new(&words);
        at.iter().map(|span| nearby.within(text, *span, 0, (BEFORE, AFTER))).collect()
    }

    #[test]
    fn whole_words_on_both_sides() {
        assert_eq!(distances("SSN: 123", &[(5, 8)]), [Some(2)]);
        assert_eq!(distances("123 (Tax ID)", &[(0, 3)]), [Some(2)]);
        assert_eq!(distances("lessn: 123", &[(7, 10)]), [None]);
        assert_eq!(distances("éssn: 123", &[(7, 10)]), [None]);
    }

    #[test]
    fn a_word_across_two_readings_is_met() {
        let text = format!("1{}tax id 2", " ".repeat(26));
        assert_eq!(distances(&text, &[(0, 1), (34, 35)]), [None, Some(1)]);
    }

    #[test]
    fn far_words_do_not_count() {
        let text = format!("ssn{}1", " ".repeat(BEFORE + 1));
        assert_eq!(distances(&text, &[(text.len() - 1, text.len())]), [None]);
    }
}
