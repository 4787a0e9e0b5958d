//! Looking at bytes without ever being out of bounds.

use super::super::context::is_word;

/// The byte at `index`, 0 beyond the text.
pub(super) fn at(bytes: &[u8], index: usize) -> u8 {
    bytes.get(index).copied().unwrap_or(0)
}

/// The start of the longest run of at most `most` bytes that ends at `end` and fulfils `fits`.
pub(super) fn back(bytes: &[u8], end: usize, most: usize, fits: impl Fn(u8) -> bool) -> usize {
    let before = bytes.get(end.saturating_sub(most)..end).unwrap_or_default();
    end - before.iter().rev().take_while(|byte| fits(**byte)).count()
}

/// The end of the longest run of at most `most` bytes that begins at `start` and fulfils `fits`.
pub(super) fn ahead(bytes: &[u8], start: usize, most: usize, fits: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().take(most).take_while(|byte| fits(**byte)).count()
}

/// Whether a letter or digit stands before `index`.
pub(super) fn has_word_before(text: &str, index: usize) -> bool {
    let before = index.checked_sub(1).map_or(0, |index| at(text.as_bytes(), index));
    if before.is_ascii() {
        return before.is_ascii_alphanumeric();
    }
    text.get(..index).and_then(|before| before.chars().next_back()).is_some_and(is_word)
}

/// Whether a letter or digit stands at `index`.
pub(super) fn has_word_at(text: &str, index: usize) -> bool {
    let after = at(text.as_bytes(), index);
    if after.is_ascii() {
        return after.is_ascii_alphanumeric();
    }
    text.get(index..).and_then(|after| after.chars().next()).is_some_and(is_word)
}

/// Where the domain label that begins at `start` ends, a hyphen at its end left out.
pub(super) fn label_end(bytes: &[u8], start: usize) -> usize {
    let end = ahead(bytes, start, 256, |byte| {
        byte.is_ascii_alphanumeric() || byte == b'-' || byte >= 0x80
    });
    if at(bytes, start) == b'-' {
        return start;
    }
    end - (end - start).min(1) * usize::from(end > start && at(bytes, end - 1) == b'-')
}
