//! What a provider says that the client's dialect has no place for.

use chat::json::{Map, Value};
use chat::text::{Visit, visit_leaves};
use chat::{Data, Event, Scope};

use crate::stream_text::{Piece, Rewrite, StreamText};
use crate::{Client, Drops};

/// The key under which an answer keeps what the client's dialect has no place for: an object, from the path of a
/// field in the provider's answer to its value, in the provider's words. The name is LiteLLM's
/// (<https://docs.litellm.ai/docs/completion/output>, read 2026-11-21), so that clients may know it.
pub const EXTENSION: &str = "provider_specific_fields";

/// Puts what `drops` hold into an answer for a client (`streamed`: into an event of one). What the dialect's clients
/// do not tolerate stays where it is, and so does all if this event does not end the answer. Returns whether anything
/// was put there.
pub fn extend<const N: usize>(
    client: &dyn Client,
    body: &mut Value,
    streamed: bool,
    drops: [&mut Drops; N],
) -> bool {
    if !drops.iter().any(|drops| drops.holds()) {
        return false;
    }
    let Some(place) = client.extension(body, streamed) else { return false };
    let mut kept = Map::new();
    drops.into_iter().for_each(|drops| drops.keep(&mut kept));
    place.put(EXTENSION, kept);
    true
}

/// The same for events of a stream.
pub fn extend_events<const N: usize>(
    client: &dyn Client,
    events: &mut [Event],
    mut drops: [&mut Drops; N],
) {
    for event in events {
        if let Data::Json(body) = event.data_mut() {
            extend(client, body, true, drops.each_mut().map(|drops| &mut **drops));
        }
    }
}

/// Where answers, and events of streams, keep it besides at their top: the fields that may have [`EXTENSION`].
const PLACES: [&str; 2] = ["response", "additionalModelResponseFields"];

/// Whether an answer, or an event of a stream, keeps anything.
fn keeps(body: &Value) -> bool {
    let within = |place: &&str| body.get(place).is_some_and(|at| at.get(EXTENSION).is_some());
    body.get(EXTENSION).is_some() || PLACES.iter().any(within)
}

/// Shows every text that an answer keeps to `visit`. Returns whether any was replaced.
pub(crate) fn visit(body: &mut Value, visit: Visit<'_>) -> bool {
    if !keeps(body) {
        return false;
    }
    let mut show = |place: Option<&mut Value>| {
        let kept = place.and_then(|place| place.get_mut(EXTENSION));
        kept.is_some_and(|kept| visit_leaves(kept, Scope::Assistant, 0, visit))
    };
    let edited = show(Some(body));
    PLACES.iter().fold(edited, |edited, place| show(body.get_mut(place)) | edited)
}

/// The text of a stream with what its end keeps.
pub(crate) fn shown(text: impl StreamText + 'static) -> Option<Box<dyn StreamText>> {
    Some(Box::new(Shown { text: Box::new(text), strands: usize::MAX }))
}

#[derive(Debug)]
struct Shown {
    text: Box<dyn StreamText>,
    /// The last strand, counted down: the dialects count theirs up.
    strands: usize,
}

impl StreamText for Shown {
    fn event(&mut self, mut event: Event, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        if let Some(body) = event.as_json().filter(|body| keeps(body)) {
            let mut body = body.clone();
            let edited = self::visit(&mut body, &mut |text| {
                self.strands = self.strands.saturating_sub(1);
                let (strand, text) = (self.strands, text.text);
                visit(Piece { strand, scope: Scope::Assistant, is_json: false, text, last: true })
            });
            if edited {
                *event.data_mut() = Data::Json(body);
            }
        }
        self.text.event(event, visit, out);
    }

    fn finish(&mut self, visit: Rewrite<'_>, out: &mut Vec<Event>) {
        self.text.finish(visit, out);
    }
}
