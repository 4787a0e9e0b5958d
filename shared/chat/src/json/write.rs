//! From tree to text.

use std::fmt;

use super::scan::plain;
use super::{Map, Value};

/// Writes a tree as compact JSON.
pub fn to_bytes(tree: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    append(tree, &mut out);
    out
}

/// Appends a tree as compact JSON.
pub fn append(tree: &Value, out: &mut Vec<u8>) {
    match tree {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => number.write(out),
        Value::String(text) => string(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                append(item, out);
            }
            out.push(b']');
        }
        Value::Object(map) => object(map, out),
    }
}

fn object(map: &Map, out: &mut Vec<u8>) {
    let mut before = b'{';
    for (name, value) in map {
        match name.plain() {
            Some(name) => {
                out.extend_from_slice(&[before, b'"']);
                copy(name.as_bytes(), out);
                out.extend_from_slice(b"\":");
            }
            None => {
                out.push(before);
                string(name, out);
                out.push(b':');
            }
        }
        append(value, out);
        before = b',';
    }
    if map.is_empty() {
        out.push(b'{');
    }
    out.push(b'}');
}

fn string(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    out.push(b'"');
    loop {
        let length = plain(rest);
        if length == rest.len() {
            break;
        }
        let (head, tail) = rest.split_at(length);
        copy(head, out);
        let Some((special, tail)) = tail.split_first() else { break };
        escape(*special, out);
        rest = tail;
    }
    copy(rest, out);
    out.push(b'"');
}

/// Appends `bytes`. Most are few, and a host calls a function for the instruction that copies memory, which costs
/// more than the two words that overlap.
fn copy(bytes: &[u8], out: &mut Vec<u8>) {
    let end = out.len() + bytes.len();
    match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(head), Some(tail)) if bytes.len() <= 16 => {
            out.extend_from_slice(head);
            out.truncate(end - 8);
            out.extend_from_slice(tail);
        }
        (Some(_), _) => out.extend_from_slice(bytes),
        _ => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (Some(head), Some(tail)) => {
                out.extend_from_slice(head);
                out.truncate(end - 4);
                out.extend_from_slice(tail);
            }
            _ => out.extend(bytes),
        },
    }
}

fn escape(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' | b'\\' => byte,
        0x8 => b'b',
        0xc => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Compact JSON.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&to_bytes(self)))
    }
}
