//! Services that are asked about a text, and what they said before.

mod cache;
pub(crate) mod config;
mod shapes;

use chat::json;
use stage::config::variable;
use stage::{Answered, Callout, Environment, Errors, Exchange, metrics};

use crate::config::{Action, OnError, ScopeName};
use config::ExternalConfig;

pub(crate) use shapes::Placed;

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Request,
    Response,
}

impl Phase {
    fn name(self) -> &'static str {
        match self {
            Phase::Request => "request",
            Phase::Response => "response",
        }
    }
}

/// One service.
#[derive(Debug)]
pub(crate) struct External {
    pub(crate) name: String,
    pub(crate) action: Action,
    config: ExternalConfig,
    on_error: OnError,
    credential: Option<(String, String)>,
}

/// What a service says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opinion {
    /// It found nothing.
    Fine,
    /// It found something.
    Flagged,
    /// It said nothing that can be read.
    Unknown,
}

/// Either known already, or a question.
pub(crate) enum Asked {
    Known(Opinion),
    Ask(Callout),
}

impl External {
    pub(crate) fn compile(
        config: &ExternalConfig,
        path: &str,
        on_error: OnError,
        environment: &dyn Environment,
        errors: &mut Errors,
    ) -> External {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if config.name.is_empty() || !config.name.chars().all(plain) {
            errors.add(&format!("{path}.name"), "a name is made of a-z, 0-9, `-` and `_`");
        }
        for (field, value) in [("cluster", &config.cluster), ("authority", &config.authority)] {
            if value.is_empty() {
                errors.add(&format!("{path}.{field}"), "must not be empty");
            }
        }
        if config.timeout_ms == 0 {
            errors.add(&format!("{path}.timeout_ms"), "must be greater than 0");
        }
        if config.action == Action::Sanitize {
            errors.add(&format!("{path}.action"), "must be block, flag or report");
        }
        if let Some(fault) = shapes::fault(&config.service) {
            errors.add(&format!("{path}.service"), fault);
        }
        let credential = config.credential_env.as_deref().and_then(|name| {
            let key = environment.var(name).filter(|key| !key.trim().is_empty());
            if key.is_none() {
                errors.add(
                    &format!("{path}.credential_env"),
                    format!("the environment variable `{}` is not set", variable(name)),
                );
            }
            key.map(|key| shapes::credential(&config.service, key.trim()))
        });
        External {
            name: config.name.clone(),
            action: config.action,
            on_error: config.on_error.unwrap_or(on_error),
            credential,
            config: config.clone(),
        }
    }

    /// Whether it is asked about texts of a scope, in requests.
    pub(crate) fn wants(&self, scope: ScopeName) -> bool {
        self.config.scopes.contains(&scope)
    }

    /// Whether it is asked about answers.
    pub(crate) fn wants_answers(&self) -> bool {
        self.config.responses
    }

    /// The question about texts, unless the verdict is known. There must be texts.
    pub(crate) fn ask(&self, phase: Phase, texts: &[Placed], io: &mut Exchange) -> Asked {
        if texts.iter().map(|(_, text)| text.len()).sum::<usize>() > self.config.max_bytes {
            self.count("too_large", io);
            return Asked::Known(Opinion::Unknown);
        }
        if let Some(flagged) = self.remembered(phase, texts, io) {
            self.count("cached", io);
            return Asked::Known(if flagged { Opinion::Flagged } else { Opinion::Fine });
        }
        let service = &self.config.service;
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("accept".to_owned(), "application/json".to_owned()),
        ];
        headers.extend(self.credential.clone());
        Asked::Ask(Callout {
            cluster: self.config.cluster.clone(),
            method: "POST".to_owned(),
            path: self.config.path.clone().unwrap_or_else(|| shapes::path(service, phase)),
            authority: self.config.authority.clone(),
            headers,
            body: shapes::body(service, &self.name, phase, texts),
            timeout_ms: self.config.timeout_ms,
        })
    }

    /// What an answer to the question says.
    pub(crate) fn read(
        &self,
        phase: Phase,
        texts: &[Placed],
        answer: &Answered,
        io: &mut Exchange,
    ) -> Opinion {
        let answer = answer.as_ref().ok().filter(|answer| answer.headers.status() == Some(200));
        let tree = answer.and_then(|answer| json::parse(&answer.body).ok());
        let Some(flagged) = tree.and_then(|tree| shapes::flagged(&self.config.service, &tree))
        else {
            self.count("failed", io);
            return Opinion::Unknown;
        };
        self.count(if flagged { "flagged" } else { "fine" }, io);
        if self.config.cache_seconds > 0 {
            let until = io.now + u64::from(self.config.cache_seconds) * 1_000_000_000;
            cache::remember(&self.name, phase.name(), texts, flagged, until, io);
        }
        match flagged {
            true => Opinion::Flagged,
            false => Opinion::Fine,
        }
    }

    /// What is done on its opinion.
    pub(crate) fn action(&self, opinion: Opinion) -> Option<Action> {
        match (opinion, self.on_error) {
            (Opinion::Fine, _) | (Opinion::Unknown, OnError::Pass) => None,
            (Opinion::Flagged, _) => Some(self.action),
            (Opinion::Unknown, OnError::Reject) => Some(Action::Block),
        }
    }

    fn remembered(&self, phase: Phase, texts: &[Placed], io: &Exchange) -> Option<bool> {
        (self.config.cache_seconds > 0)
            .then(|| cache::remembered(&self.name, phase.name(), texts, io))
            .flatten()
    }

    fn count(&self, outcome: &str, io: &mut Exchange) {
        io.count(metrics::GUARD_EXTERNAL, &[("guard", &self.name), ("outcome", outcome)]);
    }
}

#[cfg(test)]
mod tests;
