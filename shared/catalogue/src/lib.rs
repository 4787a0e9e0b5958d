//! All filters, for tools that work on every one of them, and the stages that a chain may hold.
//!
//! Filter crates are Envoy modules, which no other crate can link (each exports the same entry points); so
//! the table is here.

use stage::{Blueprint, Filter, FilterKind};

/// The stages that may stand in a chain.
pub const STAGES: &[Blueprint] = &[
    routing::BLUEPRINT,
    pii::BLUEPRINT,
    prompts::DECORATOR,
    guard::BLUEPRINT,
    prompts::TEMPLATE,
    translator::BLUEPRINT,
    tokens::BLUEPRINT,
];

/// The filter that holds a list of stages.
pub const CHAIN: Filter = Filter { name: "chain", kind: FilterKind::Chain(STAGES) };

/// All filters, by name: one folder in `filters/` each.
pub const FILTERS: &[Filter] = &[
    CHAIN,
    routing::FILTER,
    pii::FILTER,
    prompts::DECORATOR_FILTER,
    guard::FILTER,
    prompts::TEMPLATE_FILTER,
    translator::FILTER,
    tokens::FILTER,
];

/// The filter of that name, in kebab-case or snake_case.
pub fn by_name(name: &str) -> Option<&'static Filter> {
    let name = name.replace('_', "-");
    FILTERS.iter().find(|filter| filter.name == name)
}
