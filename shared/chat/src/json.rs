//! A strict, lossless JSON reader.
//!
//! The tree is `serde_json`'s with insertion order and arbitrary-precision numbers, so an edited body
//! differs from what came in only where it was edited (and in the spelling of exponents: `1E5` is written
//! `1e+5`). Stricter than `serde_json` in one point: an object
//! that names a key twice is refused, because the provider may read the other one (RFC 8259 §4 leaves the
//! choice open, and two parsers that disagree are a bypass).

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
// The tree is this module's business: nobody else names where it comes from.
pub use serde_json::{Map, Number, Value, json};

/// The key under which `serde_json` hands over an arbitrary-precision number. A body that spells it would
/// turn an object into a number, so [`parse`] refuses it.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// Marks a duplicate key in the text of a `serde_json` error, which cannot carry a type.
const DUPLICATE_KEY: &str = "duplicate key";

/// Why a body could not be read. Never quotes the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// An object names a key twice.
    #[error("duplicate object key at line {line} column {column}")]
    DuplicateKey {
        /// 1-based line of the second key's value.
        line: usize,
        /// 1-based byte column of the second key's value.
        column: usize,
    },
    /// Not JSON, nested deeper than 127 levels, or followed by something else.
    #[error("invalid JSON at line {line} column {column}")]
    Syntax {
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
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    Tree.deserialize(&mut deserializer).and_then(|tree| deserializer.end().map(|()| tree)).map_err(
        |error| {
            let (line, column) = (error.line(), error.column());
            match error.to_string().starts_with(DUPLICATE_KEY) {
                true => ParseError::DuplicateKey { line, column },
                false => ParseError::Syntax { line, column },
            }
        },
    )
}

/// Reads JSON text that stands inside a JSON string (tool arguments), by the same rules as [`parse`].
///
/// # Errors
/// See [`ParseError`].
pub fn parse_str(text: &str) -> Result<Value, ParseError> {
    parse(text.as_bytes())
}

/// Writes a tree as compact JSON.
pub fn to_bytes(tree: &Value) -> Vec<u8> {
    // Writing to memory cannot fail, and the keys of a tree are strings.
    serde_json::to_vec(tree).unwrap_or_default()
}

/// Builds a [`Value`], refusing duplicate keys.
struct Tree;

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Tree)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if key == NUMBER_TOKEN {
                return number(entries);
            }
            let value = entries.next_value_seed(Tree)?;
            if map.insert(key, value).is_some() {
                return Err(de::Error::custom(DUPLICATE_KEY));
            }
        }
        Ok(Value::Object(map))
    }
}

/// The value under [`NUMBER_TOKEN`]: a number's own text. An object that only pretends carries something
/// that is no number, or more entries, and is refused; one that carries a number's text is that number.
fn number<'de, A: MapAccess<'de>>(mut entries: A) -> Result<Value, A::Error> {
    let text: String = entries.next_value()?;
    let number: Number = text.parse().map_err(de::Error::custom)?;
    match entries.next_key::<de::IgnoredAny>()? {
        None => Ok(Value::Number(number)),
        Some(_) => Err(de::Error::custom("not a number")),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_tree_prints_as_it_was_read() {
        for text in [
            r#"{"b":1,"a":[1.0,1e+400,-0.0,12345678901234567890123,1.50]}"#,
            r#"{"z":{"y":null,"x":true},"é":"\\u0000 😀"}"#,
            r#"[]"#,
            r#""text""#,
            "7",
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_key_named_twice_is_refused_at_any_depth() {
        for text in [r#"{"a":1,"a":2}"#, r#"[{"b":{"a":1,"\u0061":1}}]"#] {
            assert!(
                matches!(parse(text.as_bytes()), Err(ParseError::DuplicateKey { line: 1, .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_single_json_value_is_refused() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for text in
            ["", " ", "{", "{}x", "{} {}", "nul", "{'a':1}", "\u{feff}{}", "[1,]", "NaN", &deep]
        {
            assert!(matches!(parse(text.as_bytes()), Err(ParseError::Syntax { .. })), "{text}");
        }
        assert!(parse(b"\"\xff\"").is_err(), "not UTF-8");
    }

    #[test]
    fn an_object_cannot_smuggle_more_than_a_number_through_the_number_token() {
        assert!(parse(br#"{"$serde_json::private::Number":"x"}"#).is_err());
        assert!(parse(br#"{"$serde_json::private::Number":{}}"#).is_err());
        assert!(parse(br#"{"$serde_json::private::Number":"1","a":2}"#).is_err());
    }
}
