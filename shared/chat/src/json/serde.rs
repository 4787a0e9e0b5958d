//! The tree in the world of `serde`: configuration, tools and tests.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Map, Number, Value};

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(number) => serde_json::Number::from(number).serialize(serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(items) => items.serialize(serializer),
            Value::Object(map) => map.serialize(serializer),
        }
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self {
            entries.serialize_entry(name.as_str(), value)?;
        }
        entries.end()
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        serde_json::Value::deserialize(deserializer).map(Value::from)
    }
}

impl<'de> Deserialize<'de> for Map {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Map, D::Error> {
        serde_json::Map::deserialize(deserializer).map(Map::from)
    }
}

impl From<&Number> for serde_json::Number {
    fn from(number: &Number) -> serde_json::Number {
        // A number's text is one of `serde_json`'s too.
        number.to_string().parse().unwrap_or_else(|_| 0.into())
    }
}

impl From<Value> for serde_json::Value {
    fn from(value: Value) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => serde_json::Value::Bool(value),
            Value::Number(number) => serde_json::Value::Number((&number).into()),
            Value::String(text) => serde_json::Value::String(text),
            Value::Array(items) => items.into_iter().map(serde_json::Value::from).collect(),
            Value::Object(map) => map
                .into_iter()
                .map(|(name, value)| (name, serde_json::Value::from(value)))
                .collect(),
        }
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Value {
        match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Bool(value),
            serde_json::Value::Number(number) => {
                number.to_string().parse().map_or(Value::Null, Value::Number)
            }
            serde_json::Value::String(text) => Value::String(text),
            serde_json::Value::Array(items) => items.into_iter().map(Value::from).collect(),
            serde_json::Value::Object(map) => Value::Object(map.into()),
        }
    }
}

impl From<serde_json::Map<String, serde_json::Value>> for Map {
    fn from(map: serde_json::Map<String, serde_json::Value>) -> Map {
        map.into_iter().map(|(name, value)| (name, Value::from(value))).collect()
    }
}
