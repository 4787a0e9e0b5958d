//! How the stage is made and what it needs.

use std::rc::Rc;

use stage::{Blueprint, Filter, FilterKind, Needs, Stage, Turn, UnknownPaths};

use crate::config::{self, Config, Plan};
use crate::turn::Redaction;

/// The filter that holds this stage alone.
pub const FILTER: Filter = Filter { name: "pii-redactor", kind: FilterKind::Single(BLUEPRINT) };

/// How the stage is made of its configuration.
pub const BLUEPRINT: Blueprint = Blueprint {
    name: "pii-redactor",
    build: |value, environment, errors| {
        let config: Config = errors.read(value)?;
        let plan = config::compile(config, environment, errors)?;
        Some(Rc::new(Redactor { plan: Rc::new(plan) }))
    },
    #[cfg(feature = "schema")]
    schema: || schemars::schema_for!(Config),
};

/// The stage.
#[derive(Debug)]
struct Redactor {
    plan: Rc<Plan>,
}

impl Stage for Redactor {
    fn needs(&self) -> Needs {
        Needs {
            dice: true,
            // What cannot be read cannot be redacted.
            unknown_paths: Some(UnknownPaths::Reject),
            ..Needs::default()
        }
    }

    fn open(&self) -> Box<dyn Turn> {
        Box::new(Redaction::new(Rc::clone(&self.plan)))
    }
}
