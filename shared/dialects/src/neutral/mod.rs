//! The model that translations meet in.
//!
//! Wide enough to hold what every dialect can say; owned, so that a decoder can move strings out of the tree
//! it read. Each dialect's folder documents how its fields map to these.

#[cfg(test)]
pub(crate) mod order;
mod replay;
mod request;
mod response;
mod stream;

pub use request::{
    Block, CacheControl, Content, Effort, Message, Reasoning, Request, ResponseFormat, Role,
    Sampling, Source, Tool, ToolChoice, ToolKind, proof_dialect,
};
pub use response::{Candidate, Finish, Response, Usage};
pub use stream::{BlockStart, Delta, Event};
