//! How the stage is made and what it needs.

use std::rc::Rc;

use dialects::passed::part_of;
use stage::{
    Blueprint, Exchange, Filter, FilterKind, Headers, Needs, Stage, Turn, UnknownPaths, Verdict,
};

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

    /// A look at the list of models has nothing to redact, and many clients begin with it.
    fn pass(&self, headers: &mut Headers, _: &mut Exchange) -> Option<Verdict> {
        let (part, _) = part_of(headers.text(":path")?)?;
        let looks = matches!(headers.text(":method"), Some("GET" | "HEAD"));
        let has_body =
            headers.has("transfer-encoding") || headers.content_length().unwrap_or(0) > 0;
        (part.read_only && looks && !has_body).then_some(Ok(()))
    }

    fn open(&self) -> Box<dyn Turn> {
        Box::new(Redaction::new(Rc::clone(&self.plan)))
    }
}
