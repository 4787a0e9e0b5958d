//! A request as rules see it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::RangeInclusive;

use chat::Scope;
use chat::json::Value;
use dialects::{Dialect, Drops, neutral};
use stage::{Body, Exchange, Headers};
use tokens::{Counter, LastCounter};

use crate::config::{Feature, StickyKey, TierSource};
use crate::draw;
use crate::prompt::complexity::{Features, ReasoningWords};
use crate::prompt::{Piece, code, language, pieces};
use crate::semantic::Meaning;

/// A request as rules see it. What takes work is worked out when it is first asked for.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The dialect it is in.
    pub dialect: &'static dyn Dialect,
    /// Its headers.
    pub headers: &'a Headers,
    /// Its body.
    pub body: &'a Value,
    /// All its texts, in order ([`texts`]).
    pub texts: &'a [Piece],
    /// Time, attributes and the facts of earlier stages.
    pub io: &'a Exchange,
    meaning: Option<Meaning>,
    model: Cow<'a, str>,
    last_counter: Option<&'a LastCounter>,
    found: Found,
}

/// What was worked out of a request.
#[derive(Debug, Default)]
pub(crate) struct Found {
    shape: OnceCell<Shape>,
    counter: OnceCell<Counter>,
    tokens: OnceCell<u64>,
    code: OnceCell<bool>,
    tools: OnceCell<bool>,
    language: OnceCell<Option<&'static str>>,
}

/// What a request has and asks for, whatever its dialect.
#[derive(Debug, Default)]
struct Shape {
    features: Vec<Feature>,
    messages: u64,
    max_output_tokens: Option<u64>,
    user: Option<String>,
}

/// All texts of a request, in order.
pub fn texts(dialect: &dyn Dialect, body: &mut Body) -> Vec<Piece> {
    let mut all = Vec::new();
    body.edit(|tree| {
        dialect.visit_request(tree, &mut |text| {
            all.push(Piece { scope: text.scope, turn: text.turn, text: text.text.to_owned() });
            None
        })
    });
    all
}

