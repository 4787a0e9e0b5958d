//! Gives values back where placeholders stand in an answer, whole or in pieces.
//!
//! Only what may be the beginning of a placeholder is held back. What models do to placeholders is tolerated
//! ([`scan`]); what no value stands for is left as it is. A value that lands in JSON is escaped as deep as it
//! stands ([`Depth`]).

mod depth;
mod scan;
#[cfg(test)]
mod tests;

pub(crate) use depth::Depth;
use scan::Scan;

use crate::act::Vault;

/// What there is to restore: the vault of a request.
#[derive(Debug)]
pub(crate) struct Originals {
    vault: Vault,
    entities: Vec<String>,
}

impl Originals {
    /// `None` if the vault stands for nothing or its placeholders cannot be told from others.
    pub(crate) fn new(vault: Vault) -> Option<Originals> {
        if vault.is_empty() || vault.tag().is_none() {
            return None;
        }
        Some(Originals { entities: vault.entities(), vault })
    }

    /// The tag of the placeholders.
    pub(crate) fn tag(&self) -> &str {
        self.vault.tag().unwrap_or_default()
    }
}

/// Restores one text.
#[derive(Debug, Default)]
pub(crate) struct Restorer {
    held: String,
    depth: Depth,
    /// What went out last, to know where words begin.
    previous: Option<char>,
    /// How many values it gave back.
    pub(crate) count: u64,
}

impl Restorer {
    /// For prose, or JSON that shows itself by its beginning.
    pub(crate) fn prose() -> Restorer {
        Restorer::default()
    }

    /// For the arguments of a call: JSON, whatever it begins with.
    pub(crate) fn arguments() -> Restorer {
        Restorer { depth: Depth::json(), ..Restorer::default() }
    }

    /// Takes the next piece; what may go out.
    pub(crate) fn push(&mut self, originals: &Originals, text: &str, last: bool) -> String {
        let input = match self.held.is_empty() {
            true => text.to_owned(),
            false => std::mem::take(&mut self.held) + text,
        };
        let mut out = String::with_capacity(input.len());
        let mut at = 0;
        while let Some(begin) = self.candidate(&input, at, originals) {
            self.go(input.get(at..begin).unwrap_or_default(), &mut out);
            let is_word_start = !self.previous.is_some_and(|c| c.is_ascii_alphanumeric());
            let rest = input.as_bytes().get(begin..).unwrap_or_default();
            match scan::placeholder(
                rest,
                last,
                is_word_start,
                &originals.vault,
                &originals.entities,
            ) {
                Scan::No => {
                    let end = input.ceil_char_boundary(begin + 1);
                    self.go(input.get(begin..end).unwrap_or_default(), &mut out);
                    at = end;
                }
                Scan::Maybe => {
                    self.held = input.get(begin..).unwrap_or_default().to_owned();
                    return out;
                }
                Scan::Yes { keep, length, number } => {
                    self.go(input.get(begin..begin + keep).unwrap_or_default(), &mut out);
                    let value = originals.vault.value(number).unwrap_or_default();
                    self.depth.insert(value, &mut out);
                    self.previous = value.chars().next_back();
                    self.count += 1;
                    at = begin + length;
                }
            }
        }
        self.go(input.get(at..).unwrap_or_default(), &mut out);
        out
    }

    /// Where from `at` on a placeholder may begin.
    fn candidate(&self, input: &str, at: usize, originals: &Originals) -> Option<usize> {
        let rest = input.as_bytes().get(at..)?;
        let mut previous = match at {
            0 => self.previous.filter(char::is_ascii).map_or(b' ', |c| c as u8),
            _ => input.as_bytes().get(at - 1).copied().unwrap_or(b' '),
        };
        let found = rest.iter().position(|&byte| {
            let begins = match byte {
                b'<' | b'&' => true,
                b'\\' => previous != b'\\',
                _ => {
                    !previous.is_ascii_alphanumeric()
                        && originals
                            .entities
                            .iter()
                            .any(|entity| entity.bytes().next() == Some(byte.to_ascii_uppercase()))
                }
            };
            previous = byte;
            begins
        });
        found.map(|position| at + position)
    }

    fn go(&mut self, text: &str, out: &mut String) {
        if let Some(last) = text.chars().next_back() {
            self.previous = Some(last);
            self.depth.feed(text);
            out.push_str(text);
        }
    }
}
