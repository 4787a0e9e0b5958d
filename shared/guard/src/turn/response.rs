//! The answer under the guard's eyes.

use std::rc::Rc;

use chat::json::Value;
use chat::{Event, Framing, Scope, Text};
use dialects::{Dialect, StreamText};
use stage::{Answered, Content, Exchange, Headers, Reading, Response, Stop, Verdict};

use super::verdict;
use crate::answer::Watch;
use crate::config::{Action, OnError, ScopeName};
use crate::external::{Asked, Phase, Placed};
use crate::policy::Judgement;
use crate::stage::Plan;
use crate::view::View;

/// One answer under the guard's eyes.
#[derive(Debug)]
pub(super) struct Answer {
    plan: Rc<Plan>,
    dialect: &'static dyn Dialect,
    watch: Option<Watch>,
    stream: Option<Box<dyn StreamText>>,
    streams: bool,
    judgement: Judgement,
    asked: Vec<(usize, Vec<Placed>)>,
    /// The judgement was told; a stream is judged many times.
    told: bool,
}

impl Answer {
    /// `None` if nobody looks at answers.
    pub(super) fn new(
        plan: &Rc<Plan>,
        dialect: &'static dyn Dialect,
        system: &[String],
    ) -> Option<Answer> {
        let mut watch = plan.checks.as_ref().map(Watch::new);
        if let Some(watch) = &mut watch {
            system.iter().for_each(|text| watch.learn(text));
        }
        let asks = plan.external.iter().any(|service| service.wants_answers());
        (watch.is_some() || asks).then(|| Answer {
            plan: Rc::clone(plan),
            dialect,
            watch,
            stream: None,
            streams: false,
            judgement: Judgement::default(),
            asked: Vec::new(),
            told: false,
        })
    }

    pub(super) fn planted(&mut self, token: &str) {
        if let Some(watch) = &mut self.watch {
            watch.planted(token);
        }
    }

    /// Decides by the headers how to read the answer. Errors are the provider's words, not the model's.
    pub(super) fn head(&mut self, headers: &Headers) -> Reading {
        if headers.status().is_some_and(|status| status >= 400) {
            return Reading::Pass;
        }
        self.streams = Framing::of(&headers.media_type()).is_some();
        if !self.streams {
            return Reading::Buffer;
        }
        self.stream = self.dialect.stream_text();
        match (&self.stream, &self.watch) {
            (Some(_), Some(_)) => Reading::Stream,
            // Services cannot be asked in the middle of a stream.
            (_, None) => Reading::Pass,
            (None, Some(_)) => Reading::Stream,
        }
    }

    pub(super) fn whole(&mut self, response: &mut Response, io: &mut Exchange) -> Verdict {
        let mut texts: Vec<Placed> = Vec::new();
        match &mut response.content {
            Content::Json(body) => body.edit(|tree| {
                texts = texts_of(self.dialect, tree);
                false
            }),
            Content::Other(bytes) | Content::Written(bytes) => {
                let written = chat::json::parse(bytes).ok();
                match (written, std::str::from_utf8(bytes)) {
                    (Some(mut tree), _) => texts = texts_of(self.dialect, &mut tree),
                    (None, Ok(text)) => texts.push((ScopeName::Assistant, text.to_owned())),
                    (None, Err(_)) => return self.unreadable(io),
                }
            }
        }
        if let Some(watch) = &mut self.watch {
            texts.iter().for_each(|(_, text)| self.judgement.absorb(watch.whole(text)));
        }
        texts.retain(|(_, text)| !text.trim().is_empty());
        self.ask(&texts, io);
        match self.asked.is_empty() {
            true => self.conclude(io),
            false => Ok(()),
        }
    }

    fn ask(&mut self, texts: &[Placed], io: &mut Exchange) {
        let refused = self.judgement.action == Some(Action::Block) && self.plan.policy.enforces();
        if texts.is_empty() || refused {
            return;
        }
        let plan = Rc::clone(&self.plan);
        for (index, service) in
            plan.external.iter().enumerate().filter(|(_, one)| one.wants_answers())
        {
            match service.ask(Phase::Response, texts, io) {
                Asked::Known(opinion) => self.take_in(index, opinion),
                Asked::Ask(callout) => {
                    self.asked.push((index, texts.to_vec()));
                    io.call(callout);
                }
            }
        }
    }

