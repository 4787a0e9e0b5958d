//! The text as the scanners see it: digits, spaces and dashes of any script as ASCII, invisible characters gone.
//! Only the copy that is matched is folded; findings point into the text as it was.

use std::borrow::Cow;

use chat::bytes::{BLOCK, Set, beyond_ascii, is_ascii, places};

/// A folded text and the way back.
#[derive(Debug)]
pub(super) struct View<'a> {
    /// What the scanners read.
    pub(super) text: Cow<'a, str>,
    /// Where folded and source offsets part, in order. Before the first they are equal.
    cuts: Vec<Cut>,
}

/// From here on, up to the next cut.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cut {
    folded: u32,
    source: u32,
    /// How many bytes of the source one of the folded text stands for.
    width: u32,
}

/// What a fold makes of one character.
pub(super) enum Fold {
    Keep,
    Drop,
    Into(char),
}

impl<'a> View<'a> {
    /// The view for scanners: digits, spaces, dashes and full-width forms as ASCII, nothing invisible.
    pub(super) fn new(text: &'a str) -> Self {
        match is_ascii(text.as_bytes()) {
            true => Self { text: Cow::Borrowed(text), cuts: Vec::new() },
            false => Self::folded(text, foldable(text.as_bytes()), visible),
        }
    }

    /// The text as word lists and allow lists compare it: see [`loose`].
    pub(super) fn loose(text: &'a str) -> Self {
        Self::folded(text, text.char_indices().map(|(place, _)| place), loose)
    }

    /// `text` with what `fold` changes folded, of the characters that begin at `places`.
    fn folded(
        text: &'a str,
        places: impl Iterator<Item = usize>,
        fold: impl Fn(char) -> Fold,
    ) -> Self {
        let (mut folded, mut cuts) = (String::new(), Vec::new());
        // How far the source has been taken over.
        let mut copied = 0;
        for next in places {
            let Some(c) = text.get(next..).and_then(|rest| rest.chars().next()) else { break };
            let at = next + c.len_utf8();
            let into = match fold(c) {
                Fold::Keep => continue,
                Fold::Drop => None,
                Fold::Into(into) => Some(into),
            };
            let between = text.get(copied..next).unwrap_or_default();
            if !between.is_empty() {
                push(&mut cuts, Cut::new(folded.len(), copied, 1));
                folded.push_str(between);
            }
            copied = at;
            let place = folded.len();
            into.into_iter().for_each(|into| folded.push(into));
            match folded.len() - place {
                // What ends before it ends where it begins, what begins behind it where it ends.
                0 => {
                    let before = Cut::new(place, next, 1);
                    if cuts.last() != Some(&before) {
                        cuts.push(before);
                    }
                    push(&mut cuts, Cut::new(place, at, 1));
                }
                1 => push(&mut cuts, Cut::new(place, next, at - next)),
                _ => {
                    push(&mut cuts, Cut::new(place, next, 1));
                    push(&mut cuts, Cut::new(folded.len(), at, 1));
                }
            }
        }
        if copied == 0 {
            return Self { text: Cow::Borrowed(text), cuts };
        }
        push(&mut cuts, Cut::new(folded.len(), copied, 1));
        folded.push_str(text.get(copied..).unwrap_or_default());
        Self { text: Cow::Owned(folded), cuts }
    }

    /// The source offset of what begins at `at`.
    pub(super) fn start(&self, at: usize) -> usize {
        let after = self.cuts.partition_point(|cut| cut.folded as usize <= at);
        Self::beyond(after.checked_sub(1).and_then(|last| self.cuts.get(last)), at)
    }

    /// The source offset of what ends at `at`.
    pub(super) fn end(&self, at: usize) -> usize {
        let first = self.cuts.partition_point(|cut| (cut.folded as usize) < at);
        match self.cuts.get(first) {
            Some(cut) if cut.folded as usize == at => cut.source as usize,
            _ => Self::beyond(first.checked_sub(1).and_then(|last| self.cuts.get(last)), at),
        }
    }

    fn beyond(cut: Option<&Cut>, at: usize) -> usize {
        cut.map_or(at, |cut| cut.source(at))
    }
}

impl Cut {
    fn new(folded: usize, source: usize, width: usize) -> Self {
        Self { folded: folded as u32, source: source as u32, width: width as u32 }
    }

    /// The source offset of a folded one that is not before the cut.
    fn source(&self, folded: usize) -> usize {
        self.source as usize + (folded - self.folded as usize) * self.width as usize
    }
}

