//! Words and phrases in a text, whatever their case.

use chat::bytes::{BLOCK, Set, beyond_ascii, block_at};

/// How many bytes of a word count, so that no text makes more of the buffer than that.
const LONGEST: usize = 64;

/// Calls `each` with every word of `text`, in lower case: a run of letters, marks and digits. A word is cut
/// after [`LONGEST`] bytes.
pub(crate) fn words(text: &str, mut each: impl FnMut(&str)) {
    let mut lowered = String::with_capacity(LONGEST);
    for word in Words::of(text) {
        lower(word, &mut lowered);
        each(&lowered);
    }
}

/// How many words a text has, counted up to `most`.
pub(crate) fn count_words(text: &str, most: usize) -> usize {
    Words::of(text).take(most).count()
}

/// Whether a character belongs to the inside of a word.
pub(crate) fn is_inner(char: char) -> bool {
    match char {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => true,
        '\0'..='\x7f' => false,
        // Combining marks and the vowel signs of Indic scripts, which are no letters to Unicode.
        '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' => true,
        _ => char.is_alphanumeric(),
    }
}

/// Writes a word to `out` in lower case, in place of what is there.
fn lower(word: &str, out: &mut String) {
    out.clear();
    if word.is_ascii() {
        out.push_str(word.get(..LONGEST).unwrap_or(word));
        out.make_ascii_lowercase();
        return;
    }
    for char in word.chars() {
        if out.len() >= LONGEST {
            return;
        }
        match char.is_ascii() {
            true => out.push(char.to_ascii_lowercase()),
            false => out.extend(char.to_lowercase()),
        }
    }
}

/// What words in ASCII are made of.
const INNER: Set = Set::new().with(b'a', b'z').with(b'A', b'Z').with(b'0', b'9').with(b'_', b'_');

/// The words of a text as they stand there.
#[derive(Debug, Clone)]
struct Words<'a> {
    text: &'a str,
    /// Where the block begins in which was looked last.
    block: usize,
    /// Where in it words begin and end, as far as those were not taken yet.
    edges: u64,
    /// 1 if its last byte is inside of a word, which may go on in the next.
    inside: u64,
    /// So far there was nothing beyond ASCII.
    is_ascii: bool,
}

