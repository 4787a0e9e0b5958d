//! From text to tree.
//!
//! Written by hand because the tree can then be made in one go: only what becomes a string is checked to be text,
//! names are recognised before memory is taken for them, numbers keep their text without a detour. It is compared
//! with `serde_json` by properties and by fuzzing.

use std::borrow::Cow;

use super::names::{Few, known};
use super::{Key, Map, Number, Value};
use crate::json::scan::plain;

/// Every number of so many digits fits in 64 bits.
const SAFE_DIGITS: usize = 19;

/// What a body says on its first level has room for so many fields from the start: growing copies them.
const FIELDS: usize = 16;

/// How deep values may be nested.
const DEPTH: usize = 127;

/// Why a body could not be read. Never quotes the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// An object names a key twice.
    #[error("duplicate object key at line {line} column {column}")]
    DuplicateKey {
        /// 1-based line of the second key.
        line: usize,
        /// 1-based byte column of the second key.
        column: usize,
    },
    /// Not JSON, or followed by something else.
    #[error("invalid JSON at line {line} column {column}")]
    Syntax {
        /// 1-based line.
        line: usize,
        /// 1-based byte column.
        column: usize,
    },
    /// Whether or not it is JSON.
    #[error("nested deeper than {DEPTH} levels at line {line} column {column}")]
    TooDeep {
        /// 1-based line.
        line: usize,
        /// 1-based byte column.
        column: usize,
    },
}

/// Reads one JSON value that fills `bytes`.
///
/// # Errors
/// See [`ParseError`].
pub fn parse(bytes: &[u8]) -> Result<Value, ParseError> {
    let mut parser = Parser { bytes, at: 0, depth: 0 };
    parser.document().map_err(|wrong| wrong.explain(bytes))
}

/// Reads JSON text, such as tool arguments that stand in a string, by the same rules as [`parse`].
///
/// # Errors
/// See [`ParseError`].
pub fn parse_str(text: &str) -> Result<Value, ParseError> {
    parse(text.as_bytes())
}

/// What is wrong, and at which byte.
enum Wrong {
    DuplicateKey(usize),
    Syntax(usize),
    TooDeep(usize),
}

impl Wrong {
    /// What is no text is said first, wherever it stands: only then does a place mean the same to everybody.
    #[cold]
    fn explain(self, bytes: &[u8]) -> ParseError {
        let wrong = match std::str::from_utf8(bytes) {
            Ok(_) => self,
            Err(error) => Wrong::Syntax(error.valid_up_to()),
        };
        let (Wrong::DuplicateKey(at) | Wrong::Syntax(at) | Wrong::TooDeep(at)) = wrong;
        let before = bytes.get(..at).unwrap_or(bytes);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        match wrong {
            Wrong::DuplicateKey(_) => ParseError::DuplicateKey { line, column },
            Wrong::Syntax(_) => ParseError::Syntax { line, column },
            Wrong::TooDeep(_) => ParseError::TooDeep { line, column },
        }
    }
}

