//! The stage: a configuration, compiled, that opens a turn for every request.

use std::rc::Rc;

use stage::{Blueprint, Environment, Errors, Filter, FilterKind, Needs, Stage, Turn};

use crate::answer::Checks;
use crate::config::Config;
use crate::external::External;
use crate::hygiene::Hygiene;
use crate::policy::Policy;
use crate::turn::Watching;

/// The filter that holds this stage alone.
pub const FILTER: Filter = Filter { name: "prompt-guard", kind: FilterKind::Single(BLUEPRINT) };

/// How the stage is made of its configuration.
pub const BLUEPRINT: Blueprint = Blueprint {
    name: "prompt-guard",
    build: |value, environment, errors| {
        let config: Config = errors.read(value)?;
        Some(Rc::new(PromptGuard { plan: Rc::new(Plan::compile(&config, environment, errors)) }))
    },
    #[cfg(feature = "schema")]
    schema: || schemars::schema_for!(Config),
};

/// Everything a request is judged by.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) policy: Policy,
    pub(crate) hygiene: Hygiene,
    pub(crate) checks: Option<Rc<Checks>>,
    pub(crate) external: Vec<External>,
}

impl Plan {
    pub(crate) fn compile(
        config: &Config,
        environment: &dyn Environment,
        errors: &mut Errors,
    ) -> Plan {
        let external = config.external.iter().enumerate();
        let mut names: Vec<&str> = config.external.iter().map(|one| one.name.as_str()).collect();
        names.sort_unstable();
        if let Some([name, _]) = names.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
            errors.add("external", format!("the name `{name}` is given twice"));
        }
        Plan {
            policy: Policy::compile(config, errors),
            hygiene: Hygiene::compile(config.request.clone(), errors),
            checks: Checks::compile(&config.response, errors).map(Rc::new),
            external: external
                .map(|(at, one)| {
                    let path = format!("external[{at}]");
                    External::compile(one, &path, config.on_error, environment, errors)
                })
                .collect(),
        }
    }

    /// Whether requests get a token of their own.
    pub(crate) fn plants(&self) -> bool {
        self.checks.as_ref().is_some_and(|checks| checks.plants())
    }
}

/// The stage.
#[derive(Debug)]
struct PromptGuard {
    plan: Rc<Plan>,
}

impl Stage for PromptGuard {
    fn needs(&self) -> Needs {
        Needs { dice: self.plan.plants() || !self.plan.external.is_empty(), ..Needs::default() }
    }

    fn open(&self) -> Box<dyn Turn> {
        Box::new(Watching::new(Rc::clone(&self.plan)))
    }
}
