//! The logic of the `prompt-guard` filter: is what a user says, or what a tool returns, an attack on the model;
//! and does the answer say what it must not?
//!
//! A text is **scanned** in every **view** it calls for (decoded, folded, put together again; `view`, `views`,
//! `fold`), each time in one walk over its tokens (`token`) that feeds built-in **rules** (`rules`, rows with
//! executed examples) and a small linear **model** (`model`). A **policy** turns scores and your own rules into
//! judgements; limits on requests (`hygiene`), looks at answers (`answer`) and services that are asked
//! (`external`) add theirs.
//!
//! Deliberately not here: understanding. An attack in plain polite words that no rule and no weight knows
//! passes; ask an external guard for that.

mod answer;
pub mod config;
mod confusables;
#[cfg(feature = "lab")]
pub mod disguise;
mod external;
pub mod finding;
mod fold;
mod hygiene;
pub mod model;
pub mod policy;
pub mod rules;
mod sanitize;
pub mod scan;
mod screen;
mod stage;
mod token;
mod turn;
pub mod view;
mod views;

pub use crate::stage::{BLUEPRINT, FILTER};
pub use answer::config::{CanaryConfig, LeakConfig, ResponseConfig, StreamConfig};
pub use external::config::{BedrockGuardrail, ExternalConfig, Service};
pub use hygiene::config::RequestConfig;
