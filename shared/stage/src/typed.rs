//! Reads a tree as a configuration type, and where it is none, says at which path.
//!
//! One deserializer over the tree that knows its place: every configuration type is compiled for it once. A general
//! wrapper around another deserializer would be compiled for each type several times, and reading its configuration
//! would be an eighth of a module's code.

use std::cell::RefCell;
use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _,
    MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value, map};

/// Reads `value` as a `T`.
///
/// # Errors
/// The innermost place that is wrong, and what is.
pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, (String, String)> {
    let failed = RefCell::default();
    let place = Place { value, path: Path::Root, failed: &failed };
    T::deserialize(place).map_err(|error| (failed.take().unwrap_or_default(), error.to_string()))
}

/// The way to a value.
#[derive(Clone, Copy)]
enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Key(Path::Root, key) => f.write_str(key),
            Path::Key(parent, key) => write!(f, "{parent}.{key}"),
            Path::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// A value and where it stands; the first place that turns out to be wrong is noted.
#[derive(Clone, Copy)]
struct Place<'p, 'de> {
    value: &'de Value,
    path: Path<'p>,
    failed: &'p RefCell<Option<String>>,
}

impl<'de> Place<'_, 'de> {
    fn read<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self).inspect_err(|_| note(self.failed, self.path))
    }
}

fn note(failed: &RefCell<Option<String>>, path: Path<'_>) {
    failed.borrow_mut().get_or_insert_with(|| path.to_string());
}

impl<'de> Deserializer<'de> for Place<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => number.deserialize_any(visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => {
                let mut rest = Items { place: self, items: items.iter(), index: 0 };
                let read = visitor.visit_seq(&mut rest)?;
                match rest.items.len() {
                    0 => Ok(read),
                    _ => Err(Error::invalid_length(items.len(), &"fewer elements in array")),
                }
            }
            Value::Object(fields) => {
                visitor.visit_map(Fields { place: self, fields: fields.iter(), field: None })
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (name, content) = match self.value {
            Value::String(name) => (name, None),
            Value::Object(fields) => {
                let mut entries = fields.iter();
                match (entries.next(), entries.next()) {
                    (Some((name, value)), None) => (name, Some(value)),
                    _ => {
                        let one = &"map with a single key";
                        return Err(Error::invalid_value(Unexpected::Map, one));
                    }
                }
            }
            other => return Err(Error::invalid_type(kind(other), &"string or map")),
        };
        visitor.visit_enum(Variant { place: self, name, content })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

fn kind(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(value) => Unexpected::Bool(*value),
        Value::Number(_) => Unexpected::Other("number"),
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    }
}

struct Items<'p, 'de> {
    place: Place<'p, 'de>,
    items: std::slice::Iter<'de, Value>,
    index: usize,
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(value) = self.items.next() else { return Ok(None) };
        let path = Path::Index(&self.place.path, self.index);
        self.index += 1;
        Place { value, path, failed: self.place.failed }.read(seed).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Fields<'p, 'de> {
    place: Place<'p, 'de>,
    fields: map::Iter<'de>,
    /// The field whose name was read last.
    field: Option<(&'de String, &'de Value)>,
}

impl<'de> MapAccess<'de> for Fields<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.field = self.fields.next();
        let Some((name, _)) = self.field else { return Ok(None) };
        let path = Path::Key(&self.place.path, name);
        let read = seed.deserialize(BorrowedStrDeserializer::new(name));
        read.map(Some).inspect_err(|_| note(self.place.failed, path))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let Some((name, value)) = self.field.take() else {
            return Err(Error::custom("a value without its name"));
        };
        let path = Path::Key(&self.place.path, name);
        Place { value, path, failed: self.place.failed }.read(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.fields.len())
    }
}

/// A variant of an enum, and its content, if it has one.
struct Variant<'p, 'de> {
    place: Place<'p, 'de>,
    name: &'de str,
    content: Option<&'de Value>,
}

impl<'de> Variant<'_, 'de> {
    /// Lets `read` work on the content.
    fn inside<T>(
        &self,
        expected: &str,
        read: impl FnOnce(Place<'_, 'de>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let path = Path::Key(&self.place.path, self.name);
        let failed = self.place.failed;
        match self.content {
            Some(value) => read(Place { value, path, failed }).inspect_err(|_| note(failed, path)),
            None => Err(Error::invalid_type(Unexpected::UnitVariant, &expected)),
        }
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let read = seed.deserialize(BorrowedStrDeserializer::new(self.name))?;
        Ok((read, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.content {
            Some(_) => self.inside("unit variant", |place| <()>::deserialize(place)),
            None => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        self.inside("newtype variant", |place| place.read(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.inside("tuple variant", |place| place.deserialize_any(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.inside("struct variant", |place| place.deserialize_any(visitor))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::json;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default, deny_unknown_fields)]
    struct Config {
        name: Option<String>,
        share: f64,
        count: u8,
        pair: Option<(u64, bool)>,
        list: Vec<Choice>,
        by: BTreeMap<String, Choice>,
        free: Value,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case", deny_unknown_fields)]
    enum Choice {
        None,
        One(u64),
        Both(u64, u64),
        Named { target: String },
    }

    #[test]
    fn every_shape_is_read() {
        let value = json!({
            "name": "n", "share": 1, "count": 200, "pair": [7, true], "free": {"a": [1.50, null, "x"]},
            "list": ["none", {"one": 1}, {"both": [1, 2]}, {"named": {"target": "t"}}, {"none": null}],
            "by": {"x": {"one": 2}},
        });
        let read: Config = read(&value).unwrap();
        let named = Choice::Named { target: "t".to_owned() };
        assert_eq!(
            read.list,
            [Choice::None, Choice::One(1), Choice::Both(1, 2), named, Choice::None]
        );
        assert_eq!((read.share, read.count, read.pair), (1.0, 200, Some((7, true))));
        assert_eq!((read.by.get("x"), &read.free), (Some(&Choice::One(2)), &value["free"]));
        assert_eq!(read.name.as_deref(), Some("n"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (value, path, message) in [
            (json!(7), "", "invalid type: integer `7`, expected struct Config"),
            (json!({"nam": 1}), "nam", "unknown field `nam`"),
            (json!({"count": 256}), "count", "invalid value: integer `256`, expected u8"),
            (json!({"share": "1"}), "share", "invalid type: string \"1\", expected f64"),
            (json!({"name": []}), "name", "invalid type: sequence, expected a string"),
            (json!({"list": [{"one": -1}]}), "list[0].one", "invalid value: integer `-1`"),
            (json!({"list": ["none", "two"]}), "list[1]", "unknown variant `two`"),
            (json!({"list": ["one"]}), "list[0]", "invalid type: unit variant, expected newtype"),
            (json!({"list": [{"both": [1, 2, 3]}]}), "list[0].both", "invalid length 3"),
            (json!({"list": [{"one": 1, "none": null}]}), "list[0]", "invalid value: map"),
            (
                json!({"list": [true]}),
                "list[0]",
                "invalid type: boolean `true`, expected string or",
            ),
            (json!({"by": {"x": {"named": {}}}}), "by.x.named", "missing field `target`"),
            (json!({"by": {"x": {"named": {"to": 1}}}}), "by.x.named.to", "unknown field `to`"),
            (json!({"by": null}), "by", "invalid type: null, expected a map"),
        ] {
            let (at, said) = read::<Config>(&value).unwrap_err();
            assert_eq!(at, path, "{value}: {said}");
            assert!(said.starts_with(message), "{value}: {said}");
        }
    }
}