impl<'a> Words<'a> {
    fn of(text: &'a str) -> Words<'a> {
        let mut words = Words { text, block: 0, edges: 0, inside: 0, is_ascii: true };
        words.look(0);
        words
    }

    /// Looks at the block that begins at `begin`.
    fn look(&mut self, begin: usize) {
        let block = block_at(self.text.as_bytes(), begin);
        let mut inner = INNER.find(&block);
        let wide = beyond_ascii(&block);
        // What a block is filled up with is beyond ASCII too.
        if wide != 0 && wide.trailing_zeros() as usize + begin < self.text.len() {
            self.is_ascii = false;
            inner |= inner_wide(self.text, begin, wide);
        }
        self.block = begin;
        self.edges = inner ^ (inner << 1 | self.inside);
        self.inside = inner >> (BLOCK - 1);
    }

    /// Where the next word begins and ends. Asked for each word, and by three only.
    #[inline(always)]
    fn span(&mut self) -> Option<(usize, usize)> {
        let behind_first = self.edges & self.edges.wrapping_sub(1);
        if behind_first == 0 {
            // What begins in this block ends in another.
            let start = self.edge()?;
            return Some((start, self.edge().unwrap_or(self.text.len())));
        }
        let at = |edges: u64| self.block + edges.trailing_zeros() as usize;
        let span = (at(self.edges), at(behind_first));
        self.edges = behind_first & (behind_first - 1);
        Some(span)
    }

    /// Where the next word begins, or where this one ends.
    fn edge(&mut self) -> Option<usize> {
        while self.edges == 0 {
            let next = self.block + BLOCK;
            if next >= self.text.len() {
                return None;
            }
            self.look(next);
        }
        let at = self.block + self.edges.trailing_zeros() as usize;
        self.edges &= self.edges - 1;
        Some(at)
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let (start, end) = self.span()?;
        self.text.get(start..end)
    }
}

/// Of the bytes beyond ASCII in the block that begins at `begin`, those of characters that are inside of words.
fn inner_wide(text: &str, begin: usize, wide: u64) -> u64 {
    let (mut left, mut inner) = (wide, 0);
    while left != 0 {
        let at = begin + left.trailing_zeros() as usize;
        // The first character may have begun in the block before.
        let start = text.floor_char_boundary(at);
        let Some(char) = text.get(start..).and_then(|rest| rest.chars().next()) else { break };
        let bytes = u64::MAX << (at - begin);
        let behind = u64::MAX.checked_shl((start + char.len_utf8() - begin) as u32).unwrap_or(0);
        left &= behind;
        if is_inner(char) {
            inner |= bytes & !behind;
        }
    }
    inner
}

/// A list of phrases to look for, as many as there may be: a text is read once.
#[derive(Debug)]
pub struct Phrases {
    /// In lower case, words parted by one space; sorted. Those of whole words.
    whole: Vec<String>,
    /// By the first byte of a word, whatever its case, which phrases begin with it.
    beginnings: Box<[Beginning; 256]>,
    /// Those with an ideograph, between which there are no spaces: they are found anywhere.
    anywhere: Vec<String>,
}

/// The phrases that begin with the same byte.
#[derive(Debug, Clone, Copy)]
struct Beginning {
    from: u32,
    to: u32,
    /// The bits of how their first words go on ([`next_bytes`]): most words that begin alike go on otherwise.
    next: u64,
    /// The bits of how long those are ([`length`]).
    lengths: u64,
}

impl Phrases {
    /// Prepares phrases; those without any word in them are left out.
    pub fn new<'a>(phrases: impl IntoIterator<Item = &'a str>) -> Phrases {
        let all = phrases.into_iter().map(spaced).filter(|phrase| !phrase.is_empty());
        let (anywhere, mut whole): (Vec<String>, Vec<String>) =
            all.partition(|phrase| phrase.chars().any(|char| char >= '\u{2e80}'));
        whole.sort_unstable();
        let up_to =
            |end: u32| whole.partition_point(|phrase| u32::from(first(phrase)) < end) as u32;
        let beginning = |byte: usize| {
            let byte = u32::from((byte as u8).to_ascii_lowercase());
            let (from, to) = (up_to(byte), up_to(byte + 1));
            let of = whole.get(from as usize..to as usize).unwrap_or_default().iter();
            let words = of.map(|phrase| first_word(phrase).as_bytes());
            let all =
                |bit: fn(&[u8]) -> u64| words.clone().map(bit).fold(0, |bits, bit| bits | bit);
            Beginning { from, to, next: all(next_bytes), lengths: all(length) }
        };
        let beginnings = Box::new(std::array::from_fn(beginning));
        Phrases { whole, beginnings, anywhere }
    }

    /// How many phrases there are.
    pub fn len(&self) -> usize {
        self.whole.len() + self.anywhere.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of the phrases stand in `text` as whole words.
    pub fn count_in(&self, text: &str) -> usize {
        let mut found = vec![false; self.whole.len()];
        let mut count = 0;
        let is_ascii = self.look(text, |index| {
            count += usize::from(!found.get_mut(index).is_none_or(|f| std::mem::replace(f, true)));
            true
        });
        count + if is_ascii { 0 } else { self.ideographs(text).count() }
    }

    /// Whether any of the phrases stands in `text` as whole words.
    pub fn any_in(&self, text: &str) -> bool {
        let mut any = false;
        let is_ascii = self.look(text, |_| {
            any = true;
            false
        });
        any || !is_ascii && self.ideographs(text).next().is_some()
    }

    /// The phrases that are found anywhere, those in `text`.
    fn ideographs<'a>(&'a self, text: &str) -> impl Iterator<Item = &'a String> {
        let text = if self.anywhere.is_empty() { String::new() } else { spaced(text) };
        self.anywhere.iter().filter(move |phrase| text.contains(phrase.as_str()))
    }

    /// Calls `each` with the place of every phrase of whole words in `text`, until it says `false`. Returns whether
    /// all that was looked at is ASCII.
    fn look(&self, text: &str, mut each: impl FnMut(usize) -> bool) -> bool {
        let mut rest = Words::of(text);
        let mut lowered = String::new();
        while let Some((start, end)) = rest.span() {
            // Most words are told apart by their bytes alone.
            let mut of = text.as_bytes().get(start..end).unwrap_or_default();
            if !(rest.is_ascii || of.is_ascii()) || of.len() > LONGEST {
                lower(text.get(start..end).unwrap_or_default(), &mut lowered);
                of = lowered.as_bytes();
            }
            let begin = of.first().copied().unwrap_or_default();
            let Some(beginning) = self.beginnings.get(usize::from(begin)) else { break };
            if beginning.next & next_bytes(of) == 0 || beginning.lengths & length(of) == 0 {
                continue;
            }
            let (from, to) = (beginning.from as usize, beginning.to as usize);
            let candidates = self.whole.get(from..to).unwrap_or_default();
            for (place, phrase) in candidates.iter().enumerate() {
                let more = behind(of, phrase);
                if more.is_some_and(|more| goes_on(&rest, more)) && !each(from + place) {
                    return rest.is_ascii;
                }
            }
        }
        rest.is_ascii
    }
}

