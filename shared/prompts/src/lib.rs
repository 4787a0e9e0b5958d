//! Prompts of the gateway's own: the logic of the `prompt-decorator` and `prompt-template` filters.
//!
//! The decorator adds instructions and messages to what a client says, in the client's dialect. The template
//! puts a request that the gateway wrote in place of what a client refers to, filled with the client's values.
//!
//! Deliberately not here: judging prompts (the prompt guard), languages of templates beyond `{{name}}`.

pub mod decorator;
pub mod template;
#[cfg(test)]
#[allow(clippy::expect_used, clippy::panic, reason = "tests")]
mod testing;
#[cfg(test)]
mod tests;

use stage::{Filter, FilterKind};

pub use decorator::BLUEPRINT as DECORATOR;
pub use template::BLUEPRINT as TEMPLATE;

/// The filter `prompt-decorator`.
pub const DECORATOR_FILTER: Filter =
    Filter { name: "prompt-decorator", kind: FilterKind::Single(DECORATOR) };

/// The filter `prompt-template`.
pub const TEMPLATE_FILTER: Filter =
    Filter { name: "prompt-template", kind: FilterKind::Single(TEMPLATE) };
