//! The logic of the `pii-redactor` filter: finding personal data and secrets in text, and acting on what was
//! found.
//!
//! [`find`] says where something stands and what it is. It knows neither requests nor answers; its whole
//! interface is text in, byte ranges out. Acting on it goes both ways:
//!
//! * `act` replaces what was found: by placeholders that carry a tag of the request, by hashes, stars or names,
//!   and refuses or counts it. The same value becomes the same placeholder in all of a request.
//! * `restore` puts the client's values back into what the model says, whole or in pieces, in text and in the
//!   arguments of calls, escaped as deep as they stand in JSON.
//! * `turn` and `answer` apply both to every text of a request and its answer, which the `dialects` show.
//!
//! Deliberately not here: wire formats (the `dialects` crate); images and audio, which nobody looks into.

mod act;
mod answer;
mod config;
pub mod find;
mod redactor;
mod restore;
mod text;
mod turn;

pub use act::Action;
pub use config::{Config, CustomConfig, KeyConfig, Media, Responses, Validator};
pub use redactor::{BLUEPRINT, FILTER};
pub use text::TextRedactor;
