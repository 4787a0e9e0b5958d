//! The logic of the `pii-redactor` filter: finding personal data and secrets in text, and acting on what was
//! found.
//!
//! [`find`] says where something stands and what it is. It knows neither requests nor answers; its whole
//! interface is text in, byte ranges out.

pub mod find;
