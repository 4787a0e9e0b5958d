//! Requests, read and written.

mod decode;
mod encode;

pub(super) use decode::{decode, said};
pub(super) use encode::{call, encode};
