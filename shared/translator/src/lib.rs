//! The logic of the `provider-translator` filter: which target a request goes to, what it looks like there,
//! and what its answer looks like to the client.
//!
//! A **target** is a provider with a credential, a model mapping and parameters. In Envoy's upstream chain
//! it is picked per attempt from the chosen endpoint's metadata, so a retry is translated anew for the
//! provider it goes to; otherwise from the cluster's or the route's, or it is the default.
//!
//! Deliberately not here: choosing between targets (Envoy's routes, weights and retries; the model router),
//! wire formats (the `dialects` crate).

mod answer;
mod config;
mod credential;
mod models;
mod pass;
mod target;
mod turn;
mod unary;

use std::rc::Rc;

use chat::json::same;
use stage::{
    Blueprint, Exchange, Filter, FilterKind, Headers, Needs, Stage, Stop, Turn, UnknownPaths,
    Verdict,
};

pub use config::{Config, CredentialConfig, ModelRule, Parameters, TargetConfig};

/// The filter that holds this stage alone.
pub const FILTER: Filter =
    Filter { name: "provider-translator", kind: FilterKind::Single(BLUEPRINT) };

/// How the stage is made of its configuration.
pub const BLUEPRINT: Blueprint = Blueprint {
    name: "provider-translator",
    build: |value, environment, errors| {
        let config: Config = errors.read(value)?;
        let plan = config::compile(config, environment, errors)?;
        Some(Rc::new(Translator { plan: Rc::new(plan) }))
    },
    #[cfg(feature = "schema")]
    schema: || schemars::schema_for!(Config),
};

/// Where a target's name stands, most specific first.
const TARGET_PROPERTIES: [&str; 3] =
    ["upstream_host_metadata", "cluster_metadata", "route_metadata"];

/// The property that holds the target's name in one of those places: namespace `tollgate`, key `target`.
fn target_property(place: &str) -> [&str; 5] {
    ["xds", place, "filter_metadata", "tollgate", "target"]
}

/// Whether `path` is that of [`target_property`].
fn is_target_property(path: &[String], place: &str) -> bool {
    let [root, at, metadata, namespace, key] = path else { return false };
    // What tells it from what other stages ask for comes first.
    same(at, place)
        && same(key, "target")
        && same(namespace, "tollgate")
        && same(metadata, "filter_metadata")
        && same(root, "xds")
}

/// The stage.
#[derive(Debug)]
struct Translator {
    plan: Rc<target::Plan>,
}

impl Stage for Translator {
    fn needs(&self) -> Needs {
        Needs {
            held_headers: true,
            last: true,
            unknown_paths: Some(UnknownPaths::Reject),
            properties: vec![
                TARGET_PROPERTIES
                    .iter()
                    .map(|place| target_property(place).map(str::to_owned).into())
                    .collect(),
            ],
            ..Needs::default()
        }
    }

    fn serve(&self, headers: &Headers) -> Option<Stop> {
        stage::models::serve(headers, &self.plan.listed)
    }

    fn pass(&self, headers: &mut Headers, io: &mut Exchange) -> Option<Verdict> {
        pass::pass(&self.plan, headers, io)
    }

    fn open(&self) -> Box<dyn Turn> {
        Box::new(turn::Translation::new(Rc::clone(&self.plan)))
    }
}
