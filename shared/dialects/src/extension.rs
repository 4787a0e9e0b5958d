//! What a provider says that the client's dialect has no place for.

use chat::json::{Map, Value};

use crate::{Client, Drops};

/// The key under which an answer keeps what the client's dialect has no place for: an object, from the path of a
/// field in the provider's answer to its value, in the provider's words. The name is LiteLLM's
/// (<https://docs.litellm.ai/docs/completion/output>, read 2026-11-21), so that clients may know it.
pub const EXTENSION: &str = "provider_specific_fields";

/// Puts what `drops` hold into an answer for a client (`streamed`: into an event of one). What the dialect's clients
/// do not tolerate stays where it is, and so does all if this event does not end the answer.
pub fn extend<const N: usize>(
    client: &dyn Client,
    body: &mut Value,
    streamed: bool,
    drops: [&mut Drops; N],
) {
    if !drops.iter().any(|drops| drops.holds()) {
        return;
    }
    let Some(place) = client.extension(body, streamed) else { return };
    let mut kept = Map::new();
    drops.into_iter().for_each(|drops| drops.keep(&mut kept));
    place.put(EXTENSION, kept);
}
