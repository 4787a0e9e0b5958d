//! Keys, tokens and passwords.

use super::super::entity::Key;
use super::text::{ahead, at, back};

/// The longest private key or token that is taken whole.
pub(super) const MAX_LEN: usize = 8192;

/// Where the key with this prefix ends that begins at `start`, and where its secret begins.
pub(super) fn key(bytes: &[u8], start: usize, key: &Key) -> Option<usize> {
    let rest = start + key.prefix.len();
    if !bytes.get(start..rest)?.eq(key.prefix.as_bytes()) {
        return None;
    }
    let (least, most) = (usize::from(key.len.0), usize::from(key.len.1));
    let mut end = ahead(bytes, rest, most + 1, |byte| key.rest.has(byte));
    if end - rest > most {
        return None;
    }
    // The full stop of the sentence, the hyphen of a list.
    while end > rest && matches!(at(bytes, end - 1), b'.' | b'-') {
        end -= 1;
    }
    let secret = bytes.get(rest..end)?;
    (secret.len() >= least && !at(bytes, end).is_ascii_alphanumeric() && variety(secret) >= 5)
        .then_some(end)
}

/// How many different bytes there are: `xxxxxxxx` is a placeholder.
fn variety(secret: &[u8]) -> u32 {
    secret.iter().fold(0_u128, |seen, byte| seen | 1 << (byte & 127)).count_ones()
}

/// Where the JSON Web Token that begins at `start` ends: RFC 7519, three parts of base64url, the first an object.
pub(super) fn jwt(bytes: &[u8], start: usize) -> Option<usize> {
    // `{"` is `eyJ`; with a space or a line break behind the brace it is `eyA` or `ewo`.
    if !matches!(bytes.get(start..start + 3)?, b"eyJ" | b"eyA" | b"ewo") {
        return None;
    }
    let part = |from: usize| {
        ahead(bytes, from, MAX_LEN, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
        })
    };
    let header = part(start);
    let payload = (at(bytes, header) == b'.').then(|| part(header + 1))?;
    let signature = (at(bytes, payload) == b'.').then(|| part(payload + 1))?;
    // An unsecured token has an empty signature.
    let sized = header - start >= 16 && payload - header > 4 && signature - start <= MAX_LEN;
    sized.then_some(signature)
}

/// The URL around the `://` at `colon` if it carries a password.
pub(super) fn connection_string(bytes: &[u8], colon: usize) -> Option<(usize, usize)> {
    let start = back(bytes, colon, 24, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b':')
    });
    let start = (start..colon).find(|index| at(bytes, *index).is_ascii_alphabetic())?;
    let plain =
        |byte: u8| byte > b' ' && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'@' | b'/');
    let user = ahead(bytes, colon + 3, 128, |byte| plain(byte) && byte != b':');
    if at(bytes, user) != b':' {
        return None;
    }
    // A password may hold an `@`; the last one before the path counts.
    let authority = ahead(bytes, user + 1, 512, |byte| plain(byte) || byte == b'@');
    let sign = bytes.get(user + 1..authority)?.iter().rposition(|byte| *byte == b'@')? + user + 1;
    let password = bytes.get(user + 1..sign)?;
    if password.is_empty() || is_placeholder(password) || sign + 1 >= authority {
        return None;
    }
    let mut end = ahead(bytes, authority, 512, |byte| {
        byte > b' ' && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b')' | b']' | b'}')
    });
    while matches!(at(bytes, end - 1), b'.' | b',' | b';') {
        end -= 1;
    }
    Some((start, end))
}

/// Words at the end of a name that make what is assigned to it a secret.
const NAMES: [&[u8]; 27] = [
    b"password",
    b"passwd",
    b"passphrase",
    b"passwort",
    b"contrasena",
    b"senha",
    b"pwd",
    b"pass",
    b"secret",
    b"token",
    b"apikey",
    b"api_key",
    b"api-key",
    b"access_key",
    b"accesskey",
    b"access-key",
    b"secret_key",
    b"secretkey",
    b"secret-key",
    b"private_key",
    b"privatekey",
    b"auth_key",
    b"authkey",
    b"credential",
    b"credentials",
    b"accountkey",
    b"sharedaccesskey",
];

