//! An ordered multimap of header names and raw values, and its wire form in the ABI.

use std::fmt;

/// Headers or trailers in order. Names are lower-case, values are raw bytes, a name may repeat.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, Vec<u8>)>);

impl Headers {
    /// No headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The first value of `name`, as Envoy's single-header getter returns it.
    pub fn first(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    /// Every value of `name`, in order.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let name = name.to_ascii_lowercase();
        self.0.iter().filter(move |(n, _)| *n == name).map(|(_, v)| v.as_slice())
    }

    /// The first value of `name` as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self, name: &str) -> Option<String> {
        self.first(name).map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// Whether `name` is present.
    pub fn contains(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// Adds a value without touching existing ones.
    pub fn append(&mut self, name: &str, value: impl AsRef<[u8]>) {
        self.0.push((name.to_ascii_lowercase(), value.as_ref().to_vec()));
    }

    /// Removes every value of `name`, then adds this one at the end, as Envoy's `setCopy` does.
    pub fn set(&mut self, name: &str, value: impl AsRef<[u8]>) {
        self.remove(name);
        self.append(name, value);
    }

    /// Removes every value of `name`.
    pub fn remove(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        self.0.retain(|(n, _)| *n != name);
    }

    /// Name and value pairs in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sum of the lengths of all names and values, in bytes.
    pub(crate) fn byte_size(&self) -> usize {
        self.0.iter().map(|(name, value)| name.len() + value.len()).sum()
    }

    /// The ABI's form: count, (name length, value length) per pair, then each string with a NUL.
    pub(crate) fn to_pairs(&self) -> Vec<u8> {
        let word = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
        let mut out = word(self.len()).to_vec();
        for (name, value) in self.iter() {
            out.extend(word(name.len()));
            out.extend(word(value.len()));
        }
        for (name, value) in self.iter() {
            out.extend([name.as_bytes(), b"\0", value, b"\0"].concat());
        }
        out
    }

    /// Reads the ABI's form. Like Envoy, anything malformed or beyond 1 MiB or 1,024 pairs is *no
    /// headers* and not an error (proxy-wasm-cpp-host `pairs_util.cc` and `limits.h`, 2026-07).
    pub(crate) fn from_pairs(pairs: &[u8]) -> Self {
        Self::parse_pairs(pairs).unwrap_or_default()
    }

    fn parse_pairs(pairs: &[u8]) -> Option<Self> {
        const MAX_BYTES: usize = 1024 * 1024;
        const MAX_PAIRS: usize = 1024;

        let mut rest = pairs;
        let count = take_word(&mut rest)?;
        if pairs.len() > MAX_BYTES || count > MAX_PAIRS {
            return None;
        }
        let mut lengths = Vec::with_capacity(count);
        for _ in 0..count {
            lengths.push((take_word(&mut rest)?, take_word(&mut rest)?));
        }
        let mut headers = Self::new();
        for (name, value) in lengths {
            let name = take_string(&mut rest, name)?;
            let value = take_string(&mut rest, value)?;
            headers.append(&String::from_utf8_lossy(name), value);
        }
        rest.is_empty().then_some(headers)
    }
}

fn take_word(rest: &mut &[u8]) -> Option<usize> {
    let (word, tail) = rest.split_first_chunk::<4>()?;
    *rest = tail;
    usize::try_from(u32::from_le_bytes(*word)).ok()
}

fn take_string<'a>(rest: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (string, tail) = rest.split_at_checked(len)?;
    *rest = tail.strip_prefix(b"\0")?;
    Some(string)
}

impl<N: AsRef<str>, V: AsRef<[u8]>> From<&[(N, V)]> for Headers {
    fn from(pairs: &[(N, V)]) -> Self {
        let mut headers = Self::new();
        for (name, value) in pairs {
            headers.append(name.as_ref(), value);
        }
        headers
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const LEN: usize> From<&[(N, V); LEN]> for Headers {
    fn from(pairs: &[(N, V); LEN]) -> Self {
        Self::from(pairs.as_slice())
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> From<&Vec<(N, V)>> for Headers {
    fn from(pairs: &Vec<(N, V)>) -> Self {
        Self::from(pairs.as_slice())
    }
}

impl From<&Headers> for Headers {
    fn from(headers: &Headers) -> Self {
        headers.clone()
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(n, v)| (n, String::from_utf8_lossy(v)))).finish()
    }
}
