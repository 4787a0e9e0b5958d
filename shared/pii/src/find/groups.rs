//! Groups of digits: what most identifiers and all phone numbers are written in. Comparing their lengths tells
//! in a few steps which forms can match.

/// More groups than any form has.
pub(super) const MOST: usize = 8;

/// The digits from some place on: how long each group is, and what stands behind it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Groups {
    lens: [u8; MOST],
    /// A space, hyphen, dot or slash between digits, [`LETTER`], or 0.
    behind: [u8; MOST],
    count: usize,
}

/// Stands for a letter behind a group.
const LETTER: u8 = b'a';

impl Groups {
    /// Of the digits at `start`.
    pub(super) fn of(bytes: &[u8], start: usize) -> Self {
        let mut groups = Self::default();
        let mut rest = bytes.get(start..).unwrap_or_default();
        let slots = groups.lens.iter_mut().zip(&mut groups.behind);
        for (len, behind) in slots {
            // A group that is longer than any form has no form.
            let digits = rest.iter().take(64).take_while(|byte| byte.is_ascii_digit()).count();
            *len = digits as u8;
            groups.count += 1;
            let Some((next, after)) = rest.get(digits..).and_then(<[u8]>::split_first) else {
                break;
            };
            if next.is_ascii_alphabetic() {
                *behind = LETTER;
            }
            let joins = matches!(next, b' ' | b'-' | b'.' | b'/')
                && after.first().is_some_and(u8::is_ascii_digit);
            if !joins {
                break;
            }
            *behind = *next;
            rest = after;
        }
        groups
    }

    /// The groups of a form, if it is made of digits and single separators only: `_` for one of several.
    pub(super) fn of_form(lens: &[u8], separators: &[u8]) -> Option<Self> {
        let mut form = Self { count: lens.len(), ..Self::default() };
        form.lens.get_mut(..lens.len())?.copy_from_slice(lens);
        form.behind.get_mut(..separators.len())?.copy_from_slice(separators);
        Some(form)
    }

    /// Whether a form of these groups matches the digits.
    pub(super) fn admit(&self, digits: &Groups) -> bool {
        let mut separator = None;
        let mut pairs = self
            .lens
            .iter()
            .zip(&self.behind)
            .zip(digits.lens.iter().zip(&digits.behind))
            .take(self.count);
        let last = self.count.saturating_sub(1);
        digits.count >= self.count
            && pairs.by_ref().enumerate().all(|(place, ((len, wanted), (has, behind)))| {
                let joined = match wanted {
                    _ if place == last => *behind != LETTER,
                    b'_' => {
                        matches!(behind, b' ' | b'-' | b'.')
                            && *separator.get_or_insert(*behind) == *behind
                    }
                    wanted => wanted == behind,
                };
                len == has && joined
            })
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn lengths_and_separators_decide() {
        let form = Groups::of_form(&[3, 2, 4], b"__").unwrap();
        assert!(form.admit(&Groups::of(b"536-90-4399", 0)));
        assert!(form.admit(&Groups::of(b"536 90 4399 1", 0)));
        assert!(!form.admit(&Groups::of(b"536-90 4399", 0)));
        assert!(!form.admit(&Groups::of(b"536-90-4399a", 0)));
        assert!(!form.admit(&Groups::of(b"536/90/4399", 0)));
        assert!(!form.admit(&Groups::of(b"536-90", 0)));
        assert!(Groups::of_form(&[9], b"").unwrap().admit(&Groups::of(b"536904399-x", 0)));
    }
}
