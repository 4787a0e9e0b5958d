//! IP and MAC addresses.

use std::net::Ipv6Addr;

use super::text::{ahead, at};

/// The IPv4 address that begins at `start`: its end and its octets. An octet may have leading zeros.
pub(super) fn ipv4(bytes: &[u8], start: usize) -> Option<(usize, [u8; 4])> {
    let mut octets = [0; 4];
    let mut index = start;
    for (place, octet) in octets.iter_mut().enumerate() {
        if place > 0 {
            if at(bytes, index) != b'.' {
                return None;
            }
            index += 1;
        }
        let end = ahead(bytes, index, 4, |byte| byte.is_ascii_digit());
        let digits = std::str::from_utf8(bytes.get(index..end)?).ok()?;
        if digits.len() > 3 {
            return None;
        }
        *octet = digits.parse().ok()?;
        index = end;
    }
    let next = at(bytes, index);
    let goes_on = next.is_ascii_alphanumeric()
        || (matches!(next, b'.' | b'-') && at(bytes, index + 1).is_ascii_digit());
    (!goes_on).then_some((index, octets))
}

/// The IPv6 address that begins at `start`: its end and the address. A zone (`%eth0`) belongs to it.
pub(super) fn ipv6(bytes: &[u8], start: usize) -> Option<(usize, Ipv6Addr)> {
    let mut end =
        ahead(bytes, start, 46, |byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'));
    if end - start > 45 || at(bytes, end).is_ascii_alphanumeric() || at(bytes, end) == b'_' {
        return None;
    }
    while at(bytes, end - 1) == b'.'
        || (at(bytes, end - 1) == b':' && at(bytes, end.wrapping_sub(2)) != b':')
    {
        end -= 1;
        if end <= start {
            return None;
        }
    }
    let literal = std::str::from_utf8(bytes.get(start..end)?).ok()?;
    let address: Ipv6Addr = literal.parse().ok()?;
    let zone = match at(bytes, end) {
        b'%' => ahead(bytes, end + 1, 16, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
        }),
        _ => end,
    };
    Some((if zone > end + 1 { zone } else { end }, address))
}

/// How sure it is that an IPv6 literal is one: `a::b` is also how C++ and Rust name things.
pub(super) fn ipv6_score(literal: &[u8], address: Ipv6Addr) -> f32 {
    let groups = literal.split(|byte| *byte == b':').filter(|group| !group.is_empty()).count();
    let digits = literal.iter().any(u8::is_ascii_digit);
    match groups {
        4.. => 0.9,
        _ if address.is_unspecified() => 0.0,
        _ if address.is_loopback() || address.to_ipv4_mapped().is_some() => 0.6,
        2.. if digits && literal.len() >= 7 => 0.6,
        1 if digits && literal.len() >= 4 => 0.5,
        _ => 0.2,
    }
}

/// How sure it is that four numbers are an IPv4 address: sections and versions are also counted with dots.
pub(super) fn ipv4_score(octets: [u8; 4]) -> f32 {
    match octets {
        [a, b, c, d] if a == b && b == c && c == d => 0.5,
        _ if octets.iter().all(|octet| *octet < 10) => 0.2,
        [0, ..] => 0.2,
        _ => 0.7,
    }
}

/// Where the MAC address that begins at `start` ends: six pairs with colons or hyphens, or three fours with dots.
/// Null and broadcast address nobody.
pub(super) fn mac(bytes: &[u8], start: usize) -> Option<usize> {
    let separator = at(bytes, start + 2);
    let (len, step) = match separator {
        b':' | b'-' => (17, 3),
        _ if at(bytes, start + 4) == b'.' => (14, 5),
        _ => return None,
    };
    let address = bytes.get(start..start + len)?;
    let separator = if step == 5 { b'.' } else { separator };
    let formed = address.iter().enumerate().all(|(place, byte)| match place % step == step - 1 {
        true => *byte == separator,
        false => byte.is_ascii_hexdigit(),
    });
    let next = at(bytes, start + len);
    let goes_on = next.is_ascii_alphanumeric()
        || (next == separator && at(bytes, start + len + 1).is_ascii_hexdigit());
    let mut hex = address.iter().filter(|byte| byte.is_ascii_hexdigit());
    let nobody =
        hex.clone().all(|byte| *byte == b'0') || hex.all(|byte| byte.eq_ignore_ascii_case(&b'f'));
    (formed && !goes_on && !nobody).then_some(start + len)
}
