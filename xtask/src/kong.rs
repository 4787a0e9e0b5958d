//! Whether `examples/from-kong` names options that there are, and the chain in it loads.

use std::path::Path;

use catalogue::{CHAIN, FILTERS};
use stage::{Filter, config};

use crate::{configs, tables};

const README: &str = "examples/from-kong/README.md";
const CHAIN_FILE: &str = "examples/from-kong/chain.yaml";

pub(crate) fn check(root: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(root.join(README)).unwrap_or_default();
    let named = named(&text);
    let mut problems = unknown(&named);
    for filter in FILTERS.iter().filter(|filter| filter.name != CHAIN.name) {
        if !named.iter().any(|(known, _)| known.name == filter.name) {
            problems.push(format!("{README}: says nothing of {}", filter.name));
        }
    }
    match configs::read_yaml(&root.join(CHAIN_FILE)).as_deref() {
        Ok([chain]) => {
            let set = |_: &str| Some("key".to_owned());
            if let Err(errors) = config::load(&CHAIN, chain.to_string().as_bytes(), &set) {
                problems.extend(errors.iter().map(|error| format!("{CHAIN_FILE}: {error}")));
            }
        }
        _ => problems.push(format!("{CHAIN_FILE}: is not one document")),
    }
    problems
}

/// What stands in backticks as `FILTER: PATH`.
fn named(text: &str) -> Vec<(&'static Filter, &str)> {
    let quoted = text.split('`').skip(1).step_by(2);
    let option = |quoted| {
        let (filter, path) = str::split_once(quoted, ": ")?;
        let filter = FILTERS.iter().find(|known| known.name == filter)?;
        Some((filter, path))
    };
    quoted.filter_map(option).collect()
}

fn unknown(named: &[(&Filter, &str)]) -> Vec<String> {
    let missing =
        |(filter, path): &&(&Filter, &str)| !tables::paths(filter).contains(&format!("`{path}`"));
    let told = |(filter, path): &(&Filter, &str)| {
        format!("{README}: {} has no option {path}", filter.name)
    };
    named.iter().filter(missing).map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_that_is_gone_is_told() {
        let text = "`prompt-guard: prompts.deny_patterns` `kong` `prompt-guard: prompts.gone`";
        let named = named(text);
        assert_eq!(named.len(), 2);
        let told = unknown(&named);
        assert_eq!(told, [format!("{README}: prompt-guard has no option prompts.gone")]);
    }
}
