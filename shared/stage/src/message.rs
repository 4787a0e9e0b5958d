//! A request and an answer as stages see them.

use chat::json::{self, ParseError, Value};
use dialects::{Dialect, Endpoint};

use crate::Headers;

/// A body: an ordered tree that knows whether it was edited. An unedited one is forwarded as the bytes it
/// came as.
#[derive(Debug)]
pub struct Body {
    tree: Value,
    edited: bool,
    /// About how many bytes it has when it is written: as many as it came in.
    size: usize,
}

impl Body {
    /// Reads a body.
    ///
    /// # Errors
    /// If it is not strict JSON ([`json::parse`]).
    pub fn parse(bytes: &[u8]) -> Result<Body, ParseError> {
        Ok(Body { tree: json::parse(bytes)?, edited: false, size: bytes.len() })
    }

    /// A body of our own making.
    pub fn written(tree: Value) -> Body {
        Body { tree, edited: true, size: 0 }
    }

    /// The tree.
    pub fn tree(&self) -> &Value {
        &self.tree
    }

    /// The tree, to be edited: from here on the body is written anew.
    pub fn tree_mut(&mut self) -> &mut Value {
        self.edited = true;
        &mut self.tree
    }

    /// Lets `edit` work on the tree; it returns whether it changed anything.
    pub fn edit(&mut self, edit: impl FnOnce(&mut Value) -> bool) {
        self.edited |= edit(&mut self.tree);
    }

    /// Puts another tree in its place.
    pub fn replace(&mut self, tree: Value) {
        *self.tree_mut() = tree;
    }

    /// Takes the tree out, to be replaced.
    pub fn take(&mut self) -> Value {
        std::mem::take(self.tree_mut())
    }

    /// The new bytes, if it was edited.
    pub(crate) fn edited_bytes(&self) -> Option<Vec<u8>> {
        self.edited.then(|| {
            // With room for what another dialect says in more words: growing would copy it all.
            let mut bytes = Vec::with_capacity(self.size + self.size / 8 + 512);
            json::append(&self.tree, &mut bytes);
            bytes
        })
    }
}

/// A client's request with its body read.
#[derive(Debug)]
pub struct Request {
    /// Its headers, `:method` and `:path` included.
    pub headers: Headers,
    /// The dialect the client speaks.
    pub dialect: &'static dyn Dialect,
    /// Where it was addressed.
    pub endpoint: &'static Endpoint,
    /// Its body.
    pub body: Body,
}

/// A buffered answer.
#[derive(Debug)]
pub struct Response {
    /// Its headers, `:status` included.
    pub headers: Headers,
    /// Its body.
    pub content: Content,
}

/// The body of a buffered answer.
#[derive(Debug)]
pub enum Content {
    /// JSON.
    Json(Body),
    /// Anything else, as it came.
    Other(Vec<u8>),
    /// Bytes that a stage wrote in place of what came.
    Written(Vec<u8>),
}

impl Content {
    /// The new bytes, if there are any.
    pub(crate) fn edited_bytes(self) -> Option<Vec<u8>> {
        match self {
            Content::Json(body) => body.edited_bytes(),
            Content::Other(_) => None,
            Content::Written(bytes) => Some(bytes),
        }
    }
}
