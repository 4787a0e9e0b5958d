//! Requests, read and written.

mod decode;
mod encode;
mod messages;
mod tools;

pub(super) use decode::decode;
pub(super) use encode::{adapt, encode};