/// Bytes that are no text can only stand in strings: everywhere else they are no JSON.
struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Result<Value, Wrong> {
        let value = self.value()?;
        match self.next_token() {
            None => Ok(value),
            Some(_) => Err(self.wrong()),
        }
    }

    fn wrong(&self) -> Wrong {
        Wrong::Syntax(self.at)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The next byte that is no white space; it is not read yet.
    fn next_token(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                other => return other,
            }
        }
    }

    fn value(&mut self) -> Result<Value, Wrong> {
        match self.next_token() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'{') => self.nested(Parser::object),
            Some(b'[') => self.nested(Parser::array),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(self.wrong()),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Wrong> {
        match self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            true => {
                self.at += word.len();
                Ok(value)
            }
            false => Err(self.wrong()),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Wrong>) -> Result<Value, Wrong> {
        if self.depth == DEPTH {
            return Err(Wrong::TooDeep(self.at));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn array(&mut self) -> Result<Value, Wrong> {
        let mut items = Vec::new();
        if self.next_token() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value()?);
            if self.ends(b']')? {
                return Ok(Value::Array(items));
            }
        }
    }

    fn object(&mut self) -> Result<Value, Wrong> {
        if self.next_token() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(Map::new()));
        }
        let mut map = Map::with_capacity(if self.depth == 1 { FIELDS } else { 0 });
        let mut names = Few::default();
        loop {
            if self.next_token() != Some(b'"') {
                return Err(self.wrong());
            }
            let start = self.at;
            let name = self.name()?;
            // A name of the list is only like itself.
            let name = match known(&name) {
                Some(known) if names.add(known) => Key::from(known),
                Some(_) => return Err(Wrong::DuplicateKey(start)),
                None => self.unknown(&name, start, &map)?,
            };
            if self.next_token() != Some(b':') {
                return Err(self.wrong());
            }
            self.at += 1;
            let value = self.value()?;
            map.push(name, value);
            if self.ends(b'}')? {
                return Ok(Value::Object(map));
            }
        }
    }

    /// A name that is not listed and stands at `start`, for `map`.
    fn unknown(&self, name: &[u8], start: usize, map: &Map) -> Result<Key, Wrong> {
        let name = self.text(name)?;
        if map.contains_key(&name) { Err(Wrong::DuplicateKey(start)) } else { Ok(Key::from(name)) }
    }

    /// Reads what follows an item: whether it is `end` or a comma.
    #[inline]
    fn ends(&mut self, end: u8) -> Result<bool, Wrong> {
        match self.next_token() {
            Some(b',') => {
                self.at += 1;
                Ok(false)
            }
            Some(byte) if byte == end => {
                self.at += 1;
                Ok(true)
            }
            _ => Err(self.wrong()),
        }
    }

    /// Reads a string's text up to the first byte that is not simply text; that byte is not read yet.
    #[inline]
    fn plain(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        // A quote, a backslash and a control character are no part of another character.
        let length = plain(rest);
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// The text that `bytes` are.
    #[inline]
    fn text(&self, bytes: &[u8]) -> Result<String, Wrong> {
        simdutf8::basic::from_utf8(bytes).map(str::to_owned).map_err(|_| self.wrong())
    }

    #[inline]
    fn name(&mut self) -> Result<Cow<'a, [u8]>, Wrong> {
        self.at += 1;
        let text = self.plain();
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                Ok(Cow::Borrowed(text))
            }
            _ => self.escaped(text).map(Cow::Owned),
        }
    }

    #[inline]
    fn string(&mut self) -> Result<String, Wrong> {
        self.at += 1;
        let text = self.plain();
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                self.text(text)
            }
            _ => {
                let text = self.escaped(text)?;
                self.text(&text)
            }
        }
    }

    /// Reads the rest of a string that begins with `start`.
    fn escaped(&mut self, start: &[u8]) -> Result<Vec<u8>, Wrong> {
        let mut string = Vec::with_capacity(start.len() * 2 + 32);
        string.extend_from_slice(start);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => match self.escape()? {
                    // Nearly always the end of a line.
                    ascii @ '\0'..='\x7f' => string.push(ascii as u8),
                    other => string.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
                },
                _ => return Err(self.wrong()),
            }
            string.extend_from_slice(self.plain());
        }
    }

    fn escape(&mut self) -> Result<char, Wrong> {
        self.at += 1;
        let character = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.code_point(),
            _ => return Err(self.wrong()),
        };
        self.at += 1;
        Ok(character)
    }

    /// Reads `uXXXX`, or the two of a surrogate pair. A surrogate alone is no text.
    fn code_point(&mut self) -> Result<char, Wrong> {
        let first = self.code_unit()?;
        let code = match first {
            0xd800..0xdc00 => {
                if self.peek() != Some(b'\\') {
                    return Err(self.wrong());
                }
                self.at += 1;
                match (self.peek(), self.code_unit()?) {
                    (Some(b'u'), second @ 0xdc00..0xe000) => {
                        0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
                    }
                    _ => return Err(self.wrong()),
                }
            }
            code => code,
        };
        char::from_u32(code).ok_or_else(|| self.wrong())
    }

    /// Reads one byte (the `u`) and four hexadecimal digits.
    fn code_unit(&mut self) -> Result<u32, Wrong> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.wrong())?;
            self.at += 1;
        }
        Ok(code)
    }

    fn number(&mut self) -> Result<Value, Wrong> {
        let start = self.at;
        // Its value, while that is how Rust would write it: no sign, fraction, exponent, overflow.
        let mut natural = Some(0u64);
        if self.peek() == Some(b'-') {
            natural = None;
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => {
                let first = self.at;
                while let Some(byte @ b'0'..=b'9') = self.peek() {
                    let digit = u64::from(byte - b'0');
                    natural = natural.and_then(|value| match self.at - first {
                        // So many digits cannot overflow, which costs more to find out than to reckon.
                        ..SAFE_DIGITS => Some(value * 10 + digit),
                        _ => value.checked_mul(10)?.checked_add(digit),
                    });
                    self.at += 1;
                }
            }
            _ => return Err(self.wrong()),
        }
        if self.peek() == Some(b'.') {
            natural = None;
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            natural = None;
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Value::Number(match natural {
            Some(natural) => natural.into(),
            None => self.unnatural(start)?,
        }))
    }

    /// The number that was read from `start` on.
    fn unnatural(&self, start: usize) -> Result<Number, Wrong> {
        let digits = self.bytes.get(start..self.at).unwrap_or_default();
        Ok(Number::read(self.text(digits)?))
    }

    /// Reads at least one digit.
    fn digits(&mut self) -> Result<(), Wrong> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        match rest.iter().take_while(|byte| byte.is_ascii_digit()).count() {
            0 => Err(self.wrong()),
            count => {
                self.at += count;
                Ok(())
            }
        }
    }
}
