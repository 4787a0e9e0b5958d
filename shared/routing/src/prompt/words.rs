//! Words and phrases in a text, whatever their case.

/// Calls `each` with every word of `text`, in lower case: a run of letters, marks and digits. A word is cut
/// after `LONGEST` bytes, so that no text makes more of the buffer than that.
pub(crate) fn words(text: &str, mut each: impl FnMut(&str)) {
    const LONGEST: usize = 64;
    let mut word = String::with_capacity(LONGEST);
    // Most texts, and without looking at letters one by one.
    if text.is_ascii() {
        let inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let runs = text.as_bytes().split(|byte| !inner(byte)).filter(|run| !run.is_empty());
        for run in runs.filter_map(|run| std::str::from_utf8(run).ok()) {
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

/// A list of phrases to look for, as many as there may be: a text is read once.
#[derive(Debug)]
pub struct Phrases {
    /// In lower case, words parted by one space, with a space before and after; sorted. Those of whole words.
    whole: Vec<String>,
    /// Of `whole`, those whose first byte behind the space is this one or a smaller one.
    up_to: Vec<usize>,
    /// Those with an ideograph, between which there are no spaces: they are found anywhere.
    anywhere: Vec<String>,
}

impl Phrases {
    /// Prepares phrases; those without any word in them are left out.
    pub fn new<'a>(phrases: impl IntoIterator<Item = &'a str>) -> Phrases {
        let all = phrases.into_iter().map(spaced).filter(|phrase| phrase.len() > 1);
        let (anywhere, mut whole): (Vec<String>, Vec<String>) =
            all.partition(|phrase| phrase.chars().any(|char| char >= '\u{2e80}'));
        whole.sort_unstable();
        let up_to = |byte| whole.partition_point(|phrase| first(phrase) <= byte);
        let up_to = (0..=u8::MAX).map(up_to).collect();
        let anywhere = anywhere.iter().map(|phrase| phrase.trim().to_owned()).collect();
        Phrases { whole, up_to, anywhere }
    }

    /// How many phrases there are.
    pub fn len(&self) -> usize {
        self.whole.len() + self.anywhere.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of the phrases stand in `text` as whole words.
    pub fn count_in(&self, text: &str) -> usize {
        let mut found = vec![false; self.whole.len()];
        let mut count = 0;
        self.look(text, |index| {
            count += usize::from(!found.get_mut(index).is_none_or(|f| std::mem::replace(f, true)));
            true
        });
        count + self.ideographs(text).count()
    }

    /// Whether any of the phrases stands in `text` as whole words.
    pub fn any_in(&self, text: &str) -> bool {
        let mut any = false;
        self.look(text, |_| {
            any = true;
            false
        });
        any || self.ideographs(text).next().is_some()
    }

    /// The phrases that are found anywhere, those in `text`.
    fn ideographs<'a>(&'a self, text: &str) -> impl Iterator<Item = &'a String> {
        let text = match self.anywhere.is_empty() || text.is_ascii() {
            true => String::new(),
            false => spaced(text),
        };
        self.anywhere.iter().filter(move |phrase| text.contains(phrase.as_str()))
    }

    /// Calls `each` with the place of every phrase of whole words in `text`, until it says `false`.
    fn look(&self, text: &str, mut each: impl FnMut(usize) -> bool) {
        if self.whole.is_empty() {
            return;
        }
        let text = spaced(text);
        let bytes = text.as_bytes();
        for (at, pair) in bytes.windows(2).enumerate() {
            let [b' ', first] = *pair else { continue };
            let end = self.up_to.get(usize::from(first)).copied().unwrap_or(0);
            let start = match first.checked_sub(1) {
                Some(before) => self.up_to.get(usize::from(before)).copied().unwrap_or(0),
                None => 0,
            };
            let candidates = self.whole.get(start..end).unwrap_or_default();
            let rest = bytes.get(at..).unwrap_or_default();
            for (place, phrase) in candidates.iter().enumerate() {
                let phrase = phrase.as_bytes();
                // Sorted: behind a phrase that is greater stands none that the text begins with.
                match (phrase.get(2), rest.get(2)) {
                    (Some(wanted), Some(there)) if wanted < there => continue,
                    (Some(wanted), Some(there)) if wanted > there => break,
                    _ if rest.starts_with(phrase) && !each(start + place) => return,
                    _ => {}
                }
            }
        }
    }
}

/// The byte behind the space that a phrase begins with.
fn first(phrase: &str) -> u8 {
    phrase.as_bytes().get(1).copied().unwrap_or_default()
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
    fn each_phrase_counts_once_wherever_it_stands() {
        let phrases =
            Phrases::new(["plan", "step by step", "step", "zebra", "über", "a", "分析", "a b"]);
        for (text, count) in [
            ("", 0),
            ("plans stepping", 0),
            ("Plan, plan and PLAN", 1),
            ("step by step by step", 2),
            ("a b a", 2),
            ("Über a zebra", 3),
            ("请分析这个计划, plan", 2),
        ] {
            assert_eq!(phrases.count_in(text), count, "{text}");
            assert_eq!(phrases.any_in(text), count > 0, "{text}");
        }
        assert_eq!((phrases.len(), phrases.is_empty()), (8, false));
    }

    #[test]
    fn a_word_without_end_is_cut() {
        let mut seen = Vec::new();
        words(&"é".repeat(10_000), |word| seen.push(word.len()));
        assert_eq!(seen, [64]);
    }
}
