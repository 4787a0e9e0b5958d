//! What the targets hold to, apart from the fuzzer: `shared/translator/tests/fuzz.rs` runs the same over the fixtures.

pub mod config;
pub mod frames;
pub mod operations;
pub mod requests;
pub mod responses;
pub mod streams;