/// What a phrase has behind `word`, if that is its first word.
fn behind<'a>(word: &[u8], phrase: &'a str) -> Option<&'a str> {
    let (head, more) = phrase.as_bytes().split_at_checked(word.len())?;
    // Most are longer or shorter words.
    let is_word = matches!(more.first(), None | Some(b' ')) && head.eq_ignore_ascii_case(word);
    phrase.get(word.len()..).filter(|_| is_word)
}

/// Whether the next words are those of `phrase`, each with a space before it.
fn goes_on(rest: &Words<'_>, phrase: &str) -> bool {
    let mut rest = rest.clone();
    let mut lowered = String::new();
    phrase.split(' ').skip(1).all(|part| {
        rest.next().is_some_and(|word| {
            lower(word, &mut lowered);
            lowered == part
        })
    })
}

/// The first word of a phrase.
fn first_word(phrase: &str) -> &str {
    phrase.split(' ').next().unwrap_or_default()
}

/// The byte that a phrase begins with.
fn first(phrase: &str) -> u8 {
    phrase.as_bytes().first().copied().unwrap_or_default()
}

/// A bit for the second byte of a word and its third, whatever their case.
fn next_bytes(word: &[u8]) -> u64 {
    let (second, third) = match word {
        [_, second, third, ..] => (second & 31, third & 31),
        [_, second] => (second & 31, 0),
        _ => (0, 0),
    };
    1 << (second ^ third << 1)
}

/// A bit for how long a word is.
fn length(word: &[u8]) -> u64 {
    1 << word.len().min(63)
}

/// The words of `text` in lower case, parted by one space.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    words(text, |word| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    });
    out
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn phrases_are_found_as_whole_words_in_any_case() {
        for (phrase, text, expected) in [
            ("refund", "I want a REFUND!", true),
            ("refund", "refunds", false),
            ("step by step", "think step-by-step, please", true),
            ("überweisung", "Die ÜBERWEISUNG fehlt", true),
            ("退款", "我要退款吗", true),
            ("c++", "a c program", true),
            ("!!", "wow!!", false),
            ("", "anything", false),
        ] {
            assert_eq!(Phrases::new([phrase]).any_in(text), expected, "{phrase} in {text}");
        }
    }

    #[test]
    fn each_phrase_counts_once_wherever_it_stands() {
        let phrases =
            Phrases::new(["plan", "step by step", "step", "zebra", "über", "a", "分析", "a b"]);
        for (text, count) in [
            ("", 0),
            ("plans stepping", 0),
            ("Plan, plan and PLAN", 1),
            ("step by step by step", 2),
            ("a b a", 2),
            ("Über a zebra", 3),
            ("请分析这个计划, plan", 2),
        ] {
            assert_eq!(phrases.count_in(text), count, "{text}");
            assert_eq!(phrases.any_in(text), count > 0, "{text}");
        }
        assert_eq!((phrases.len(), phrases.is_empty()), (8, false));
    }

    #[test]
    fn words_are_found_wherever_blocks_end() {
        let pieces =
            ["word", "A_1", "é", "naïve", "ж", "漢字", " ", ", ", "-", "\u{a0}", "…", "\n"];
        let mut seed = 1u64;
        for length in 0..300 {
            let mut text = String::new();
            while text.len() < length {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text += pieces[(seed >> 33) as usize % pieces.len()];
            }
            let expected = text.split(|char| !is_inner(char)).filter(|word| !word.is_empty());
            assert_eq!(
                Words::of(&text).collect::<Vec<_>>(),
                expected.collect::<Vec<_>>(),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_word_without_end_is_cut() {
        let mut seen = Vec::new();
        words(&"é".repeat(10_000), |word| seen.push(word.len()));
        assert_eq!(seen, [64]);
    }
}
