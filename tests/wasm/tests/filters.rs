//! The built filters in the simulated Envoy.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may fail so"
)]

mod filters {
    mod bad_input;
    mod callouts;
    mod guard;
    mod hints;
    mod limits;
    mod load;
    mod prompts;
    mod redaction;
    mod redaction_speed;
    mod router;
    mod shell;
    mod support;
    mod tokens;
    mod translation;
}