impl<'a> Asked<'a> {
    /// A request with nothing worked out yet.
    pub fn new(
        dialect: &'static dyn Dialect,
        headers: &'a Headers,
        body: &'a Value,
        texts: &'a [Piece],
        io: &'a Exchange,
    ) -> Asked<'a> {
        let path = headers.text(":path").unwrap_or_default();
        let model = dialect.model(path, body).unwrap_or_default();
        let found = Found::default();
        Asked { dialect, headers, body, texts, io, meaning: None, model, last_counter: None, found }
    }

    /// What was worked out, for the same request with its texts.
    pub(crate) fn into_found(self) -> Found {
        self.found
    }

    /// The same with what was worked out before.
    pub(crate) fn found(self, found: Found) -> Asked<'a> {
        Asked { found, ..self }
    }

    /// The same where it may be known how the model is counted.
    pub(crate) fn counted_as(self, last: &'a LastCounter) -> Asked<'a> {
        Asked { last_counter: Some(last), ..self }
    }

    /// The same with what another service says about its meaning.
    pub(crate) fn meaning_known(self, meaning: Option<Meaning>) -> Asked<'a> {
        Asked { meaning, ..self }
    }

    /// What another service says about its meaning, once it was asked.
    pub(crate) fn meaning(&self) -> Option<&Meaning> {
        self.meaning.as_ref()
    }

    /// The path with its query.
    fn full_path(&self) -> &str {
        self.headers.text(":path").unwrap_or_default()
    }

    /// The path without its query.
    pub fn path(&self) -> &str {
        self.full_path().split(['?', '#']).next().unwrap_or_default()
    }

    /// The model that the client asked for; empty if it named none.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// A fact of an earlier stage.
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.io.told(name)
    }

    /// An Envoy attribute.
    pub fn property(&self, path: &[String]) -> Option<&[u8]> {
        self.io.properties.get(path).map(Vec::as_slice)
    }

    /// The consumer's tier.
    pub fn tier<'s>(&'s self, source: &'s TierSource) -> Option<&'s [u8]> {
        match source {
            TierSource::Fact(name) => self.fact(name).map(str::as_bytes),
            TierSource::Header(name) => self.headers.all(name).next(),
            TierSource::Property(path) => self.property(path),
        }
    }

    /// Whether it has or asks for something.
    pub fn has(&self, feature: Feature) -> bool {
        match feature {
            Feature::Code => self.code(),
            Feature::Stream => self.dialect.streams(self.full_path(), self.body),
            Feature::Tools => self.offers_tools(),
            _ => self.shape().features.contains(&feature),
        }
    }

    /// A request that its provider will refuse for something else may pass for one with tools.
    fn offers_tools(&self) -> bool {
        *self.found.tools.get_or_init(|| {
            let listed = self.body.get("tools").and_then(Value::as_array);
            if self.dialect.lists_tools() && listed.is_some_and(|listed| !listed.is_empty()) {
                return true;
            }
            may_offer_tools(self.body) && self.shape().features.contains(&Feature::Tools)
        })
    }

    /// Turns of the conversation, instructions not counted.
    pub fn messages(&self) -> u64 {
        self.shape().messages
    }

    /// The most output tokens that the client wants.
    pub fn max_output_tokens(&self) -> Option<u64> {
        self.shape().max_output_tokens
    }

    /// Whether the prompt has so many tokens: exactly where the model's encoding is public and in this build,
    /// else by an estimate. No more is counted than it takes to know.
    pub fn prompt_tokens_within(&self, range: RangeInclusive<u64>) -> bool {
        self.counter().within(self.texts.iter().map(|piece| piece.text.as_str()), range)
    }

    /// Tokens of the prompt, estimated, whatever this build could count: for what is an estimate anyway.
    pub fn prompt_tokens(&self) -> u64 {
        *self.found.tokens.get_or_init(|| {
            let counter = self.counter().rough();
            counter.texts(self.texts.iter().map(|piece| piece.text.as_str())).count
        })
    }

    fn counter(&self) -> &Counter {
        let model = self.model();
        self.found.counter.get_or_init(|| match self.last_counter {
            Some(last) => last.of_model(model),
            None => Counter::of_model(model),
        })
    }

    /// Whether the user's text has program code.
    pub fn code(&self) -> bool {
        *self.found.code.get_or_init(|| {
            pieces(self.texts, Scope::User, false).any(|piece| code::has_code(&piece.text))
        })
    }

    /// The language that the user writes: of the last turn, or if that is too short, of all.
    pub fn language(&self, detector: &language::Detector) -> Option<&'static str> {
        *self.found.language.get_or_init(|| {
            let text = |last| {
                let mut text = String::new();
                for (index, piece) in pieces(self.texts, Scope::User, last).enumerate() {
                    if text.len() >= language::ENOUGH_BYTES {
                        break;
                    }
                    text.push_str(if index == 0 { "" } else { "\n" });
                    let end = piece.text.floor_char_boundary(language::ENOUGH_BYTES);
                    text.push_str(piece.text.get(..end).unwrap_or_default());
                }
                text
            };
            detector.detect(&text(true)).or_else(|| detector.detect(&text(false)))
        })
    }

    /// What the complexity score looks at.
    pub fn complexity(&self, words: &ReasoningWords) -> Features {
        let (mut user_turns, mut last) = (0, None);
        for piece in pieces(self.texts, Scope::User, false) {
            if last.is_none_or(|last| piece.turn > last) {
                user_turns += 1;
                last = Some(piece.turn);
            }
        }
        let counter = self.counter().rough();
        let mut features = Features {
            code: self.code(),
            user_turns,
            tools: self.has(Feature::Tools),
            ..Features::default()
        };
        // No text is counted twice.
        let mut all = 0u64;
        for piece in self.texts {
            let tokens = counter.text(&piece.text);
            all = all.saturating_add(tokens);
            if piece.scope == Scope::User && Some(piece.turn) == last {
                features.last_tokens += tokens;
                features.add_last(&piece.text, words);
            }
        }
        features.all_tokens = *self.found.tokens.get_or_init(|| all);
        features
    }

    /// A hash of what `key` says, if the request has it.
    pub fn key(&self, key: &StickyKey) -> Option<u64> {
        let of = |bytes: &[u8]| (!bytes.is_empty()).then(|| draw::hash(0, bytes));
        match key {
            StickyKey::Header(name) => self.headers.all(name).next().and_then(of),
            StickyKey::Property(path) => self.property(path).and_then(of),
            StickyKey::User => self.shape().user.as_deref().and_then(|user| of(user.as_bytes())),
            StickyKey::Cookie(name) => {
                let cookies =
                    self.headers.all("cookie").filter_map(|text| std::str::from_utf8(text).ok());
                let mut pairs = cookies.flat_map(|text| text.split(';'));
                pairs.find_map(|pair| {
                    let (key, value) = pair.trim().split_once('=')?;
                    if key == name { of(value.as_bytes()) } else { None }
                })
            }
            StickyKey::Conversation => {
                let first = self.texts.iter().find(|piece| piece.scope == Scope::User)?.turn;
                let start = self.texts.iter().filter(|piece| match piece.scope {
                    Scope::System => true,
                    Scope::User => piece.turn == first,
                    _ => false,
                });
                Some(start.fold(0, |hash, piece| draw::hash(hash, piece.text.as_bytes())))
            }
        }
    }

    /// What was worked out so far, for explanations. Never text.
    pub fn findings(&self) -> Vec<String> {
        let mut lines = vec![format!("model {:?}", self.model())];
        if self.found.tools.get() == Some(&true) {
            self.shape();
        }
        if let Some(shape) = self.found.shape.get() {
            lines.push(format!("messages {}", shape.messages));
            if !shape.features.is_empty() {
                lines.push(format!("has {:?}", shape.features));
            }
        }
        if !self.texts.is_empty() {
            let all = self.counter().texts(self.texts.iter().map(|piece| piece.text.as_str()));
            let about = if all.estimated { "about " } else { "" };
            lines.push(format!("prompt tokens {about}{}", all.count));
        }
        lines.extend(self.found.code.get().map(|code| format!("code {code}")));
        lines.extend(
            self.found
                .language
                .get()
                .map(|found| format!("language {}", found.unwrap_or("unknown"))),
        );
        lines
    }

    fn shape(&self) -> &Shape {
        self.found.shape.get_or_init(|| {
            let path = self.full_path();
            let read = dialects::reader(self.dialect.name()).and_then(|reader| {
                reader.decode_request(path, self.body.clone(), &mut Drops::default()).ok()
            });
            // What its own dialect refuses, the provider will refuse: nothing is known of it.
            read.map(|request| Shape::of(&request)).unwrap_or_default()
        })
    }
}

