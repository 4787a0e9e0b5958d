//! Numbers as they were written.

use std::fmt;
use std::str::FromStr;

/// A JSON number: its own digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number(Repr);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Repr {
    /// Written as Rust writes it, which is how nearly every count, index and time comes. In bytes, so that a number asks
    /// for no more room in a value than a string does.
    Natural([u8; 8]),
    /// The text of every other number.
    Text(Box<str>),
}

/// What is no JSON number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON number")]
pub struct NotANumber;

impl Number {
    /// A finite number; `None` for the others, which JSON cannot say.
    pub fn from_f64(value: f64) -> Option<Number> {
        value.is_finite().then(|| Number(Repr::Text(format!("{value:?}").into())))
    }

    /// As a natural number, if it is one that fits and is written without fraction and exponent.
    pub fn as_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Natural(value) => Some(u64::from_ne_bytes(*value)),
            Repr::Text(_) => None,
        }
    }

    /// As a whole number, if it is one that fits and is written without fraction and exponent.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Natural(value) => i64::try_from(u64::from_ne_bytes(*value)).ok(),
            Repr::Text(text) => text.parse().ok(),
        }
    }

    /// The nearest float, if that is finite.
    pub fn as_f64(&self) -> Option<f64> {
        match &self.0 {
            #[allow(clippy::cast_precision_loss, reason = "the nearest is asked for")]
            Repr::Natural(value) => Some(u64::from_ne_bytes(*value) as f64),
            Repr::Text(text) => text.parse().ok().filter(|value: &f64| value.is_finite()),
        }
    }

    /// Whether [`Number::as_u64`] has an answer.
    pub fn is_u64(&self) -> bool {
        self.as_u64().is_some()
    }

    /// Whether [`Number::as_i64`] has an answer.
    pub fn is_i64(&self) -> bool {
        self.as_i64().is_some()
    }

    /// Whether it is written with a fraction or an exponent.
    pub fn is_f64(&self) -> bool {
        matches!(&self.0, Repr::Text(text) if text.contains(['.', 'e', 'E']))
    }

    /// The number that `text` is; the caller has seen that it is one, and not how Rust writes a `u64`.
    pub(super) fn read(text: String) -> Number {
        Number(Repr::Text(text.into()))
    }

    /// Appends its digits.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match &self.0 {
            Repr::Natural(value) => write_natural(u64::from_ne_bytes(*value), out),
            Repr::Text(text) => out.extend_from_slice(text.as_bytes()),
        }
    }
}

/// Twenty digits are enough for 64 bits.
fn write_natural(mut value: u64, out: &mut Vec<u8>) {
    if value < 10 {
        return out.push(b'0' + value as u8);
    }
    let mut digits = [0; 20];
    let mut length = 0;
    for place in digits.iter_mut().rev() {
        *place = b'0' + (value % 10) as u8;
        value /= 10;
        length += 1;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - length..).unwrap_or_default());
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Natural(value) => u64::from_ne_bytes(*value).fmt(f),
            Repr::Text(text) => f.write_str(text),
        }
    }
}

impl FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Number, NotANumber> {
        match super::parse(text.as_bytes()) {
            Ok(super::Value::Number(number)) if !text.contains(|c: char| c.is_whitespace()) => {
                Ok(number)
            }
            _ => Err(NotANumber),
        }
    }
}

macro_rules! from_integers {
    ($($signed:ident)+; $($unsigned:ident)+) => {
        $(impl From<$unsigned> for Number {
            fn from(value: $unsigned) -> Number {
                Number(Repr::Natural((value as u64).to_ne_bytes()))
            }
        })+
        $(impl From<$signed> for Number {
            fn from(value: $signed) -> Number {
                match u64::try_from(value) {
                    Ok(value) => value.into(),
                    Err(_) => Number(Repr::Text(value.to_string().into())),
                }
            }
        })+
    };
}

from_integers!(i8 i16 i32 i64 isize; u8 u16 u32 u64 usize);
