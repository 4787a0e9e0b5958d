//! E-mail addresses.

use super::text::{at, back, has_word_before, label_end};

/// Endings of file names, not of domains: `logo@2x.png`.
const FILES: [&[u8]; 12] = [
    b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"css", b"js", b"json", b"html", b"md",
    b"txt",
];

/// The address around the `@` at `sign`. RFC 5321: at most 64 bytes before it and 255 behind it.
pub(super) fn email(text: &str, sign: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let start = local(text, sign)?;
    let end = domain(bytes, sign + 1)?;
    let local = bytes.get(start..sign)?;
    // `git@host:path` names a repository, not a person.
    (local != b"git").then_some((start, end))
}

fn local(text: &str, sign: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if at(bytes, sign.wrapping_sub(1)) == b'"' {
        let inner = sign.checked_sub(2)?;
        let open = back(bytes, inner, 62, |byte| {
            !matches!(byte, b'"' | b'\n' | b'\\' | b'<' | b'>' | b',')
        });
        let quote = open.checked_sub(1)?;
        return (at(bytes, quote) == b'"' && open < inner && !has_word_before(text, quote))
            .then_some(quote);
    }
    let mut start = back(bytes, sign, 65, |byte| {
        byte.is_ascii_alphanumeric() || byte >= 0x80 || b"._%+-'&~#!$*^".contains(&byte)
    });
    if sign - start > 64 {
        return None;
    }
    // What stands around an address in prose and Markdown is not part of it.
    while start < sign
        && !(at(bytes, start).is_ascii_alphanumeric()
            || matches!(at(bytes, start), b'_' | b'+' | 0x80..))
    {
        start += 1;
    }
    while !text.is_char_boundary(start) {
        start += 1;
    }
    // Prose in a script without spaces may run up to the address: what is beyond ASCII is taken only if it is
    // a letter of a script with words.
    let local = text.get(start..sign)?;
    let cut = local
        .char_indices()
        .rev()
        .find(|(_, c)| !c.is_ascii() && !super::super::context::is_word(*c));
    let start = cut.map_or(start, |(index, c)| start + index + c.len_utf8());
    let last = at(bytes, sign.wrapping_sub(1));
    (start < sign && last != b'.').then_some(start)
}

/// Where the domain that begins at `start` ends: labels, the last one letters. Or an address literal.
pub(super) fn domain(bytes: &[u8], start: usize) -> Option<usize> {
    if at(bytes, start) == b'[' {
        let close = (start..start + 50).find(|index| at(bytes, *index) == b']')?;
        let inner = std::str::from_utf8(bytes.get(start + 1..close)?).ok()?;
        let literal = inner.strip_prefix("IPv6:").unwrap_or(inner);
        return literal.parse::<std::net::IpAddr>().ok().map(|_| close + 1);
    }
    let (mut from, mut good, mut labels) = (start, None, 0);
    loop {
        let end = label_end(bytes, from);
        let label = bytes.get(from..end)?;
        if label.is_empty() || label.len() > 63 || end - start > 255 {
            break;
        }
        labels += 1;
        let top = label.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
        let top = (top && label.len() >= 2) || label.starts_with(b"xn--");
        if labels > 1 && top && !FILES.iter().any(|file| label.eq_ignore_ascii_case(file)) {
            good = Some(end);
        }
        if at(bytes, end) != b'.' {
            break;
        }
        from = end + 1;
    }
    good
}
