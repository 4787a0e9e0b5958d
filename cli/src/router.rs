//! A model router's configuration from a file, for the verbs that need its plan.

use std::io::{self, Write};
use std::path::Path;

use routing::{Config, Plan};
use serde_json::Value;
use stage::{Errors, config};

use crate::check::configuration;

/// Reads a router's configuration, YAML or JSON: its own, or that of the router in a chain.
pub(crate) fn plan(path: &Path) -> io::Result<Plan> {
    let named = |error: io::Error| io::Error::other(format!("{}: {error}", path.display()));
    let text = configuration(path)?;
    let mut value: Value = serde_json::from_str(&text).map_err(|error| named(error.into()))?;
    if let Some(Value::Array(stages)) = value.get_mut("stages") {
        let router = stages.iter_mut().find_map(|stage| stage.get_mut(routing::FILTER.name));
        let missing =
            || io::Error::other(format!("{}: no model-router in the chain", path.display()));
        value = router.ok_or_else(missing)?.take();
    }
    // Which keys are set is Envoy's business.
    let unchecked = |_: &str| Some("unchecked".to_owned());
    let own = serde_json::to_string_pretty(&value).map_err(io::Error::other)?;
    if let Err(errors) = config::load(&routing::FILTER, own.as_bytes(), &unchecked) {
        for error in &errors {
            writeln!(io::stderr(), "{}", config::explain(error, own.as_bytes()))?;
        }
        return Err(io::Error::other(format!("{}: the configuration is wrong", path.display())));
    }
    if let Value::Object(map) = &mut value {
        map.remove("host");
    }
    let mut errors = Errors::default();
    let config = errors.read::<Config>(value);
    let plan = config.and_then(|config| routing::compile(config, &unchecked, &mut errors));
    plan.ok_or_else(|| io::Error::other(format!("{}: the configuration is wrong", path.display())))
}
