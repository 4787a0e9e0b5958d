//! The logic of the `model-router` filter: which target a request goes to and which model it asks for there,
//! why, and whether a new target is as good as the proven one.
//!
//! * [`Plan`] is the compiled configuration; [`Plan::decide`] takes a request as rules see it ([`Asked`]), a
//!   random word and what is known of the targets ([`Standing`]) and gives a [`Decision`] with its reason.
//! * [`prompt`] tells what can be told of a text: language, code, how hard it looks.
//! * [`watch`] keeps what targets did of late and their breakers, [`judge`] tries canaries; both are byte
//!   strings of fixed size that all workers of an Envoy share.
//!
//! Deliberately not here: sending, retrying, health checks (Envoy's own), wire formats (the `dialects` crate).

mod answer;
mod asked;
mod compile;
mod condition;
pub mod config;
mod decide;
pub mod draw;
pub mod judge;
mod live;
mod matcher;
mod plan;
pub mod prompt;
mod semantic;
pub mod simulation;
mod turn;
pub mod watch;

pub use asked::{Asked, texts};
pub use config::Config;
pub use decide::{Breaker, Decision, NoRoute, Standing, Trace, Unknown};
pub use live::{Live, Switched};
pub use plan::Plan;

use std::rc::Rc;

use stage::{
    Blueprint, Environment, Errors, Filter, FilterKind, Headers, Needs, Stage, Stop, Turn,
    UnknownPaths,
};

/// The filter that holds this stage alone.
pub const FILTER: Filter = Filter { name: "model-router", kind: FilterKind::Single(BLUEPRINT) };

/// How the stage is made of its configuration.
pub const BLUEPRINT: Blueprint = Blueprint {
    name: "model-router",
    build: |value, environment, errors| {
        let config: Config = errors.read(value)?;
        let plan = compile(config, environment, errors)?;
        Some(Rc::new(Router { plan: Rc::new(plan) }))
    },
    #[cfg(feature = "schema")]
    schema: || schemars::schema_for!(Config),
};

/// The stage.
#[derive(Debug)]
struct Router {
    plan: Rc<Plan>,
}

impl Stage for Router {
    fn needs(&self) -> Needs {
        let properties = self.plan.needs.properties.iter();
        Needs {
            held_headers: true,
            dice: true,
            // Passed untouched, a request would keep what its client wrote into the target's header.
            unknown_paths: Some(UnknownPaths::Reject),
            properties: properties.map(|path| vec![path.clone()]).collect(),
            late_properties: vec![turn::target_property()],
            unanswered_properties: vec![turn::code_property()],
            ..Needs::default()
        }
    }

    fn serve(&self, headers: &Headers) -> Option<Stop> {
        stage::models::serve(headers, &self.plan.listed)
    }

    fn open(&self) -> Box<dyn Turn> {
        Box::new(turn::Routing::new(Rc::clone(&self.plan)))
    }
}

/// Makes a plan of a configuration. `environment` has the keys of embeddings services.
///
/// # Errors
/// In `errors`: everything that is wrong, with its path.
pub fn compile(config: Config, environment: &dyn Environment, errors: &mut Errors) -> Option<Plan> {
    compile::compile(config, environment, errors)
}
