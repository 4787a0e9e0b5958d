//! The engine.

use std::rc::Rc;

use super::{ENTITIES, Finding, Selection, SelectionError};

/// Finds what its selection names. Compile it once; share it by `Rc`.
#[derive(Debug)]
pub struct Finder {
    email: Rc<str>,
}

impl Finder {
    /// Compiles a selection.
    ///
    /// # Errors
    /// Everything that is wrong with the selection.
    pub fn new(selection: &Selection) -> Result<Self, Vec<SelectionError>> {
        let known =
            |name: &String| ENTITIES.iter().any(|e| e.name == name || e.category.name() == name);
        let unknown = selection.entities.iter().enumerate().filter(|(_, name)| !known(name));
        let errors: Vec<_> = unknown
            .map(|(index, name)| SelectionError {
                path: format!("entities[{index}]"),
                message: format!("unknown entity {name}"),
            })
            .collect();
        if errors.is_empty() { Ok(Self { email: "EMAIL_ADDRESS".into() }) } else { Err(errors) }
    }

    /// What stands in `text`, in order, without overlaps.
    pub fn find(&self, text: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut from = 0;
        for word in text.split_inclusive([' ', '\n', ',', '<', '>', '"']) {
            let bare = word.trim_end_matches([' ', '\n', ',', '<', '>', '"', '.']);
            if bare.contains('@') && bare.contains('.') {
                findings.push(Finding {
                    entity: Rc::clone(&self.email),
                    start: from,
                    end: from + bare.len(),
                    score: 0.9,
                    validated: false,
                });
            }
            from += word.len();
        }
        findings
    }

    /// The longest span, in bytes, that a finding can cover.
    pub fn max_len(&self) -> usize {
        320
    }

    /// How many bytes before a finding can matter to it (context words).
    pub fn context_len(&self) -> usize {
        96
    }

    /// For streams: the offset before which more text can change nothing. `text[..settled]` may go out (with
    /// its findings acted on; none reaches across), the rest waits for more. Context words that follow a
    /// finding are not waited for. `context_len` bytes before it should be kept to look at.
    pub fn settled(&self, text: &str) -> usize {
        text.floor_char_boundary(text.len().saturating_sub(self.max_len()))
    }
}
