//! Groups of digits: what most identifiers and all phone numbers are written in. Comparing their lengths tells
//! in a few steps which forms can match.

/// More groups than any form has: one for each byte of a word.
const MOST: usize = 8;
/// Stands for a letter behind a group.
const LETTER: u8 = b'a';
/// A one in every byte.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The digits from some place on. A byte of a word for each group, the lowest for the first.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Groups {
    /// How many digits each has.
    lens: u64,
    /// What stands behind each: a space, hyphen, dot or slash between digits, [`LETTER`], or 0.
    behind: u64,
    /// Where the group behind the last one begins, if there is one.
    next: Option<usize>,
}

impl Groups {
    /// Of the digits at `start`.
    pub(super) fn of(bytes: &[u8], start: usize) -> Self {
        let mut groups = Self { next: Some(start), ..Self::default() };
        for place in 0..MOST {
            groups.read(bytes, place);
        }
        groups
    }

    /// Of the digits behind the first group.
    pub(super) fn behind_first(self, bytes: &[u8]) -> Self {
        let mut groups = Self { lens: self.lens >> 8, behind: self.behind >> 8, next: self.next };
        groups.read(bytes, MOST - 1);
        groups
    }

    /// How far the group behind the first one is, if there is one.
    pub(super) fn step(&self) -> Option<usize> {
        matches!(self.separator(0), b' ' | b'-' | b'.' | b'/').then(|| self.len(0) + 1)
    }

    /// What the lengths of the first two groups say in a number below [`Self::KEYS`].
    pub(super) fn key(&self) -> usize {
        usize::from(byte(self.lens, 1)).min(Self::KEYS - 1)
    }

    /// How many keys there are.
    pub(super) const KEYS: usize = 12;

    /// How many digits there are.
    pub(super) fn count(&self) -> usize {
        usize::from(byte(self.lens.wrapping_mul(ONES), MOST - 1))
    }

    /// Whether a second group is there, and no letter right behind it: `12 34`, but not `350 5th`.
    pub(super) fn goes_on(&self) -> bool {
        self.len(1) > 0 && self.separator(1) != LETTER
    }

    /// Whether dots stand behind the first three groups, as in the address of a machine.
    pub(super) fn is_dotted(&self) -> bool {
        self.behind & 0xFF_FFFF == 0x2E_2E2E
    }

    /// How many digits a group has; 0 if it is not there.
    pub(super) fn len(&self, group: usize) -> usize {
        usize::from(byte(self.lens, group))
    }

    /// The single space, hyphen, dot or slash between a group and the next one.
    pub(super) fn separator(&self, group: usize) -> u8 {
        byte(self.behind, group)
    }

    fn read(&mut self, bytes: &[u8], place: usize) {
        let Some(start) = self.next.take() else { return };
        let rest = bytes.get(start..).unwrap_or_default();
        // A group that is longer than any form has no form.
        let digits = rest.iter().take(64).take_while(|byte| byte.is_ascii_digit()).count();
        let behind = match rest.get(digits) {
            Some(next @ (b' ' | b'-' | b'.' | b'/'))
                if rest.get(digits + 1).is_some_and(u8::is_ascii_digit) =>
            {
                self.next = Some(start + digits + 1);
                *next
            }
            Some(next) if next.is_ascii_alphabetic() => LETTER,
            _ => 0,
        };
        self.lens |= (digits as u64) << (8 * place);
        self.behind |= u64::from(behind) << (8 * place);
    }
}

fn byte(word: u64, place: usize) -> u8 {
    word.to_le_bytes().get(place).copied().unwrap_or(0)
}

/// The groups of digits that a form begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Layout {
    lens: u64,
    /// The bytes of the groups whose length is known.
    known: u64,
    /// What stands behind groups, where that is known; and the bytes of those groups.
    behind: u64,
    joints: u64,
    /// The bytes of the groups that have one and the same of several separators behind them.
    alike: u64,
    /// The length of every match, if the form is made of nothing else.
    pub(super) whole: Option<usize>,
}

impl Layout {
    /// Adds a group with what stands behind it: `_` for one of several separators, 0 for none of them.
    pub(super) fn push(&mut self, place: usize, len: u8, behind: Option<u8>) {
        let shift = 8 * place.min(MOST - 1);
        self.lens |= u64::from(len) << shift;
        self.known |= 0xFF << shift;
        match behind {
            Some(b'_') => self.alike |= 0xFF << shift,
            Some(behind) => self.behind |= u64::from(behind) << shift,
            None => {}
        }
        if behind.is_some() {
            self.joints |= 0xFF << shift;
        }
    }

    /// The length of the groups so far, with what separates them.
    pub(super) fn total(&self) -> usize {
        let lens: usize = self.lens.to_le_bytes().iter().map(|len| usize::from(*len)).sum();
        lens + (self.joints.count_ones() / 8) as usize
    }

    /// Whether a form that begins so can match digits of a key.
    pub(super) fn may_have(&self, key: usize) -> bool {
        byte(self.known, 1) == 0 || usize::from(byte(self.lens, 1)).min(Groups::KEYS - 1) == key
    }

    /// Whether a form that begins so matches the digits.
    pub(super) fn admits(&self, digits: &Groups) -> bool {
        if digits.lens & self.known != self.lens {
            return false;
        }
        let met = (digits.behind >> (self.alike.trailing_zeros() & 63)) & 0xFF;
        let behind = self.behind | (self.alike & met.wrapping_mul(ONES));
        let last = byte(digits.behind, (self.joints.count_ones() / 8) as usize);
        digits.behind & self.joints == behind
            && (self.alike == 0 || matches!(met as u8, b' ' | b'-' | b'.'))
            && (self.whole.is_none() || last != LETTER)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn layout(lens: &[u8], behind: &[u8]) -> Layout {
        let mut layout = Layout::default();
        for (place, len) in lens.iter().enumerate() {
            layout.push(place, *len, behind.get(place).copied());
        }
        layout.whole = Some(layout.total());
        layout
    }

    #[test]
    fn lengths_and_separators_decide() {
        let form = layout(&[3, 2, 4], b"__");
        assert_eq!(form.total(), 11);
        assert!(form.admits(&Groups::of(b"536-90-4399", 0)));
        assert!(form.admits(&Groups::of(b"536 90 4399 1", 0)));
        for other in ["536-90 4399", "536-90-4399a", "536/90/4399", "536-90", "5369-0-4399"] {
            assert!(!form.admits(&Groups::of(other.as_bytes(), 0)), "{other}");
        }
        assert!(layout(&[9], b"").admits(&Groups::of(b"536904399-x", 0)));
        assert!(layout(&[2, 1], b"/").admits(&Groups::of(b"12/3 4", 0)));
        assert!(!layout(&[2, 1], b"/").admits(&Groups::of(b"12-3 4", 0)));
    }

    #[test]
    fn groups_move_on_with_the_text() {
        let text = b"1 22-333.4/55 6 7 8 9 10 11 1234567";
        let (mut start, mut groups) = (0, Groups::of(text, 0));
        while let Some(step) = groups.step() {
            start += step;
            groups = groups.behind_first(text);
            assert_eq!(groups, Groups::of(text, start), "{start}");
        }
        assert_eq!((start, groups.len(0)), (28, 7));
    }
}
