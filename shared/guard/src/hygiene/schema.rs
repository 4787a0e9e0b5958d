//! As much of JSON Schema as limits on requests need. What it does not know it refuses to load.

use chat::json::Value;
use regex::{Regex, RegexBuilder};
use stage::Errors;

/// A compiled schema.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    types: Vec<String>,
    choices: Option<Vec<Value>>,
    properties: Vec<(String, Schema)>,
    required: Vec<String>,
    /// `false`: nothing but the named properties.
    additional: Option<Additional>,
    items: Option<Box<Schema>>,
    count: (Option<f64>, Option<f64>),
    length: (Option<f64>, Option<f64>),
    range: (Option<f64>, Option<f64>),
    pattern: Option<Regex>,
    all: Vec<Schema>,
    any: Vec<Schema>,
    not: Option<Box<Schema>>,
}

#[derive(Debug)]
enum Additional {
    No,
    Meet(Box<Schema>),
}

/// Keywords that say nothing about validity.
const NOTES: [&str; 6] = ["$schema", "$id", "title", "description", "default", "examples"];
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];
/// How large one pattern may become.
const PATTERN_BYTES: usize = 256 << 10;

impl Schema {
    pub(crate) fn compile(value: &Value, path: &str, errors: &mut Errors) -> Option<Schema> {
        let Some(map) = value.as_object() else {
            errors.add(path, "must be an object");
            return None;
        };
        let mut schema = Schema::default();
        for (key, value) in map.iter() {
            let at = format!("{path}.{}", key.as_str());
            schema.keyword(key.as_str(), value, &at, errors);
        }
        Some(schema)
    }

    fn keyword(&mut self, key: &str, value: &Value, path: &str, errors: &mut Errors) {
        let wrong = wrong(key);
        let done = match key {
            "type" => strings(value)
                .filter(|types| types.iter().all(|name| TYPES.contains(&name.as_str())))
                .map(|types| self.types = types),
            "enum" => value.as_array().map(|list| self.choices = Some(list.clone())),
            "const" => {
                self.choices = Some(vec![value.clone()]);
                Some(())
            }
            "required" => strings(value).map(|names| self.required = names),
            "properties" => value.as_object().map(|map| {
                for (name, schema) in map.iter() {
                    let at = format!("{path}.{}", name.as_str());
                    let schema = Schema::compile(schema, &at, errors);
                    self.properties.extend(schema.map(|schema| (name.as_str().to_owned(), schema)));
                }
            }),
            "additionalProperties" => {
                self.additional = match value.as_bool() {
                    Some(true) => None,
                    Some(false) => Some(Additional::No),
                    None => Schema::compile(value, path, errors)
                        .map(|schema| Additional::Meet(Box::new(schema))),
                };
                Some(())
            }
            "items" => {
                self.items = Schema::compile(value, path, errors).map(Box::new);
                Some(())
            }
            "not" => {
                self.not = Schema::compile(value, path, errors).map(Box::new);
                Some(())
            }
            "allOf" => schemas(value, path, errors).map(|list| self.all = list),
            "anyOf" => schemas(value, path, errors).map(|list| self.any = list),
            "minItems" => value.as_f64().map(|least| self.count.0 = Some(least)),
            "maxItems" => value.as_f64().map(|most| self.count.1 = Some(most)),
            "minLength" => value.as_f64().map(|least| self.length.0 = Some(least)),
            "maxLength" => value.as_f64().map(|most| self.length.1 = Some(most)),
            "minimum" => value.as_f64().map(|least| self.range.0 = Some(least)),
            "maximum" => value.as_f64().map(|most| self.range.1 = Some(most)),
            "pattern" => {
                let built = value
                    .as_str()
                    .map(|text| RegexBuilder::new(text).size_limit(PATTERN_BYTES).build());
                built.and_then(Result::ok).map(|pattern| self.pattern = Some(pattern))
            }
            _ if NOTES.contains(&key) => Some(()),
            _ => {
                errors.add(path, "this keyword is not supported");
                Some(())
            }
        };
        if done.is_none() {
            errors.add(path, wrong);
        }
    }

    /// Whether `value` meets it; otherwise the path of what does not.
    pub(crate) fn check(&self, value: &Value) -> Result<(), String> {
        self.at(value, "")
    }