/// Where characters begin that [`visible`] may fold.
fn foldable(bytes: &[u8]) -> impl Iterator<Item = usize> {
    // Most blocks are ASCII, and of most others only the letters of a script are not.
    let begins = |block: &[u8; BLOCK]| match beyond_ascii(block) {
        0 => 0,
        _ => MAY_FOLD.find_beyond(block),
    };
    let byte = |place: usize| bytes.get(place).copied().unwrap_or(0);
    places(bytes, begins).filter(move |place| begins_fold(byte(*place), byte(place + 1)))
}

/// The bytes, without their highest bit, that a character begins with which may be folded by [`visible`]. Those of
/// Latin, Greek, Cyrillic, Armenian and Hebrew letters, of most of the ideographs and of Korean syllables are not.
const MAY_FOLD: Set = Set::new()
    .with(0xC2 - 0x80, 0xC2 - 0x80)
    .with(0xCD - 0x80, 0xCD - 0x80)
    .with(0xD8 - 0x80, 0xE3 - 0x80)
    .with(0xEA - 0x80, 0xEA - 0x80)
    .with(0xEE - 0x80, 0xF4 - 0x80);

/// Whether one does, asked with the byte behind it: the letters of Arabic, kana and typographic signs are many, what
/// is folded among them little.
fn begins_fold(byte: u8, next: u8) -> bool {
    match byte {
        0xC2 => matches!(next, 0xA0 | 0xAD),
        0xCD => next == 0x8F,
        0xD8 => next == 0x9C,
        0xD9 => matches!(next, 0xA0..=0xA9),
        0xDA => false,
        0xDB => matches!(next, 0xB0..=0xB9),
        0xE2 => matches!(next, 0x80 | 0x81 | 0x88),
        0xE3 => matches!(next, 0x80 | 0x85),
        _ => true,
    }
}

/// Adds a cut, unless the last one says the same.
fn push(cuts: &mut Vec<Cut>, cut: Cut) {
    let last = cuts.last().copied().unwrap_or(Cut::new(0, 0, 1));
    let goes_on =
        last.width == cut.width && last.source(cut.folded as usize) == cut.source as usize;
    if !goes_on {
        cuts.push(cut);
    }
}

/// The zeros of the decimal digits of Unicode (general category Nd) beyond ASCII; each is followed by its one
/// to nine. UnicodeData.txt 16.0.
const ZEROS: [u32; 61] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650,
    0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50,
    0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0,
];

pub(super) fn visible(c: char) -> Fold {
    let code = u32::from(c);
    match code {
        0xA0 | 0x1680 | 0x2000..=0x200A | 0x202F | 0x205F | 0x3000 => Fold::Into(' '),
        // Default ignorables: soft hyphen, joiners, zero-width spaces, bidi marks, variation selectors, tags.
        0xAD
        | 0x034F
        | 0x061C
        | 0x115F
        | 0x1160
        | 0x17B4
        | 0x17B5
        | 0x180B..=0x180F
        | 0x200B..=0x200F
        | 0x202A..=0x202E
        | 0x2060..=0x206F
        | 0x3164
        | 0xFE00..=0xFE0F
        | 0xFEFF
        | 0xFFA0
        | 0xE0000..=0xE0FFF => Fold::Drop,
        // Latin, Greek and Cyrillic letters: nothing to do, and the search below is spared.
        0..0x0600 => Fold::Keep,
        0x2010..=0x2015 | 0x2212 | 0xFE58 | 0xFE63 => Fold::Into('-'),
        0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).map_or(Fold::Keep, Fold::Into),
        // The digits of Arabic and Persian are in use.
        0x0660..=0x0669 => digit(code - 0x0660),
        0x06F0..=0x06F9 => digit(code - 0x06F0),
        0x1D7CE..=0x1D7FF => digit((code - 0x1D7CE) % 10),
        _ => {
            let next = ZEROS.partition_point(|zero| *zero <= code);
            match next.checked_sub(1).and_then(|last| ZEROS.get(last)) {
                Some(zero) if code - zero < 10 => digit(code - zero),
                _ => Fold::Keep,
            }
        }
    }
}

fn digit(value: u32) -> Fold {
    char::from_digit(value, 10).map_or(Fold::Keep, Fold::Into)
}

