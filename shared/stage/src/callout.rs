//! Questions to another service, by way of the host: a wish goes out, an answer comes in.

use crate::Headers;

/// An HTTP request to one of Envoy's clusters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callout {
    /// The cluster's name in Envoy's configuration.
    pub cluster: String,
    /// `POST`
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The `host` header.
    pub authority: String,
    /// Headers besides those.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// How long the host waits for the whole answer.
    pub timeout_ms: u32,
}

/// What came back. A service that cannot be reached, or takes too long, looks the same.
pub type Answered = Result<HttpAnswer, CalloutFailed>;

/// No answer: unknown cluster, no connection, or too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the service did not answer")]
pub struct CalloutFailed;

/// An answer of any status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// Its headers, `:status` included.
    pub headers: Headers,
    /// Its whole body.
    pub body: Vec<u8>,
}

/// The answers to the callouts of one round, in the order they were asked.
#[derive(Debug)]
pub(crate) struct Round {
    answers: Vec<Option<Answered>>,
}

impl Round {
    pub(crate) fn of(callouts: usize) -> Round {
        Round { answers: vec![None; callouts] }
    }

    /// Takes an answer in. Returns whether it was the last one that was missing.
    pub(crate) fn take_in(&mut self, index: usize, answer: Answered) -> bool {
        if let Some(place) = self.answers.get_mut(index) {
            *place = Some(answer);
        }
        self.answers.iter().all(Option::is_some)
    }

    pub(crate) fn into_answers(self) -> Vec<Answered> {
        self.answers.into_iter().map(|answer| answer.unwrap_or(Err(CalloutFailed))).collect()
    }
}
