//! The logic of the `token-counter` filter: what a request will use, what it has used, and what it may use.
//!
//! * [`Counter`] counts texts and whole requests for a model, by its encoding (`encodings`) or by an estimate that is
//!   named as such. Without default features the crate has no vocabulary, and it only estimates.
//! * Usage is what the provider states in an answer or stream, else what was counted here.
//! * Budgets reserve before and settle after, over what all workers of an Envoy share.
//!
//! Deliberately not here: budgets across Envoys (Envoy's own rate limit filter charges the facts told here), a price
//! list (the configuration's).

mod admit;
mod answer;
mod budget;
mod call;
mod config;
mod count;
mod count_tokens;
mod digits;
mod headers;
mod plan;
mod price;
mod report;
mod request;
mod shape;
mod turn;
mod usage;

use std::rc::Rc;

use stage::{Blueprint, Filter, FilterKind, Needs, Stage, Turn};

pub use budget::Period;
pub use config::{
    ActionConfig, BudgetConfig, Config, ConsumerConfig, ContextConfig, CountPrompt, CountTokens,
    HeadersConfig, KeyPart, MeasureConfig, ModelConfig, WindowConfig,
};
pub use count::{Counter, FAMILIES, Family, LastCounter, MODELS, ModelRow, Rule, Tokens};
pub use encodings::{Bounds, ENCODINGS, Encoding, Scripts};
pub use price::PriceConfig;

/// The filter that holds this stage alone.
pub const FILTER: Filter = Filter { name: "token-counter", kind: FilterKind::Single(BLUEPRINT) };

/// How the stage is made of its configuration.
pub const BLUEPRINT: Blueprint = Blueprint {
    name: "token-counter",
    build: |value, _, errors| {
        let config: Config = errors.read(value)?;
        let plan = config::compile(config, errors)?;
        Some(Rc::new(TokenCounter { plan: Rc::new(plan) }))
    },
    #[cfg(feature = "schema")]
    schema: || schemars::schema_for!(Config),
};

/// The stage.
#[derive(Debug)]
struct TokenCounter {
    plan: Rc<plan::Plan>,
}

impl Stage for TokenCounter {
    fn needs(&self) -> Needs {
        let properties = self.plan.properties().into_iter().map(|path| vec![path]).collect();
        Needs { properties, ..Needs::default() }
    }

    fn open(&self) -> Box<dyn Turn> {
        Box::new(turn::Counting::new(Rc::clone(&self.plan)))
    }
}
