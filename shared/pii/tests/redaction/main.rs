//! The redactor natively: a host of a few lines around the same flow that runs in Envoy.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may fail so"
)]

mod answers;
mod config;
mod every_dialect;
mod leaves;
mod places;
mod properties;
mod requests;
mod responses;
mod support;
