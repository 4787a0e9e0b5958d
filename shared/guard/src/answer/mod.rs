//! What an answer must not say.

pub(crate) mod config;
mod leak;
mod links;
mod watch;

use std::cell::RefCell;
use std::fmt;

use stage::Errors;

use crate::config::{Action, Thresholds};
use crate::model::Model;
use crate::policy::{self, Judgement, Patterns};
use crate::scan::Scanner;
use crate::view::View;
use config::{CanaryConfig, LeakConfig, ResponseConfig, StreamConfig};

pub(crate) use watch::Watch;

/// What answers are looked at for, compiled.
pub(crate) struct Checks {
    deny: Option<Patterns>,
    packs: Option<(RefCell<Scanner>, Thresholds)>,
    canary: Option<CanaryConfig>,
    leak: Option<LeakConfig>,
    hosts: Option<Vec<String>>,
    action: Action,
    stream: StreamConfig,
}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checks").field("action", &self.action).finish_non_exhaustive()
    }
}

/// The shortest token that is not met by chance.
const SHORTEST_CANARY: usize = 8;

impl Checks {
    /// `None` if answers are not looked at.
    pub(crate) fn compile(config: &ResponseConfig, errors: &mut Errors) -> Option<Checks> {
        let has_deny = !config.deny_patterns.is_empty() || !config.deny_words.is_empty();
        let deny = has_deny
            .then(|| {
                let (patterns, words) = (&config.deny_patterns, &config.deny_words);
                Patterns::compile(patterns, words, "response.deny", errors)
            })
            .flatten();
        if !config.packs.is_empty() && config.thresholds.is_none() {
            errors.add("response.thresholds", "must be set, since `packs` is");
        }
        let packs = config.thresholds.map(|thresholds| {
            policy::check_thresholds(&thresholds, "response.thresholds", errors);
            if config.packs.is_empty() {
                errors.add("response.packs", "must name at least one, since `thresholds` is set");
            }
            let scanner = Scanner::new(Model::none(), |rule| config.packs.contains(&rule.pack));
            (RefCell::new(scanner), thresholds)
        });
        if let Some(canary) = &config.canary {
            check_canary(canary, errors);
        }
        if let Some(leak) = &config.system_prompt_leak
            && !(3..=20).contains(&leak.shingle_words)
        {
            errors.add("response.system_prompt_leak.shingle_words", "must be from 3 to 20");
        }
        if config.action == Action::Sanitize {
            errors
                .add("response.action", "an answer cannot be sanitized; use block, flag or report");
        }
        let nothing = deny.is_none()
            && packs.is_none()
            && config.canary.is_none()
            && config.system_prompt_leak.is_none()
            && config.image_hosts.is_none();
        (!nothing).then(|| Checks {
            deny,
            packs,
            canary: config.canary.clone(),
            leak: config.system_prompt_leak.clone(),
            hosts: config.image_hosts.clone(),
            action: config.action,
            stream: config.stream.clone(),
        })
    }

    /// Whether requests get a token of their own.
    pub(crate) fn plants(&self) -> bool {
        self.canary.as_ref().is_some_and(|canary| canary.plant)
    }

    /// What the checks without memory say to a piece of an answer.
    fn judge(&self, text: &str) -> Judgement {
        let mut judgement = Judgement::default();
        if let Some((scanner, thresholds)) = &self.packs {
            let finding = scanner.borrow_mut().scan(text);
            judgement = policy::judged(&finding, thresholds);
        }
        if let Some(view) = self.deny.as_ref().and_then(|deny| deny.met(text)) {
            judgement.absorb(self.found("response-deny", view));
        }
        if self.hosts.as_ref().is_some_and(|hosts| links::foreign_picture(text, hosts)) {
            judgement.absorb(self.found("response-image", View::Plain));
        }
        judgement
    }

    fn found(&self, rule: &str, view: View) -> Judgement {
        let reasons = vec![(rule.to_owned(), view)];
        Judgement { action: Some(self.action), score: 1.0, reasons, message: None }
    }
}

fn check_canary(canary: &CanaryConfig, errors: &mut Errors) {
    if canary.tokens.is_empty() && !canary.plant {
        errors.add("response.canary", "must have tokens or `plant: true`");
    }
    for (at, token) in canary.tokens.iter().enumerate() {
        if watch::bare(token).len() < SHORTEST_CANARY {
            let message = format!("must have at least {SHORTEST_CANARY} letters or digits");
            errors.add(&format!("response.canary.tokens[{at}]"), message);
        }
    }
}
