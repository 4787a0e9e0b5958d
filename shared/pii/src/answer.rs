//! The way back: what the model says is acted on, then placeholders become the client's values again. In that
//! order, so that nothing that was restored is masked.

use std::collections::BTreeMap;
use std::rc::Rc;

use chat::{Event, Framing, Problem, json};
use dialects::{Dialect, Piece, StreamText};
use stage::{Body, Content, Exchange, Headers, Reading, Response, metrics};

use crate::act::{Masker, Place, Window};
use crate::config::{Plan, Responses};
use crate::restore::{Originals, Restorer};

/// The longest arguments of a call that are looked at, in bytes, where they come in pieces.
const MAX_ARGUMENTS: usize = 1 << 20;

/// The work on one answer.
#[derive(Debug)]
pub(crate) struct Answer {
    dialect: &'static dyn Dialect,
    /// How it is cut into events, if it is a stream.
    streams: Option<Framing>,
    /// It can be looked into.
    stream: Option<Box<dyn StreamText>>,
    work: Work,
}

impl Answer {
    /// `None` if there is nothing to do.
    pub(crate) fn new(
        dialect: &'static dyn Dialect,
        plan: &Plan,
        originals: Option<Originals>,
    ) -> Option<Answer> {
        let protected = originals.as_ref().map(|originals| originals.tag().to_owned());
        let acts = plan.responses == Responses::Act;
        let masker = acts.then(|| Masker::new(Rc::clone(&plan.policy), protected));
        let originals = originals.filter(|_| plan.restore);
        if masker.is_none() && originals.is_none() {
            return None;
        }
        let work = Work { originals, masker, ..Work::default() };
        Some(Answer { dialect, streams: None, stream: None, work })
    }

    /// Decides by the headers how to read the answer.
    pub(crate) fn head(&mut self, headers: &Headers) -> Reading {
        let media_type = headers.media_type();
        if ["audio/", "image/", "video/"].iter().any(|kind| media_type.starts_with(kind)) {
            return Reading::Pass;
        }
        self.streams = Framing::of(&media_type);
        if self.streams.is_none() {
            return Reading::Buffer;
        }
        self.stream = self.dialect.stream_text();
        match (&self.stream, &self.work.masker) {
            (Some(_), _) => Reading::Stream,
            // To be refused.
            (None, Some(_)) => Reading::Buffer,
            // Placeholders stay.
            (None, None) => Reading::Pass,
        }
    }

    /// The buffered answer.
    pub(crate) fn whole(
        &mut self,
        response: &mut Response,
        io: &mut Exchange,
    ) -> Result<(), Problem> {
        let verdict = match &mut response.content {
            Content::Json(body) => self.work.body(self.dialect, body),
            Content::Other(bytes) | Content::Written(bytes) => match self.bytes(bytes) {
                Ok(Some(new)) => {
                    response.content = Content::Written(new);
                    Ok(())
                }
                verdict => verdict.map(|_| ()),
            },
        };
        self.tell(io);
        verdict
    }

    /// A body that another stage wrote, or that is no JSON. The new one, if anything changed.
    fn bytes(&mut self, bytes: &[u8]) -> Result<Option<Vec<u8>>, Problem> {
        if let Some(framing) = self.streams {
            return self.whole_stream(framing, bytes).map(Some);
        }
        if let Ok(mut body) = Body::parse(bytes) {
            let before = json::to_bytes(body.tree());
            self.work.body(self.dialect, &mut body)?;
            let after = json::to_bytes(body.tree());
            return Ok((before != after).then_some(after));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(self.work.text(text)?.map(String::into_bytes)),
            Err(_) if self.work.masker.is_some() => Err(unreadable()),
            Err(_) => Ok(None),
        }
    }

    /// A stream that has already come to its end.
    fn whole_stream(&mut self, framing: Framing, bytes: &[u8]) -> Result<Vec<u8>, Problem> {
        let (mut events, mut done) = (Vec::new(), Vec::new());
        let mut decoder = framing.decoder(bytes.len());
        decoder.push(bytes, &mut events).map_err(|_| unreadable())?;
        events.extend(decoder.finish());
        for event in events {
            self.event(event, &mut done)?;
        }
        self.stream_end(&mut done)?;
        let mut bytes = Vec::with_capacity(bytes.len());
        done.iter().for_each(|event| framing.encode(event, &mut bytes));
        Ok(bytes)
    }

    /// One event of a streamed answer.
    pub(crate) fn event(&mut self, event: Event, out: &mut Vec<Event>) -> Result<(), Problem> {
        match &mut self.stream {
            Some(stream) => stream.event(event, &mut |piece| self.work.piece(piece), out),
            None if self.work.masker.is_some() => return Err(unreadable()),
            None => out.push(event),
        }
        self.work.verdict()
    }

    /// The streamed answer has ended.
    pub(crate) fn stream_end(&mut self, out: &mut Vec<Event>) -> Result<(), Problem> {
        if let Some(stream) = &mut self.stream {
            stream.finish(&mut |piece| self.work.piece(piece), out);
        }
        self.work.verdict()
    }