/// The value that is assigned by the `=` or `:` at `sign` to a name that says it is secret.
pub(super) fn assignment(bytes: &[u8], sign: usize) -> Option<(usize, usize)> {
    let name_end = back(bytes, sign, 4, |byte| matches!(byte, b' ' | b'"' | b'\'' | b']' | b':'));
    let name_start = back(bytes, name_end, 40, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
    });
    let name = bytes.get(name_start..name_end)?;
    let ends = |secret: &&[u8]| {
        let tail = name.len().checked_sub(secret.len()).and_then(|from| name.get(from..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(secret))
    };
    if name.len() < 3 || !NAMES.iter().any(ends) {
        return None;
    }
    let mut start = ahead(bytes, sign + 1, 4, |byte| matches!(byte, b' ' | b'\t' | b'=' | b'>'));
    let quote = Some(at(bytes, start)).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    start += usize::from(quote.is_some());
    let end = match quote {
        Some(quote) => ahead(bytes, start, 257, |byte| byte != quote && byte != b'\n'),
        None => {
            let end = ahead(bytes, start, 257, |byte| {
                byte > b' '
                    && !matches!(
                        byte,
                        b'"' | b'\'' | b'`' | b',' | b';' | b'<' | b'>' | b'&' | b')' | b'}' | b']'
                    )
            });
            end - usize::from(end > start && matches!(at(bytes, end - 1), b'.'))
        }
    };
    let value = bytes.get(start..end)?;
    let fits = (8..=256).contains(&value.len())
        && !is_placeholder(value)
        && (quote.is_none() || !value.contains(&b' '));
    (fits && entropy(value) >= 2.7 && is_mixed(value)).then_some((start, end))
}

/// Whether letters stand with digits or other characters, as in what is not a word.
fn is_mixed(value: &[u8]) -> bool {
    let digits = value.iter().any(u8::is_ascii_digit);
    let lower = value.iter().any(u8::is_ascii_lowercase);
    let upper = value.iter().any(u8::is_ascii_uppercase);
    let other = value
        .iter()
        .any(|byte| byte.is_ascii_punctuation() && !matches!(byte, b'-' | b'_' | b'.' | b'('));
    let code = value.iter().any(|byte| matches!(byte, b'(' | b'{' | b'$'));
    let kinds = [digits, lower, upper, other].iter().filter(|has| **has).count();
    // Without a digit, brackets make it code.
    kinds >= 2 && (digits || (other && !code))
}

/// Whether it stands for a secret: a variable, a template, dots and stars.
fn is_placeholder(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let within = |word: &[u8]| lower.windows(word.len()).any(|window| window == word);
    matches!(value, [b'$' | b'<' | b'{' | b'%' | b'[' | b'(', ..])
        || variety(value) < 3
        || [
            &b"your"[..],
            b"example",
            b"changeme",
            b"placeholder",
            b"redacted",
            b"****",
            b"xxxx",
            b"${",
            b"{{",
            b"process.env",
            b"os.environ",
            b"getenv",
        ]
        .iter()
        .any(|word| within(word))
}

/// Shannon entropy in bits a byte.
fn entropy(value: &[u8]) -> f32 {
    let mut counts = [0_u16; 256];
    value.iter().for_each(|byte| {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    });
    let total = value.len() as f32;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f32::from(*count) / total)
        .map(|share| -share * share.log2())
        .sum()
}

/// Where the private key in PEM that begins at `start` ends (RFC 7468). Without its last line it goes on as long
/// as there is base64.
pub(super) fn private_key(bytes: &[u8], start: usize, ends: &mut Ends) -> Option<usize> {
    let begin = bytes.get(start..)?.strip_prefix(b"-----BEGIN ")?;
    let label_end = begin.windows(5).take(64).position(|window| window == b"-----")?;
    let label = begin.get(..label_end)?;
    if !label.ends_with(b"PRIVATE KEY") && !label.ends_with(b"PRIVATE KEY BLOCK") {
        return None;
    }
    let body = start + 11 + label_end + 5;
    if let Some(end) = ends.after(bytes, body).filter(|end| end - start <= MAX_LEN) {
        return Some(end);
    }
    // Line breaks may be written as `\n`, as in a JSON key file.
    Some(ahead(bytes, body, MAX_LEN - (body - start), |byte| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'+' | b'/' | b'=' | b'\n' | b'\r' | b'\\' | b' ' | b':' | b'-' | b','
            )
    }))
}

/// The last lines of private keys, each looked for once.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// From here on the next one is `next`.
    from: usize,
    next: Option<usize>,
    searched: bool,
}

impl Ends {
    /// The end of the first `-----END …-----` behind `index`.
    fn after(&mut self, bytes: &[u8], index: usize) -> Option<usize> {
        let known =
            self.searched && index >= self.from && self.next.is_none_or(|next| next > index);
        if !known {
            self.searched = true;
            self.from = index;
            self.next = find(bytes, index, b"-----END ")
                .and_then(|end| find(bytes, end + 9, b"-----"))
                .map(|end| end + 5);
        }
        self.next
    }
}

fn find(bytes: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(needle.len()).position(|window| window == needle).map(|index| from + index)
}
