//! Stages and the list they run in.

use std::fmt;
use std::rc::Rc;

use chat::{Event, Problem};

use crate::facts::{FACTS, Fact};
use crate::metrics::{self, Series};
use crate::{
    Answered, Exchange, Headers, PropertyPath, Reply, Request, Response, Settings, UnknownPaths,
    Unparsed,
};

/// What a stage says to a message: `Ok` lets it go on, edited or not (the [`crate::Body`] knows); an error
/// ends the exchange with another answer for the client.
pub type Verdict = Result<(), Stop>;

/// The answer with which a stage ends an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// An error, to be written in the client's dialect.
    Problem(Problem),
    /// This, as it is. A stream that has begun just ends.
    Answer(Reply),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Stop {
        Stop::Problem(problem)
    }
}

/// One step of AI-traffic processing, its configuration compiled.
pub trait Stage {
    /// What it needs of its host and its place.
    fn needs(&self) -> Needs;

    /// Answers a request by its headers alone, whatever its path: `GET /v1/models`. The first stage that has an
    /// answer gives it.
    fn serve(&self, headers: &Headers) -> Option<Stop> {
        let _ = headers;
        None
    }

    /// Takes a request whose path no dialect knows, by its headers alone: it goes on with them edited, and
    /// neither its body nor its answer is read. `None`: this stage has no say in it, and
    /// [`Needs::unknown_paths`] counts.
    fn pass(&self, headers: &mut Headers, io: &mut Exchange) -> Option<Verdict> {
        let _ = (headers, io);
        None
    }

    /// Begins a request.
    fn open(&self) -> Box<dyn Turn>;
}

// Not a supertrait: modules would carry the texts of every type behind it.
impl fmt::Debug for dyn Stage + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stage")
    }
}

/// What a stage needs of its host and its place in the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// It changes headers, path or route after reading the body, so the host must hold the headers.
    pub held_headers: bool,
    /// It wants [`Exchange::dice`].
    pub dice: bool,
    /// After it the request is in another dialect, so nothing may come behind it.
    pub last: bool,
    /// What shall happen to unknown paths unless the configuration says otherwise.
    pub unknown_paths: Option<UnknownPaths>,
    /// Envoy attributes it wants to see in [`Exchange::properties`]: of each list, the first that is there.
    pub properties: Vec<Vec<PropertyPath>>,
    /// Envoy attributes that are only known later: asked for when a provider's answer comes, or when the exchange
    /// is over and none came.
    pub late_properties: Vec<PropertyPath>,
    /// Those that only matter if no provider's answer came: asked for when the exchange is over.
    pub unanswered_properties: Vec<PropertyPath>,
}

/// How a stage wants to see an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// Not at all.
    Pass,
    /// Whole; if all who read it want no more, by its bytes ([`Turn::on_response_bytes`]).
    Glance,
    /// Whole.
    Buffer,
    /// Event by event. If another stage reads so, a stage that asked for the whole gets events too.
    Stream,
}

/// What comes of [`Turn::on_response_bytes`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Glance {
    /// It takes a tree: [`Turn::on_response`] is shown the answer.
    Unclear,
    /// All is seen, and the answer goes on as it came.
    Kept,
    /// All is seen, and this goes on in its place.
    Rewritten(Vec<u8>),
}

/// One stage's work on one request and its answer. Pure: no host, no clock, no randomness.
///
/// Request calls run through the stages in list order, response calls in reverse.
pub trait Turn {
    /// The request, its body read.
    ///
    /// # Errors
    /// The answer for the client; the request goes nowhere.
    fn on_request(&mut self, request: &mut Request, io: &mut Exchange) -> Verdict {
        let _ = (request, io);
        Ok(())
    }

    /// The answers to the calls that the turn asked for when it saw the request ([`Exchange::call`]), in the
    /// order it asked. It may ask again.
    ///
    /// # Errors
    /// As for [`Turn::on_request`].
    fn on_answers(
        &mut self,
        answers: Vec<Answered>,
        request: &mut Request,
        io: &mut Exchange,
    ) -> Verdict {
        let _ = (answers, request, io);
        Ok(())
    }

