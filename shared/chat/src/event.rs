//! One event of a streamed answer.

use crate::json::Value;

use crate::json;

/// What an event carries.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// A JSON value.
    Json(Value),
    /// Text that is not JSON, such as OpenAI's `[DONE]`.
    Text(String),
    /// Nothing: a comment or a keep-alive.
    Nothing,
}

/// One event of a streamed answer, whatever framed it.
///
/// An event that came from the wire keeps its bytes and is written back as it was until somebody edits it
/// ([`Event::data_mut`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The event's type (`event:` in SSE).
    pub name: Option<String>,
    data: Data,
    raw: Option<Vec<u8>>,
}

impl Event {
    /// An event of our own making.
    pub fn new(name: Option<&str>, data: Data) -> Event {
        Event { name: name.map(str::to_owned), data, raw: None }
    }

    /// An unnamed JSON event.
    pub fn json(data: Value) -> Event {
        Event::new(None, Data::Json(data))
    }

    /// An event read from the wire: its bytes, its name and the text of its data.
    pub fn read(raw: Vec<u8>, name: Option<String>, data: Option<String>) -> Event {
        let data = match data {
            None => Data::Nothing,
            Some(text) => json::parse_str(&text).map_or(Data::Text(text), Data::Json),
        };
        Event { name, data, raw: Some(raw) }
    }

    /// What it carries.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// What it carries, to be edited: from here on the event is written anew.
    pub fn data_mut(&mut self) -> &mut Data {
        self.raw = None;
        &mut self.data
    }

    /// Lets `edit` work on the JSON value it carries; it returns whether it changed anything.
    pub fn edit(&mut self, edit: impl FnOnce(&mut Value) -> bool) {
        if let Data::Json(value) = &mut self.data
            && edit(value)
        {
            self.raw = None;
        }
    }

    /// The JSON value it carries, if that is what it carries.
    pub fn as_json(&self) -> Option<&Value> {
        match &self.data {
            Data::Json(value) => Some(value),
            _ => None,
        }
    }

    /// Takes the JSON value out, if that is what it carries.
    pub fn into_json(self) -> Option<Value> {
        match self.data {
            Data::Json(value) => Some(value),
            _ => None,
        }
    }

    /// The bytes it came as, while nobody edited it.
    pub fn raw(&self) -> Option<&[u8]> {
        self.raw.as_deref()
    }
}
