//! One event of a streamed answer.

use std::cell::OnceCell;
use std::fmt;

use crate::json::{self, Value};

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
/// ([`Event::data_mut`]). What it carries is read when somebody asks for it.
#[derive(Clone)]
pub struct Event {
    /// The event's type (`event:` in SSE).
    pub name: Option<String>,
    /// The text of the data, while what came is what it carries.
    text: Option<String>,
    /// What `text` says, once it has been read.
    came: OnceCell<Data>,
    /// What it carries if that was made or edited here.
    made: Option<Data>,
    raw: Option<Vec<u8>>,
}

impl Event {
    /// An event of our own making.
    pub fn new(name: Option<&str>, data: Data) -> Event {
        let name = name.map(str::to_owned);
        Event { name, text: None, came: OnceCell::new(), made: Some(data), raw: None }
    }

    /// An unnamed JSON event.
    pub fn json(data: Value) -> Event {
        Event::new(None, Data::Json(data))
    }

    /// An event read from the wire: its bytes, its name and the text of its data.
    pub fn read(raw: Vec<u8>, name: Option<String>, data: Option<String>) -> Event {
        Event { name, text: data, came: OnceCell::new(), made: None, raw: Some(raw) }
    }

    /// What it carries.
    pub fn data(&self) -> &Data {
        match &self.made {
            Some(data) => data,
            None => self.came.get_or_init(|| read(self.text.as_deref())),
        }
    }

    /// Whether it carries anything.
    pub fn tells(&self) -> bool {
        self.text.is_some() || *self.data() != Data::Nothing
    }

    /// The text of its data as it came, while nobody edited it. Who only looks for something in it need not have it read.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The same, if nobody has had it read either.
    pub fn unread(&self) -> Option<&str> {
        self.text().filter(|_| self.came.get().is_none())
    }

    /// Makes this the text of its data.
    pub fn rewrite(&mut self, text: String) {
        (self.raw, self.made) = (None, None);
        (self.text, self.came) = (Some(text), OnceCell::new());
    }

    /// What it carries, to be edited: from here on the event is written anew.
    pub fn data_mut(&mut self) -> &mut Data {
        self.raw = None;
        self.own()
    }

    fn own(&mut self) -> &mut Data {
        let (came, text) = (&mut self.came, self.text.take());
        self.made.get_or_insert_with(|| came.take().unwrap_or_else(|| read(text.as_deref())))
    }

    /// Lets `edit` work on the JSON value it carries; it returns whether it changed anything.
    pub fn edit(&mut self, edit: impl FnOnce(&mut Value) -> bool) {
        if let Data::Json(value) = self.own()
            && edit(value)
        {
            self.raw = None;
        }
    }

    /// The JSON value it carries, if that is what it carries.
    pub fn as_json(&self) -> Option<&Value> {
        match self.data() {
            Data::Json(value) => Some(value),
            _ => None,
        }
    }

    /// Takes the JSON value out, if that is what it carries.
    pub fn into_json(mut self) -> Option<Value> {
        match std::mem::replace(self.own(), Data::Nothing) {
            Data::Json(value) => Some(value),
            _ => None,
        }
    }

    /// The bytes it came as, while nobody edited it.
    pub fn raw(&self) -> Option<&[u8]> {
        self.raw.as_deref()
    }
}

fn read(text: Option<&str>) -> Data {
    let Some(text) = text else { return Data::Nothing };
    json::parse_str(text).map_or_else(|_| Data::Text(text.to_owned()), Data::Json)
}

impl PartialEq for Event {
    fn eq(&self, other: &Event) -> bool {
        (&self.name, self.data(), &self.raw) == (&other.name, other.data(), &other.raw)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut event = f.debug_struct("Event");
        event.field("name", &self.name).field("data", self.data()).field("raw", &self.raw).finish()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::json::json;
    use crate::sse;

    #[test]
    fn an_event_is_read_when_it_is_asked_for_and_rewritten_as_text() {
        let raw = b"event: a\ndata: {\"b\": 1}\n\n";
        let mut event =
            Event::read(raw.to_vec(), Some("a".to_owned()), Some("{\"b\": 1}".to_owned()));
        assert_eq!((event.unread(), event.tells()), (Some("{\"b\": 1}"), true));
        assert_eq!(event.as_json(), Some(&json!({"b": 1})));
        assert_eq!(event.unread(), None, "it was read");
        event.rewrite("{\"b\": 2}".to_owned());
        assert_eq!((event.raw(), event.unread()), (None, Some("{\"b\": 2}")));
        let mut out = Vec::new();
        sse::encode(&event, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "event: a\ndata: {\"b\": 2}\n\n");
        assert_eq!(*event.data(), Data::Json(json!({"b": 2})));
        *event.data_mut() = Data::Nothing;
        assert!(!event.tells() && event.unread().is_none());
    }
}