/// For word lists and allow lists: lower case, without accents, nothing invisible. One character for one.
pub(super) fn loose(c: char) -> Fold {
    if c.is_ascii() {
        return if c.is_ascii_uppercase() {
            Fold::Into(c.to_ascii_lowercase())
        } else {
            Fold::Keep
        };
    }
    let lower = match visible(c) {
        Fold::Drop => return Fold::Drop,
        Fold::Into(into) => into.to_ascii_lowercase(),
        Fold::Keep if (0x0300..0x0370).contains(&u32::from(c)) => return Fold::Drop,
        Fold::Keep => c.to_lowercase().next().unwrap_or(c),
    };
    let base = unaccented(lower);
    if base == c { Fold::Keep } else { Fold::Into(base) }
}

/// The letter under the accent, for the lower-case Latin letters of Latin-1 and Latin Extended-A, and those
/// of Romanian and Vietnamese.
fn unaccented(c: char) -> char {
    match c {
        'à'..='å'
        | 'ā'
        | 'ă'
        | 'ą'
        | 'ạ'
        | 'ả'
        | 'ấ'
        | 'ầ'
        | 'ẩ'
        | 'ẫ'
        | 'ậ'
        | 'ắ'
        | 'ằ'
        | 'ẳ'
        | 'ẵ'
        | 'ặ' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ' | 'ẻ' | 'ẽ' | 'ế' | 'ề' | 'ể' | 'ễ' | 'ệ' => {
            'e'
        }
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' | 'ħ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ỉ' | 'ị' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö'
        | 'ø'
        | 'ō'
        | 'ŏ'
        | 'ő'
        | 'ơ'
        | 'ọ'
        | 'ỏ'
        | 'ố'
        | 'ồ'
        | 'ổ'
        | 'ỗ'
        | 'ộ'
        | 'ớ'
        | 'ờ'
        | 'ở'
        | 'ỡ'
        | 'ợ' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ŧ' | 'ț' => 't',
        'ù'..='ü'
        | 'ũ'
        | 'ū'
        | 'ŭ'
        | 'ů'
        | 'ű'
        | 'ų'
        | 'ư'
        | 'ụ'
        | 'ủ'
        | 'ứ'
        | 'ừ'
        | 'ử'
        | 'ữ'
        | 'ự' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' | 'ỳ' | 'ỵ' | 'ỷ' | 'ỹ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// `text` as word lists and allow lists compare it.
pub(super) fn loosely(text: &str) -> String {
    View::loose(text).text.into_owned()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn digits_spaces_and_dashes_of_any_script_are_ascii() {
        let view = View::new("\u{0661}\u{0662}\u{2013}\u{FF13}\u{00A0}\u{1D7D8}\u{FF20}é");
        assert_eq!(view.text, "12-3 0@é");
    }

    #[test]
    fn ascii_is_not_copied() {
        assert!(matches!(View::new("plain 123-45").text, Cow::Borrowed(_)));
        assert!(matches!(View::new("Größe: 5 €, naïve").text, Cow::Borrowed(_)));
    }

    #[test]
    fn offsets_lead_back_and_leave_what_is_invisible_around_out() {
        let source = "a\u{200B}\u{0661}\u{200B}2\u{200B}b";
        let view = View::new(source);
        assert_eq!(view.text, "a12b");
        assert_eq!(source.get(view.start(1)..view.end(3)), Some("\u{0661}\u{200B}2"));
        assert_eq!(view.end(4), source.len());
        assert_eq!((view.start(0), view.end(1)), (0, 1));
    }

    #[test]
    fn every_character_that_is_folded_begins_with_a_byte_that_is_looked_at() {
        for c in '\u{80}'..=char::MAX {
            let text = c.to_string();
            let found = foldable(text.as_bytes()).next().is_some();
            assert!(found || matches!(visible(c), Fold::Keep), "{c:?}");
        }
    }

    #[test]
    fn digits_of_one_script_take_one_cut() {
        let view = View::new("a\u{0661}\u{0662}\u{0663} \u{FF11}\u{FF12}b");
        assert_eq!((view.text.as_ref(), view.cuts.len()), ("a123 12b", 4));
        let source: Vec<_> = (0..=8).map(|at| (view.start(at), view.end(at))).collect();
        assert_eq!(source.iter().map(|s| s.0).collect::<Vec<_>>(), [0, 1, 3, 5, 7, 8, 11, 14, 15]);
        assert!(source.iter().all(|(start, end)| start == end));
    }

    #[test]
    fn every_run_of_digits_is_in_order_and_apart() {
        assert!(ZEROS.windows(2).all(|pair| matches!(pair, [a, b] if a + 10 <= *b)));
    }

    #[test]
    fn loose_text_has_no_case_and_no_accents() {
        assert_eq!(loosely("Ångström ŁÓDŹ Nguyễn e\u{301}"), "angstrom lodz nguyen e");
    }
}
