//! Compiled conditions.

use chat::Scope;
use regex::bytes::Regex;
use stage::{Errors, PropertyPath, ScopeName};

use crate::Asked;
use crate::config::{Condition, Day, Feature, Range, TierSource, TimeWindow};
use crate::matcher::{Match, regex};
use crate::prompt::language::{Detector, LANGUAGES};
use crate::prompt::{Phrases, pieces};

/// A compiled [`Condition`].
#[derive(Debug)]
pub(crate) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Model(Match),
    Header(String, Match),
    Path(Match),
    Property(PropertyPath, Match),
    Tier(TierSource, Vec<String>),
    Fact(String, Match),
    Has(Feature),
    PromptTokens(Range),
    Messages(Range),
    Keywords(Phrases, Place),
    Regex(Regex, Place),
    Language(Vec<String>),
    Time(Window),
}

/// Where in the prompt to look.
#[derive(Debug)]
pub(crate) struct Place {
    scopes: Vec<Scope>,
    last_turn: bool,
}

/// What conditions need of the world to be tested.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reads {
    /// The request's texts.
    pub(crate) texts: bool,
    /// The language detector.
    pub(crate) language: bool,
    /// Envoy attributes.
    pub(crate) properties: Vec<PropertyPath>,
}

impl Test {
    /// Compiles a condition and notes what it reads.
    pub(crate) fn compile(
        condition: &Condition,
        tier: Option<&TierSource>,
        path: &str,
        reads: &mut Reads,
        errors: &mut Errors,
    ) -> Option<Test> {
        Some(match condition {
            Condition::All(list) => {
                Test::All(compile_all(list, tier, &format!("{path}.all"), reads, errors)?)
            }
            Condition::Any(list) => {
                let path = format!("{path}.any");
                if list.is_empty() {
                    errors.add(&path, "must have at least one condition");
                }
                Test::Any(compile_all(list, tier, &path, reads, errors)?)
            }
            Condition::Not(inner) => {
                let path = format!("{path}.not");
                Test::Not(Box::new(Test::compile(inner, tier, &path, reads, errors)?))
            }
            Condition::Model(matcher) => {
                Test::Model(Match::compile(matcher, &format!("{path}.model"), errors)?)
            }
            Condition::Path(matcher) => {
                Test::Path(Match::compile(matcher, &format!("{path}.path"), errors)?)
            }
            Condition::Header(header) => {
                let value = Match::compile(&header.value, &format!("{path}.header.value"), errors);
                if header.name.is_empty() {
                    errors.add(&format!("{path}.header.name"), "must not be empty");
                }
                Test::Header(header.name.to_ascii_lowercase(), value?)
            }
            Condition::Property(property) => {
                reads.properties.push(property.path.clone());
                let path = format!("{path}.property.value");
                Test::Property(
                    property.path.clone(),
                    Match::compile(&property.value, &path, errors)?,
                )
            }
            Condition::Fact(fact) => {
                let value = Match::compile(&fact.value, &format!("{path}.fact.value"), errors)?;
                Test::Fact(fact.name.clone(), value)
            }
            Condition::Tier(tiers) => {
                let Some(source) = tier else {
                    errors.add(
                        &format!("{path}.tier"),
                        "`tier` of the configuration must say where it stands",
                    );
                    return None;
                };
                if let TierSource::Property(path) = source {
                    reads.properties.push(path.clone());
                }
                Test::Tier(source.clone(), tiers.clone())
            }
            Condition::Has(feature) => {
                reads.texts |= *feature == Feature::Code;
                Test::Has(*feature)
            }
            Condition::PromptTokens(range) => {
                reads.texts = true;
                Test::PromptTokens(checked(range, &format!("{path}.prompt_tokens"), errors)?)
            }
            Condition::Messages(range) => {
                Test::Messages(checked(range, &format!("{path}.messages"), errors)?)
            }
            Condition::Keywords(keywords) => {
                reads.texts = true;
                let phrases = Phrases::new(keywords.any_of.iter().map(String::as_str));
                let place = Place::compile(
                    &keywords.scope,
                    keywords.last_turn,
                    &format!("{path}.keywords"),
                    errors,
                );
                if phrases.is_empty() || phrases.len() < keywords.any_of.len() {
                    errors.add(
                        &format!("{path}.keywords.any_of"),
                        "must be phrases of at least one word",
                    );
                    return None;
                }
                Test::Keywords(phrases, place?)
            }
            Condition::Regex(pattern) => {
                reads.texts = true;
                let path = format!("{path}.regex");
                let place = Place::compile(&pattern.scope, pattern.last_turn, &path, errors);
                Test::Regex(regex(&pattern.pattern, &format!("{path}.pattern"), errors)?, place?)
            }
            Condition::Language(codes) => {
                reads.texts = true;
                reads.language = true;
                let path = format!("{path}.language");
                if codes.is_empty() {
                    errors.add(&path, "must name at least one language");
                }
                for (index, code) in codes.iter().enumerate() {
                    if !LANGUAGES.contains(&code.as_str()) {
                        let known = LANGUAGES.join(", ");
                        let path = format!("{path}[{index}]");
                        errors.add(&path, format!("unknown language, expected one of: {known}"));
                    }
                }
                Test::Language(codes.clone())
            }
            Condition::Time(window) => {
                Test::Time(Window::compile(window, &format!("{path}.time"), errors)?)
            }
        })
    }

