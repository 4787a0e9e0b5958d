//! `anthropic-messages`: being written.
