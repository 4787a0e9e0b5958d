//! The documented shape of a request as data: tables of fields that read like the provider's own
//! types, and one interpreter for all of them.
//!
//! Rules *between* fields are not here; each dialect states those over the checked body.

use serde_json::{Map, Value};

use super::cursor::{Cursor, Fault, Problem, kind_of};

/// What a value may be.
pub(crate) enum Shape {
    /// Anything, for values that the provider hands on unread.
    Any,
    /// An object whose members are not looked at (a JSON Schema, tool input).
    Object,
    /// A string of `min` to `max` characters.
    Text { min: usize, max: usize },
    /// An identifier: `^[a-zA-Z0-9_-]{1,max}$`.
    Name { max: usize },
    /// `true` or `false`.
    Boolean,
    /// A whole number from `min` to `max`.
    Integer { min: i64, max: i64 },
    /// A number from `min` to `max`.
    Number { min: f64, max: f64 },
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// An object with these members and no others.
    Record(&'static [Field]),
    /// An object whose string member `tag` chooses the other members; without it, `default` does.
    Union { tag: &'static str, default: Option<&'static str>, of: &'static [Variant] },
    /// An array of `min` to `max` elements.
    List { of: &'static Shape, min: usize, max: usize },
    /// An object of at most `max` members with free names of at most `key` characters.
    Dictionary { of: &'static Shape, key: usize, max: usize },
    /// Whichever of these has the JSON type of the value.
    Either(&'static [Shape]),
}

/// One member of a record.
pub(crate) struct Field {
    name: &'static str,
    shape: Shape,
    required: bool,
    nullable: bool,
}

/// One branch of a union: its tag and, in groups that branches share, its members.
pub(crate) struct Variant {
    tag: &'static str,
    groups: &'static [&'static [Field]],
}

/// Any string.
pub(crate) const STRING: Shape = Shape::Text { min: 0, max: usize::MAX };
/// A string of at least one character.
pub(crate) const NON_EMPTY: Shape = Shape::Text { min: 1, max: usize::MAX };
/// A whole number that is not negative.
pub(crate) const COUNT: Shape = Shape::Integer { min: 0, max: i64::MAX };
/// An array of any strings.
pub(crate) const STRINGS: Shape = list(&STRING);

/// An array of any length.
pub(crate) const fn list(of: &'static Shape) -> Shape {
    Shape::List { of, min: 0, max: usize::MAX }
}

/// A union by the member `type`.
pub(crate) const fn union(of: &'static [Variant]) -> Shape {
    Shape::Union { tag: "type", default: None, of }
}

/// A branch of a union.
pub(crate) const fn variant(tag: &'static str, groups: &'static [&'static [Field]]) -> Variant {
    Variant { tag, groups }
}

/// A member that must be there and may not be null.
pub(crate) const fn required(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true, nullable: false }
}

/// A member that must be there, or be null.
pub(crate) const fn required_or_null(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true, nullable: true }
}

/// A member that may be absent, but may not be null.
pub(crate) const fn optional(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false, nullable: false }
}

/// A member that may be absent or null.
pub(crate) const fn nullable(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false, nullable: true }
}

impl Shape {
    /// Checks the value under `at` and everything below it.
    ///
    /// # Errors
    ///
    /// The first problem, in the order of the table; unknown members come after the known ones.
    pub(crate) fn check(&self, at: &Cursor<'_>) -> Result<(), Problem> {
        match (self, at.value()) {
            (Self::Any, _) | (Self::Object, Value::Object(_)) | (Self::Boolean, Value::Bool(_)) => {
                Ok(())
            }
            (Self::Text { min, max }, Value::String(text)) => {
                check_size(at, "characters", text.chars().count(), *min, *max)
            }
            (Self::Name { max }, Value::String(text)) => check_name(at, text, *max),
            (Self::Integer { min, max }, Value::Number(number)) => match number.as_i64() {
                Some(found) => check_integer(at, found, *min, *max),
                None => Err(self.wrong_kind(at)),
            },
            (Self::Number { min, max }, Value::Number(number)) => {
                check_number(at, number.as_f64().unwrap_or(f64::NAN), *min, *max)
            }
            (Self::OneOf(allowed), Value::String(text)) => {
                if allowed.contains(&text.as_str()) {
                    return Ok(());
                }
                let allowed = allowed.to_vec();
                Err(at.problem(Fault::NotOneOf { allowed, found: text.clone() }))
            }
            (Self::Record(fields), Value::Object(object)) => {
                check_members(at, object, &[fields], None)
            }
            (Self::Union { tag, default, of }, Value::Object(object)) => {
                check_union(at, object, tag, *default, of)
            }
            (Self::List { of, min, max }, Value::Array(items)) => {
                check_size(at, "elements", items.len(), *min, *max)?;
                at.items().iter().try_for_each(|item| of.check(item))
            }
            (Self::Dictionary { of, key, max }, Value::Object(object)) => {
                check_size(at, "members", object.len(), 0, *max)?;
                for name in object.keys() {
                    let Some(member) = at.member(name) else { continue };
                    check_size(&member, "characters", name.chars().count(), 0, *key)?;
                    of.check(&member)?;
                }
                Ok(())
            }
            (Self::Either(shapes), value) => match shapes.iter().find(|shape| shape.takes(value)) {
                Some(shape) => shape.check(at),
                None => Err(self.wrong_kind(at)),
            },
            _ => Err(self.wrong_kind(at)),
        }
    }

