//! Addresses of crypto-currencies, each with the checksum that it carries.

use sha2::{Digest, Sha256};

use super::keccak::keccak256;

/// The address in a token, if it is one whose checksum holds.
pub(super) fn is_address(token: &[u8]) -> Option<bool> {
    match token {
        [b'0', b'x', hex @ ..] if hex.len() == 40 => ethereum(hex),
        [b'b' | b'B' | b't' | b'T' | b'l' | b'L', b'c' | b'C' | b'b' | b'B' | b't' | b'T', ..]
            if bech32(token) =>
        {
            Some(true)
        }
        _ if (26..=35).contains(&token.len()) && base58check(token) => Some(true),
        _ => None,
    }
}

/// EIP-55: letters are capitals where the hash of the address in lower case says so. An address in one case
/// carries no checksum.
fn ethereum(hex: &[u8]) -> Option<bool> {
    let upper = hex.iter().any(u8::is_ascii_uppercase);
    let lower = hex.iter().any(u8::is_ascii_lowercase);
    if !hex.iter().all(u8::is_ascii_hexdigit) || super::super::checks::uniform(hex) {
        return None;
    }
    if !(upper && lower) {
        return Some(false);
    }
    let hash = keccak256(&hex.to_ascii_lowercase());
    let holds = hex.chunks(2).zip(hash).all(|(pair, byte)| {
        let nibbles = [byte >> 4, byte & 15];
        pair.iter()
            .zip(nibbles)
            .all(|(c, nibble)| !c.is_ascii_alphabetic() || c.is_ascii_uppercase() == (nibble >= 8))
    });
    holds.then_some(true)
}

/// Base58Check of a version byte and a hash of twenty bytes, as of Bitcoin, Litecoin, Dogecoin, Dash and Tron.
fn base58check(token: &[u8]) -> bool {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0_u8; 25];
    for c in token {
        let Some(value) = ALPHABET.iter().position(|letter| letter == c) else { return false };
        let mut carry = value as u32;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = (carry & 0xFF) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return false;
        }
    }
    let (payload, check) = bytes.split_at(21);
    // P2PKH and P2SH of Bitcoin, its test network, Litecoin, Dogecoin, Dash; Tron.
    let known = matches!(
        payload.first(),
        Some(0x00 | 0x05 | 0x6F | 0xC4 | 0x30 | 0x32 | 0x1E | 0x16 | 0x4C | 0x10 | 0x41)
    );
    known && Sha256::digest(Sha256::digest(payload)).starts_with(check)
}

/// BIP 173 (bech32) and BIP 350 (bech32m): a segregated witness address.
fn bech32(token: &[u8]) -> bool {
    const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    if token.iter().any(u8::is_ascii_uppercase) && token.iter().any(u8::is_ascii_lowercase) {
        return false;
    }
    let token = token.to_ascii_lowercase();
    let data = [&b"bc1"[..], b"tb1", b"ltc1"]
        .into_iter()
        .find_map(|prefix| token.strip_prefix(prefix).map(|data| (prefix, data)));
    let Some((prefix, data)) = data else { return false };
    if !(39..=87).contains(&data.len()) {
        return false;
    }
    let Some((_, human)) = prefix.split_last() else { return false };
    let expanded = human
        .iter()
        .map(|c| u32::from(c >> 5))
        .chain([0])
        .chain(human.iter().map(|c| u32::from(c & 31)));
    let mut state = 1_u32;
    let mut feed = |value: u32| {
        const GENERATOR: [u32; 5] =
            [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3];
        let top = state >> 25;
        state = (state & 0x1FF_FFFF) << 5 ^ value;
        for (bit, word) in GENERATOR.iter().enumerate() {
            if top >> bit & 1 == 1 {
                state ^= word;
            }
        }
    };
    expanded.for_each(&mut feed);
    let mut values = data.iter().map(|c| ALPHABET.iter().position(|letter| letter == c));
    if !values.all(|value| value.map(|value| feed(value as u32)).is_some()) {
        return false;
    }
    // Witness version 0 has the constant of bech32, later ones that of bech32m.
    matches!((data.first(), state), (Some(b'q'), 1) | (Some(_), 0x2BC8_30A3))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// From BIP 173, BIP 350, EIP-55 and the first block of Bitcoin.
    const GENUINE: [&str; 5] = [
        "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
        "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    ];

    #[test]
    fn the_checksum_of_each_address_holds() {
        for address in GENUINE {
            assert_eq!(is_address(address.as_bytes()), Some(true), "{address}");
        }
        assert_eq!(is_address(b"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"), Some(false));
    }

    #[test]
    fn no_other_character_in_any_place_passes() {
        for address in GENUINE {
            for place in 4..address.len() {
                let mut other = address.as_bytes().to_vec();
                other[place] = if other[place] == b'2' { b'3' } else { b'2' };
                assert_ne!(is_address(&other), Some(true), "{address} {place}");
            }
        }
    }
}
