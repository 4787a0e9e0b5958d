//! The fields of an object, read one by one.

use chat::Problem;
use chat::json::{Key, Map, Number, Value, same};

use super::{missing, strings, wrong_type};
use crate::neutral::Sampling;
use crate::{Drops, Path};

/// The fields of one object that are not read yet.
///
/// The getters take a field out. Those that return an `Option` treat `null` as absent, as the providers do.
///
/// Most fields that are asked for are not there. So every getter looks for a bit where it is called, which takes next to
/// no code for a name that stands in code, and only then for the field.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    /// All of them: what is taken out leaves a `null` behind, as nobody else looks.
    map: Map,
    path: Path,
    /// No field is there of a name whose bit is not set.
    names: u64,
    /// What was taken out, by its place among the first.
    taken: u64,
}

/// How many fields of an object can be marked as taken; further ones are removed.
const MARKED: usize = u64::BITS as usize;

/// Whether the field at this place is marked so.
fn is_taken(taken: u64, at: usize) -> bool {
    at < MARKED && taken >> at & 1 != 0
}

/// The bit of names like this one: tells the names that dialects know best apart.
#[inline(always)]
pub(crate) const fn bit(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return 1 };
    1 << (((bytes.len() + *first as usize) * 10 + *last as usize) % 64)
}

/// The bits of the names of several fields, for [`Fields::of`].
macro_rules! bits {
    ($($name:expr),+) => { const { $($crate::reader::bit($name))|+ } };
}

pub(crate) use bits;

/// The bits of the names of an object's fields: one look tells that none of several is there.
#[inline(never)]
pub(crate) fn names(map: &Map) -> u64 {
    map.keys().fold(0, |bits, name| bits | bit(name))
}

impl Fields {
    /// The fields of `value`, which stands at `path`: `messages[1].content[0]`, or empty for the body.
    ///
    /// # Errors
    /// `value` is not an object.
    #[inline(always)]
    pub(crate) fn new(value: Value, path: impl Into<Path>) -> Result<Fields, Problem> {
        Fields::at(value, path.into())
    }

    #[inline(never)]
    fn at(value: Value, path: Path) -> Result<Fields, Problem> {
        match value {
            Value::Object(map) => Ok(Fields { names: names(&map), map, path, taken: 0 }),
            _ => Err(wrong_type(path, "an object")),
        }
    }

    /// Where the field `name` stands or would stand.
    pub(crate) fn path(&self, name: &'static str) -> Path {
        self.path.field(name)
    }

    #[inline(always)]
    fn may_have(&self, bits: u64) -> bool {
        self.names & bits != 0
    }

    /// What `read` makes of the fields of these names ([`bits`]), which it is not asked for if none of them is there.
    ///
    /// # Errors
    /// Those of `read`.
    #[inline(always)]
    pub(crate) fn of<T: Default>(
        &mut self,
        bits: u64,
        read: impl FnOnce(&mut Fields) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if self.may_have(bits) { read(self) } else { Ok(T::default()) }
    }

    /// The field as it is, left where it is.
    #[inline(always)]
    pub(crate) fn peek(&self, name: &str) -> Option<&Value> {
        if self.may_have(bit(name)) { self.look(name) } else { None }
    }

    #[inline(never)]
    fn look(&self, name: &str) -> Option<&Value> {
        let (at, (_, value)) = self.map.iter().enumerate().find(|(_, it)| same(it.0, name))?;
        (!is_taken(self.taken, at)).then_some(value)
    }

