//! Requests.

mod blocks;
mod decode;
mod encode;
mod foreign;
mod sampling;
mod thinking;
mod tools;
mod turns;

pub(super) use decode::decode;
pub(super) use encode::{adapt, encode};
pub(crate) use sampling::encode as sample;
pub(crate) use thinking::{Circumstances, plan};
