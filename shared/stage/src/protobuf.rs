//! Reads a `google.protobuf.Struct` from its wire form.
//!
//! Envoy's documentation says that a plugin configuration of that type reaches the filter as JSON; Envoy
//! 1.36.4 and 1.40.0 hand over the message's bytes. Field numbers are from
//! <https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/struct.proto>, the wire form
//! from <https://protobuf.dev/programming-guides/encoding/> (both read 2026-11-20).

use serde_json::{Map, Number, Value};

/// How deep a structure may be nested, as in [`chat::json`].
const DEPTH: usize = 127;

/// The whole of `bytes` as a `Struct`.
pub(crate) fn structure(bytes: &[u8]) -> Option<Value> {
    object(bytes, DEPTH).map(Value::Object)
}

/// One field of a message.
enum Field<'a> {
    Varint(u64),
    Fixed64([u8; 8]),
    Bytes(&'a [u8]),
}

fn object(mut bytes: &[u8], depth: usize) -> Option<Map<String, Value>> {
    let mut map = Map::new();
    while !bytes.is_empty() {
        let (1, Field::Bytes(entry)) = field(&mut bytes)? else { return None };
        let (key, value) = entry_of(entry, depth)?;
        map.insert(key, value);
    }
    Some(map)
}

fn entry_of(mut bytes: &[u8], depth: usize) -> Option<(String, Value)> {
    let (mut key, mut value) = (String::new(), Value::Null);
    while !bytes.is_empty() {
        match field(&mut bytes)? {
            (1, Field::Bytes(name)) => key = text(name)?,
            (2, Field::Bytes(inner)) => value = self::value(inner, depth.checked_sub(1)?)?,
            _ => return None,
        }
    }
    Some((key, value))
}

fn value(mut bytes: &[u8], depth: usize) -> Option<Value> {
    let mut value = Value::Null;
    while !bytes.is_empty() {
        value = match field(&mut bytes)? {
            (1, Field::Varint(0)) => Value::Null,
            (2, Field::Fixed64(number)) => self::number(f64::from_le_bytes(number))?,
            (3, Field::Bytes(string)) => Value::String(text(string)?),
            (4, Field::Varint(bool)) => Value::Bool(bool != 0),
            (5, Field::Bytes(inner)) => Value::Object(object(inner, depth)?),
            (6, Field::Bytes(inner)) => Value::Array(list(inner, depth)?),
            _ => return None,
        };
    }
    Some(value)
}

fn list(mut bytes: &[u8], depth: usize) -> Option<Vec<Value>> {
    let mut items = Vec::new();
    while !bytes.is_empty() {
        let (1, Field::Bytes(item)) = field(&mut bytes)? else { return None };
        items.push(value(item, depth.checked_sub(1)?)?);
    }
    Some(items)
}

/// A `Struct` knows only doubles; whole ones were written as integers.
fn number(number: f64) -> Option<Value> {
    let whole = number as i64;
    match whole as f64 == number && number.abs() < 9_007_199_254_740_992.0 {
        true => Some(whole.into()),
        false => Number::from_f64(number).map(Value::Number),
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

/// Takes the next field off `bytes`: its number and what it holds.
fn field<'a>(bytes: &mut &'a [u8]) -> Option<(u64, Field<'a>)> {
    let tag = varint(bytes)?;
    let field = match tag & 7 {
        0 => Field::Varint(varint(bytes)?),
        1 => {
            let (head, tail) = bytes.split_first_chunk::<8>()?;
            *bytes = tail;
            Field::Fixed64(*head)
        }
        2 => {
            let length = usize::try_from(varint(bytes)?).ok()?;
            let (head, tail) = bytes.split_at_checked(length)?;
            *bytes = tail;
            Field::Bytes(head)
        }
        _ => return None,
    };
    Some((tag >> 3, field))
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, tail) = bytes.split_first()?;
        *bytes = tail;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// `{"a": [1, true, null], "b": {"c": "x"}, "d": 0.5, "e": -3e20, "f": 33554432}` as written by protobuf
    /// for Python.
    const BYTES: &[u8] =
        b"\x0a\x1a\x0a\x01\x61\x12\x15\x32\x13\x0a\x09\x11\x00\x00\x00\x00\x00\x00\xf0\x3f\x0a\x02\
        \x20\x01\x0a\x02\x08\x00\x0a\x11\x0a\x01\x62\x12\x0c\x2a\x0a\x0a\x08\x0a\x01\x63\x12\x03\
        \x1a\x01\x78\x0a\x0e\x0a\x01\x64\x12\x09\x11\x00\x00\x00\x00\x00\x00\xe0\x3f\x0a\x0e\x0a\
        \x01\x65\x12\x09\x11\x30\x29\x88\x1a\x56\x43\x30\xc4\x0a\x0e\x0a\x01\x66\x12\x09\x11\x00\
        \x00\x00\x00\x00\x00\x80\x41";

    #[test]
    fn a_structure_is_read() {
        let expected =
            json!({"a": [1, true, null], "b": {"c": "x"}, "d": 0.5, "e": -3e20, "f": 33_554_432});
        assert_eq!(structure(BYTES), Some(expected));
    }

    #[test]
    fn what_is_no_structure_is_not_read() {
        for at in 1..BYTES.len() {
            let _ = structure(&BYTES[..at]);
        }
        for bytes in [
            b"\x0a".as_slice(),
            b"{\"a\":1}",
            b"\x08\x01",
            b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ] {
            assert_eq!(structure(bytes), None);
        }
        let mut deep = Vec::new();
        for _ in 0..2_000 {
            // A list of a list of …: a value (field 1) that holds a list (field 6).
            let mut outer = vec![0x0a];
            push_length(&mut outer, deep.len() + 1 + length_of(deep.len()));
            outer.push(0x32);
            push_length(&mut outer, deep.len());
            outer.extend_from_slice(&deep);
            deep = outer;
        }
        assert_eq!(list(&deep, DEPTH), None, "nesting is bounded");
    }

    fn push_length(bytes: &mut Vec<u8>, mut length: usize) {
        while length > 0x7f {
            bytes.push(length as u8 | 0x80);
            length >>= 7;
        }
        bytes.push(length as u8);
    }

    fn length_of(length: usize) -> usize {
        let mut bytes = Vec::new();
        push_length(&mut bytes, length);
        bytes.len()
    }
}
