//! Verdicts that all workers remember, by a keyed hash of the text.

use std::hash::{DefaultHasher, Hasher};

use stage::{Exchange, store};

use super::Placed;

/// A fixed number of places: the store never forgets a key.
const PLACES: u64 = 1024;
/// Where the secret of the hash stands.
const SECRET: &str = "guard.cache.secret";

/// The verdict on these texts, if it is remembered.
pub(super) fn remembered(
    guard: &str,
    phase: &str,
    texts: &[Placed],
    io: &Exchange,
) -> Option<bool> {
    let secret = io.store.get(SECRET)?.bytes;
    let digest = digest(&secret, guard, phase, texts);
    let entry = io.store.get(&place(&digest))?.bytes;
    let (stored, rest) = entry.split_first_chunk::<16>()?;
    let (until, flag) = rest.split_first_chunk::<8>()?;
    let fresh = u64::from_le_bytes(*until) > io.now;
    (stored == &digest && fresh).then_some(flag == [1])
}

/// Remembers a verdict until a time.
pub(super) fn remember(
    guard: &str,
    phase: &str,
    texts: &[Placed],
    flagged: bool,
    until: u64,
    io: &Exchange,
) {
    // Who does not know the secret cannot make a text that hashes like one that was found harmless.
    if io.dice != 0 {
        let word = io.dice.to_le_bytes();
        store::update(&*io.store, SECRET, |old| old.is_none().then(|| word.to_vec()));
    }
    let Some(secret) = io.store.get(SECRET) else { return };
    let digest = digest(&secret.bytes, guard, phase, texts);
    let mut entry = digest.to_vec();
    entry.extend(until.to_le_bytes());
    entry.push(u8::from(flagged));
    io.store.set(&place(&digest), &entry, None);
}

fn place(digest: &[u8; 16]) -> String {
    let number = digest.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    format!("guard.cache.{}", number % PLACES)
}

/// 128 bits of SipHash over the secret and the texts, each with its length.
fn digest(secret: &[u8], guard: &str, phase: &str, texts: &[Placed]) -> [u8; 16] {
    let half = |number: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write(secret);
        hasher.write_u8(number);
        let texts = texts.iter().flat_map(|(scope, text)| [scope.name(), text.as_str()]);
        for part in [guard, phase].into_iter().chain(texts) {
            hasher.write_usize(part.len());
            hasher.write(part.as_bytes());
        }
        hasher.finish()
    };
    (u128::from(half(0)) << 64 | u128::from(half(1))).to_be_bytes()
}
