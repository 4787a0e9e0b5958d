//! All filters, for tools that work on every one of them, and the stages that a chain may hold.
//!
//! Filter crates are Envoy modules, which no other crate can link (each exports the same entry points); so
//! the table is here.

use stage::{Blueprint, Filter, FilterKind, Order};

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

/// Which stages must stand before which, where a chain has both. A translator must be the last by itself.
pub const ORDERS: &[Order] = &[
    before(TEMPLATE, PII, "a request that names a template has no prompt before"),
    before(TEMPLATE, GUARD, "a request that names a template has no prompt before"),
    before(TEMPLATE, DECORATOR, "a request that names a template has no prompt before"),
    before(TEMPLATE, ROUTER, "a request that names a template has no prompt before"),
    before(TEMPLATE, COUNTER, "a request that names a template has no prompt before"),
    before(PII, GUARD, "what judges prompts, here or elsewhere, shall see no personal data"),
    before(PII, ROUTER, "rules may ask what was found, and embeddings are made elsewhere"),
    before(PII, COUNTER, "what is counted shall be what is sent"),
    before(GUARD, ROUTER, "rules may ask for the verdict"),
    before(GUARD, COUNTER, "what is refused shall use no budget"),
    before(DECORATOR, COUNTER, "what is counted shall be what is sent"),
    before(ROUTER, COUNTER, "budgets and prices go by the model that is sent"),
];

const COUNTER: &str = tokens::BLUEPRINT.name;
const DECORATOR: &str = prompts::DECORATOR.name;
const GUARD: &str = guard::BLUEPRINT.name;
const PII: &str = pii::BLUEPRINT.name;
const ROUTER: &str = routing::BLUEPRINT.name;
const TEMPLATE: &str = prompts::TEMPLATE.name;

const fn before(first: &'static str, then: &'static str, why: &'static str) -> Order {
    Order { first, then, why }
}

/// The filter that holds a list of stages.
pub const CHAIN: Filter = Filter { name: "chain", kind: FilterKind::Chain(STAGES, ORDERS) };

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
