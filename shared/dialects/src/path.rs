//! Where a field stands.

use std::cell::OnceCell;
use std::fmt::{self, Write};
use std::ops::Deref;
use std::rc::Rc;

use chat::json::Key;

/// Where something stands in a body: `messages[2].content[0]`; empty for the body itself.
///
/// Every field that is read knows its path, but few paths are ever told. So a path is a step from another
/// path, and its text is made when somebody looks at it (it is a `&str` then).
#[derive(Clone, Default)]
pub struct Path(Option<Rc<Node>>);

struct Node {
    from: Path,
    step: Step,
    text: OnceCell<Box<str>>,
}

enum Step {
    Field(Key),
    Item(usize),
}

impl Path {
    /// The field `name` of what stands here: as it stands in code, or read ([`Key::read`]).
    pub fn field(&self, name: impl Into<Key>) -> Path {
        self.step(Step::Field(name.into()))
    }

    /// Item `index` of what stands here.
    pub fn item(&self, index: usize) -> Path {
        self.step(Step::Item(index))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        self
    }

    fn step(&self, step: Step) -> Path {
        Path(Some(Rc::new(Node { from: self.clone(), step, text: OnceCell::new() })))
    }

    fn write(&self, out: &mut String) {
        let Some(node) = &self.0 else { return };
        node.from.write(out);
        match &node.step {
            Step::Field(name) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(name);
            }
            Step::Item(index) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "[{index}]");
            }
        }
    }
}

impl Deref for Path {
    type Target = str;

    fn deref(&self) -> &str {
        let Some(node) = &self.0 else { return "" };
        node.text.get_or_init(|| {
            let mut text = String::new();
            self.write(&mut text);
            text.into()
        })
    }
}

impl AsRef<str> for Path {
    fn as_ref(&self) -> &str {
        self
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Path) -> bool {
        **self == **other
    }
}

impl Eq for Path {}

impl PartialEq<&str> for Path {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl From<&str> for Path {
    #[inline]
    fn from(text: &str) -> Path {
        match text {
            "" => Path::default(),
            _ => Path::default().field(Key::read(text)),
        }
    }
}

impl From<String> for Path {
    fn from(text: String) -> Path {
        Path::from(text.as_str())
    }
}

impl From<&Path> for Path {
    fn from(path: &Path) -> Path {
        path.clone()
    }
}

impl From<Path> for String {
    fn from(path: Path) -> String {
        path.to_string()
    }
}

impl From<&Path> for String {
    fn from(path: &Path) -> String {
        path.to_string()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_path_is_told_as_it_is_written_in_code() {
        let message = Path::default().field("messages").item(2);
        assert_eq!(message.field("content").item(0).field("x"), "messages[2].content[0].x");
        assert_eq!(Path::from("a[0]").field("b"), Path::from("a[0].b".to_owned()));
        assert_eq!(Path::default(), "");
        assert!(Path::from("").field("a").ends_with('a'));
        assert_eq!(Path::from("").field("a"), "a");
    }
}
