//! `openai-chat`: being written.
