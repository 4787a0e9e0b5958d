//! Recognises a placeholder, and what models make of one.
//!
//! Tolerated: any case (`<email_address_1_kdrtbh>`), lost brackets, brackets as `&lt;` or `\u003c`, Markdown's
//! escapes (`\<EMAIL\_ADDRESS…`), hyphens or spaces for underscores, and, between brackets, a translated name
//! (`<COURRIEL_1_KDRTBH>`). Number and tag alone say whose value it is. The brackets are part of a placeholder
//! only if it opens with one.

use crate::act::{MAX_DIGITS, Vault};

/// The most backslashes before something.
const MAX_SLASHES: usize = 8;

/// The longest name between brackets that is not one of ours, in bytes.
const MAX_NAME: usize = 64;

/// What stands at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scan {
    /// No placeholder.
    No,
    /// It depends on what follows.
    Maybe,
    /// A placeholder.
    Yes {
        /// So many bytes at its beginning are not part of it after all.
        keep: usize,
        /// Where it ends, in bytes.
        length: usize,
        /// The value's number.
        number: usize,
    },
}

/// Why a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Miss {
    No,
    /// The text is over too soon.
    More,
}

type Step<T> = Result<T, Miss>;

/// Looks for a placeholder at the beginning of `text`; `last`: nothing follows. Without brackets it must stand at
/// a `word_start`.
pub(super) fn placeholder(
    text: &[u8],
    last: bool,
    word_start: bool,
    vault: &Vault,
    entities: &[String],
) -> Scan {
    let tag = vault.tag().unwrap_or_default().as_bytes();
    match (Reader { text, at: 0, last, tag }).placeholder(word_start, vault, entities) {
        Ok(scan) => scan,
        Err(Miss::No) => Scan::No,
        Err(Miss::More) => Scan::Maybe,
    }
}

#[derive(Debug, Clone, Copy)]
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    last: bool,
    tag: &'a [u8],
}

/// Number and tag, read.
struct Core {
    number: usize,
    /// The backslashes before its separators.
    slashes: usize,
}