    pub(super) fn answered(&mut self, answers: &[Answered], io: &mut Exchange) -> Verdict {
        let plan = Rc::clone(&self.plan);
        for ((index, texts), answer) in std::mem::take(&mut self.asked).iter().zip(answers) {
            if let Some(service) = plan.external.get(*index) {
                let opinion = service.read(Phase::Response, texts, answer, io);
                self.take_in(*index, opinion);
            }
        }
        self.conclude(io)
    }

    fn take_in(&mut self, index: usize, opinion: crate::external::Opinion) {
        let Some(service) = self.plan.external.get(index) else { return };
        if let Some(action) = service.action(opinion) {
            self.judgement.absorb(Judgement {
                action: Some(action),
                score: self.judgement.score,
                reasons: vec![(service.name.clone(), View::Plain)],
                message: None,
            });
        }
    }

    pub(super) fn event(
        &mut self,
        event: Event,
        out: &mut Vec<Event>,
        io: &mut Exchange,
    ) -> Verdict {
        let Some(stream) = &mut self.stream else {
            // A dialect whose streams cannot be looked into.
            let verdict = self.unreadable(io);
            if verdict.is_ok() {
                out.push(event);
            }
            return verdict;
        };
        let enforces = self.plan.policy.enforces();
        let (watch, judgement) = (&mut self.watch, &mut self.judgement);
        stream.event(event, &mut |piece| say(watch, judgement, enforces, piece), out);
        self.so_far(io)
    }

    pub(super) fn stream_end(&mut self, out: &mut Vec<Event>, io: &mut Exchange) -> Verdict {
        let enforces = self.plan.policy.enforces();
        let (watch, judgement) = (&mut self.watch, &mut self.judgement);
        if let Some(stream) = &mut self.stream {
            stream.finish(&mut |piece| say(watch, judgement, enforces, piece), out);
        }
        self.so_far(io)?;
        if !self.told {
            self.conclude(io)?;
        }
        Ok(())
    }

    fn so_far(&mut self, io: &mut Exchange) -> Verdict {
        match self.judgement.action {
            Some(Action::Block) if !self.told => self.conclude(io),
            _ => Ok(()),
        }
    }

    fn conclude(&mut self, io: &mut Exchange) -> Verdict {
        self.told = true;
        verdict::tell(&self.plan.policy, &self.judgement, "response", io);
        let blocks = self.judgement.action == Some(Action::Block) && self.plan.policy.enforces();
        match blocks {
            true => Err(Stop::Problem(verdict::problem(&self.plan.policy, &self.judgement))),
            false => Ok(()),
        }
    }

    /// An answer that cannot be judged.
    fn unreadable(&mut self, io: &mut Exchange) -> Verdict {
        if self.plan.policy.on_error == OnError::Pass || self.told {
            return Ok(());
        }
        self.judgement.absorb(Judgement {
            action: Some(Action::Block),
            score: 0.0,
            reasons: vec![("response-unreadable".to_owned(), View::Plain)],
            message: None,
        });
        self.conclude(io)
    }
}

/// What is said of a piece: what is not held back, and nothing once the answer is to be blocked.
fn say(
    watch: &mut Option<Watch>,
    judgement: &mut Judgement,
    enforces: bool,
    piece: dialects::Piece<'_>,
) -> Option<String> {
    let watch = watch.as_mut()?;
    if judgement.action == Some(Action::Block) && enforces {
        return Some(String::new());
    }
    let (free, found) = watch.piece(piece.strand, piece.text, piece.last);
    judgement.absorb(found);
    if judgement.action == Some(Action::Block) && enforces {
        return Some(String::new());
    }
    (free != piece.text).then_some(free)
}

/// Every text that the model says.
fn texts_of(dialect: &dyn Dialect, tree: &mut Value) -> Vec<Placed> {
    let mut texts = Vec::new();
    dialect.visit_response(tree, &mut |text: Text<'_>| {
        let scope = match text.scope {
            Scope::ToolCall => ScopeName::ToolCall,
            _ => ScopeName::Assistant,
        };
        texts.push((scope, text.text.to_owned()));
        None
    });
    texts
}
