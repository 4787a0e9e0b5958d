//! Finds the place in a configuration's text that a path names.

/// How much of a long line is shown on each side of the place.
const AROUND: usize = 48;

/// The line at `path` with a caret under the place. For a path whose end is not in the text (a missing
/// field) the nearest place above it.
pub(crate) fn excerpt(text: &[u8], path: &str) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let at = find(text, path)?;
    let (before, after) = (text.get(..at)?, text.get(at..)?);
    let number = before.matches('\n').count() + 1;
    let head = before.rsplit('\n').next().unwrap_or_default();
    let tail = after.split('\n').next().unwrap_or_default().trim_end();
    let skipped = head.chars().count().saturating_sub(AROUND);
    let head: String = head.chars().skip(skipped).collect();
    let tail: String = tail.chars().take(AROUND).collect();
    let margin = format!("{number} | ");
    let indent = " ".repeat(margin.len() + head.chars().count());
    Some(format!("{margin}{head}{tail}\n{indent}^"))
}

/// The byte offset of the value (or, for an object's entry, of the key) that `path` names.
fn find(text: &str, path: &str) -> Option<usize> {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0 };
    scanner.skip_space();
    let mut found = None;
    for step in steps(path) {
        let entry = match step {
            Step::Key(key) => scanner.enter_object(key),
            Step::Index(index) => scanner.enter_array(index),
        };
        match entry {
            Some(at) => found = Some(at),
            None => break,
        }
    }
    found
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let mut pieces = part.split('[');
        if let Some(key) = pieces.next().filter(|key| !key.is_empty()) {
            steps.push(Step::Key(key));
        }
        for index in pieces {
            if let Ok(index) = index.trim_end_matches(']').parse() {
                steps.push(Step::Index(index));
            }
        }
    }
    steps
}

/// Walks over text that is known to be JSON.
struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b':'))
        {
            self.at += 1;
        }
    }

    /// From an object's brace to the value under `key`. Returns where the key stands.
    fn enter_object(&mut self, key: &str) -> Option<usize> {
        (self.peek()? == b'{').then_some(())?;
        self.at += 1;
        loop {
            self.skip_space();
            let start = self.at;
            (self.peek()? == b'"').then_some(())?;
            self.skip_value();
            let name = self.bytes.get(start + 1..self.at.checked_sub(1)?)?;
            self.skip_space();
            if name == key.as_bytes() {
                return Some(start);
            }
            self.skip_value();
        }
    }

    /// From an array's bracket to the value at `index`. Returns where it stands.
    fn enter_array(&mut self, index: usize) -> Option<usize> {
        (self.peek()? == b'[').then_some(())?;
        self.at += 1;
        for _ in 0..index {
            self.skip_space();
            (self.peek()? != b']').then_some(())?;
            self.skip_value();
        }
        self.skip_space();
        (self.peek()? != b']').then_some(self.at)
    }

    fn skip_value(&mut self) {
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.skip_string(),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth == 0 => return,
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' if depth == 0 => return,
                _ => self.at += 1,
            }
            if depth == 0 && matches!(byte, b'"' | b'}' | b']') {
                return;
            }
        }
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const TEXT: &str = r#"{
  "host": {"headers": "hold"},
  "targets": {"a": {"models": [{"exact": "x"}, {"prefix": 7}], "note": "}\"]"}, "b": 1}
}"#;

    #[test]
    fn a_caret_stands_under_the_place() {
        for (path, expected) in [
            ("host.headers", "2 |   \"host\": {\"headers\": \"hold\"},\n               ^"),
            ("targets.b", "\"b\": 1}\n"),
            ("targets.a.models[1].prefix", "{\"prefix\": 7}"),
        ] {
            let shown = excerpt(TEXT.as_bytes(), path).unwrap();
            assert!(shown.contains(expected), "{path}: {shown}");
        }
        let caret = |path: &str| {
            let shown = excerpt(TEXT.as_bytes(), path).unwrap();
            let mut lines = shown.lines().map(str::to_owned);
            let (line, caret) = (lines.next().unwrap(), lines.next().unwrap());
            line.chars().skip(caret.chars().count() - 1).take(8).collect::<String>()
        };
        assert_eq!(caret("targets.a.models[1].prefix"), "\"prefix\"");
        assert_eq!(caret("targets.a.models[1].missing"), "{\"prefix");
        assert_eq!(caret("targets.b"), "\"b\": 1}");
    }

    #[test]
    fn what_is_not_in_the_text_has_no_place() {
        assert_eq!(excerpt(TEXT.as_bytes(), "stages[0]"), None);
        assert_eq!(excerpt(b"\xff", "a"), None);
        assert_eq!(excerpt(b"{\"a\"", "b"), None);
    }
}