impl Reader<'_> {
    fn placeholder(mut self, word_start: bool, vault: &Vault, names: &[String]) -> Step<Scan> {
        let slashes = self.slashes()?;
        let opened = self.bracket(slashes, *b"&lt;", *b"u003c", b'<')?;
        if !opened && slashes > 0 {
            return Err(Miss::No);
        }
        let mut misses = Miss::No;
        let mut found = None;
        let known = names.iter().map(|name| Some(name.as_bytes()));
        for name in known.chain(opened.then_some(None)) {
            let mut reader = self;
            let core = match name {
                _ if !opened && !word_start => Err(Miss::No),
                Some(name) => reader.known(name),
                None => reader.unknown(),
            };
            match core {
                Ok(core) => {
                    found = Some((reader, core));
                    break;
                }
                Err(Miss::More) => misses = Miss::More,
                Err(Miss::No) => {}
            }
        }
        let (mut reader, core) = found.ok_or(misses)?;
        if vault.value(core.number).is_none() {
            return Err(Miss::No);
        }
        let is_spelled = opened && self.text.get(slashes).is_some_and(u8::is_ascii_alphabetic);
        // Backslashes before the bracket are escapes if there are some inside too.
        let keep = if is_spelled { 0 } else { slashes - slashes.min(core.slashes) };
        if opened {
            reader.close()?;
        }
        Ok(Scan::Yes { keep, length: reader.at, number: core.number })
    }

    fn peek(&self) -> Step<u8> {
        self.text.get(self.at).copied().ok_or(if self.last { Miss::No } else { Miss::More })
    }

    /// Takes a byte of which `is` holds.
    fn take(&mut self, is: impl Fn(u8) -> bool) -> Step<u8> {
        let byte = self.peek()?;
        if !is(byte) {
            return Err(Miss::No);
        }
        self.at += 1;
        Ok(byte)
    }

    fn word(&mut self, word: &[u8]) -> Step<()> {
        word.iter().try_for_each(|expected| {
            self.take(|byte| byte.eq_ignore_ascii_case(expected)).map(|_| ())
        })
    }

    /// Takes backslashes, if there are any: how many.
    fn slashes(&mut self) -> Step<usize> {
        let before = self.at;
        while self.text.get(self.at) == Some(&b'\\') {
            self.at += 1;
            if self.at - before > MAX_SLASHES {
                return Err(Miss::No);
            }
        }
        let count = self.at - before;
        if count > 0 {
            self.peek()?;
        }
        Ok(count)
    }

    /// Takes a bracket after so many backslashes: plain, as HTML or as JSON spells it. Whether there is one.
    fn bracket(&mut self, slashes: usize, html: [u8; 4], json: [u8; 5], plain: u8) -> Step<bool> {
        let before = *self;
        let taken = match self.peek()? {
            b'&' => self.word(&html),
            b'u' | b'U' if slashes > 0 => self.word(&json),
            byte if byte == plain => self.word(&[plain]),
            _ => Err(Miss::No),
        };
        match taken {
            Ok(()) => Ok(true),
            Err(Miss::More) => Err(Miss::More),
            Err(Miss::No) => {
                *self = before;
                Ok(false)
            }
        }
    }

    /// Takes the closing bracket, if there is one.
    fn close(&mut self) -> Step<()> {
        let before = *self;
        let closed = match self.slashes() {
            Ok(slashes) => match self.bracket(slashes, *b"&gt;", *b"u003e", b'>') {
                Err(Miss::No) => false,
                closed => closed?,
            },
            Err(Miss::No) => false,
            Err(Miss::More) => return Err(Miss::More),
        };
        if !closed {
            *self = before;
        }
        Ok(())
    }

    /// Takes one of ours.
    fn known(&mut self, name: &[u8]) -> Step<Core> {
        let mut slashes = 0;
        for &byte in name {
            match byte {
                b'_' => slashes = self.separator(true)?.max(slashes),
                _ => {
                    self.take(|found| found.eq_ignore_ascii_case(&byte))?;
                }
            }
        }
        slashes = self.separator(true)?.max(slashes);
        let core = self.core(true)?;
        Ok(Core { slashes: core.slashes.max(slashes), ..core })
    }

    /// Takes a name that nobody knows, without spaces.
    fn unknown(&mut self) -> Step<Core> {
        let end = self.at + MAX_NAME;
        let mut slashes = 0;
        while self.at < end {
            self.take(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())?;
            if self.peek().is_ok_and(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()) {
                continue;
            }
            slashes = self.separator(false)?.max(slashes);
            let mut fork = *self;
            match fork.core(false) {
                Ok(core) => {
                    *self = fork;
                    return Ok(Core { slashes: core.slashes.max(slashes), ..core });
                }
                Err(Miss::More) => return Err(Miss::More),
                Err(Miss::No) => {}
            }
        }
        Err(Miss::No)
    }

    /// Takes number, separator and tag.
    fn core(&mut self, spaces: bool) -> Step<Core> {
        let mut number = 0;
        let before = self.at;
        while let digit @ b'0'..=b'9' = self.peek()? {
            number = number * 10 + usize::from(digit - b'0');
            self.at += 1;
            if self.at - before > MAX_DIGITS {
                return Err(Miss::No);
            }
        }
        if self.at == before {
            return Err(Miss::No);
        }
        let slashes = self.separator(spaces)?;
        let tag = self.tag;
        self.word(tag)?;
        Ok(Core { number, slashes })
    }

    /// Takes what stands for an underscore: how many backslashes before it.
    fn separator(&mut self, spaces: bool) -> Step<usize> {
        let slashes = self.slashes()?;
        self.take(|byte| byte == b'_' || byte == b'-' || byte == b' ' && spaces)?;
        Ok(slashes)
    }
}
