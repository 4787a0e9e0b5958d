//! Dates and places: what has no checksum, and is told by its form and the words around it.

use chat::bytes::{Set, block_at};

use super::super::checks::{is_date, number};
use super::text::{ahead, at, back, has_word_at};

/// The names of months, English first, cut to what tells them apart.
const MONTHS: [(&str, u32); 53] = [
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("may", 5),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
    ("mai", 5),
    ("mär", 3),
    ("märz", 3),
    ("okt", 10),
    ("dez", 12),
    ("janv", 1),
    ("fév", 2),
    ("févr", 2),
    ("avr", 4),
    ("juin", 6),
    ("juil", 7),
    ("aoû", 8),
    ("déc", 12),
    ("ene", 1),
    ("abr", 4),
    ("ago", 8),
    ("dic", 12),
    ("gen", 1),
    ("mag", 5),
    ("giu", 6),
    ("lug", 7),
    ("set", 9),
    ("ott", 10),
    ("fev", 2),
    ("out", 10),
    ("mei", 5),
    ("maa", 3),
    ("mrt", 3),
    ("sty", 1),
    ("lut", 2),
    ("kwi", 4),
    ("maj", 5),
    ("cze", 6),
    ("lip", 7),
    ("sie", 8),
    ("wrz", 9),
    ("paź", 10),
    ("lis", 11),
    ("gru", 12),
    ("sept", 9),
    ("märc", 3),
];

const DIGITS: Set = Set::new().with(b'0', b'9');

/// Whether the digits at `start` may begin a date, or be the day of one. Cheap, and generous.
pub(super) fn may_be_date(bytes: &[u8], start: usize) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit();
    let end = ahead(bytes, start, 5, is_digit);
    if !matches!(end - start, 1 | 2 | 4) {
        return false;
    }
    let (separator, next) = (at(bytes, end), at(bytes, end + 1));
    let in_numbers = match separator {
        // The second part has one or two digits, and the same separator behind it.
        b'/' | b'-' | b'.' if is_digit(next) => {
            at(bytes, ahead(bytes, end + 1, 3, is_digit)) == separator
        }
        b'.' if next == b' ' => is_digit(at(bytes, end + 2)),
        _ => false,
    };
    in_numbers
        || (end - start < 3 && {
            // Behind the day, and the name of a month, the four digits of the year follow.
            let digits = DIGITS.find(&block_at(bytes, end));
            digits & digits >> 1 & digits >> 2 & digits >> 3 != 0
        })
}

/// The date whose first digits stand at `start`: in numbers, or with the name of a month before or behind them.
pub(super) fn date(text: &str, start: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let before = start.checked_sub(1).map_or(0, |index| at(bytes, index));
    if matches!(before, b'/' | b'-' | b'.') && start > 1 && at(bytes, start - 2).is_ascii_digit() {
        return None;
    }
    let (first, end) = digits(bytes, start, 4)?;
    let separator = at(bytes, end);
    if matches!(separator, b'/' | b'-' | b'.') {
        // With a dot a space may stand behind it: 3. 4. 1990.
        let next = |index: usize| {
            index + 1 + usize::from(separator == b'.' && at(bytes, index + 1) == b' ')
        };
        if let Some((second, end)) = digits(bytes, next(end), 2)
            && at(bytes, end) == separator
            && let Some((third, end)) = digits(bytes, next(end), 4)
        {
            return (is_numeric_date(first, second, third)
                && !at(bytes, end).is_ascii_alphanumeric())
            .then_some((start, end));
        }
    }
    named_date(text, start, first, end)
}

fn digits(bytes: &[u8], start: usize, most: usize) -> Option<((u32, usize), usize)> {
    let end = ahead(bytes, start, most + 1, |byte| byte.is_ascii_digit());
    let len = end - start;
    (1..=most)
        .contains(&len)
        .then(|| ((number(bytes.get(start..end).unwrap_or_default()) as u32, len), end))
}

type Part = (u32, usize);

fn is_numeric_date(first: Part, second: Part, third: Part) -> bool {
    let year = |part: Part| part.1 == 2 || (part.1 == 4 && (1890..=2030).contains(&part.0));
    let short = |part: Part| part.1 <= 2;
    if first.1 == 4 {
        return year(first) && short(third) && is_date(first.0, second.0, third.0);
    }
    // Day first or month first: both are written.
    short(first)
        && year(third)
        && (is_date(third.0, second.0, first.0) || is_date(third.0, first.0, second.0))
}

fn named_date(text: &str, start: usize, first: Part, end: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    // 12 March 1990, 12th of March, 1990, 12. März 1990, 12 de marzo de 1990
    let gap = ahead(bytes, end, 8, |byte| {
        matches!(
            byte,
            b' ' | b'.' | b'-' | b's' | b't' | b'n' | b'd' | b'r' | b'h' | b'e' | b'o' | b'f'
        )
    });
    for from in [
        ahead(bytes, end, 2, |byte| matches!(byte, b' ' | b'.' | b'-')),
        gap,
        back_to_word(bytes, end, gap),
    ] {
        if first.1 <= 2
            && let Some((month, after)) = month(text, from)
        {
            let year_at = ahead(bytes, after, 5, |byte| {
                matches!(byte, b' ' | b',' | b'.' | b'-' | b'd' | b'e')
            });
            let (year, done) = digits(bytes, year_at, 4)?;
            return (year.1 == 4
                && is_numeric_date(first, (month, 2), year)
                && !has_word_at(text, done))
            .then_some((start, done));
        }
    }
    // March 12, 1990 or March 12th 1990
    let word_end = start.checked_sub(1).filter(|gap| at(bytes, *gap) == b' ')?;
    let word_end = word_end - usize::from(at(bytes, word_end.wrapping_sub(1)) == b'.');
    let word = back(bytes, word_end, 12, |byte| byte.is_ascii_alphabetic() || byte >= 0x80);
    let (month, _) = month(text, word)?;
    let suffix = ahead(bytes, end, 2, |byte| byte.is_ascii_lowercase());
    let year_at = ahead(bytes, suffix, 2, |byte| matches!(byte, b',' | b' '));
    let (year, done) = digits(bytes, year_at, 4)?;
    (year.1 == 4 && is_numeric_date(first, (month, 2), year) && !has_word_at(text, done))
        .then_some((word, done))
}

