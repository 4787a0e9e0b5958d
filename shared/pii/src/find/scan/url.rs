//! URLs.

use super::email::domain;
use super::text::{ahead, at, back, has_word_before};

/// The schemes of addresses that point to a place; `mailto:` and `tel:` are other entities.
const SCHEMES: [&[u8]; 13] = [
    b"http", b"https", b"ftp", b"ftps", b"sftp", b"ssh", b"git", b"ws", b"wss", b"ldap", b"ldaps",
    b"rtsp", b"s3",
];

/// The longest URL that is taken whole.
pub(super) const MAX_LEN: usize = 2048;

/// The URL around the `://` at `colon`, and whether its host is an IP address.
pub(super) fn with_scheme(text: &str, colon: usize) -> Option<(usize, usize, bool)> {
    let bytes = text.as_bytes();
    let letters = back(bytes, colon, 8, |byte| byte.is_ascii_alphanumeric());
    // `seehttp://` is prose that runs into a URL; what counts is the scheme.
    let word = bytes.get(letters..colon)?;
    let scheme = SCHEMES.iter().filter(|scheme| {
        let tail = word.len().checked_sub(scheme.len()).and_then(|from| word.get(from..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(scheme))
    });
    let start = colon - scheme.map(|scheme| scheme.len()).max()?;
    let host = colon + 3;
    // User information, if there is any.
    let user = ahead(bytes, host, 256, |byte| {
        byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:".contains(&byte)
    });
    let host = if user > host && at(bytes, user) == b'@' { user + 1 } else { host };
    let (host_end, is_ip) = self::host(bytes, host)?;
    let end = tail(text, host_end);
    Some((start, end.min(text.floor_char_boundary(start + MAX_LEN)), is_ip))
}

/// The URL without a scheme whose host has the dot at `dot`: `www.` first, or a host and a path.
pub(super) fn bare(text: &str, dot: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let www = dot.checked_sub(3)?;
    if !bytes.get(www..dot).is_some_and(|word| word.eq_ignore_ascii_case(b"www"))
        || has_word_before(text, www)
    {
        return None;
    }
    if matches!(at(bytes, www.wrapping_sub(1)), b'/' | b'@' | b'.' | b'-') {
        return None;
    }
    let end = domain(bytes, www)?;
    // `www.example` alone is no host.
    bytes.get(www..end)?.iter().filter(|byte| **byte == b'.').nth(1)?;
    Some((www, tail(text, end).min(text.floor_char_boundary(www + MAX_LEN))))
}

/// Where the host that begins at `start` ends, and whether it is an IP address.
fn host(bytes: &[u8], start: usize) -> Option<(usize, bool)> {
    if at(bytes, start) == b'[' {
        let close = (start..start + 64).find(|index| at(bytes, *index) == b']')?;
        return Some((close + 1, true));
    }
    let numeric = ahead(bytes, start, 16, |byte| byte.is_ascii_digit() || byte == b'.');
    let numeric_end =
        if at(bytes, numeric.wrapping_sub(1)) == b'.' { numeric - 1 } else { numeric };
    let literal = bytes.get(start..numeric_end).and_then(|host| std::str::from_utf8(host).ok());
    if literal.is_some_and(|host| host.parse::<std::net::Ipv4Addr>().is_ok())
        && !at(bytes, numeric).is_ascii_alphanumeric()
    {
        return Some((numeric_end, true));
    }
    // A name of one's own network (`localhost`, `wiki`) has no dots.
    let single = super::text::label_end(bytes, start);
    let end = domain(bytes, start).or_else(|| (single > start).then_some(single))?;
    Some((end, false))
}

/// Where the rest of a URL ends: port, path, query, fragment; not the punctuation of the sentence around it.
fn tail(text: &str, host_end: usize) -> usize {
    let bytes = text.as_bytes();
    if !matches!(at(bytes, host_end), b':' | b'/' | b'?' | b'#') {
        return host_end;
    }
    let mut end = ahead(bytes, host_end, MAX_LEN, |byte| {
        byte > b' '
            && !matches!(byte, b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'|' | b'\\' | b'^' | 0x7F)
    });
    end = text.floor_char_boundary(end);
    let run = text.get(host_end..end).unwrap_or_default();
    // CJK and typographic punctuation ends a URL.
    let cut = run.char_indices().find(
        |(_, c)| matches!(c, '\u{2018}'..='\u{201F}' | '\u{3000}'..='\u{303F}' | '«' | '»' | '…'),
    );
    end = cut.map_or(end, |(index, _)| host_end + index);
    let (mut round, mut square) = (0_i32, 0_i32);
    for byte in bytes.get(host_end..end).unwrap_or_default() {
        match byte {
            b'(' => round += 1,
            b')' => round -= 1,
            b'[' => square += 1,
            b']' => square -= 1,
            _ => {}
        }
    }
    while end > host_end {
        match at(bytes, end - 1) {
            b')' if round < 0 => round += 1,
            b']' if square < 0 => square += 1,
            b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'*' | b'_' | b'~' => {}
            _ => break,
        }
        end -= 1;
    }
    end
}
