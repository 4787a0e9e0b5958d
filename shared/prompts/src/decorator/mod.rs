//! Adds prompts to every request that a rule is for.

mod config;

use std::rc::Rc;

use chat::Problem;
use dialects::prompts::Prompts;
use stage::{Blueprint, Exchange, Needs, Request, Stage, Turn, Verdict};

pub(crate) use config::messages;
pub use config::{Config, Message, MessageRole, RuleConfig, System, When};

/// How the stage is made of its configuration.
pub const BLUEPRINT: Blueprint = Blueprint {
    name: "prompt-decorator",
    build: |value, _, errors| {
        let config: Config = errors.read(value)?;
        Some(Rc::new(Decorator { rules: config::compile(config, errors)?.into() }))
    },
    #[cfg(feature = "schema")]
    schema: || schemars::schema_for!(Config),
};

#[derive(Debug)]
struct Decorator {
    rules: Rc<[Rule]>,
}

/// A rule, its prompts ready to be added.
#[derive(Debug)]
struct Rule {
    when: When,
    prompts: Prompts,
}

impl Stage for Decorator {
    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn open(&self) -> Box<dyn Turn> {
        Box::new(Decoration { rules: Rc::clone(&self.rules) })
    }
}

#[derive(Debug)]
struct Decoration {
    rules: Rc<[Rule]>,
}

impl Turn for Decoration {
    fn on_request(&mut self, request: &mut Request, _: &mut Exchange) -> Verdict {
        let dialect = request.dialect;
        if !request.endpoint.operation.is_prompt() {
            return Ok(());
        }
        for rule in self.rules.iter() {
            if !rule.when.matches(request) {
                continue;
            }
            let mut taken = false;
            request.body.edit(|body| {
                taken = dialect.add_prompts(body, &rule.prompts);
                taken
            });
            if !taken {
                let message =
                    "the request has no conversation that the gateway's prompts could go into";
                return Err(Problem::invalid("no_conversation", "messages", message).into());
            }
        }
        Ok(())
    }

    fn wants_answer(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