    /// Whether it takes the request's texts.
    pub(crate) fn reads_texts(&self) -> bool {
        match self {
            Test::All(tests) | Test::Any(tests) => tests.iter().any(Test::reads_texts),
            Test::Not(test) => test.reads_texts(),
            Test::Has(feature) => *feature == Feature::Code,
            Test::PromptTokens(_) | Test::Keywords(..) | Test::Regex(..) | Test::Language(_) => {
                true
            }
            Test::Model(_)
            | Test::Header(..)
            | Test::Path(_)
            | Test::Property(..)
            | Test::Tier(..)
            | Test::Fact(..)
            | Test::Messages(_)
            | Test::Time(_) => false,
        }
    }

    /// Whether it holds of a request.
    pub(crate) fn holds(&self, asked: &Asked<'_>, detector: &Detector) -> bool {
        match self {
            Test::All(tests) => tests.iter().all(|test| test.holds(asked, detector)),
            Test::Any(tests) => tests.iter().any(|test| test.holds(asked, detector)),
            Test::Not(test) => !test.holds(asked, detector),
            Test::Model(matcher) => matcher
                .any(Some(asked.model().as_bytes()).into_iter().filter(|model| !model.is_empty())),
            Test::Header(name, matcher) => matcher.any(asked.headers.all(name)),
            Test::Path(matcher) => matcher.any(Some(asked.path().as_bytes()).into_iter()),
            Test::Property(path, matcher) => matcher.any(asked.property(path).into_iter()),
            Test::Fact(name, matcher) => {
                matcher.any(asked.fact(name).map(str::as_bytes).into_iter())
            }
            Test::Tier(source, tiers) => asked
                .tier(source)
                .is_some_and(|tier| tiers.iter().any(|known| known.as_bytes() == tier)),
            Test::Has(feature) => asked.has(*feature),
            Test::PromptTokens(range) => {
                let (least, most) = (range.min.unwrap_or(0), range.max.unwrap_or(u64::MAX));
                asked.prompt_tokens_within(least..=most)
            }
            Test::Messages(range) => range.holds(asked.messages()),
            Test::Keywords(phrases, place) => place.texts(asked).any(|text| phrases.any_in(text)),
            Test::Regex(regex, place) => {
                place.texts(asked).any(|text| regex.is_match(text.as_bytes()))
            }
            Test::Language(codes) => {
                asked.language(detector).is_some_and(|found| codes.iter().any(|code| code == found))
            }
            Test::Time(window) => window.holds(asked.io.now / 1_000_000_000),
        }
    }
}

/// Compiles a list of conditions at `path[0]`, `path[1]`, …
pub(crate) fn compile_all(
    list: &[Condition],
    tier: Option<&TierSource>,
    path: &str,
    reads: &mut Reads,
    errors: &mut Errors,
) -> Option<Vec<Test>> {
    let tests: Vec<Option<Test>> = list
        .iter()
        .enumerate()
        .map(|(index, one)| Test::compile(one, tier, &format!("{path}[{index}]"), reads, errors))
        .collect();
    tests.into_iter().collect()
}

impl Condition {
    /// Its name in the configuration, for explanations.
    pub(crate) fn label(&self) -> String {
        match self {
            Condition::All(_) => "all".to_owned(),
            Condition::Any(_) => "any".to_owned(),
            Condition::Not(inner) => format!("not {}", inner.label()),
            Condition::Model(_) => "model".to_owned(),
            Condition::Header(header) => format!("header {}", header.name),
            Condition::Path(_) => "path".to_owned(),
            Condition::Property(property) => format!("property {}", property.path.join(".")),
            Condition::Tier(_) => "tier".to_owned(),
            Condition::Fact(fact) => format!("fact {}", fact.name),
            Condition::Has(feature) => format!("has {feature:?}").to_lowercase(),
            Condition::PromptTokens(_) => "prompt_tokens".to_owned(),
            Condition::Messages(_) => "messages".to_owned(),
            Condition::Keywords(_) => "keywords".to_owned(),
            Condition::Regex(_) => "regex".to_owned(),
            Condition::Language(codes) => format!("language {}", codes.join(", ")),
            Condition::Time(_) => "time".to_owned(),
        }
    }

