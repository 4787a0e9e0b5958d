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
pub(crate) use decode::in_openais_code;
pub(super) use encode::encode;
pub(super) use encode_messages::tool_call as encode_tool_call;
pub(crate) use encode_messages::{data_url, default_name, parsable, unsupported};
pub(crate) use encode_params::{effort, fits_strict, response_format};
pub(crate) use encode_tools::check_choice;
pub(super) use messages::function;
pub(crate) use messages::tool_call;
pub(crate) use parts::{audio, cache, part, source};
pub(crate) use tools::{decode as tools, grammar, schema};
