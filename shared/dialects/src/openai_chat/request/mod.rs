//! Requests.

mod decode;
mod encode;
mod encode_messages;
mod encode_params;
mod encode_tools;
mod messages;
mod parts;
mod tools;

pub(super) use decode::decode;
pub(super) use encode::encode;
pub(super) use encode_messages::tool_call as encode_tool_call;
pub(crate) use encode_messages::{data_url, default_name, unsupported};
pub(crate) use encode_params::{effort, response_format};
pub(crate) use encode_tools::check_choice;
pub(super) use messages::{function, tool_call};
pub(crate) use parts::{audio, cache, source};
pub(crate) use tools::{grammar, schema};
