//! A keyed hash of a value. Without a key, whoever sees the hash of a phone number could try all numbers.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The shortest key, in bytes.
pub(crate) const MIN_KEY: usize = 16;

/// A key for hashes. Its debug form tells nothing.
#[derive(Clone)]
pub(crate) struct Key(Hmac<Sha256>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// `None` if the key is shorter than [`MIN_KEY`].
    pub(crate) fn new(key: &[u8]) -> Option<Key> {
        if key.len() < MIN_KEY {
            return None;
        }
        Hmac::new_from_slice(key).ok().map(Key)
    }

    /// The first 64 bits of HMAC-SHA256 over the entity's name, a zero byte and the value.
    pub(crate) fn hash(&self, entity: &str, value: &str) -> u64 {
        let mut mac = self.0.clone();
        mac.update(entity.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        let bytes = mac.finalize().into_bytes();
        bytes.iter().take(8).fold(0, |word, &byte| (word << 8) | u64::from(byte))
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// By `printf 'EMAIL_ADDRESS\0a@b.example' | openssl dgst -sha256 -hmac 0123456789abcdef`.
    #[test]
    fn a_hash_is_hmac_sha256() {
        let key = Key::new(b"0123456789abcdef").unwrap();
        assert_eq!(
            format!("{:016x}", key.hash("EMAIL_ADDRESS", "a@b.example")),
            "59d54d01a90dbce4"
        );
        assert_ne!(key.hash("EMAIL_ADDRESS", "a@b.example"), key.hash("A", "a@b.example"));
    }

    #[test]
    fn a_short_key_is_none() {
        assert!(Key::new(b"0123456789abcde").is_none());
        assert_eq!(format!("{:?}", Key::new(b"0123456789abcdef")), "Some(Key)");
    }
}
