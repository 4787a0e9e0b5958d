//! Calls of the module to other services, and what comes back.

use crate::Headers;
use crate::host::{Host, Status};

/// A call under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The number the module knows it by.
    pub token: u32,
    pub(crate) context: u32,
    /// The cluster asked.
    pub cluster: String,
    /// The request's headers.
    pub headers: Headers,
    /// The request's body.
    pub body: Vec<u8>,
    /// How long Envoy would wait.
    pub timeout_ms: u32,
}

/// What a service answered, readable in the callback only.
#[derive(Clone, Debug)]
pub(crate) struct CallAnswer {
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
}

impl Host {
    /// Begins a call. Envoy refuses unknown clusters and requests without the three pseudo-headers.
    pub(crate) fn call_out(
        &mut self,
        cluster: String,
        headers: Headers,
        body: Vec<u8>,
        timeout_ms: u32,
    ) -> Result<u32, Status> {
        let complete = [":method", ":path", ":authority"].iter().all(|name| headers.contains(name));
        if !self.options.clusters.contains(&cluster.as_str()) || !complete {
            return Err(Status::BadArgument);
        }
        self.last_token += 1;
        let context = self.context();
        let token = self.last_token;
        self.calls.push(Call { token, context, cluster, headers, body, timeout_ms });
        Ok(token)
    }
}
