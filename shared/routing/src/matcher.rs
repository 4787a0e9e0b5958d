//! Tests of strings.

use regex::bytes::{Regex, RegexBuilder};
use stage::Errors;

use crate::config::Matcher;

/// The largest compiled form of one regex, in bytes.
const REGEX_LIMIT: usize = 1 << 20;

/// A compiled [`Matcher`].
#[derive(Debug)]
pub(crate) enum Match {
    Plain(Matcher),
    Regex(Regex),
}

impl Match {
    pub(crate) fn compile(matcher: &Matcher, path: &str, errors: &mut Errors) -> Option<Match> {
        match matcher {
            Matcher::Regex(pattern) => {
                let whole = format!("^(?:{pattern})$");
                regex(&whole, &format!("{path}.regex"), errors).map(Match::Regex)
            }
            Matcher::OneOf(list) if list.is_empty() => {
                errors.add(&format!("{path}.one_of"), "must name at least one value");
                None
            }
            _ => Some(Match::Plain(matcher.clone())),
        }
    }

    /// Whether one of `values` matches; for `present: false`, whether there are none.
    pub(crate) fn any<'a>(&self, mut values: impl Iterator<Item = &'a [u8]>) -> bool {
        match self {
            Match::Plain(Matcher::Present(present)) => values.next().is_some() == *present,
            Match::Plain(plain) => values.any(|value| plain.holds(value)),
            Match::Regex(regex) => values.any(|value| regex.is_match(value)),
        }
    }
}

impl Matcher {
    /// Whether `value` matches. A regex, which is compiled elsewhere, matches nothing here.
    pub(crate) fn holds(&self, value: &[u8]) -> bool {
        match self {
            Matcher::Exact(text) => text.as_bytes() == value,
            Matcher::Prefix(text) => value.starts_with(text.as_bytes()),
            Matcher::Glob(glob) => matches_glob(glob.as_bytes(), value),
            Matcher::OneOf(list) => list.iter().any(|text| text.as_bytes() == value),
            Matcher::Present(present) => *present,
            Matcher::Regex(_) => false,
        }
    }

    /// Whether whatever matches `other` surely matches this.
    pub(crate) fn covers(&self, other: &Matcher) -> bool {
        if self == other {
            return true;
        }
        match (self, other) {
            (_, Matcher::Exact(text)) => self.holds(text.as_bytes()),
            (_, Matcher::OneOf(list)) => list.iter().all(|text| self.holds(text.as_bytes())),
            (Matcher::Present(true), other) => *other != Matcher::Present(false),
            (Matcher::Prefix(short), Matcher::Prefix(long)) => long.starts_with(short.as_str()),
            (Matcher::Glob(glob), Matcher::Prefix(prefix)) => glob
                .strip_suffix('*')
                .is_some_and(|start| !start.contains(['*', '?']) && prefix.starts_with(start)),
            _ => false,
        }
    }
}

/// Compiles a pattern over bytes without Unicode classes, whose tables would double the module.
pub(crate) fn regex(pattern: &str, path: &str, errors: &mut Errors) -> Option<Regex> {
    let compiled = RegexBuilder::new(pattern)
        .unicode(false)
        .size_limit(REGEX_LIMIT)
        .dfa_size_limit(REGEX_LIMIT)
        .build();
    match compiled {
        Ok(regex) => Some(regex),
        Err(error) => {
            let line = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            errors.add(path, line);
            None
        }
    }
}

/// `*` stands for any bytes, `?` for one character. At worst one comparison per byte of either.
fn matches_glob(glob: &[u8], value: &[u8]) -> bool {
    let (mut rest, mut left) = (glob, value);
    // Where to go on if the last star takes in one byte more.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (rest.split_first(), left.split_first()) {
            (Some((b'*', after)), _) => {
                retry = Some((after, left));
                rest = after;
            }
            (Some((b'?', after)), Some((_, tail))) => {
                rest = after;
                // The rest of a character in UTF-8.
                let width = tail.iter().take_while(|byte| **byte & 0xc0 == 0x80).count();
                left = tail.get(width..).unwrap_or_default();
            }
            (Some((want, after)), Some((have, tail))) if want == have => {
                rest = after;
                left = tail;
            }
            (None, None) => return true,
            _ => {
                let Some((after, taken)) = retry else { return false };
                let Some((_, tail)) = taken.split_first() else { return false };
                retry = Some((after, tail));
                rest = after;
                left = tail;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn globs_match_as_a_whole() {
        for (glob, value, expected) in [
            ("gpt-*", "gpt-4o", true),
            ("gpt-*", "xgpt-4o", false),
            ("*-mini", "gpt-4o-mini", true),
            ("*-mini", "gpt-4o-mini-2", false),
            ("gpt-?o*", "gpt-4o-mini", true),
            ("a*b*c", "aXbbYc", true),
            ("a*b*c", "aXbbY", false),
            ("?", "é", true),
            ("??", "é", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("**a", "a", true),
        ] {
            assert_eq!(matches_glob(glob.as_bytes(), value.as_bytes()), expected, "{glob} {value}");
        }
    }

    #[test]
    fn coverage_is_claimed_only_where_it_is_sure() {
        let exact = |text: &str| Matcher::Exact(text.into());
        let prefix = |text: &str| Matcher::Prefix(text.into());
        let glob = |text: &str| Matcher::Glob(text.into());
        for (wide, narrow, expected) in [
            (prefix("gpt-"), exact("gpt-4o"), true),
            (prefix("gpt-"), prefix("gpt-4"), true),
            (prefix("gpt-4"), prefix("gpt-"), false),
            (glob("gpt-*"), prefix("gpt-4"), true),
            (glob("*-x"), prefix("gpt-4"), false),
            (exact("a"), Matcher::OneOf(vec!["a".into(), "b".into()]), false),
            (Matcher::OneOf(vec!["a".into(), "b".into()]), exact("b"), true),
            (Matcher::Present(true), exact("b"), true),
            (Matcher::Present(true), Matcher::Present(false), false),
            (Matcher::Regex("a".into()), exact("a"), false),
        ] {
            assert_eq!(wide.covers(&narrow), expected, "{wide:?} {narrow:?}");
        }
    }
}