    /// Whether the JSON type of `value` is the one of this shape.
    fn takes(&self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Text { .. } | Self::Name { .. } | Self::OneOf(_) => value.is_string(),
            Self::Boolean => value.is_boolean(),
            Self::Integer { .. } | Self::Number { .. } => value.is_number(),
            Self::Object | Self::Record(_) | Self::Union { .. } | Self::Dictionary { .. } => {
                value.is_object()
            }
            Self::List { .. } => value.is_array(),
            Self::Either(shapes) => shapes.iter().any(|shape| shape.takes(value)),
        }
    }

    fn wrong_kind(&self, at: &Cursor<'_>) -> Problem {
        at.problem(Fault::Kind { expected: self.phrase(), found: kind_of(at.value()) })
    }

    fn phrase(&self) -> String {
        match self {
            Self::Any => "a value".to_owned(),
            Self::Text { .. } | Self::Name { .. } | Self::OneOf(_) => "a string".to_owned(),
            Self::Boolean => "a boolean".to_owned(),
            Self::Integer { .. } => "an integer".to_owned(),
            Self::Number { .. } => "a decimal".to_owned(),
            Self::Object | Self::Record(_) | Self::Union { .. } | Self::Dictionary { .. } => {
                "an object".to_owned()
            }
            Self::List { of, .. } => match of {
                Self::Record(_) | Self::Union { .. } | Self::Object => {
                    "an array of objects".to_owned()
                }
                Self::Text { .. } | Self::OneOf(_) => "an array of strings".to_owned(),
                _ => "an array".to_owned(),
            },
            Self::Either(shapes) => {
                shapes.iter().map(Self::phrase).collect::<Vec<_>>().join(" or ")
            }
        }
    }
}

/// Checks an object against the members in `groups`, of which none but these may be there.
///
/// # Errors
///
/// As [`Shape::check`].
pub(crate) fn check_record(at: &Cursor<'_>, groups: &[&[Field]]) -> Result<(), Problem> {
    match at.value() {
        Value::Object(object) => check_members(at, object, groups, None),
        _ => Err(Shape::Object.wrong_kind(at)),
    }
}

fn check_union(
    at: &Cursor<'_>,
    object: &Map<String, Value>,
    tag: &'static str,
    default: Option<&'static str>,
    of: &'static [Variant],
) -> Result<(), Problem> {
    let chosen = match (object.get(tag), default) {
        (Some(Value::String(name)), _) => name.as_str(),
        (None | Some(Value::Null), Some(default)) => default,
        (None, None) => return Err(at.problem_at(tag, Fault::Missing)),
        (Some(other), _) => {
            let fault = Fault::Kind { expected: "a string".to_owned(), found: kind_of(other) };
            return Err(at.problem_at(tag, fault));
        }
    };
    let Some(variant) = of.iter().find(|variant| variant.tag == chosen) else {
        let allowed = of.iter().map(|variant| variant.tag).collect();
        return Err(at.problem_at(tag, Fault::NoVariant { tag, allowed, found: chosen.to_owned() }));
    };
    // A role chooses the members of a message as a type does, but is no branch in error paths.
    let inside = if tag == "type" { at.variant(variant.tag) } else { at.clone() };
    check_members(&inside, object, variant.groups, Some(tag))
}

fn check_members(
    at: &Cursor<'_>,
    object: &Map<String, Value>,
    groups: &[&[Field]],
    tag: Option<&str>,
) -> Result<(), Problem> {
    for field in groups.iter().copied().flatten() {
        match at.member(field.name) {
            None if field.required => return Err(at.problem_at(field.name, Fault::Missing)),
            None => {}
            Some(member) if member.value().is_null() && field.nullable => {}
            Some(member) => field.shape.check(&member)?,
        }
    }
    let known = |name: &str| {
        tag == Some(name) || groups.iter().copied().flatten().any(|field| field.name == name)
    };
    match object.keys().find(|name| !known(name)) {
        Some(unknown) => Err(at.problem_at(unknown, Fault::Unknown)),
        None => Ok(()),
    }
}

fn check_size(
    at: &Cursor<'_>,
    of: &'static str,
    found: usize,
    min: usize,
    max: usize,
) -> Result<(), Problem> {
    if found < min {
        return Err(at.problem(Fault::Size { of, above: false, limit: min, found }));
    }
    if found > max {
        return Err(at.problem(Fault::Size { of, above: true, limit: max, found }));
    }
    Ok(())
}

fn check_name(at: &Cursor<'_>, text: &str, max: usize) -> Result<(), Problem> {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if text.is_empty() || !text.chars().all(legal) || text.len() > max {
        let length = if max == usize::MAX { "+".to_owned() } else { format!("{{1,{max}}}") };
        return Err(at.problem(Fault::Pattern(format!("^[a-zA-Z0-9_-]{length}$"))));
    }
    Ok(())
}

fn check_integer(at: &Cursor<'_>, found: i64, min: i64, max: i64) -> Result<(), Problem> {
    let (above, limit) = match found {
        _ if found < min => (false, min),
        _ if found > max => (true, max),
        _ => return Ok(()),
    };
    let limit = limit.to_string();
    Err(at.problem(Fault::Range { kind: "integer", above, limit, found: found.to_string() }))
}

fn check_number(at: &Cursor<'_>, found: f64, min: f64, max: f64) -> Result<(), Problem> {
    if (min..=max).contains(&found) {
        return Ok(());
    }
    let above = found > max;
    let limit = if above { max } else { min }.to_string();
    Err(at.problem(Fault::Range { kind: "decimal", above, limit, found: found.to_string() }))
}