    /// Whether anything of the answer matters to it: asked when an answer comes, before its headers are read. If no
    /// turn of a request wants it, nothing is read of it at all.
    fn wants_answer(&self) -> bool {
        true
    }

    /// The answer's headers, `:status` included, before any of its body. They may be edited, also where the
    /// body is not wanted.
    fn on_response_head(&mut self, headers: &mut Headers, io: &mut Exchange) -> Reading {
        let _ = (headers, io);
        Reading::Pass
    }

    /// The buffered answer before a tree is made of it, if all turns that read it asked for no more than
    /// [`Reading::Glance`]: who needs little of an answer can do without.
    fn on_response_bytes(
        &mut self,
        answer: &Unparsed,
        headers: &mut Headers,
        io: &mut Exchange,
    ) -> Glance {
        let _ = (answer, headers, io);
        Glance::Unclear
    }

    /// The buffered answer.
    ///
    /// # Errors
    /// The answer for the client in place of this one.
    fn on_response(&mut self, response: &mut Response, io: &mut Exchange) -> Verdict {
        let _ = (response, io);
        Ok(())
    }

    /// The answers to the calls that the turn asked for when it saw the buffered answer.
    ///
    /// # Errors
    /// As for [`Turn::on_response`].
    fn on_response_answers(
        &mut self,
        answers: Vec<Answered>,
        response: &mut Response,
        io: &mut Exchange,
    ) -> Verdict {
        let _ = (answers, response, io);
        Ok(())
    }

    /// One event of a streamed answer. What shall go on in its place is appended to `out`.
    ///
    /// # Errors
    /// The stream goes on up to what is in `out` and ends with this error.
    fn on_event(&mut self, event: Event, out: &mut Vec<Event>, io: &mut Exchange) -> Verdict {
        let _ = io;
        out.push(event);
        Ok(())
    }

    /// The streamed answer has ended; last events may be appended to `out`.
    ///
    /// # Errors
    /// As for [`Turn::on_event`].
    fn on_stream_end(&mut self, out: &mut Vec<Event>, io: &mut Exchange) -> Verdict {
        let _ = (out, io);
        Ok(())
    }

    /// The exchange is over, whether it was completed or the client left.
    fn on_end(&mut self, io: &mut Exchange) {
        let _ = io;
    }
}

impl fmt::Debug for dyn Turn + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turn")
    }
}

/// A filter that Envoy can load: its name and the stages it may hold.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// Its name in kebab-case: folder, package, configuration key. Root id, module and metric prefix are the
    /// same in snake_case.
    pub name: &'static str,
    /// One stage whose configuration is the filter's own, or several under `stages`.
    pub kind: FilterKind,
}

/// One stage or a list of them.
#[derive(Debug, Clone, Copy)]
pub enum FilterKind {
    /// `stages: [{NAME: CONFIG}, …]`, of these and in an order that keeps these.
    Chain(&'static [crate::Blueprint], &'static [Order]),
    /// The configuration is that of this stage.
    Single(crate::Blueprint),
}

/// Which of two stages of a chain must stand first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The name of the stage that must stand before…
    pub first: &'static str,
    /// … the stage of this name.
    pub then: &'static str,
    /// Why, as the end of a sentence.
    pub why: &'static str,
}

/// An attribute that a stage asked for.
#[derive(Debug)]
pub struct Property {
    /// Its key in [`Exchange::properties`].
    pub path: Rc<[String]>,
    /// The same with NULs between the parts, as the host wants it.
    pub joined: String,
}

impl From<PropertyPath> for Property {
    fn from(path: PropertyPath) -> Property {
        Property { joined: path.join("\0"), path: path.into() }
    }
}

