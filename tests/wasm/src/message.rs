//! What has left the filter in one direction.

use std::fmt;

use crate::Headers;

/// A request as the provider has received it, or a response as the client has received it, so far.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Headers at the moment they left. Empty while nothing has left.
    pub headers: Headers,
    /// All body bytes that have left.
    pub body: Vec<u8>,
    /// Trailers, once they have left.
    pub trailers: Option<Headers>,
    /// Whether the peer has seen the end of the message.
    pub complete: bool,
    /// Why the stream was cut, if it was. A cut message is never complete.
    pub reset: Option<String>,
    /// An answer to HEAD: its `content-length` speaks of a body that is not sent.
    pub(crate) bodiless: bool,
}

impl Message {
    /// The `:status` of a response; `None` for a request or if nothing has left yet.
    pub fn status(&self) -> Option<u16> {
        self.headers.text(":status")?.parse().ok()
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Checks that a `content-length`, if there is one, is one number and equals the body.
    ///
    /// # Panics
    ///
    /// If it does not: an HTTP/1 peer would hang, or read the next message out of this one's body.
    #[track_caller]
    pub fn assert_content_length_matches(&self) {
        let lengths: Vec<_> = self.headers.all("content-length").collect();
        let Some(first) = lengths.first() else { return };
        assert!(lengths.len() == 1, "more than one content-length: {:?}", self.headers);
        let text = String::from_utf8_lossy(first);
        let Ok(length) = text.parse::<usize>() else {
            assert!(text.parse::<usize>().is_ok(), "content-length {text:?} is not a number");
            return;
        };
        if self.bodiless {
            return;
        }
        let sent = self.body.len();
        assert!(sent <= length, "content-length {length}, but {sent} bytes have left");
        assert!(!self.complete || sent == length, "content-length {length}, body of {sent} bytes");
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("headers", &self.headers)
            .field("body", &self.text())
            .field("trailers", &self.trailers)
            .field("complete", &self.complete)
            .field("reset", &self.reset)
            .finish()
    }
}
