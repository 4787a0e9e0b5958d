//! A JSON value that knows where it stands in its document, and what can be wrong with it.

use std::fmt;

use serde_json::Value;

/// One step of the way from the root of a request body to a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// A member of an object.
    Key(String),
    /// An element of an array, counted from 0.
    Index(usize),
    /// The branch of a tagged union that was taken. Anthropic's error paths show it
    /// (`messages.0.content.1.tool_use.input`), OpenAI's do not.
    Variant(&'static str),
}

/// What is wrong with a value, in words that every dialect can render its own way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// A required member is absent.
    Missing,
    /// A member that the API does not know.
    Unknown,
    /// The JSON type is wrong; `expected` is a phrase such as "a string or an array of objects".
    Kind { expected: String, found: &'static str },
    /// A string outside a closed set.
    NotOneOf { allowed: Vec<&'static str>, found: String },
    /// The tag of a union names no branch of it.
    NoVariant { tag: &'static str, allowed: Vec<&'static str>, found: String },
    /// A number below (or above) its limit; `kind` is "integer" or "decimal".
    Range { kind: &'static str, above: bool, limit: String, found: String },
    /// A string, array or map with too few or too many characters, elements or members.
    Size { of: &'static str, above: bool, limit: usize, found: usize },
    /// A string that does not match the documented pattern.
    Pattern(String),
    /// A rule between fields, in the provider's own words; `code` is OpenAI's `error.code`.
    Rule { message: String, code: Option<&'static str> },
}

/// A fault and where it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) path: Vec<Step>,
    pub(crate) fault: Fault,
}

impl fmt::Display for Problem {
    /// `messages[2].tool_call_id: required`, the form of the recorded requests.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = bracket_path(&self.path);
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        match &self.fault {
            Fault::Missing => write!(f, "required"),
            Fault::Unknown => write!(f, "unknown parameter"),
            Fault::Kind { expected, found } => write!(f, "expected {expected}, got {found}"),
            Fault::NotOneOf { allowed, found } => {
                write!(f, "`{found}` is none of {}", allowed.join(", "))
            }
            Fault::NoVariant { tag, allowed, found } => {
                write!(f, "{tag} `{found}` is none of {}", allowed.join(", "))
            }
            Fault::Range { above, limit, found, .. } => {
                write!(f, "{found} is {} {limit}", if *above { "above" } else { "below" })
            }
            Fault::Size { of, above, limit, found } => {
                let side = if *above { "more" } else { "fewer" };
                write!(f, "{found} {of}, {side} than {limit}")
            }
            Fault::Pattern(pattern) => write!(f, "does not match {pattern}"),
            Fault::Rule { message, .. } => write!(f, "{message}"),
        }
    }
}

/// OpenAI's path grammar: `messages[2].content[0].text`.
pub(crate) fn bracket_path(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            Step::Key(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
            Step::Index(index) => out.push_str(&format!("[{index}]")),
            Step::Variant(_) => {}
        }
    }
    out
}

/// Anthropic's path grammar: `messages.2.content.0.text.text`, union branches included.
pub(crate) fn dotted_path(path: &[Step]) -> String {
    let steps: Vec<String> = path
        .iter()
        .map(|step| match step {
            Step::Key(key) => key.clone(),
            Step::Index(index) => index.to_string(),
            Step::Variant(tag) => (*tag).to_owned(),
        })
        .collect();
    steps.join(".")
}

/// A value and its path.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    value: &'a Value,
    path: Vec<Step>,
}

impl<'a> Cursor<'a> {
    /// The whole document.
    pub(crate) fn root(value: &'a Value) -> Self {
        Self { value, path: Vec::new() }
    }

    /// The value itself.
    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    /// The member `name`, where `null` counts as present.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name)?;
        Some(Self { value, path: self.path_to(Step::Key(name.to_owned())) })
    }

    /// The member `name`, where `null` counts as absent.
    pub(crate) fn field(&self, name: &str) -> Option<Self> {
        self.member(name).filter(|member| !member.value.is_null())
    }

    /// The elements of an array; none for anything else.
    pub(crate) fn items(&self) -> Vec<Self> {
        let items = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        items
            .iter()
            .enumerate()
            .map(|(index, value)| Self { value, path: self.path_to(Step::Index(index)) })
            .collect()
    }

    /// The elements of the array member `name`; none where it is absent or no array.
    pub(crate) fn items_of(&self, name: &str) -> Vec<Self> {
        self.field(name).map(|list| list.items()).unwrap_or_default()
    }

    /// The string member `name`; empty where it is absent or no string.
    pub(crate) fn text(&self, name: &str) -> &'a str {
        self.value.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the boolean member `name` is true.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.value.get(name).and_then(Value::as_bool) == Some(true)
    }

    /// The same value, seen as the branch `tag` of a union.
    pub(crate) fn variant(&self, tag: &'static str) -> Self {
        Self { value: self.value, path: self.path_to(Step::Variant(tag)) }
    }

    /// `fault` at this place.
    pub(crate) fn problem(&self, fault: Fault) -> Problem {
        Problem { path: self.path.clone(), fault }
    }

    /// `fault` at the member `name`, whether or not it exists.
    pub(crate) fn problem_at(&self, name: &str, fault: Fault) -> Problem {
        Problem { path: self.path_to(Step::Key(name.to_owned())), fault }
    }

    /// A broken rule at this place, in the provider's own words.
    pub(crate) fn breaks(&self, message: impl Into<String>) -> Problem {
        self.problem(Fault::Rule { message: message.into(), code: None })
    }

    fn path_to(&self, step: Step) -> Vec<Step> {
        let mut path = self.path.clone();
        path.push(step);
        path
    }
}

/// The JSON type of `value` with its article, as both providers name it in errors.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "an integer",
        Value::Number(_) => "a decimal",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
