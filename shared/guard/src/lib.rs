//! The logic of the `prompt-guard` filter.

mod confusables;
#[cfg(feature = "lab")]
pub mod disguise;
pub mod finding;
mod fold;
pub mod model;
pub mod rules;
pub mod scan;
mod token;
pub mod view;
mod views;
