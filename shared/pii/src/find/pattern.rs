//! A small language for the written forms of identifiers, matched at the start of a token.
//!
//! `#` a digit · `@` an ASCII letter · `*` either · `_` a separator (space, dash or dot, the same all through a
//! match) · `~` such a separator or none · `{m,n}` repeats what stands before it · `?` makes it optional · all
//! else is itself, letters in either case. What is repeated or optional is taken greedily and never given back,
//! so matching is linear; the tables are written for that.

use super::groups::Layout;

/// A compiled form.
#[derive(Debug)]
pub(super) struct Pattern {
    items: Vec<Item>,
    /// Bit n: the first token of a match can have n characters.
    pub(super) first_token: u64,
    /// The longest match, in bytes.
    pub(super) max_len: usize,
    /// Whether a match can begin with a digit.
    digit_first: bool,
    /// Whether a match can begin with a letter.
    letter_first: bool,
    /// Whether a match can be without a digit.
    pub(super) letters_only: bool,
    /// Whether any digits will do.
    plain: bool,
}

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// Digits only.
    Digits,
    /// Digits and letters, a digit first.
    DigitFirst,
    /// Letters and maybe digits, a letter first.
    LetterFirst,
}

impl Token {
    /// Each of them.
    pub(super) const ALL: [Token; 3] = [Token::Digits, Token::DigitFirst, Token::LetterFirst];
}

#[derive(Debug, Clone, Copy)]
struct Item {
    what: What,
    least: u8,
    most: u8,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Digit,
    Letter,
    Alnum,
    Separator,
    Literal(u8),
}

impl What {
    /// Whether `byte` is of this kind, given the separator that was met before.
    fn fits(self, byte: u8, separator: Option<u8>) -> bool {
        match self {
            What::Digit => byte.is_ascii_digit(),
            What::Letter => byte.is_ascii_alphabetic(),
            What::Alnum => byte.is_ascii_alphanumeric(),
            What::Literal(literal) => byte.to_ascii_uppercase() == literal,
            What::Separator => {
                matches!(byte, b' ' | b'-' | b'.') && separator.is_none_or(|met| met == byte)
            }
        }
    }

    fn is_digit(self) -> bool {
        self.fits(b'0', None) || matches!(self, What::Literal(b'0'..=b'9'))
    }

    fn is_only_digit(self) -> bool {
        matches!(self, What::Digit | What::Literal(b'0'..=b'9'))
    }

    fn is_letter(self) -> bool {
        self.fits(b'A', None) || matches!(self, What::Literal(byte) if byte.is_ascii_alphabetic())
    }

    fn in_token(self) -> bool {
        match self {
            What::Digit | What::Letter | What::Alnum => true,
            What::Separator => false,
            What::Literal(byte) => byte.is_ascii_alphanumeric(),
        }
    }
}

/// The letters and digits of a match, in capitals, without what separates them.
#[derive(Debug)]
pub(super) struct Compact {
    bytes: [u8; Self::MAX],
    len: usize,
}

impl Compact {
    /// More than any identifier has, separators included.
    pub(super) const MAX: usize = 40;

    fn new() -> Self {
        Self { bytes: [0; Self::MAX], len: 0 }
    }

