//! How a text is split into pieces before merging: tiktoken's regexes, written out by hand.
//!
//! Each rule is a regex alternative, tried in order at the place where the last piece ended; together they match
//! every text whole. Written out they look at each byte a bounded number of times, and there is nothing to
//! backtrack. The regexes are those of tiktoken-rs 0.12 (`src/tiktoken_ext/openai_public.rs`), which are
//! tiktoken's own: <https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py> (read 2026-11-21).

use super::classes::{Class, class_at};

/// A set of splitting rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Split {
    /// `r50k_base`, `p50k_base`, `p50k_edit`
    R50k,
    /// `cl100k_base`
    Cl100k,
    /// `o200k_base`, `o200k_harmony`
    O200k,
}

impl Split {
    /// The end of the piece that begins at `at`, which must not be the end of `text`. `text` is UTF-8, and `at` a
    /// boundary of its characters.
    #[inline]
    pub(crate) fn end(self, text: &[u8], at: usize) -> usize {
        let found = match self {
            Split::R50k => r50k(text, at),
            Split::Cl100k => cl100k(text, at),
            Split::O200k => o200k(text, at),
        };
        found.unwrap_or(text.len())
    }
}

/// `'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s`
fn r50k(text: &[u8], at: usize) -> Option<usize> {
    if let Some(end) = contraction(text, at, false) {
        return Some(end);
    }
    let (first, len) = class_at(text, at)?;
    let (class, len) = match (text.get(at), class_at(text, at + 1)) {
        (Some(b' '), Some((next, wide))) if !next.is_space() => (next, 1 + wide),
        _ => (first, len),
    };
    let from = at + len;
    Some(match class {
        Class::Upper | Class::Lower | Class::Caseless => run(text, from, Class::is_letter),
        Class::Number => run(text, from, |class| class == Class::Number),
        Class::Other | Class::Mark => run(text, from, Class::is_symbol),
        Class::Space | Class::Newline => spaces(text, at, Newlines::Ordinary),
    })
}

/// `'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`
fn cl100k(text: &[u8], at: usize) -> Option<usize> {
    if let Some(end) = contraction(text, at, true) {
        return Some(end);
    }
    let (class, len) = class_at(text, at)?;
    if class.is_letter() {
        return Some(run(text, at + len, Class::is_letter));
    }
    if class == Class::Number {
        return Some(numbers(text, at));
    }
    if class.is_prefix()
        && let Some((next, wide)) = class_at(text, at + len)
        && next.is_letter()
    {
        return Some(run(text, at + len + wide, Class::is_letter));
    }
    if let Some(end) = symbols(text, at, class) {
        return Some(run(text, end, |class| class == Class::Newline));
    }
    Some(spaces(text, at, Newlines::EndAPieceButAtTheEnd))
}

/// Two alternatives for words, by case, then numbers, symbols and spaces:
///
/// * `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?`
/// * `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?`
/// * `\p{N}{1,3}`, ` ?[^\s\p{L}\p{N}]+[\r\n/]*`, `\s*[\r\n]+`, `\s+(?!\S)`, `\s+`
fn o200k(text: &[u8], at: usize) -> Option<usize> {
    let (class, len) = class_at(text, at)?;
    if class == Class::Number {
        return Some(numbers(text, at));
    }
    let behind = class.is_prefix().then_some(at + len);
    // A mark may be the prefix or the word's first character; the regex tries the prefix first.
    let plain = (class.is_letter() || class == Class::Mark).then_some(at);
    let word = behind
        .and_then(|from| lower_word(text, from))
        .or_else(|| plain.and_then(|from| lower_word(text, from)))
        .or_else(|| behind.and_then(|from| upper_word(text, from)))
        .or_else(|| plain.and_then(|from| upper_word(text, from)));
    if let Some(end) = word {
        return Some(contraction(text, end, true).unwrap_or(end));
    }
    if let Some(mut end) = symbols(text, at, class) {
        while matches!(text.get(end), Some(b'\r' | b'\n' | b'/')) {
            end += 1;
        }
        return Some(end);
    }
    Some(spaces(text, at, Newlines::EndAPiece))
}

/// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+` from `at`. The first run is greedy; if no
/// lower-case letter follows it, it gives back up to the last character that is in both sets.
fn lower_word(text: &[u8], at: usize) -> Option<usize> {
    let mut end = at;
    let mut last_of_both = None;
    while let Some((class, len)) = class_at(text, end) {
        match class {
            Class::Lower => return Some(run(text, end + len, Class::is_lowerish)),
            Class::Upper => end += len,
            Class::Caseless | Class::Mark => {
                end += len;
                last_of_both = Some(end);
            }
            _ => break,
        }
    }
    last_of_both
}

/// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*` from `at`.
fn upper_word(text: &[u8], at: usize) -> Option<usize> {
    let end = run(text, at, Class::is_upperish);
    (end > at).then(|| run(text, end, Class::is_lowerish))
}

/// `'` and one of `s t re ve m ll d`. In any case that includes the long s.
fn contraction(text: &[u8], at: usize, any_case: bool) -> Option<usize> {
    if text.get(at) != Some(&b'\'') {
        return None;
    }
    let fold = |by: usize| {
        let byte = text.get(at + by).copied().unwrap_or_default();
        if any_case { byte.to_ascii_lowercase() } else { byte }
    };
    let len = match (fold(1), fold(2)) {
        (b's' | b'd' | b'm' | b't', _) => 2,
        (b'l', b'l') | (b'v' | b'r', b'e') => 3,
        // U+017F, whose other case is S.
        (0xc5, 0xbf) if any_case => 3,
        _ => return None,
    };
    Some(at + len)
}

/// Up to three numbers.
fn numbers(text: &[u8], at: usize) -> usize {
    let mut end = at;
    for _ in 0..3 {
        match class_at(text, end) {
            Some((Class::Number, len)) => end += len,
            _ => break,
        }
    }
    end
}

/// ` ?[^\s\p{L}\p{N}]+`
fn symbols(text: &[u8], at: usize, class: Class) -> Option<usize> {
    let from = match text.get(at) {
        Some(b' ') => at + 1,
        _ if class.is_symbol() => at,
        _ => return None,
    };
    let end = run(text, from, Class::is_symbol);
    (end > from).then_some(end)
}

/// What newlines in a run of spaces mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Newlines {
    /// `\s++$|\s+(?!\S)|\s`
    Ordinary,
    /// `\s*[\r\n]+|\s+(?!\S)|\s+`
    EndAPiece,
    /// `\s++$|\s*[\r\n]|\s+(?!\S)|\s`
    EndAPieceButAtTheEnd,
}

/// A run of spaces: all of it at the end of the text; else it leaves its last character to what follows, unless
/// it has only that. A newline may end it before.
fn spaces(text: &[u8], at: usize, newlines: Newlines) -> usize {
    let mut end = at;
    let mut last = at;
    let mut newline = None;
    while let Some((class, len)) = class_at(text, end) {
        if !class.is_space() {
            break;
        }
        last = end;
        end += len;
        if class == Class::Newline {
            newline = Some(end);
        }
    }
    let at_the_end = end == text.len();
    match (newlines, newline) {
        (Newlines::EndAPiece, Some(newline)) => newline,
        (Newlines::EndAPieceButAtTheEnd, Some(newline)) if !at_the_end => newline,
        _ if at_the_end || last == at => end,
        _ => last,
    }
}

/// The end of a run of characters of a kind.
#[inline]
fn run(text: &[u8], at: usize, is: impl Fn(Class) -> bool) -> usize {
    let mut end = at;
    while let Some((class, len)) = class_at(text, end) {
        if !is(class) {
            break;
        }
        end += len;
    }
    end
}
