//! A walk through JSON text without making a tree of it, for who needs next to nothing of a body.

use super::scan::plain;

/// The text cannot be walked through so: it is of another shape, or a name in it has an escape, or it does not end.
/// What is wrong with it, if anything, [`super::parse`] tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unclear;

/// A place in JSON text where a value begins. Values that are passed over are told apart by their quotes and brackets
/// alone: whether they are JSON, and whether a name stands somewhere twice, only [`super::parse`] tells.
///
/// ```
/// use chat::json::Cursor;
/// let text = br#"{"a": [1, {"b": "}"}], "c": null}"#;
/// let mut found = Vec::new();
/// let mut cursor = Cursor::new(text);
/// cursor.object(&mut |cursor, name| Ok(found.push((name, cursor.value()?)))).unwrap();
/// cursor.end().unwrap();
/// assert_eq!(found, [(&b"a"[..], &br#"[1, {"b": "}"}]"#[..]), (b"c", b"null")]);
/// ```
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

/// What is done with each member of an object: the cursor stands at its value, and has to be moved behind it.
pub type EachMember<'e, 'a> = &'e mut dyn FnMut(&mut Cursor<'a>, &'a [u8]) -> Result<(), Unclear>;

/// The same for each item of an array, with its index.
pub type EachItem<'e, 'a> = &'e mut dyn FnMut(&mut Cursor<'a>, usize) -> Result<(), Unclear>;

impl<'a> Cursor<'a> {
    /// At the beginning of `text`.
    pub fn new(text: &'a [u8]) -> Cursor<'a> {
        Cursor { text, at: 0 }
    }

    /// Where in the text it stands.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The next byte that is no white space: the first of the value.
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            match self.text.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    /// The text from `start` up to here.
    pub fn since(&self, start: usize) -> &'a [u8] {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Passes over a value. Returns its text.
    ///
    /// # Errors
    /// There is none, or it does not end.
    pub fn value(&mut self) -> Result<&'a [u8], Unclear> {
        let begin = self.peek().ok_or(Unclear)?;
        let start = self.at;
        match begin {
            b'"' => self.string()?,
            b'{' | b'[' => self.nested()?,
            _ => {
                // Numbers and words.
                let of_scalar = |byte: &u8| matches!(byte, b'+' | b'-' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z');
                while self.text.get(self.at).is_some_and(of_scalar) {
                    self.at += 1;
                }
            }
        }
        Some(self.since(start)).filter(|value| !value.is_empty()).ok_or(Unclear)
    }

    /// Walks through an object.
    ///
    /// # Errors
    /// It is none, or does not end, or `each` says so.
    pub fn object(&mut self, each: EachMember<'_, 'a>) -> Result<(), Unclear> {
        self.list(b'{', b'}', &mut |cursor, _| {
            let name = cursor.name()?;
            cursor.take(b':')?;
            cursor.peek();
            each(cursor, name)
        })
    }

    /// Walks through an array.
    ///
    /// # Errors
    /// It is none, or does not end, or `each` says so.
    pub fn array(&mut self, each: EachItem<'_, 'a>) -> Result<(), Unclear> {
        self.list(b'[', b']', each)
    }

    /// The text ends here.
    ///
    /// # Errors
    /// It goes on.
    pub fn end(&mut self) -> Result<(), Unclear> {
        if self.peek().is_none() { Ok(()) } else { Err(Unclear) }
    }

    fn list(&mut self, open: u8, close: u8, each: EachItem<'_, 'a>) -> Result<(), Unclear> {
        self.take(open)?;
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(());
        }
        for index in 0.. {
            each(self, index)?;
            if self.peek() != Some(b',') {
                break;
            }
            self.at += 1;
        }
        self.take(close)
    }

    fn take(&mut self, byte: u8) -> Result<(), Unclear> {
        if self.peek() != Some(byte) {
            return Err(Unclear);
        }
        self.at += 1;
        Ok(())
    }