    /// The field as it is, `null` included.
    #[inline(always)]
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        if self.may_have(bit(name)) { self.remove(name) } else { None }
    }

    #[inline(never)]
    fn remove(&mut self, name: &str) -> Option<Value> {
        for (at, (known, value)) in self.map.iter_mut().enumerate() {
            if !same(known, name) {
                continue;
            }
            if at >= MARKED {
                return self.map.shift_remove(name);
            }
            if is_taken(self.taken, at) {
                return None;
            }
            self.taken |= 1 << at;
            return Some(value.take());
        }
        None
    }

    /// Takes out a field that says nothing.
    #[inline(always)]
    pub(crate) fn skip(&mut self, name: &str) {
        if self.may_have(bit(name)) {
            self.discard(name);
        }
    }

    /// Once for all: what it throws away may be anything, and takes code to free.
    #[inline(never)]
    fn discard(&mut self, name: &str) {
        self.remove(name);
    }

    /// The field, which must be there.
    ///
    /// # Errors
    /// It is missing or `null`.
    pub(crate) fn required(&mut self, name: &str) -> Result<Value, Problem> {
        self.present(name).ok_or_else(|| self.lacks(name))
    }

    /// A string.
    ///
    /// # Errors
    /// It is something else.
    #[inline(always)]
    pub(crate) fn string(&mut self, name: &str) -> Result<Option<String>, Problem> {
        self.ask(name, Fields::string_there)
    }

    #[inline(never)]
    fn string_there(&mut self, name: &str) -> Result<Option<String>, Problem> {
        match self.present(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.mistyped(name, "a string")),
        }
    }

    /// A string, which must be there.
    ///
    /// # Errors
    /// It is missing or something else.
    #[inline(never)]
    pub(crate) fn required_string(&mut self, name: &str) -> Result<String, Problem> {
        match self.present(name) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(self.mistyped(name, "a string")),
            None => Err(self.lacks(name)),
        }
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// It is something else.
    #[inline(always)]
    pub(crate) fn u64(&mut self, name: &str) -> Result<Option<u64>, Problem> {
        self.ask(name, Fields::u64_there)
    }

    #[inline(never)]
    fn u64_there(&mut self, name: &str) -> Result<Option<u64>, Problem> {
        self.typed(name, "a non-negative integer", |value| value.as_u64())
    }

    /// A boolean.
    ///
    /// # Errors
    /// It is something else.
    #[inline(always)]
    pub(crate) fn bool(&mut self, name: &str) -> Result<Option<bool>, Problem> {
        self.ask(name, Fields::bool_there)
    }

    #[inline(never)]
    fn bool_there(&mut self, name: &str) -> Result<Option<bool>, Problem> {
        self.typed(name, "a boolean", |value| value.as_bool())
    }

    /// A number, with the digits it came with.
    ///
    /// # Errors
    /// It is something else.
    #[inline(always)]
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<Number>, Problem> {
        self.ask(name, Fields::number_there)
    }

    #[inline(never)]
    fn number_there(&mut self, name: &str) -> Result<Option<Number>, Problem> {
        self.typed(name, "a number", |value| match value {
            Value::Number(number) => Some(number),
            _ => None,
        })
    }

    /// An array.
    ///
    /// # Errors
    /// It is something else.
    #[inline(always)]
    pub(crate) fn array(&mut self, name: &str) -> Result<Option<Vec<Value>>, Problem> {
        self.ask(name, Fields::array_there)
    }

    #[inline(never)]
    fn array_there(&mut self, name: &str) -> Result<Option<Vec<Value>>, Problem> {
        self.typed(name, "an array", |value| match value {
            Value::Array(items) => Some(items),
            _ => None,
        })
    }

    /// An array of strings.
    ///
    /// # Errors
    /// It is something else, or an item is.
    #[inline(always)]
    pub(crate) fn strings(&mut self, name: &'static str) -> Result<Option<Vec<String>>, Problem> {
        match self.array(name)? {
            None => Ok(None),
            Some(items) => strings(items, &self.path(name)).map(Some),
        }
    }

    /// How tokens are drawn, under OpenAI's names, which others took over.
    ///
    /// # Errors
    /// One of them is no number.
    #[inline(always)]
    pub(crate) fn sampling(&mut self) -> Result<Sampling, Problem> {
        let penalties = bits!["frequency_penalty", "presence_penalty", "seed"];
        self.of(penalties | bits!["temperature", "top_k", "top_p"], |fields| {
            Ok(Sampling {
                frequency_penalty: fields.number("frequency_penalty")?,
                presence_penalty: fields.number("presence_penalty")?,
                seed: fields.number("seed")?,
                temperature: fields.number("temperature")?,
                top_k: fields.number("top_k")?,
                top_p: fields.number("top_p")?,
            })
        })
    }

    /// An object.
    ///
    /// # Errors
    /// It is something else.
    #[inline(always)]
    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Fields>, Problem> {
        self.ask(name, Fields::object_there)
    }

    #[inline(never)]
    fn object_there(&mut self, name: &str) -> Result<Option<Fields>, Problem> {
        let Some(value) = self.present(name) else { return Ok(None) };
        Fields::at(value, self.path.field(Key::read(name))).map(Some)
    }

    /// What was not taken.
    pub(crate) fn rest(mut self) -> Map {
        if self.taken != 0 {
            let (mut at, taken) = (0.., self.taken);
            self.map.retain(|_, _| at.next().is_none_or(|at| !is_taken(taken, at)));
        }
        self.map
    }

    /// What was not taken; a `null` says nothing.
    pub(crate) fn stated(mut self) -> Map {
        self.map.retain(|_, value| !value.is_null());
        self.map
    }

    /// Records what was not taken as dropped; a `null` says nothing and is no loss.
    pub(crate) fn report_rest(mut self, drops: &mut Drops, reason: &str) {
        for (name, value) in &mut self.map {
            if !value.is_null() {
                drops.lose(self.path.field(name.clone()), reason, value.take());
            }
        }
    }

    /// What `read` finds, if the field may be there.
    #[inline(always)]
    fn ask<T>(
        &mut self,
        name: &str,
        read: fn(&mut Fields, &str) -> Result<Option<T>, Problem>,
    ) -> Result<Option<T>, Problem> {
        if self.may_have(bit(name)) { read(self, name) } else { Ok(None) }
    }

    #[inline(never)]
    fn present(&mut self, name: &str) -> Option<Value> {
        self.remove(name).filter(|value| !value.is_null())
    }

    fn typed<T>(
        &mut self,
        name: &str,
        expected: &str,
        read: fn(Value) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(value) = self.present(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| self.mistyped(name, expected))
    }

    /// The problem of a field that must be there.
    #[cold]
    pub(crate) fn lacks(&self, name: &str) -> Problem {
        missing(self.path.field(Key::read(name)))
    }

    /// The problem of a field of the wrong type; `expected` with its article: `a string`.
    #[cold]
    pub(crate) fn mistyped(&self, name: &str, expected: &str) -> Problem {
        wrong_type(self.path.field(Key::read(name)), expected)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        Fields::new(value, "a[0]").unwrap()
    }

    #[test]
    fn a_field_is_read_once_and_null_counts_as_absent() {
        let mut fields = fields(json!({"s": "x", "n": null, "u": 7, "b": true}));
        assert_eq!(fields.string("s"), Ok(Some("x".to_owned())));
        assert_eq!(fields.string("s"), Ok(None));
        assert_eq!(fields.string("n"), Ok(None));
        assert_eq!(fields.u64("u"), Ok(Some(7)));
        assert_eq!(fields.bool("b"), Ok(Some(true)));
        assert!(fields.rest().is_empty());
    }

    #[test]
    fn a_finding_names_its_path() {
        let param = |problem: Problem| problem.param.unwrap();
        let value = json!({"s": 1, "u": -1, "l": ["x", 2]});
        assert_eq!(param(fields(value.clone()).required_string("s").unwrap_err()), "a[0].s");
        assert_eq!(param(fields(value.clone()).required_string("t").unwrap_err()), "a[0].t");
        assert_eq!(param(fields(value.clone()).u64("u").unwrap_err()), "a[0].u");
        assert_eq!(param(fields(value.clone()).strings("l").unwrap_err()), "a[0].l[1]");
        assert_eq!(param(fields(value).object("s").unwrap_err()), "a[0].s");
        assert_eq!(Fields::new(json!(1), "").unwrap_err().param, None);
    }

    #[test]
    fn what_is_left_keeps_its_order_and_is_reported() {
        let mut fields = fields(json!({"a": 1, "b": 2, "c": 3, "d": null}));
        fields.take("a");
        assert_eq!(fields.clone().rest().keys().collect::<Vec<_>>(), ["b", "c", "d"]);
        let mut drops = Drops::default();
        fields.report_rest(&mut drops, "unknown");
        let paths: Vec<_> = drops.iter().map(|dropped| dropped.path.as_str()).collect();
        assert_eq!(paths, ["a[0].b", "a[0].c"]);
    }

    #[test]
    fn any_number_of_fields_is_taken_and_left() {
        for count in [1, 31, 32, 33, 63, 64, 65, 66, 130] {
            let all: Map = (0..count).map(|at| (format!("f{at}"), json!(at))).collect();
            for kept in [0, count / 2, count - 1] {
                let mut fields = Fields::new(Value::Object(all.clone()), "").unwrap();
                let name = format!("f{kept}");
                for at in (0..count).filter(|at| *at != kept) {
                    let name = format!("f{at}");
                    assert_eq!(fields.take(&name), Some(json!(at)));
                    assert_eq!((fields.peek(&name), fields.clone().take(&name)), (None, None));
                }
                assert_eq!(fields.peek(&name), Some(&json!(kept)), "{count}");
                assert_eq!(fields.clone().stated(), fields.clone().rest());
                assert_eq!(fields.rest().keys().collect::<Vec<_>>(), [&name]);
            }
        }
    }
}
