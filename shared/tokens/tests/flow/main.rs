//! The counter natively: a host of a few lines around the same flow that runs in Envoy.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail so"
)]

mod counting;
mod limits;
mod shared;
mod support;
mod usage;