    fn at(&self, value: &Value, path: &str) -> Result<(), String> {
        let unmet = || Err(path.to_owned());
        if !self.types.is_empty() && !self.types.iter().any(|name| is(value, name)) {
            return unmet();
        }
        if self.choices.as_ref().is_some_and(|choices| !choices.contains(value)) {
            return unmet();
        }
        if let Some(number) = value.as_f64().filter(|_| value.is_number())
            && !inside(number, self.range)
        {
            return unmet();
        }
        if let Some(text) = value.as_str() {
            let fits = self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
            if !inside(text.chars().count() as f64, self.length) || !fits {
                return unmet();
            }
        }
        if let Some(items) = value.as_array() {
            if !inside(items.len() as f64, self.count) {
                return unmet();
            }
            if let Some(schema) = &self.items {
                for (index, item) in items.iter().enumerate() {
                    schema.at(item, &format!("{path}[{index}]"))?;
                }
            }
        }
        self.object(value, path)?;
        self.all.iter().try_for_each(|schema| schema.at(value, path))?;
        let any =
            self.any.is_empty() || self.any.iter().any(|schema| schema.at(value, path).is_ok());
        match any && self.not.as_ref().is_none_or(|schema| schema.at(value, path).is_err()) {
            true => Ok(()),
            false => unmet(),
        }
    }

    fn object(&self, value: &Value, path: &str) -> Result<(), String> {
        let Some(map) = value.as_object() else { return Ok(()) };
        let join =
            |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        if let Some(name) = self.required.iter().find(|name| !map.contains_key(name)) {
            return Err(join(name));
        }
        for (name, value) in map.iter() {
            let name = name.as_str();
            let named = self.properties.iter().find(|(key, _)| key == name);
            match (named, self.additional.as_ref()) {
                (Some((_, schema)), _) => schema.at(value, &join(name))?,
                (None, Some(Additional::No)) => return Err(join(name)),
                (None, Some(Additional::Meet(schema))) => schema.at(value, &join(name))?,
                (None, None) => {}
            }
        }
        Ok(())
    }
}

/// What is wrong with a keyword's value, in words.
fn wrong(key: &str) -> String {
    match key {
        "type" => format!("must be one or a list of {}", TYPES.join(", ")),
        "pattern" => "must be a regular expression of moderate size".to_owned(),
        "enum" | "allOf" | "anyOf" => "must be a list".to_owned(),
        "required" => "must be a list of names".to_owned(),
        "properties" => "must be an object".to_owned(),
        _ => "must be a number".to_owned(),
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    if let Some(text) = value.as_str() {
        return Some(vec![text.to_owned()]);
    }
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

fn schemas(value: &Value, path: &str, errors: &mut Errors) -> Option<Vec<Schema>> {
    let list = value.as_array()?.iter().enumerate();
    let compile = |(index, schema)| Schema::compile(schema, &format!("{path}[{index}]"), errors);
    Some(list.filter_map(compile).collect())
}

fn is(value: &Value, name: &str) -> bool {
    match name {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "integer" => {
            value.as_f64().is_some_and(|number| value.is_number() && number.fract() == 0.0)
        }
        "null" => value.is_null(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        _ => value.is_string(),
    }
}

fn inside(number: f64, (least, most): (Option<f64>, Option<f64>)) -> bool {
    least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn tree(text: &str) -> Value {
        chat::json::parse_str(text).unwrap()
    }

    #[test]
    fn a_value_meets_a_schema_or_the_path_is_told() {
        let schema = r#"{"type":"object","required":["a"],"additionalProperties":false,"properties":{
            "a":{"type":"array","maxItems":2,"items":{"type":"integer","minimum":0}},
            "b":{"anyOf":[{"type":"null"},{"type":"string","pattern":"^x","maxLength":3}]},
            "c":{"enum":[1,"one"],"not":{"type":"string"}}}}"#;
        let schema = Schema::compile(&tree(schema), "s", &mut Errors::default()).unwrap();
        for (value, unmet) in [
            (r#"{"a":[1,2],"b":"xy","c":1}"#, None),
            (r#"{"a":[],"b":null}"#, None),
            (r#"{}"#, Some("a")),
            (r#"{"a":[1,2,3]}"#, Some("a")),
            (r#"{"a":[1.5]}"#, Some("a[0]")),
            (r#"{"a":[0,-1]}"#, Some("a[1]")),
            (r#"{"a":[],"b":"yx"}"#, Some("b")),
            (r#"{"a":[],"b":"xxxx"}"#, Some("b")),
            (r#"{"a":[],"c":"one"}"#, Some("c")),
            (r#"{"a":[],"d":1}"#, Some("d")),
            (r#"[]"#, Some("")),
        ] {
            assert_eq!(schema.check(&tree(value)).err().as_deref(), unmet, "{value}");
        }
    }

    #[test]
    fn what_it_does_not_know_is_refused() {
        for text in [
            r#"{"type":"text"}"#,
            r#"{"minimum":"1"}"#,
            r#"{"pattern":"("}"#,
            r#"{"properties":{"a":{"oneOf":[]}}}"#,
            r#"{"items":1}"#,
        ] {
            let mut errors = Errors::default();
            Schema::compile(&tree(text), "s", &mut errors);
            assert!(!errors.is_empty(), "{text}");
        }
    }
}
