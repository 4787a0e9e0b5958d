//! Events that say what the one before said, but for the piece of text in them: as most of a stream do.

use chat::Event;
use chat::json::is_plain;

/// An event around its piece of text.
///
/// An event that begins and ends like another, with nothing between that ends a string, is the same JSON with another
/// text in one place. So it need not be read to be counted: it states the same usage and the same model.
#[derive(Debug)]
pub(crate) struct Shape {
    name: Option<String>,
    before: String,
    after: String,
}

impl Shape {
    /// The shape of an event in which `piece` is the only text. `None` if it is not clear where that stands.
    pub(crate) fn of(event: &Event, piece: &str) -> Option<Shape> {
        // Where nothing is escaped, the piece stands there as it is.
        let text = event.text().filter(|text| !piece.is_empty() && !text.contains('\\'))?;
        let quoted = ["\"", piece, "\""].concat();
        let at = text.find(&quoted).filter(|at| text.rfind(&quoted) == Some(*at))?;
        let (before, rest) = text.split_at_checked(at + 1)?;
        let after = rest.get(piece.len()..)?;
        let [before, after] = [before, after].map(str::to_owned);
        Some(Shape { name: event.name.clone(), before, after })
    }

    /// The piece of an event of this shape.
    pub(crate) fn piece<'a>(&self, event: &'a Event) -> Option<&'a str> {
        let text = event.text()?.strip_prefix(&*self.before)?.strip_suffix(&*self.after)?;
        (is_plain(text) && !text.is_empty() && event.name == self.name).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn event(name: Option<&str>, data: &str) -> Event {
        Event::read(Vec::new(), name.map(str::to_owned), Some(data.to_owned()))
    }

    fn chunk(text: &str, rest: &str) -> Event {
        event(None, &format!(r#"{{"id":"c","delta":{{"content":"{text}"}}{rest}}}"#))
    }

    #[test]
    fn only_the_text_may_differ() {
        let shape = Shape::of(&chunk(" brown", ""), " brown").unwrap();
        for (other, piece) in [
            (chunk(" fox", ""), Some(" fox")),
            (chunk("é", ""), Some("é")),
            (chunk("", ""), None),
            (chunk("\\n", ""), None),
            (chunk(r#"a","b":"c"#, ""), None),
            (chunk(" fox", r#","usage":null"#), None),
            (event(Some("x"), chunk(" fox", "").text().unwrap()), None),
            (event(None, r#"{"id":"c","delta":{"content":"}}"#), None),
            (event(None, "[DONE]"), None),
        ] {
            assert_eq!(shape.piece(&other), piece, "{other:?}");
        }
    }

    #[test]
    fn a_text_that_may_stand_elsewhere_has_no_shape() {
        for (event, piece) in [
            (chunk("c", ""), "c"),
            (chunk(":", ""), ":"),
            (chunk("a\\\"b", ""), "a\"b"),
            (chunk("\\u0061", ""), "a"),
            (chunk("", ""), ""),
            (chunk("a", ""), "b"),
        ] {
            assert!(Shape::of(&event, piece).is_none(), "{event:?}");
        }
    }
}
