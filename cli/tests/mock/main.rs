//! `tollgate mock` as a client sees it: the binary, over loopback HTTP.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod anthropic_messages;
mod bedrock_converse;
mod cohere_chat;
mod gemini;
mod model_servers;
mod ollama_chat;
mod openai_chat;
mod openai_responses;
mod services;
mod support;
mod switches;
mod translated;
