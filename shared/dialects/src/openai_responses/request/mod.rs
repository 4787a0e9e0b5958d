//! Requests (SDK `responses/response_create_params.py` and the types it names, read 2026-11-21).

mod decode;
mod encode;
mod encode_items;
mod encode_tools;
mod items;
mod parts;
mod stored;
mod tools;

pub(super) use decode::decode;
pub(super) use encode::encode;