    fn name(&mut self) -> Result<&'a [u8], Unclear> {
        self.take(b'"')?;
        let start = self.at;
        self.at += plain(self.text.get(start..).unwrap_or_default());
        let name = self.since(start);
        // Nothing but the quote may end it.
        match self.text.get(self.at) {
            Some(b'"') => self.at += 1,
            _ => return Err(Unclear),
        }
        Ok(name)
    }

    fn string(&mut self) -> Result<(), Unclear> {
        self.at += 1;
        loop {
            self.at += plain(self.text.get(self.at..).unwrap_or_default());
            match self.text.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.at += 2,
                _ => return Err(Unclear),
            }
        }
    }

    /// Passes over an object or an array by the number of its brackets.
    fn nested(&mut self) -> Result<(), Unclear> {
        let mut depth = 0usize;
        loop {
            match self.text.get(self.at) {
                None => return Err(Unclear),
                Some(b'"') => {
                    self.string()?;
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') if depth == 1 => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'}' | b']') => depth -= 1,
                Some(_) => {}
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::json::{self, Value};

    fn members(text: &str) -> Result<Vec<(String, Value)>, Unclear> {
        let mut found = Vec::new();
        let mut cursor = Cursor::new(text.as_bytes());
        cursor.object(&mut |cursor, name| {
            let start = cursor.at();
            let value = cursor.value()?;
            assert_eq!(cursor.since(start), value);
            let value = json::parse(value).map_err(|_| Unclear)?;
            found.push((String::from_utf8(name.to_vec()).map_err(|_| Unclear)?, value));
            Ok(())
        })?;
        cursor.end()?;
        Ok(found)
    }

    #[test]
    fn what_is_no_object_or_does_not_end_is_unclear() {
        for text in [
            "",
            "[]",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,",
            "{\"a\":1,}",
            "{,}",
            "{\"a\":}",
            "{\"a\":[1}",
            "{\"a\":\"x}",
            "{\"a\":\"x\\\"}",
            "{\"a\":\"x\\",
            "{\"a\\n\":1}",
            "{a:1}",
            "{\"a\" 1}",
            "{\"a\":1} x",
            "{\"a\":1}}",
            "{\"a\":1 2}",
            "{} {}",
            "{\"a\":\"x\"\"y\"}",
        ] {
            assert_eq!(members(text), Err(Unclear), "{text}");
        }
        assert_eq!(members(" { } "), Ok(Vec::new()));
    }

    #[test]
    fn members_are_those_of_the_tree() {
        for text in [
            "{}",
            r#" { "a" : 1 , "b" : "x\"}," , "c":[{"d":[]},"]"],"e":{"f":{}}, "g":-1.5e+3,"h":true }"#,
            r#"{"":null,"a b":"\\","c":"\\\"","long":"0123456789012345678901234567890123456789012345678901234567890123456789"}"#,
        ] {
            let tree = json::parse_str(text).unwrap();
            let of_tree = tree.as_object().unwrap().iter();
            let of_tree = of_tree.map(|(name, value)| (name.as_str().to_owned(), value.clone()));
            assert_eq!(members(text), Ok(of_tree.collect()), "{text}");
        }
    }

    #[test]
    fn items_are_walked_through_in_order() {
        let mut found = Vec::new();
        let mut cursor = Cursor::new(br#" [ {"a": 1} , [2,3], "]" ]"#);
        let each = &mut |cursor: &mut Cursor<'static>, index| {
            found.push((index, cursor.value()?));
            Ok(())
        };
        cursor.array(each).unwrap();
        assert_eq!(found, [(0, &br#"{"a": 1}"#[..]), (1, b"[2,3]"), (2, br#""]""#)]);
        for text in ["[", "[1", "[1,]", "[1}", "{}"] {
            let mut cursor = Cursor::new(text.as_bytes());
            assert_eq!(
                cursor.array(&mut |cursor, _| cursor.value().map(drop)),
                Err(Unclear),
                "{text}"
            );
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn any_text_is_walked_through_or_unclear(text in "[\\[\\]{}\",:\\\\a1 ]{0,30}") {
            if let (Ok(tree), Ok(members)) = (json::parse_str(&text), members(&text)) {
                proptest::prop_assert_eq!(tree.as_object().map(json::Map::len), Some(members.len()));
            }
        }
    }
}
