//! Requests, read and written.

mod config;
mod contents;
mod decode;
mod encode;
mod params;
mod thinking;
mod tools;

pub(super) use decode::decode;
pub(super) use encode::{adapt, encode};
