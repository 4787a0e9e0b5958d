//! Buffered answers that nobody needs a tree of.

use std::cell::OnceCell;

use dialects::Glanced;

use crate::message::{Body, Content};
use crate::{Exchange, Glance, Headers, Reading, Turn};

/// The body of a buffered answer before a tree is made of it.
#[derive(Debug, Default)]
pub struct Unparsed {
    bytes: Vec<u8>,
    glanced: OnceCell<Option<Glanced>>,
    /// A stage wrote it in place of what came.
    written: bool,
}

impl Unparsed {
    pub(crate) fn new(bytes: Vec<u8>) -> Unparsed {
        Unparsed { bytes, ..Unparsed::default() }
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What a glance at it shows, if that is clear. All who ask share one.
    pub fn glanced(&self) -> Option<&Glanced> {
        self.glanced.get_or_init(|| Glanced::of(&self.bytes).ok()).as_ref()
    }

    /// A tree of it, if it is JSON.
    pub(crate) fn parse(self) -> Content {
        match Body::parse(&self.bytes) {
            Ok(mut body) => {
                body.edit(|_| self.written);
                Content::Json(body)
            }
            Err(_) if self.written => Content::Written(self.bytes),
            Err(_) => Content::Other(self.bytes),
        }
    }
}

/// Shows the answer's bytes to the turns that read it, the last one first, if all of them want no more. What goes to
/// the client; or the answer as it is by then, and the last of the turns that are to see a tree of it.
pub(crate) fn glance(
    turns: &mut [Box<dyn Turn>],
    readings: &[Reading],
    mut answer: Unparsed,
    headers: &mut Headers,
    io: &mut Exchange,
) -> Result<Content, (Unparsed, usize)> {
    if readings.iter().any(|reading| *reading > Reading::Glance) {
        return Err((answer, usize::MAX));
    }
    let turns = turns.iter_mut().zip(readings).enumerate().rev();
    for (index, (turn, _)) in turns.filter(|(_, (_, reading))| **reading == Reading::Glance) {
        match turn.on_response_bytes(&answer, headers, io) {
            Glance::Kept => {}
            Glance::Rewritten(bytes) => {
                answer = Unparsed { bytes, written: true, ..Unparsed::default() };
            }
            Glance::Unclear => return Err((answer, index)),
        }
    }
    Ok(match answer.written {
        true => Content::Written(answer.bytes),
        false => Content::Other(Vec::new()),
    })
}
