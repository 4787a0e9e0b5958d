//! Texts with holes, and what goes into them.
//!
//! A hole is `{{NAME}}`. Values go into the texts of a tree that was read before, so no value can become
//! anything but text, and a value that looks like a hole is not looked at again.

use std::collections::BTreeMap;

use chat::Problem;
use chat::json::{Map, Value};
use dialects::prompts::Prompts;

use super::PROPERTIES;
use super::config::Variable;

/// The values for the holes of a template.
#[derive(Debug)]
pub(super) struct Holes<'a>(BTreeMap<&'a str, Value>);

impl<'a> Holes<'a> {
    /// Takes the client's values for the template's variables.
    ///
    /// # Errors
    /// A value that is missing, is no variable's, or is not allowed; values are never quoted.
    pub(super) fn fill(
        variables: &'a BTreeMap<String, Variable>,
        given: Option<Value>,
    ) -> Result<Holes<'a>, Problem> {
        let mut given = match given {
            None => Map::new(),
            Some(Value::Object(map)) => map,
            Some(_) => {
                let message = "must be an object with the template's values";
                return Err(Problem::invalid("invalid_type", PROPERTIES, message));
            }
        };
        let mut values = BTreeMap::new();
        let mut missing = Vec::new();
        for (name, variable) in variables {
            match given.remove(name.as_str()).or_else(|| variable.default.clone()) {
                None => missing.push(name.as_str()),
                Some(value) => {
                    if let Some(wrong) = variable.refuses(&value) {
                        let param = format!("{PROPERTIES}.{name}");
                        return Err(Problem::invalid("invalid_template_value", param, wrong));
                    }
                    values.insert(name.as_str(), value);
                }
            }
        }
        if !missing.is_empty() {
            let message = format!("the template needs: {}", missing.join(", "));
            return Err(Problem::invalid("missing_template_values", PROPERTIES, message));
        }
        if !given.is_empty() {
            let known: Vec<_> = variables.keys().map(String::as_str).collect();
            let message = format!("the template has only: {}", known.join(", "));
            return Err(Problem::invalid("unknown_template_values", PROPERTIES, message));
        }
        Ok(Holes(values))
    }

    /// The tree with its holes filled.
    pub(super) fn rendered(&self, tree: &Value) -> Value {
        match tree {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().map(|item| self.rendered(item)).collect(),
            Value::Object(map) => {
                map.iter().map(|(name, value)| (name.clone(), self.rendered(value))).collect()
            }
            other => other.clone(),
        }
    }

    /// The prompts with their holes filled.
    pub(super) fn said(&self, prompts: &Prompts) -> Prompts {
        let text = |text: &String| match self.text(text) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        Prompts {
            system: prompts.system.iter().map(|(place, said)| (*place, text(said))).collect(),
            before: prompts.before.iter().map(|(role, said)| (*role, text(said))).collect(),
            after: prompts.after.iter().map(|(role, said)| (*role, text(said))).collect(),
        }
    }

    fn text(&self, text: &str) -> Value {
        let mut out = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Hole(hole, whole) => match self.0.get(hole) {
                    // The whole text is one hole: the value keeps its type.
                    Some(value) if whole.len() == text.len() => return value.clone(),
                    Some(Value::String(value)) => out.push_str(value),
                    Some(value) => out.push_str(&value.to_string()),
                    None => out.push_str(whole),
                },
            }
        }
        Value::String(out)
    }
}

enum Piece<'a> {
    Text(&'a str),
    /// The name, and the hole with its braces.
    Hole(&'a str, &'a str),
}

/// Cuts a text at its holes. Braces around anything but a name are text.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, len)) = hole(rest) {
            let (whole, after) = rest.split_at_checked(len)?;
            rest = after;
            return Some(Piece::Hole(name, whole));
        }
        let more = rest
            .char_indices()
            .skip(1)
            .find(|(at, _)| rest.get(*at..).is_some_and(|after| hole(after).is_some()));
        let (piece, after) = rest.split_at_checked(more.map_or(rest.len(), |(at, _)| at))?;
        rest = after;
        Some(Piece::Text(piece))
    })
}

/// The hole that `text` begins with: its name and its length.
fn hole(text: &str) -> Option<(&str, usize)> {
    let inner = text.strip_prefix("{{")?;
    let end = inner.bytes().position(|b| !(b.is_ascii_alphanumeric() || b == b'_' || b == b' '))?;
    let (name, after) = inner.split_at_checked(end)?;
    let name = name.trim_matches(' ');
    let named = !name.is_empty() && !name.contains(' ') && after.starts_with("}}");
    named.then_some((name, end + 4))
}

/// Shows the name of every hole in a tree to `see`.
pub(super) fn holes(tree: &Value, see: &mut dyn FnMut(&str)) {
    match tree {
        Value::String(text) => holes_of(text, see),
        Value::Array(items) => items.iter().for_each(|item| holes(item, see)),
        Value::Object(map) => map.values().for_each(|value| holes(value, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Shows the name of every hole in a text to `see`.
pub(super) fn holes_of(text: &str, see: &mut dyn FnMut(&str)) {
    for piece in pieces(text) {
        if let Piece::Hole(name, _) = piece {
            see(name);
        }
    }
}
