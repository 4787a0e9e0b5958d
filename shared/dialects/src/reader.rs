//! Reads a JSON object field by field, with the path of each, so that every decoder reports what is missing
//! or mistyped in the same words and knows what it has not read.

use chat::Problem;
use chat::json::{Map, Number, Value};

use crate::neutral::Sampling;
use crate::{Drops, Path};

/// The fields of one object that are not read yet.
///
/// The getters take a field out. Those that return an `Option` treat `null` as absent, as the providers do.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    map: Map,
    path: Path,
    /// No field is there of a name whose bit is not set: most that are asked for are not there.
    names: u64,
}

/// The bit of names like this one.
fn bit(name: &str) -> u64 {
    let first = name.bytes().next().unwrap_or_default();
    1 << (name.len().wrapping_add(usize::from(first)) % 64)
}

impl Fields {
    /// The fields of `value`, which stands at `path`: `messages[1].content[0]`, or empty for the body.
    ///
    /// # Errors
    /// `value` is not an object.
    pub(crate) fn new(value: Value, path: impl Into<Path>) -> Result<Fields, Problem> {
        let path = path.into();
        match value {
            Value::Object(map) => {
                let names = map.keys().fold(0, |bits, name| bits | bit(name));
                Ok(Fields { map, path, names })
            }
            _ => Err(wrong_type(path, "an object")),
        }
    }

    /// Where the field `name` stands or would stand.
    pub(crate) fn path(&self, name: &str) -> Path {
        self.path.field(name)
    }

    /// The field as it is, left where it is.
    pub(crate) fn peek(&self, name: &str) -> Option<&Value> {
        self.map.get(name)
    }

    /// The field as it is, `null` included.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        if self.names & bit(name) == 0 { None } else { self.map.shift_remove(name) }
    }

    /// The field, which must be there.
    ///
    /// # Errors
    /// It is missing or `null`.
    pub(crate) fn required(&mut self, name: &str) -> Result<Value, Problem> {
        self.present(name).ok_or_else(|| missing(self.path(name)))
    }

    /// A string.
    ///
    /// # Errors
    /// It is something else.
    pub(crate) fn string(&mut self, name: &str) -> Result<Option<String>, Problem> {
        self.typed(name, "a string", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// A string, which must be there.
    ///
    /// # Errors
    /// It is missing or something else.
    pub(crate) fn required_string(&mut self, name: &str) -> Result<String, Problem> {
        self.string(name)?.ok_or_else(|| missing(self.path(name)))
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// It is something else.
    pub(crate) fn u64(&mut self, name: &str) -> Result<Option<u64>, Problem> {
        self.typed(name, "a non-negative integer", |value| value.as_u64())
    }

    /// A boolean.
    ///
    /// # Errors
    /// It is something else.
    pub(crate) fn bool(&mut self, name: &str) -> Result<Option<bool>, Problem> {
        self.typed(name, "a boolean", |value| value.as_bool())
    }

    /// A number, with the digits it came with.
    ///
    /// # Errors
    /// It is something else.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<Number>, Problem> {
        self.typed(name, "a number", |value| match value {
            Value::Number(number) => Some(number),
            _ => None,
        })
    }

    /// An array.
    ///
    /// # Errors
    /// It is something else.
    pub(crate) fn array(&mut self, name: &str) -> Result<Option<Vec<Value>>, Problem> {
        self.typed(name, "an array", |value| match value {
            Value::Array(items) => Some(items),
            _ => None,
        })
    }

    /// An array of strings.
    ///
    /// # Errors
    /// It is something else, or an item is.
    pub(crate) fn strings(&mut self, name: &str) -> Result<Option<Vec<String>>, Problem> {
        let Some(items) = self.array(name)? else { return Ok(None) };
        let string = |(index, value)| match value {
            Value::String(text) => Ok(text),
            _ => Err(wrong_type(self.path(name).item(index), "a string")),
        };
        items.into_iter().enumerate().map(string).collect::<Result<_, _>>().map(Some)
    }

    /// How tokens are drawn, under OpenAI's names, which others took over.
    ///
    /// # Errors
    /// One of them is no number.
    pub(crate) fn sampling(&mut self) -> Result<Sampling, Problem> {
        Ok(Sampling {
            frequency_penalty: self.number("frequency_penalty")?,
            presence_penalty: self.number("presence_penalty")?,
            seed: self.number("seed")?,
            temperature: self.number("temperature")?,
            top_k: self.number("top_k")?,
            top_p: self.number("top_p")?,
        })
    }

    /// An object.
    ///
    /// # Errors
    /// It is something else.
    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Fields>, Problem> {
        let Some(value) = self.present(name) else { return Ok(None) };
        Fields::new(value, self.path(name)).map(Some)
    }

    /// What was not taken.
    pub(crate) fn rest(self) -> Map {
        self.map
    }

    /// What was not taken; a `null` says nothing.
    pub(crate) fn stated(mut self) -> Map {
        self.map.retain(|_, value| !value.is_null());
        self.map
    }

    /// Records what was not taken as dropped; a `null` says nothing and is no loss.
    pub(crate) fn report_rest(self, drops: &mut Drops, reason: &str) {
        for (name, value) in self.map {
            if !value.is_null() {
                drops.lose(self.path.field(&name), reason, value);
            }
        }
    }

    fn present(&mut self, name: &str) -> Option<Value> {
        self.take(name).filter(|value| !value.is_null())
    }

    fn typed<T>(
        &mut self,
        name: &str,
        expected: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(value) = self.present(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| wrong_type(self.path(name), expected))
    }
}

/// The path of item `index` of the array at `path`.
pub(crate) fn item(path: impl Into<Path>, index: usize) -> Path {
    path.into().item(index)
}

/// The problem of a stream without its end.
pub(crate) fn stream_ended() -> Problem {
    let message = "the provider's stream ended before the answer was complete";
    Problem::bad_gateway("upstream_stream_ended", message)
}

/// The problem of a field that must be there.
pub(crate) fn missing(path: impl Into<String>) -> Problem {
    let path = path.into();
    let message = format!("{path} is required");
    Problem::invalid("missing_field", path, message)
}

/// The problem of a field of the wrong type; `expected` with its article: `a string`.
pub(crate) fn wrong_type(path: impl Into<String>, expected: &str) -> Problem {
    let path = path.into();
    if path.is_empty() {
        let message = format!("the body must be {expected}");
        return Problem { param: None, ..Problem::invalid("invalid_type", path, message) };
    }
    let message = format!("{path} must be {expected}");
    Problem::invalid("invalid_type", path, message)
}

/// The problem of a field with a value that does not exist; `expected` names those that do.
pub(crate) fn wrong_value(path: impl Into<String>, expected: &str) -> Problem {
    let path = path.into();
    let message = format!("{path} must be {expected}");
    Problem::invalid("invalid_value", path, message)
}

/// The same finding in a provider's answer: 502, and no request field is at fault.
pub(crate) fn bad_answer(problem: Problem) -> Problem {
    let message = format!("the provider's answer cannot be read: {}", problem.message);
    Problem::bad_gateway("upstream_invalid_response", message)
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
}
