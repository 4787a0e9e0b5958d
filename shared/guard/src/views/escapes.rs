//! Escapes of addresses, pages, programs and mails, decoded.

use chat::bytes::{Set, places};

/// What an escape begins with.
const MARKS: Set = Set::new().with_all(b"%=\\&");

/// Whether what stands at a place may be an escape: that it is none shows in its first bytes.
pub(super) fn may_begin(text: &str, at: usize) -> bool {
    let byte = |at: usize| text.as_bytes().get(at).copied().unwrap_or_default();
    match (byte(at), byte(at + 1)) {
        (b'%' | b'=', digit) => digit.is_ascii_hexdigit() && byte(at + 2).is_ascii_hexdigit(),
        (b'\\', kind) => matches!(kind, b'x' | b'u' | b'0'..=b'7'),
        (b'&', first) => first == b'#' || first.is_ascii_alphabetic(),
        _ => false,
    }
}

/// The text with its escapes decoded, if there is more than a few.
pub(super) fn decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let (mut done, mut count) = (0, 0);
    for at in places(bytes, |block| MARKS.find(block)) {
        let Some(rest) = bytes.get(at..).filter(|_| at >= done) else { continue };
        let Some((c, length)) = escape(rest) else { continue };
        out.extend(bytes.get(done..at).unwrap_or_default());
        match c {
            Escaped::Byte(byte) => out.push(byte),
            Escaped::Char(c) => out.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        count += 1;
        done = at + length;
    }
    out.extend(bytes.get(done..).unwrap_or_default());
    (count > 3).then(|| String::from_utf8_lossy(&out).into_owned())
}

enum Escaped {
    Byte(u8),
    Char(char),
}

fn escape(rest: &[u8]) -> Option<(Escaped, usize)> {
    match rest.first()? {
        b'%' | b'=' => Some((Escaped::Byte(u8::try_from(number(rest, 1, 2, 16)?).ok()?), 3)),
        b'\\' => match rest.get(1)? {
            b'x' => character(number(rest, 2, 2, 16)?, 4),
            b'u' => character(number(rest, 2, 4, 16)?, 6),
            _ => character(number(rest, 1, 3, 8)?, 4),
        },
        b'&' => {
            let end = rest.iter().take(10).position(|byte| *byte == b';')?;
            match (rest.get(1)?, rest.get(2)?) {
                (b'#', b'x' | b'X') => {
                    character(number(rest, 3, end.checked_sub(3)?, 16)?, end + 1)
                }
                (b'#', _) => character(number(rest, 2, end.checked_sub(2)?, 10)?, end + 1),
                _ => {
                    let c = match rest.get(1..end)? {
                        b"lt" => '<',
                        b"gt" => '>',
                        b"amp" => '&',
                        b"quot" => '"',
                        b"apos" => '\'',
                        b"nbsp" => ' ',
                        _ => return None,
                    };
                    Some((Escaped::Char(c), end + 1))
                }
            }
        }
        _ => None,
    }
}

fn character(code: u32, length: usize) -> Option<(Escaped, usize)> {
    Some((Escaped::Char(char::from_u32(code)?), length))
}

fn number(rest: &[u8], from: usize, digits: usize, radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(rest.get(from..from + digits)?).ok()?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then(|| u32::from_str_radix(digits, radix).ok())?
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn escapes_are_decoded() {
        for escaped in [
            "%72%75%6c%65%73",
            "&#114;&#117;&#108;&#101;&#115;",
            "&#x72;&#x75;&#x6c;&#x65;&#x73;",
            r"\u0072\u0075\u006c\u0065\u0073",
            r"\x72\x75\x6c\x65\x73",
            r"\162\165\154\145\163",
            "=72=75=6C=65=73",
        ] {
            assert_eq!(decoded(escaped).as_deref(), Some("rules"), "{escaped}");
        }
        assert_eq!(decoded("50% of a & b = c \\ d; 100%"), None);
    }
}
