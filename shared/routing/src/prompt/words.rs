//! Words and phrases in a text, whatever their case.

/// Calls `each` with every word of `text`, in lower case: a run of letters, marks and digits. A word is cut
/// after `LONGEST` bytes, so that no text makes more of the buffer than that.
pub(crate) fn words(text: &str, mut each: impl FnMut(&str)) {
    const LONGEST: usize = 64;
    let mut word = String::with_capacity(LONGEST);
    // Most texts, and without looking at letters one by one.
    if text.is_ascii() {
        for run in text.split(|c: char| !is_inner(c)).filter(|run| !run.is_empty()) {
            word.clear();
            word.push_str(run.get(..LONGEST).unwrap_or(run));
            word.make_ascii_lowercase();
            each(&word);
        }
        return;
    }
    for char in text.chars().chain([' ']) {
        if is_inner(char) {
            if word.len() < LONGEST {
                match char.is_ascii() {
                    true => word.push(char.to_ascii_lowercase()),
                    false => word.extend(char.to_lowercase()),
                }
            }
        } else if !word.is_empty() {
            each(&word);
            word.clear();
        }
    }
}

/// Whether a character belongs to the inside of a word.
pub(crate) fn is_inner(char: char) -> bool {
    match char {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => true,
        '\0'..='\x7f' => false,
        // Combining marks and the vowel signs of Indic scripts, which are no letters to Unicode.
        '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' => true,
        _ => char.is_alphanumeric(),
    }
}

/// A list of phrases to look for.
#[derive(Debug)]
pub struct Phrases {
    /// In lower case, words parted by one space, with a space before and after.
    phrases: Vec<String>,
}

impl Phrases {
    /// Prepares phrases; those without any word in them are left out.
    pub fn new<'a>(phrases: impl IntoIterator<Item = &'a str>) -> Phrases {
        let phrases = phrases.into_iter().map(spaced).filter(|phrase| phrase.len() > 1).collect();
        Phrases { phrases }
    }

    /// How many phrases there are.
    pub fn len(&self) -> usize {
        self.phrases.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }

    /// How many of the phrases stand in `text` as whole words.
    pub fn count_in(&self, text: &str) -> usize {
        if self.phrases.is_empty() {
            return 0;
        }
        let text = spaced(text);
        self.phrases.iter().filter(|phrase| text.contains(phrase.as_str())).count()
    }

    /// Whether any of the phrases stands in `text` as whole words. Ideographs have no spaces between words,
    /// so a phrase that has one is found anywhere.
    pub fn any_in(&self, text: &str) -> bool {
        if self.phrases.is_empty() {
            return false;
        }
        let text = spaced(text);
        self.phrases.iter().any(|phrase| {
            let phrase = match phrase.chars().any(|char| char >= '\u{2e80}') {
                true => phrase.trim(),
                false => phrase.as_str(),
            };
            text.contains(phrase)
        })
    }
}

/// The words of `text` in lower case, parted by one space, with a space before and after.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    words(text, |word| {
        out.push_str(word);
        out.push(' ');
    });
    out
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn phrases_are_found_as_whole_words_in_any_case() {
        for (phrase, text, expected) in [
            ("refund", "I want a REFUND!", true),
            ("refund", "refunds", false),
            ("step by step", "think step-by-step, please", true),
            ("überweisung", "Die ÜBERWEISUNG fehlt", true),
            ("退款", "我要退款吗", true),
            ("c++", "a c program", true),
            ("!!", "wow!!", false),
            ("", "anything", false),
        ] {
            assert_eq!(Phrases::new([phrase]).any_in(text), expected, "{phrase} in {text}");
        }
    }

    #[test]
    fn a_word_without_end_is_cut() {
        let mut seen = Vec::new();
        words(&"é".repeat(10_000), |word| seen.push(word.len()));
        assert_eq!(seen, [64]);
    }
}
