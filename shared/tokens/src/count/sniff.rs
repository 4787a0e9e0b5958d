//! The size of a picture in base64, from its first bytes: PNG, JPEG, GIF, WebP.

use super::images::Size;

/// The farthest that a JPEG's size is looked for; before it come previews and colour profiles.
const FAR: usize = 256 << 10;

/// Width and height, if the bytes tell.
pub(crate) fn size(base64: &str) -> Option<Size> {
    let head = decode(base64, 32);
    match head.get(..4)? {
        [0x89, b'P', b'N', b'G'] => Some((big32(&head, 16)?, big32(&head, 20)?)),
        [b'G', b'I', b'F', b'8'] => Some((little16(&head, 6)?, little16(&head, 8)?)),
        [b'R', b'I', b'F', b'F'] => webp(&head),
        [0xff, 0xd8, 0xff, _] => jpeg(&decode(base64, FAR)),
        _ => None,
    }
}

/// <https://developers.google.com/speed/webp/docs/riff_container> (read 2026-11-21)
fn webp(head: &[u8]) -> Option<Size> {
    match head.get(12..16)? {
        b"VP8 " => Some((little16(head, 26)? & 0x3fff, little16(head, 28)? & 0x3fff)),
        b"VP8L" => {
            let bits = little16(head, 21)? | little16(head, 23)? << 16;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => {
            let three = |at: usize| Some(little16(head, at)? | u32::from(*head.get(at + 2)?) << 16);
            Some((three(24)? + 1, three(27)? + 1))
        }
        _ => None,
    }
}

/// Goes from marker to marker up to a start of frame (ITU T.81, B.2.2).
fn jpeg(bytes: &[u8]) -> Option<Size> {
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1).filter(|_| bytes.get(at) == Some(&0xff))?;
        match marker {
            // Fill bytes.
            0xff => at += 1,
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some((big16(bytes, at + 7)?, big16(bytes, at + 5)?));
            }
            0x01 | 0xd0..=0xd8 => at += 2,
            _ => at += 2 + big16(bytes, at + 2)? as usize,
        }
    }
}

fn big16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?).into())
}

fn big32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn little16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?).into())
}

/// The first `count` bytes, or what there is of them.
fn decode(base64: &str, count: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(count.min(base64.len() / 4 * 3 + 3));
    let (mut bits, mut held) = (0u32, 0);
    for byte in base64.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'\r' | b'\n' | b' ' => continue,
            _ => break,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            if out.len() == count {
                break;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_first_bytes_tell_the_size() {
        for (what, base64, expected) in [
            ("png", "iVBORw0KGgoAAAANSUhEUgAAAoAAAAHgCAIAAAA=", Some((640, 480))),
            ("gif", "R0lGODlhgALgAfcAAA==", Some((640, 480))),
            ("webp", "UklGRhoAAABXRUJQVlA4TA0AAAAvf8J3AA==", Some((640, 480))),
            ("extended webp", "UklGRhoAAABXRUJQVlA4WAoAAAAQAAAAfwIA3wEA", Some((640, 480))),
            ("jpeg", "/9j/4AAQSkZJRgABAQAAAQABAAD/wAARCAHgAoADASIA", Some((640, 480))),
            ("cut", "iVBORw0KGgoAAAANSUhEUgAA", None),
            ("jpeg without a frame", "/9j/4AAQSkZJRgABAQAAAQABAAD/2Q==", None),
            ("something else", "JVBERi0xLjcKJeLjz9MK", None),
            ("no base64", "!!!", None),
            ("nothing", "", None),
        ] {
            assert_eq!(size(base64), expected, "{what}");
        }
    }
}