    /// Whether whatever meets `other` surely meets this.
    pub(crate) fn covers(&self, other: &Condition) -> bool {
        if self == other {
            return true;
        }
        match (self, other) {
            (Condition::All(list), _) => list.iter().all(|one| one.covers(other)),
            (_, Condition::All(list)) => list.iter().any(|one| self.covers(one)),
            (_, Condition::Any(list)) => list.iter().all(|one| self.covers(one)),
            (Condition::Any(list), _) => list.iter().any(|one| one.covers(other)),
            (Condition::Not(wide), Condition::Not(narrow)) => narrow.covers(wide),
            (Condition::Model(wide), Condition::Model(narrow))
            | (Condition::Path(wide), Condition::Path(narrow)) => wide.covers(narrow),
            (Condition::Header(wide), Condition::Header(narrow)) => {
                wide.name.eq_ignore_ascii_case(&narrow.name) && wide.value.covers(&narrow.value)
            }
            (Condition::Property(wide), Condition::Property(narrow)) => {
                wide.path == narrow.path && wide.value.covers(&narrow.value)
            }
            (Condition::Fact(wide), Condition::Fact(narrow)) => {
                wide.name == narrow.name && wide.value.covers(&narrow.value)
            }
            (Condition::Tier(wide), Condition::Tier(narrow))
            | (Condition::Language(wide), Condition::Language(narrow)) => {
                narrow.iter().all(|one| wide.contains(one))
            }
            (Condition::PromptTokens(wide), Condition::PromptTokens(narrow))
            | (Condition::Messages(wide), Condition::Messages(narrow)) => wide.covers(narrow),
            _ => false,
        }
    }
}

/// Whether a rule with the conditions `wide` takes every request that meets all of `narrow`.
pub(crate) fn takes_all_of(wide: &[Condition], narrow: &[Condition]) -> bool {
    wide.iter().all(|one| narrow.iter().any(|other| one.covers(other)))
}

impl Range {
    fn holds(&self, number: u64) -> bool {
        self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
    }

    fn covers(&self, other: &Range) -> bool {
        self.min.unwrap_or(0) <= other.min.unwrap_or(0)
            && self.max.unwrap_or(u64::MAX) >= other.max.unwrap_or(u64::MAX)
    }
}

fn checked(range: &Range, path: &str, errors: &mut Errors) -> Option<Range> {
    match (range.min, range.max) {
        (None, None) => errors.add(path, "must have `min`, `max` or both"),
        (Some(min), Some(max)) if min > max => errors.add(path, "`min` must not be above `max`"),
        _ => return Some(range.clone()),
    }
    None
}

impl Place {
    fn compile(
        parts: &[ScopeName],
        last_turn: bool,
        path: &str,
        errors: &mut Errors,
    ) -> Option<Place> {
        if parts.is_empty() {
            errors.add(&format!("{path}.scope"), "must name at least one part");
            return None;
        }
        let scopes = parts.iter().map(|part| Scope::from(*part));
        Some(Place { scopes: scopes.collect(), last_turn })
    }

    fn texts<'a>(&'a self, asked: &'a Asked<'_>) -> impl Iterator<Item = &'a str> {
        let scopes = self.scopes.iter();
        scopes
            .flat_map(|scope| pieces(asked.texts, *scope, self.last_turn))
            .map(|piece| piece.text.as_str())
    }
}

/// A compiled [`TimeWindow`]: minutes of the day.
#[derive(Debug)]
pub(crate) struct Window {
    from: i64,
    to: i64,
    days: Vec<Day>,
    offset: i64,
}

const DAY: i64 = 24 * 60;

impl Window {
    fn compile(window: &TimeWindow, path: &str, errors: &mut Errors) -> Option<Window> {
        let mut read = |text: &str, field: &str| {
            let minutes = minutes(text);
            if minutes.is_none() {
                errors.add(&format!("{path}.{field}"), "must be like `08:30`");
            }
            minutes
        };
        let (from, to) = (read(&window.from, "from"), read(&window.to, "to"));
        if from.is_some() && from == to {
            errors.add(path, "`from` and `to` must differ");
            return None;
        }
        if window.utc_offset_minutes.unsigned_abs() > 14 * 60 {
            errors.add(&format!("{path}.utc_offset_minutes"), "must be within 14 hours");
        }
        Some(Window {
            from: from?,
            to: to?,
            days: window.days.clone(),
            offset: window.utc_offset_minutes.into(),
        })
    }

