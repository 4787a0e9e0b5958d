//! Model names: what the client calls them, what the provider calls them.

use regex_lite::{Regex, RegexBuilder};
use stage::Errors;

use crate::config::ModelRule;

/// The largest compiled form of one regex, in bytes.
const REGEX_LIMIT: usize = 1 << 18;

/// A compiled mapping.
#[derive(Debug, Default)]
pub(crate) struct ModelMap {
    exact: Vec<(String, String)>,
    /// Longest first.
    prefix: Vec<(String, String)>,
    regex: Vec<(Regex, String)>,
}

impl ModelMap {
    pub(crate) fn compile(
        rules: Vec<ModelRule>,
        path: &str,
        errors: &mut Errors,
    ) -> Option<ModelMap> {
        let mut map = ModelMap::default();
        let mut sound = true;
        for (index, rule) in rules.into_iter().enumerate() {
            if let Err((field, message)) = map.add(rule) {
                let at = format!("{path}[{index}]");
                let at = if field.is_empty() { at } else { format!("{at}.{field}") };
                errors.add(&at, message);
                sound = false;
            }
        }
        map.prefix.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        sound.then_some(map)
    }

    fn add(&mut self, rule: ModelRule) -> Result<(), (&'static str, String)> {
        if rule.to.is_empty() {
            return Err(("to", "must not be empty".to_owned()));
        }
        let twice = |field| (field, "is matched by an earlier rule already".to_owned());
        match (rule.exact, rule.prefix, rule.regex) {
            (Some(name), None, None) => {
                if self.exact.iter().any(|(known, _)| *known == name) {
                    return Err(twice("exact"));
                }
                self.exact.push((name, rule.to));
            }
            (None, Some(prefix), None) => {
                if self.prefix.iter().any(|(known, _)| *known == prefix) {
                    return Err(twice("prefix"));
                }
                self.prefix.push((prefix, rule.to));
            }
            (None, None, Some(pattern)) => {
                let whole = RegexBuilder::new(&format!("^(?:{pattern})$"))
                    .size_limit(REGEX_LIMIT)
                    .build()
                    .map_err(|error| ("regex", one_line(&error.to_string())))?;
                self.regex.push((whole, rule.to));
            }
            _ => {
                return Err((
                    "",
                    "must have exactly one of `exact`, `prefix` and `regex`".to_owned(),
                ));
            }
        }
        Ok(())
    }

    /// The provider's name for `model`, if a rule matches.
    pub(crate) fn map(&self, model: &str) -> Option<String> {
        let exact = self.exact.iter().find(|(name, _)| name == model).map(|(_, to)| to.clone());
        let prefix = || {
            let row = self.prefix.iter().find(|(prefix, _)| model.starts_with(prefix.as_str()));
            row.map(|(_, to)| to.clone())
        };
        let regex = || {
            self.regex.iter().find_map(|(regex, to)| {
                let mut name = String::new();
                regex.captures(model)?.expand(to, &mut name);
                Some(name)
            })
        };
        exact.or_else(prefix).or_else(regex)
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn rule(kind: &str, pattern: &str, to: &str) -> ModelRule {
        let of = |name: &str| (kind == name).then(|| pattern.to_owned());
        ModelRule {
            exact: of("exact"),
            prefix: of("prefix"),
            regex: of("regex"),
            to: to.to_owned(),
        }
    }

    #[test]
    fn exact_wins_over_the_longest_prefix_and_that_over_the_first_regex() {
        let mut errors = Errors::default();
        let rules = vec![
            rule("regex", "o(\\d)-(?<size>mini|pro)", "think-$1-${size}"),
            rule("prefix", "gpt-", "general"),
            rule("prefix", "gpt-4o-mini", "small"),
            rule("exact", "gpt-4o-mini-2024", "dated"),
            rule("regex", "o\\d.*", "second"),
        ];
        let map = ModelMap::compile(rules, "models", &mut errors).unwrap();
        for (model, expected) in [
            ("gpt-4o-mini-2024", Some("dated")),
            ("gpt-4o-mini-2025", Some("small")),
            ("gpt-4o", Some("general")),
            ("o3-mini", Some("think-3-mini")),
            ("o3", Some("second")),
            ("xo3-mini", None),
            ("", None),
        ] {
            assert_eq!(map.map(model).as_deref(), expected, "{model}");
        }
    }

    #[test]
    fn every_wrong_rule_is_reported_with_its_path() {
        let mut errors = Errors::default();
        let rules = vec![
            rule("regex", "(", "x"),
            rule("none", "", "x"),
            rule("exact", "a", ""),
            rule("prefix", "p", "x"),
            rule("prefix", "p", "y"),
            rule("regex", "(a{1000}){1000}", "x"),
        ];
        assert!(ModelMap::compile(rules, "models", &mut errors).is_none());
        let told = format!("{errors:?}");
        for path in
            ["models[0].regex", "models[1]", "models[2].to", "models[4].prefix", "models[5].regex"]
        {
            assert!(told.contains(&format!("\"{path}\"")), "{path} in {told}");
        }
    }
}