    /// Of the letters and digits in `bytes`; `None` if there are too many.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let mut compact = Self::new();
        for byte in bytes {
            // Each is written, and stays if it counts.
            *compact.bytes.get_mut(compact.len)? = byte.to_ascii_uppercase();
            compact.len += usize::from(byte.is_ascii_alphanumeric());
        }
        Some(compact)
    }

    fn push(&mut self, byte: u8) -> bool {
        let Some(slot) = self.bytes.get_mut(self.len) else { return false };
        *slot = byte.to_ascii_uppercase();
        self.len += 1;
        true
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl Pattern {
    /// Compiles a form of the tables. What cannot be read is taken literally; the lint over the tables has
    /// every form match its examples.
    pub(super) fn new(form: &str) -> Self {
        let mut items: Vec<Item> = Vec::new();
        let mut rest = form.bytes();
        while let Some(byte) = rest.next() {
            match byte {
                b'{' => {
                    let bounds: Vec<u8> = rest.by_ref().take_while(|b| *b != b'}').collect();
                    let mut numbers = bounds.split(|b| *b == b',').map(number);
                    let least = numbers.next().unwrap_or(1);
                    let most = numbers.next().unwrap_or(least);
                    if let Some(last) = items.last_mut() {
                        (last.least, last.most) = (least, most);
                    }
                }
                b'?' => items.iter_mut().rev().take(1).for_each(|item| item.least = 0),
                _ => {
                    let (what, least) = match byte {
                        b'#' => (What::Digit, 1),
                        b'@' => (What::Letter, 1),
                        b'*' => (What::Alnum, 1),
                        b'_' => (What::Separator, 1),
                        b'~' => (What::Separator, 0),
                        literal => (What::Literal(literal.to_ascii_uppercase()), 1),
                    };
                    items.push(Item { what, least, most: 1 });
                }
            }
        }
        let max_len = items.iter().map(|item| usize::from(item.most)).sum();
        // Up to the first item that must be there, any can be first.
        let optional = items.iter().take_while(|item| item.least == 0).count();
        let first = items.get(..=optional).unwrap_or(&items);
        Self {
            first_token: first_token(&items),
            max_len,
            plain: !items.iter().any(|item| matches!(item.what, What::Literal(b'0'..=b'9'))),
            digit_first: first.iter().any(|item| match item.what {
                What::Literal(byte) => byte.is_ascii_digit(),
                what => what.fits(b'0', None),
            }),
            letter_first: first.iter().any(|item| match item.what {
                What::Literal(byte) => byte.is_ascii_alphabetic(),
                what => what.fits(b'A', None),
            }),
            letters_only: items.iter().all(|item| item.least == 0 || item.what.fits(b'A', None)),
            items,
        }
    }

    /// The groups of digits that a match begins with whose first token has `len` characters of that kind; `None`
    /// if there is no such match.
    pub(super) fn layout(&self, token: Token, len: usize) -> Option<Layout> {
        if len >= 64 || self.first_token >> len & 1 == 0 {
            return None;
        }
        let within = self.items.iter().take_while(|item| item.what.in_token());
        // An optional separator need not end the token.
        let mut reach =
            self.items.iter().take_while(|item| item.what.in_token() || item.least == 0);
        let first = match token {
            Token::Digits => within.clone().all(|item| item.least == 0 || item.what.is_digit()),
            Token::DigitFirst => self.digit_first && reach.any(|item| item.what.is_letter()),
            Token::LetterFirst => self.letter_first,
        };
        if !first {
            return None;
        }
        if token != Token::Digits {
            return Some(Layout::default());
        }
        Some(self.groups(within.count(), len as u8))
    }

    /// The groups that a match begins with whose first token, of so many items, has `len` digits.
    fn groups(&self, first_token: usize, len: u8) -> Layout {
        let (mut layout, mut place, mut group) = (Layout::default(), 0, len);
        let mut items = self.items.iter().skip(first_token).peekable();
        while let Some(item) = items.next() {
            let behind = match item.what {
                What::Digit | What::Literal(b'0'..=b'9') if item.least == item.most => {
                    group += item.most;
                    continue;
                }
                What::Separator if item.least == 1 => b'_',
                What::Literal(literal) if item.least == 1 && !item.what.in_token() => literal,
                // How long the group is depends on what is there.
                _ => return layout,
            };
            // Groups know what stands between digits only.
            let joins = matches!(behind, b'_' | b' ' | b'-' | b'.' | b'/')
                && items.peek().is_some_and(|next| next.least > 0 && next.what.is_only_digit());
            layout.push(place, group, joins.then_some(behind));
            if !joins {
                return layout;
            }
            (place, group) = (place + 1, 0);
        }
        layout.push(place, group, None);
        layout.whole = Some(layout.total());
        layout
    }

    /// Where a match of `text` that begins at `start` ends, and what it holds. The match ends where a token ends.
    /// Asked only where its layout admits the digits.
    pub(super) fn matches(
        &self,
        text: &[u8],
        start: usize,
        layout: &Layout,
    ) -> Option<(usize, Compact)> {
        // What its groups admit is a match already, unless it asks for certain digits.
        if let Some(len) = layout.whole.filter(|_| self.plain) {
            return Some((start + len, Compact::of(text.get(start..start + len)?)?));
        }
        let mut compact = Compact::new();
        let mut separator = None;
        let mut at = start;
        for item in &self.items {
            let mut taken = 0;
            while taken < item.most {
                let Some(&byte) = text.get(at) else { break };
                if !item.what.fits(byte, separator) {
                    break;
                }
                if item.what == What::Separator {
                    separator = Some(byte);
                } else if byte.is_ascii_alphanumeric() && !compact.push(byte) {
                    return None;
                }
                at += 1;
                taken += 1;
            }
            if taken < item.least {
                return None;
            }
        }
        let ended = text.get(at).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        ended.then_some((at, compact))
    }
}

fn number(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |number: u8, digit| {
        number.saturating_mul(10).saturating_add(digit.wrapping_sub(b'0'))
    })
}

fn first_token(items: &[Item]) -> u64 {
    // Bit n of `open`: n characters of the first token are read and it may go on.
    let (mut open, mut closed) = (1_u64, 0);
    for item in items {
        if item.what.in_token() {
            open = (item.least..=item.most)
                .fold(0, |open_now, n| open_now | open << u32::from(n).min(63));
        } else {
            closed |= open;
            if item.least > 0 {
                return closed;
            }
        }
    }
    open | closed
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::groups::Groups;
    use super::*;

    fn matched(form: &str, text: &str) -> Option<(usize, String)> {
        let (pattern, text) = (Pattern::new(form), text.as_bytes());
        let len = text.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let token = match digits {
            0 => Token::LetterFirst,
            _ if digits < len => Token::DigitFirst,
            _ => Token::Digits,
        };
        let layout = pattern.layout(token, len)?;
        let admitted = layout.admits(&Groups::of(text, 0));
        let (end, compact) = pattern.matches(text, 0, &layout).filter(|_| admitted)?;
        Some((end, String::from_utf8_lossy(compact.as_bytes()).into_owned()))
    }

    #[test]
    fn separators_are_one_and_the_same() {
        assert_eq!(matched("###_##_####", "536-90-4399 x"), Some((11, "536904399".to_owned())));
        assert_eq!(matched("###_##_####", "536-90 4399"), None);
        assert_eq!(matched("@@~##~@", "ab12c"), Some((5, "AB12C".to_owned())));
    }

    #[test]
    fn a_match_ends_with_its_token() {
        assert_eq!(matched("###", "1234"), None);
        assert_eq!(matched("#{2,4}", "1234"), Some((4, "1234".to_owned())));
        assert_eq!(matched("ab#?", "AB."), Some((2, "AB".to_owned())));
    }

    #[test]
    fn the_lengths_of_the_first_token_are_known() {
        assert_eq!(Pattern::new("###_##_####").first_token, 1 << 3);
        assert_eq!(Pattern::new("@@~##~@").first_token, 1 << 2 | 1 << 4 | 1 << 5);
        assert_eq!(Pattern::new("#{2,3}.#").first_token, 1 << 2 | 1 << 3);
    }
}