    fn holds(&self, unix_seconds: u64) -> bool {
        let minutes = i64::try_from(unix_seconds / 60).unwrap_or(0) + self.offset;
        let (day, minute) = (minutes.div_euclid(DAY), minutes.rem_euclid(DAY));
        // Over midnight, what is after it belongs to the day before.
        let begun = match self.from < self.to {
            true => (self.from..self.to).contains(&minute).then_some(day),
            false if minute >= self.from => Some(day),
            false => (minute < self.to).then_some(day - 1),
        };
        begun.is_some_and(|day| self.days.is_empty() || self.days.contains(&weekday(day)))
    }
}

/// The weekday of a day since 1970-01-01, which was a Thursday.
fn weekday(day: i64) -> Day {
    match day.rem_euclid(7) {
        0 => Day::Thu,
        1 => Day::Fri,
        2 => Day::Sat,
        3 => Day::Sun,
        4 => Day::Mon,
        5 => Day::Tue,
        _ => Day::Wed,
    }
}

fn minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |text: &str| match text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse::<i64>().ok(),
        false => None,
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= DAY).then_some(all)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use serde_json::json;

    use super::*;

    fn window(value: serde_json::Value) -> Window {
        let window = serde_json::from_value(value).unwrap();
        Window::compile(&window, "time", &mut Errors::default()).unwrap()
    }

    #[test]
    fn windows_go_by_day_and_over_midnight() {
        // 2026-11-21 is a Saturday.
        let saturday = 1_795_219_200;
        let at = |hours: u64, minutes: u64| saturday + hours * 3_600 + minutes * 60;
        let office = window(json!({"from": "08:30", "to": "18:00", "days": ["sat"]}));
        for (time, expected) in
            [(at(8, 29), false), (at(8, 30), true), (at(17, 59), true), (at(18, 0), false)]
        {
            assert_eq!(office.holds(time), expected, "{time}");
        }
        assert!(!office.holds(at(24 + 9, 0)), "Sunday");
        let night = window(json!({"from": "22:00", "to": "06:00", "days": ["sat"]}));
        for (time, expected) in
            [(at(5, 0), false), (at(23, 0), true), (at(24 + 5, 59), true), (at(24 + 23, 0), false)]
        {
            assert_eq!(night.holds(time), expected, "{time}");
        }
        let tokyo = window(
            json!({"from": "00:00", "to": "24:00", "days": ["sun"], "utc_offset_minutes": 540}),
        );
        assert!(!tokyo.holds(at(14, 59)) && tokyo.holds(at(15, 0)));
    }

    #[test]
    fn times_of_day_are_read_strictly() {
        for (text, expected) in [
            ("00:00", Some(0)),
            ("24:00", Some(1_440)),
            ("24:01", None),
            ("8:30", None),
            ("08:60", None),
            ("0830", None),
            ("+8:30", None),
        ] {
            assert_eq!(minutes(text), expected, "{text}");
        }
    }

    #[test]
    fn a_condition_covers_what_it_surely_takes() {
        let of = |value| serde_json::from_value::<Condition>(value).unwrap();
        for (wide, narrow, expected) in [
            (json!({"model": {"prefix": "gpt"}}), json!({"model": {"exact": "gpt-4o"}}), true),
            (
                json!({"model": {"prefix": "gpt"}}),
                json!({"all": [{"has": "code"}, {"model": {"exact": "gpt-4o"}}]}),
                true,
            ),
            (json!({"all": [{"has": "code"}, {"has": "tools"}]}), json!({"has": "code"}), false),
            (json!({"any": [{"has": "code"}, {"has": "tools"}]}), json!({"has": "code"}), true),
            (json!({"has": "code"}), json!({"any": [{"has": "code"}, {"has": "tools"}]}), false),
            (
                json!({"prompt_tokens": {"min": 5}}),
                json!({"prompt_tokens": {"min": 9, "max": 10}}),
                true,
            ),
            (json!({"prompt_tokens": {"max": 9}}), json!({"prompt_tokens": {"min": 9}}), false),
            (
                json!({"not": {"has": "code"}}),
                json!({"not": {"any": [{"has": "code"}, {"has": "tools"}]}}),
                true,
            ),
            (json!({"language": ["de", "fr"]}), json!({"language": ["fr"]}), true),
        ] {
            assert_eq!(of(wide.clone()).covers(&of(narrow.clone())), expected, "{wide} {narrow}");
        }
    }
}