/// A list of stages and the settings of their host, ready to run.
#[derive(Debug)]
pub struct Pipeline {
    pub(crate) stages: Vec<Rc<dyn Stage>>,
    pub(crate) settings: Settings,
    needs: Needs,
    properties: Vec<Vec<Property>>,
    late_properties: Vec<Property>,
    unanswered_properties: Vec<Property>,
    facts: Vec<&'static str>,
    pub(crate) duration: Rc<Series>,
}

impl Pipeline {
    pub(crate) fn new(stages: Vec<(&'static str, Rc<dyn Stage>)>, settings: Settings) -> Pipeline {
        let mut needs = Needs::default();
        let (mut properties, mut late_properties) = (Vec::new(), Vec::new());
        let mut unanswered_properties = Vec::new();
        for (_, stage) in &stages {
            let one = stage.needs();
            needs.held_headers |= one.held_headers;
            needs.dice |= one.dice;
            needs.last |= one.last;
            needs.unknown_paths = needs.unknown_paths.max(one.unknown_paths);
            let lists = one.properties.into_iter();
            properties.extend(lists.map(|list| list.into_iter().map(Property::from).collect()));
            late_properties.extend(one.late_properties.into_iter().map(Property::from));
            unanswered_properties.extend(one.unanswered_properties.into_iter().map(Property::from));
        }
        let told = |fact: &&Fact| {
            let here = stages.iter().any(|(name, _)| fact.is_of(name));
            here && settings.publishes(fact.name)
        };
        let facts = FACTS.iter().filter(told).map(|fact| fact.name).collect();
        let stages = stages.into_iter().map(|(_, stage)| stage).collect();
        let duration = Rc::new(Series::new(metrics::REQUEST_DURATION, &[]));
        Pipeline {
            stages,
            settings,
            needs,
            properties,
            late_properties,
            unanswered_properties,
            facts,
            duration,
        }
    }

    /// The names of the facts that its stages may publish.
    pub fn facts(&self) -> &[&'static str] {
        &self.facts
    }

    /// The settings of its host.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Envoy attributes to be given to [`Exchange::properties`]: of each list, the first that is there.
    pub fn properties(&self) -> &[Vec<Property>] {
        &self.properties
    }

    /// Envoy attributes to be given to [`Exchange::properties`] when a provider's answer comes, or when the exchange
    /// is over and none came.
    pub fn late_properties(&self) -> &[Property] {
        &self.late_properties
    }

    /// Envoy attributes to be given to [`Exchange::properties`] when the exchange is over and no provider's answer
    /// came.
    pub fn unanswered_properties(&self) -> &[Property] {
        &self.unanswered_properties
    }

    /// Whether it matters if a provider's answer comes, whoever reads it.
    pub(crate) fn asks_later(&self) -> bool {
        !self.late_properties.is_empty() || !self.unanswered_properties.is_empty()
    }

    /// Whether [`Exchange::dice`] is wanted.
    pub fn wants_dice(&self) -> bool {
        self.needs.dice
    }

    /// What the configuration says about unknown paths, or else a stage.
    pub(crate) fn unknown_paths(&self) -> Option<UnknownPaths> {
        self.settings.unknown_paths.or(self.needs.unknown_paths)
    }

    /// What the stages say to a request whose path no dialect knows: `Some` if it is answered, or goes on.
    /// Whether it may go on by a stage's say alone, the configuration and every other stage decide first.
    pub(crate) fn pass(&self, headers: &mut Headers, io: &mut Exchange) -> Option<Verdict> {
        let configured = self.settings.unknown_paths;
        if configured == Some(UnknownPaths::Reject) {
            return None;
        }
        let mut taken = None;
        for stage in &self.stages {
            match stage.pass(headers, io) {
                Some(Ok(())) => taken = Some(Ok(())),
                Some(stop) => return Some(stop),
                None if configured.is_none()
                    && stage.needs().unknown_paths == Some(UnknownPaths::Reject) =>
                {
                    return None;
                }
                None => {}
            }
        }
        taken
    }
}