/// Whether a request names tools anywhere, in any dialect. Whether it offers some, only decoding it tells, which costs
/// a copy of it.
fn may_offer_tools(body: &Value) -> bool {
    let mut rest = vec![body];
    while let Some(value) = rest.pop() {
        match value {
            Value::Array(items) => rest.extend(items),
            Value::Object(map) => {
                for (name, value) in map {
                    if matches!(
                        name.as_str(),
                        "functions" | "toolConfig" | "tools" | "web_search_options"
                    ) {
                        return true;
                    }
                    rest.push(value);
                }
            }
            _ => {}
        }
    }
    false
}

impl Shape {
    fn of(request: &neutral::Request) -> Shape {
        use neutral::{ResponseFormat, Role};
        let mut features = Vec::new();
        if !request.tools.is_empty() {
            features.push(Feature::Tools);
        }
        if !matches!(request.response_format, None | Some(ResponseFormat::Text)) {
            features.push(Feature::StructuredOutput);
        }
        let thinks = request.reasoning.as_ref().is_some_and(|reasoning| {
            reasoning.enabled != Some(false) && reasoning.effort != Some(neutral::Effort::None)
        });
        if thinks {
            features.push(Feature::Reasoning);
        }
        for message in &request.messages {
            media(&message.content, &mut features);
        }
        let turns = request.messages.iter();
        let turns = turns.filter(|message| !matches!(message.role, Role::System | Role::Developer));
        Shape {
            features,
            messages: turns.count() as u64,
            max_output_tokens: request.max_output_tokens,
            user: request.user.clone(),
        }
    }
}

/// The media in a message, those in tools' results included.
fn media(blocks: &[neutral::Block], features: &mut Vec<Feature>) {
    for block in blocks {
        let feature = match &block.content {
            neutral::Content::Audio { .. } => Feature::Audio,
            neutral::Content::Document { .. } => Feature::Documents,
            neutral::Content::Image { .. } => Feature::Images,
            neutral::Content::ToolResult { content, .. } => {
                media(content, features);
                continue;
            }
            _ => continue,
        };
        if !features.contains(&feature) {
            features.push(feature);
        }
    }
}
