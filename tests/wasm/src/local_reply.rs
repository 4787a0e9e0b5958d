//! Answers that do not come from the provider: whose they are, and which way they take.
//!
//! Modelled on `DownstreamFilterManager::sendLocalReply` and `UpstreamFilterManager::sendLocalReply`
//! of Envoy.

use crate::exchange::{Direction, Exchange, LocalReply};
use crate::host::Placement;
use crate::vm::Worker;
use crate::{Headers, Message};

impl Worker {
    /// Answers the client, or cuts the stream if an answer is already on its way.
    pub(crate) fn local_reply(&mut self, id: u32, reply: LocalReply) {
        let filtered = self.host().options.placement == Placement::Downstream && self.is_alive();
        let way_out = self.with(id, |exchange| {
            exchange.request.aborted = true;
            exchange.code_details = Some(reply.details.clone());
            if exchange.response.sent.is_some() {
                cut(exchange, &format!("local reply {} after response headers", reply.status));
                return None;
            }
            cut_upstream(exchange, "local reply");
            exchange.local_reply = Some(reply.clone());
            Some((reply_headers(&reply), exchange.is_head(), exchange.response.arrived))
        });
        let Some(Some((headers, head, answering))) = way_out else { return };
        let body = if head { &[][..] } else { &reply.body };
        if filtered && !answering {
            self.headers(id, Direction::Response, headers, body.is_empty());
            // The filter may have answered once more, in place of this reply.
            let replaced = self.with(id, |exchange| exchange.response.aborted) != Some(false);
            if !body.is_empty() && !replaced {
                self.data(id, Direction::Response, body, true);
            }
            return;
        }
        self.with(id, |exchange| {
            let response = &mut exchange.response;
            response.headers = headers.clone();
            response.arrived = true;
            response.aborted = true;
            response.sent = Some(Message {
                headers,
                body: body.to_vec(),
                complete: true,
                bodiless: head,
                ..Message::default()
            });
        });
    }

    /// The VM is dead: 503, without asking it anything.
    pub(crate) fn fail_stream(&mut self, id: u32) {
        let complete = self.with(id, |exchange| {
            exchange.response.sent.as_ref().is_some_and(|response| response.complete)
        });
        if complete == Some(false) {
            self.local_reply(id, host_reply(503, "", "wasm_fail_stream"));
        }
        self.run_deferred(id);
    }
}

/// Cuts both directions.
pub(crate) fn cut(exchange: &mut Exchange, why: &str) {
    let response = &mut exchange.response;
    response.aborted = true;
    exchange.request.aborted = true;
    if response.sent.as_ref().is_some_and(|message| message.complete) {
        return;
    }
    exchange.reset = Some(why.to_owned());
    if let Some(message) = &mut exchange.response.sent {
        message.reset = Some(why.to_owned());
    }
    cut_upstream(exchange, why);
}

/// The provider sees an unfinished request cut.
fn cut_upstream(exchange: &mut Exchange, why: &str) {
    if let Some(message) = exchange.request.sent.as_mut().filter(|message| !message.complete) {
        message.reset = Some(why.to_owned());
    }
}

/// A reply of the host itself, as Envoy words it.
pub(crate) fn host_reply(status: u16, body: &str, details: &str) -> LocalReply {
    LocalReply {
        status,
        headers: Headers::new(),
        body: body.as_bytes().to_vec(),
        details: details.to_owned(),
        by_module: false,
    }
}

/// A reply with a body gets its length, and is text unless it says otherwise; one without has neither.
fn reply_headers(reply: &LocalReply) -> Headers {
    let mut headers = Headers::from(&[(":status", reply.status.to_string())]);
    for (name, value) in reply.headers.iter() {
        headers.append(name, value);
    }
    if reply.body.is_empty() {
        headers.remove("content-length");
        headers.remove("content-type");
    } else {
        headers.set("content-length", reply.body.len().to_string());
        if !headers.contains("content-type") {
            headers.append("content-type", "text/plain");
        }
    }
    headers
}
