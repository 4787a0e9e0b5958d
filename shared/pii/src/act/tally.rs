//! What was found, counted. Types and numbers, never text.

use std::collections::BTreeMap;
use std::rc::Rc;

use chat::{Kind, Problem};
use stage::{Exchange, facts, metrics};

use super::Action;

/// How often each entity was found, and what happened to it.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: BTreeMap<Rc<str>, (Action, u64)>,
}

/// Where something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In what the client sent.
    Request,
    /// In what the model said.
    Response,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Place::Request => "request",
            Place::Response => "response",
        }
    }
}

impl Tally {
    /// Counts one more.
    pub(crate) fn add(&mut self, entity: &Rc<str>, action: Action) {
        self.counts.entry(Rc::clone(entity)).or_insert((action, 0)).1 += 1;
    }

    /// Whether any of it is to be replaced.
    pub(crate) fn replaces(&self) -> bool {
        self.counts.values().any(|(action, _)| action.replaces())
    }

    /// The answer to the client, if something was found that blocks.
    pub(crate) fn blocked(&self, place: Place) -> Option<Problem> {
        let blocked = self.counts.iter().filter(|(_, (action, _))| *action == Action::Block);
        let list: Vec<_> =
            blocked.map(|(entity, (_, count))| format!("{entity} ({count})")).collect();
        if list.is_empty() {
            return None;
        }
        let (code, what) = match place {
            Place::Request => ("pii_in_request", "the request contains data that may not be sent"),
            Place::Response => {
                ("pii_in_response", "the answer contains data that may not be shown")
            }
        };
        Some(Problem::new(Kind::InvalidRequest, code, format!("{what}: {}", list.join(", "))))
    }

    /// Publishes the counts.
    pub(crate) fn tell(&self, place: Place, io: &mut Exchange) {
        if self.counts.is_empty() {
            return;
        }
        let list: Vec<_> =
            self.counts.iter().map(|(entity, (_, count))| format!("{entity}={count}")).collect();
        let fact = match place {
            Place::Request => facts::PII_REQUEST,
            Place::Response => facts::PII_RESPONSE,
        };
        io.fact(fact, list.join(" "));
        for (entity, (action, count)) in &self.counts {
            let labels = [("place", place.name()), ("entity", entity), ("action", action.name())];
            io.add(metrics::PII_FINDINGS, &labels, *count);
        }
    }
}