/// Behind an ordinal's letters, at the word.
fn back_to_word(bytes: &[u8], end: usize, gap: usize) -> usize {
    (end..gap).rev().find(|index| at(bytes, *index) == b' ').map_or(end, |index| index + 1)
}

/// The month whose name stands at `start`, and where the name ends.
fn month(text: &str, start: usize) -> Option<(u32, usize)> {
    let rest = text.get(start..)?;
    let len: usize =
        rest.chars().take(12).take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum();
    let word = rest.get(..len)?.to_lowercase();
    if word.chars().count() < 3 {
        return None;
    }
    let named = MONTHS.iter().rev().filter(|(name, _)| word.starts_with(name));
    named.max_by_key(|(name, _)| name.len()).map(|(_, month)| (*month, start + len))
}

/// Whether a word is the name of a month, or stands between the parts of a date.
pub(in super::super) fn is_month(word: &str) -> bool {
    matches!(word, "of" | "de") || month(word, 0).is_some_and(|(_, end)| end == word.len())
}

/// A pair of coordinates whose first digits stand at `start`, and its score: decimal degrees, or degrees,
/// minutes and seconds.
pub(super) fn coordinates(text: &str, start: usize) -> Option<((usize, usize), f32)> {
    let bytes = text.as_bytes();
    let signed = start.checked_sub(1).filter(|index| matches!(at(bytes, *index), b'-' | b'+'));
    let begin = signed.unwrap_or(start);
    if begin > 0 && (at(bytes, begin - 1).is_ascii_alphanumeric() || at(bytes, begin - 1) == b'.') {
        return None;
    }
    if let Some((mark, end)) = sexagesimal(text, start, b"NSns") {
        let next = ahead(bytes, end, 3, |byte| matches!(byte, b' ' | b','));
        let (_, end) = sexagesimal(text, next, b"EWOew").filter(|_| mark > start)?;
        return Some(((start, end), 0.8));
    }
    let (latitude, first_places, end) = decimal(bytes, begin, 90)?;
    let end = hemisphere(text, end, b"NSns");
    let next = ahead(bytes, end, 3, |byte| matches!(byte, b' ' | b',' | b';'));
    if next == end {
        return None;
    }
    let (_, second_places, end) = decimal(bytes, next, 180)?;
    let end = hemisphere(text, end, b"EWew");
    let places = first_places.min(second_places);
    if places < 3
        || has_word_at(text, end)
        || (at(bytes, end) == b'.' && at(bytes, end + 1).is_ascii_digit())
    {
        return None;
    }
    let comma = bytes.get(begin..next)?.contains(&b',');
    let sure = places >= 4 && comma && latitude > 0;
    Some(((begin, end), if sure { 0.6 } else { 0.2 }))
}

/// A signed decimal of at most `limit`: its value without the sign, how many places it has, where it ends.
fn decimal(bytes: &[u8], start: usize, limit: u64) -> Option<(u64, usize, usize)> {
    let digits = start + usize::from(matches!(at(bytes, start), b'-' | b'+'));
    let point = ahead(bytes, digits, 4, |byte| byte.is_ascii_digit());
    let end = ahead(bytes, point + 1, 16, |byte| byte.is_ascii_digit());
    let whole = number(bytes.get(digits..point)?);
    let fits = point > digits && at(bytes, point) == b'.' && whole <= limit && end > point + 1;
    fits.then_some((whole, end - point - 1, end))
}

/// Where a degree sign and the letter of a hemisphere end, if they stand at `start`.
fn hemisphere(text: &str, start: usize, letters: &[u8]) -> usize {
    let bytes = text.as_bytes();
    let rest = text.get(start..).unwrap_or_default();
    let degree = start + if rest.starts_with(['°', 'º']) { 2 } else { 0 };
    let letter = degree + usize::from(at(bytes, degree) == b' ');
    if letters.contains(&at(bytes, letter)) && !has_word_at(text, letter + 1) {
        letter + 1
    } else {
        degree
    }
}

/// Degrees, minutes and maybe seconds with the letter of a hemisphere: where the degrees end, where all ends.
fn sexagesimal(text: &str, start: usize, letters: &[u8]) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let (_, degrees) = digits(bytes, start, 3)?;
    let mut rest = text.get(degrees..)?.strip_prefix(['°', 'º'])?;
    for _ in 0..2 {
        let trimmed = rest.trim_start_matches(' ');
        let figures = trimmed.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let Some(after) = figures.strip_prefix(['\'', '′', '’', '"', '″', '”']) else {
            break;
        };
        rest = after.trim_start_matches(['\'', '′', '"']);
    }
    let rest = rest.trim_start_matches(' ');
    let end = text.len() - rest.len();
    let minutes = end > degrees + 4 && end - degrees < 40;
    (minutes && letters.contains(&at(bytes, end)) && !has_word_at(text, end + 1))
        .then_some((degrees, end + 1))
}
