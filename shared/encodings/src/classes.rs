//! What the splitting rules tell characters apart by. The table is made by `build/classes.rs` from the Unicode
//! data of the regex engine that tiktoken-rs uses.

/// A class of characters; together they are all of Unicode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Punctuation, symbols, controls, unassigned: none of the others.
    Other = 0,
    /// `\p{M}`
    Mark = 1,
    /// `[\p{Lu}\p{Lt}]`
    Upper = 2,
    /// `\p{Ll}`
    Lower = 3,
    /// `[\p{Lm}\p{Lo}]`: letters without case
    Caseless = 4,
    /// `\p{N}`
    Number = 5,
    /// `\s` but for carriage return and line feed
    Space = 6,
    /// Carriage return and line feed
    Newline = 7,
}

static TABLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/classes.bin"));

/// Blocks of 256 characters in Unicode.
const BLOCKS: usize = 0x1100;

/// Classes by nibble.
const BY_NIBBLE: [Class; 8] = [
    Class::Other,
    Class::Mark,
    Class::Upper,
    Class::Lower,
    Class::Caseless,
    Class::Number,
    Class::Space,
    Class::Newline,
];

impl Class {
    /// `\p{L}`
    pub(crate) fn is_letter(self) -> bool {
        matches!(self, Class::Upper | Class::Lower | Class::Caseless)
    }

    /// `\s`
    pub(crate) fn is_space(self) -> bool {
        matches!(self, Class::Space | Class::Newline)
    }

    /// `[^\s\p{L}\p{N}]`
    pub(crate) fn is_symbol(self) -> bool {
        matches!(self, Class::Other | Class::Mark)
    }

    /// `[^\r\n\p{L}\p{N}]`
    pub(crate) fn is_prefix(self) -> bool {
        matches!(self, Class::Other | Class::Mark | Class::Space)
    }

    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
    pub(crate) fn is_upperish(self) -> bool {
        matches!(self, Class::Upper | Class::Caseless | Class::Mark)
    }

    /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`
    pub(crate) fn is_lowerish(self) -> bool {
        matches!(self, Class::Lower | Class::Caseless | Class::Mark)
    }

    fn of(code: u32) -> Class {
        let code = code as usize;
        let block = TABLE.get(code >> 8).copied().unwrap_or_default();
        let packed = TABLE.get(BLOCKS + usize::from(block) * 128 + (code & 0xff) / 2);
        let nibble = packed.copied().unwrap_or_default() >> (4 * (code & 1)) & 7;
        BY_NIBBLE.get(usize::from(nibble)).copied().unwrap_or(Class::Other)
    }
}

/// The classes of the 128 first characters, for the short way.
static ASCII: [Class; 128] = {
    let mut table = [Class::Other; 128];
    let mut rest = table.as_mut_slice();
    let mut code = 0u8;
    while let Some((class, others)) = rest.split_first_mut() {
        *class = match code {
            b'\r' | b'\n' => Class::Newline,
            b'\t' | 0x0b | 0x0c | b' ' => Class::Space,
            b'0'..=b'9' => Class::Number,
            b'A'..=b'Z' => Class::Upper,
            b'a'..=b'z' => Class::Lower,
            _ => Class::Other,
        };
        rest = others;
        code += 1;
    }
    table
};

/// The class of the character that begins at `at`, and its length in bytes. `None` at the end.
#[inline]
pub(crate) fn class_at(text: &[u8], at: usize) -> Option<(Class, usize)> {
    let first = *text.get(at)?;
    if let Some(class) = ASCII.get(usize::from(first)) {
        return Some((*class, 1));
    }
    Some(wide(text, at, u32::from(first)))
}

/// A character of several bytes, decoded as the valid UTF-8 that it is.
fn wide(text: &[u8], at: usize, first: u32) -> (Class, usize) {
    let next = |by: usize| u32::from(text.get(at + by).copied().unwrap_or_default()) & 0x3f;
    match first {
        0xf0.. => {
            let code = (first & 7) << 18 | next(1) << 12 | next(2) << 6 | next(3);
            (Class::of(code), 4)
        }
        0xe0.. => (Class::of((first & 0xf) << 12 | next(1) << 6 | next(2)), 3),
        _ => (Class::of((first & 0x1f) << 6 | next(1)), 2),
    }
}

/// The script of a piece, by its first character beyond ASCII: the index in [`super::Scripts`].
pub(crate) fn script(piece: &[u8]) -> usize {
    let Some(at) = piece.iter().position(|byte| *byte >= 0xc0) else { return 0 };
    let byte = |by: usize| u32::from(piece.get(at + by).copied().unwrap_or_default());
    let (first, second, third) = (byte(0), byte(1) & 0x3f, byte(2) & 0x3f);
    match first {
        // Up to U+036F.
        0xc0..=0xcc => 1,
        0xcd if second < 0x30 => 1,
        0xe0..=0xef => match (first & 0xf) << 12 | second << 6 | third {
            0x1100..=0x11ff
            | 0x2e80..=0xa4cf
            | 0xac00..=0xd7ff
            | 0xf900..=0xfaff
            | 0xff00..=0xffef => 2,
            _ => 3,
        },
        // U+20000 to U+3FFFF.
        0xf0 if second >= 0x20 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_short_table_agrees_with_the_long_one() {
        for code in 0..128u8 {
            assert_eq!(class_at(&[code], 0), Some((Class::of(u32::from(code)), 1)), "{code}");
        }
    }

    #[test]
    fn scripts_are_told_by_the_first_character_beyond_ascii() {
        for (piece, expected) in [
            ("a1 ", 0),
            (" é漢", 1),
            ("\u{36f}", 1),
            ("\u{370}", 3),
            ("漢", 2),
            ("한", 2),
            ("𠀀", 2),
            ("😀", 3),
            ("ж", 3),
        ] {
            assert_eq!(script(piece.as_bytes()), expected, "{piece}");
        }
    }

    #[test]
    fn characters_are_classed_as_unicode_says() {
        for (character, class) in [
            ('é', Class::Lower),
            ('Ǆ', Class::Upper),
            ('ǅ', Class::Upper),
            ('ʰ', Class::Caseless),
            ('漢', Class::Caseless),
            ('\u{301}', Class::Mark),
            ('½', Class::Number),
            ('Ⅷ', Class::Number),
            ('\u{a0}', Class::Space),
            ('\u{2028}', Class::Space),
            ('\u{200b}', Class::Other),
            ('😀', Class::Other),
            ('\u{10ffff}', Class::Other),
        ] {
            let text = character.to_string();
            assert_eq!(class_at(text.as_bytes(), 0), Some((class, text.len())), "{character:?}");
        }
    }
}
