//! The record of what a translation could not carry over.

use std::fmt;

use chat::json::{Map, Value, same};

/// One field that the target dialect cannot express.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Path in the source body: `messages[2].content[0].image_url.detail`.
    pub path: String,
    /// Why, in a few words: `not supported by anthropic-messages`, `clamped to 1`. Never the value.
    pub reason: String,
    /// What stood there, as far as an answer may tell it under [`EXTENSION`](crate::EXTENSION). It is not shown.
    value: Option<Value>,
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

/// What one translation could not carry over, in the order it was met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drops(Vec<Dropped>);

/// The most fields that are named of one stream, and the most values of one of them, so that a stream without
/// end does not fill the memory.
const MOST: usize = 256;

impl Drops {
    /// Records `path`.
    pub fn add(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.0.push(Dropped { path: path.into(), reason: reason.into(), value: None });
    }

    /// Records `path` with what stands there, so that it may be kept under [`EXTENSION`](crate::EXTENSION).
    pub fn lose(
        &mut self,
        path: impl Into<String>,
        reason: impl Into<String>,
        value: impl Into<Value>,
    ) {
        let value = Some(value.into());
        self.0.push(Dropped { path: path.into(), reason: reason.into(), value });
    }

    /// As [`Drops::add`], of a stream: what is recorded is not recorded again.
    pub(crate) fn once(&mut self, path: impl Into<String> + AsRef<str>, reason: &str) {
        if self.record(path.as_ref()).is_none() && self.has_room() {
            self.add(path, reason);
        }
    }

    /// As [`Drops::lose`], of a stream, whose later events say anew what earlier ones said.
    pub(crate) fn latest(&mut self, path: &str, reason: &str, value: &Value) {
        if let Some(known) = self.record(path) {
            if known.as_ref() != Some(value) {
                *known = Some(value.clone());
            }
        } else if self.has_room() {
            self.lose(path, reason, value.clone());
        }
    }

    /// As [`Drops::lose`], of one of several things at the same place, which are kept as a list.
    pub(crate) fn each(&mut self, path: &str, reason: &str, value: Value) {
        match self.record(path) {
            Some(Some(Value::Array(list))) if list.len() < MOST => list.push(value),
            // A part of them would be taken for all.
            Some(values) => *values = None,
            None => {
                if self.has_room() {
                    self.lose(path, reason, vec![value]);
                }
            }
        }
    }

    /// As [`Drops::latest`], of the fields of an object that are not known. A `null` says nothing.
    pub(crate) fn unknown(
        &mut self,
        object: Option<&Value>,
        at: fmt::Arguments<'_>,
        known: &[&str],
        reason: &str,
    ) {
        self.unknown_that(|value| !value.is_null(), object, at, known, reason);
    }

    /// Takes over what reading an event of a stream recorded.
    pub(crate) fn take_latest(&mut self, event: Drops) {
        for Dropped { path, reason, value } in event.0 {
            match value {
                Some(value) => self.latest(&path, &reason, &value),
                None => self.once(path, &reason),
            }
        }
    }

    /// Records the counts of a usage that are not known. A zero says nothing, nor does `null`.
    pub(crate) fn counts(
        &mut self,
        counts: Option<&Value>,
        at: &str,
        known: &[&str],
        reason: &str,
    ) {
        let says = |value: &Value| !value.is_null() && value.as_u64() != Some(0);
        self.unknown_that(says, counts, format_args!("{at}."), known, reason);
    }

    fn unknown_that(
        &mut self,
        says: impl Fn(&Value) -> bool,
        object: Option<&Value>,
        at: fmt::Arguments<'_>,
        known: &[&str],
        reason: &str,
    ) {
        let Some(Value::Object(map)) = object else { return };
        for (name, value) in map {
            if says(value) && !known.iter().any(|known| same(known, name)) {
                self.latest(&format!("{at}{name}"), reason, value);
            }
        }
    }

    /// Whether another field may be named. The last one says that there are more.
    fn has_room(&mut self) -> bool {
        if self.0.len() == MOST {
            self.add("...", "further fields are not named");
        }
        self.0.len() < MOST
    }

    /// What is recorded of `path`.
    fn record(&mut self, path: &str) -> Option<&mut Option<Value>> {
        let known = self.0.iter_mut().find(|dropped| dropped.path == path);
        known.map(|dropped| &mut dropped.value)
    }

    /// Whether nothing was lost.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The records.
    pub fn iter(&self) -> std::slice::Iter<'_, Dropped> {
        self.0.iter()
    }

    /// Adds those of `other`, which is empty then.
    pub fn append(&mut self, other: &mut Drops) {
        self.0.append(&mut other.0);
    }

    /// Whether there is anything to keep under [`EXTENSION`](crate::EXTENSION).
    pub(crate) fn holds(&self) -> bool {
        self.0.iter().any(|dropped| dropped.value.is_some())
    }

    /// Takes out what can be kept, by path.
    pub(crate) fn keep(&mut self, into: &mut Map) {
        self.0.retain_mut(|dropped| match dropped.value.take() {
            Some(value) => {
                into.insert(std::mem::take(&mut dropped.path), value);
                false
            }
            None => true,
        });
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    fn told(drops: &Drops) -> Vec<String> {
        drops.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_has_a_value_is_kept_and_the_rest_is_named() {
        let mut drops = Drops::default();
        drops.add("a", "clamped to 1");
        drops.lose("b.c", "unknown", 1);
        drops.each("d", "unknown", json!(1));
        drops.each("d", "unknown", json!(2));
        assert_eq!(told(&drops), ["a: clamped to 1", "b.c: unknown", "d: unknown"]);
        assert!(drops.holds());
        let mut kept = Map::new();
        drops.keep(&mut kept);
        assert_eq!(Value::Object(kept), json!({"b.c": 1, "d": [1, 2]}));
        assert_eq!(told(&drops), ["a: clamped to 1"]);
        assert!(!drops.holds());
    }

    #[test]
    fn a_stream_says_a_field_anew_and_cannot_fill_the_memory() {
        let mut drops = Drops::default();
        for number in 0..1_000 {
            let body = json!({"known": 1, "nothing": null, "other": number});
            drops.unknown(Some(&body), format_args!("x."), &["known"], "unknown");
            drops.each("list", "unknown", json!(number));
            drops.once(format!("n{number}"), "unknown");
        }
        assert_eq!(drops.iter().count(), MOST + 1);
        assert_eq!(drops.iter().last().unwrap().path, "...");
        let mut kept = Map::new();
        drops.keep(&mut kept);
        assert_eq!(kept["x.other"], 999);
        assert!(!kept.contains_key("list"), "a part of them would be taken for all");
    }
}