    /// Publishes what was found and restored since the last time.
    pub(crate) fn tell(&mut self, io: &mut Exchange) {
        if let Some(masker) = &mut self.work.masker {
            std::mem::take(&mut masker.tally).tell(Place::Response, io);
        }
        match std::mem::take(&mut self.work.restored) {
            0 => {}
            count => io.add(metrics::PII_RESTORED, &[], count),
        }
    }
}

/// The work on texts.
#[derive(Debug, Default)]
struct Work {
    originals: Option<Originals>,
    masker: Option<Masker>,
    strands: BTreeMap<usize, Strand>,
    restored: u64,
    failure: Option<Problem>,
}

/// A text that comes in pieces.
#[derive(Debug)]
struct Strand {
    window: Window,
    /// Arguments so far, where they have to be looked at: what they say shows when they are whole.
    arguments: String,
    restorer: Restorer,
}

impl Work {
    fn body(&mut self, dialect: &dyn Dialect, body: &mut Body) -> Result<(), Problem> {
        if let Some(masker) = &mut self.masker {
            body.edit(|tree| {
                dialect.visit_response(tree, &mut |text| {
                    masker.look(text.name, text.text);
                    None
                })
            });
            if let Some(problem) = masker.tally.blocked(Place::Response) {
                return Err(problem);
            }
            if masker.tally.replaces() {
                body.edit(|tree| {
                    dialect.visit_response(tree, &mut |text| masker.replace(text.name, text.text))
                });
                if let Some(problem) = masker.tally.blocked(Place::Response) {
                    return Err(problem);
                }
            }
        }
        body.edit(|tree| dialect.visit_response(tree, &mut |text| self.restored(text.text)));
        Ok(())
    }

    /// A whole text that is no part of anything.
    fn text(&mut self, text: &str) -> Result<Option<String>, Problem> {
        let masked = match &mut self.masker {
            Some(masker) => act(masker, text)?,
            None => None,
        };
        let restored = self.restored(masked.as_deref().unwrap_or(text));
        Ok(restored.or(masked))
    }

    /// `text` with the client's values; `None` if there are none.
    fn restored(&mut self, text: &str) -> Option<String> {
        let originals = self.originals.as_ref()?;
        let mut restorer = Restorer::prose();
        let restored = restorer.push(originals, text, true);
        self.restored += restorer.count;
        (restorer.count > 0).then_some(restored)
    }

    /// A piece of a streamed text: what shall stand there instead.
    fn piece(&mut self, piece: Piece<'_>) -> Option<String> {
        if self.failure.is_some() {
            return Some(String::new());
        }
        let strand = self.strands.entry(piece.strand).or_insert_with(|| Strand {
            window: Window::default(),
            arguments: String::new(),
            restorer: if piece.is_json { Restorer::arguments() } else { Restorer::prose() },
        });
        let acted = match &mut self.masker {
            None => Ok(piece.text.to_owned()),
            Some(masker) if piece.is_json => strand.arguments(masker, piece),
            Some(masker) => {
                let pushed = strand.window.push(masker, piece.text, piece.last);
                let blocked = || masker.tally.blocked(Place::Response).unwrap_or_else(unreadable);
                pushed.map_err(|_| blocked())
            }
        };
        let acted = acted.unwrap_or_else(|problem| {
            self.failure = Some(problem);
            String::new()
        });
        let new = match &self.originals {
            Some(originals) => strand.restorer.push(originals, &acted, piece.last),
            None => acted,
        };
        if piece.last {
            self.restored += strand.restorer.count;
            self.strands.remove(&piece.strand);
        }
        (new != piece.text).then_some(new)
    }

    fn verdict(&mut self) -> Result<(), Problem> {
        self.failure.clone().map_or(Ok(()), Err)
    }
}

impl Strand {
    fn arguments(&mut self, masker: &mut Masker, piece: Piece<'_>) -> Result<String, Problem> {
        self.arguments.push_str(piece.text);
        if self.arguments.len() > MAX_ARGUMENTS {
            let why = "the arguments of a call are too long to be checked for personal data";
            return Err(Problem::bad_gateway("arguments_too_large", why));
        }
        if !piece.last {
            return Ok(String::new());
        }
        let whole = std::mem::take(&mut self.arguments);
        Ok(act(masker, &whole)?.unwrap_or(whole))
    }
}

/// Acts on a text that stands alone. The new one, if anything was replaced.
fn act(masker: &mut Masker, text: &str) -> Result<Option<String>, Problem> {
    masker.look(None, text);
    let new = match masker.tally.replaces() {
        true => masker.replace(None, text),
        false => None,
    };
    masker.tally.blocked(Place::Response).map_or(Ok(new), Err)
}

fn unreadable() -> Problem {
    let why = "the provider's answer cannot be checked for personal data";
    Problem::bad_gateway("unreadable_response", why)
}
