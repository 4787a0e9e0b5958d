//! How much of a text that is still growing has to wait, because something may begin in it that more text ends.

use super::entity::Special;
use super::finder::Plan;
use super::scan::{is_month, is_street_word, joins_names};
use super::view::{Fold, visible};

/// What stands in several words is no longer than this, in bytes; PEM excepted.
const REACH: usize = 160;

/// Where the part of `text` begins that has to wait.
pub(super) fn held(text: &str, plan: &Plan) -> usize {
    let mut from = last_word(text);
    let names = [Special::Person, Special::Organisation, Special::StreetAddress];
    let names = names.iter().any(|special| plan.finds(*special));
    let (dates, streets) = (plan.finds(Special::Birth), plan.finds(Special::StreetAddress));
    while let Some((start, word)) = word_before(text, from) {
        let right = text.get(from..).unwrap_or_default();
        let lower = word.trim_end_matches(['.', ',']).to_lowercase();
        let joins = word.contains(is_digit)
            || may_begin_id(word, right)
            || matches!(lower.as_str(), "ext" | "extn" | "extension" | "ramal" | "poste" | "anexo")
            || (dates && is_month(&lower))
            || (names && (joins_names(&lower) || word.starts_with(char::is_uppercase)))
            || (streets && is_street_word(&lower));
        if !joins || text.len() - start > REACH {
            break;
        }
        from = start;
    }
    from.min(key(text, from, plan).unwrap_or(from))
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && c.is_numeric())
}

/// Letters that are set off from the digits behind them: `AB 12 34 56 C`, `RSS MRA 85T10 A562S`.
fn may_begin_id(word: &str, right: &str) -> bool {
    let short = |word: &str| word.len() <= 4 && word.bytes().all(|b| b.is_ascii_alphabetic());
    let capitals = |word: &str| short(word) && word.bytes().all(|b| b.is_ascii_uppercase());
    short(word.trim_end_matches('.'))
        && (right.is_empty()
            || right.contains(is_digit)
            || (capitals(word) && capitals(right.trim())))
}

/// Where the last word begins; the end of the text if a space stands there.
fn last_word(text: &str) -> usize {
    let start = text.rfind(char::is_whitespace).map_or(0, |at| {
        at + text.get(at..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8)
    });
    let word = text.get(start..).unwrap_or_default();
    if word.contains("://") || word.contains("www.") {
        return start;
    }
    // Only a URL goes on across these; a script without spaces would never let go. Seconds of arc end with a
    // quotation mark.
    let ends = |at: usize, c: char| match c {
        '"' => !word.get(..at).is_some_and(|before| before.ends_with(is_digit)),
        '<' | '>' | '{' | '}' | '|' | '`' | ',' | ';' => true,
        '\u{590}'.. => matches!(visible(c), Fold::Keep),
        _ => false,
    };
    word.char_indices()
        .rev()
        .find(|(at, c)| ends(*at, *c))
        .map_or(start, |(at, c)| start + at + c.len_utf8())
}

/// The word before `end`, if no more than a space or a comma lies between.
fn word_before(text: &str, end: usize) -> Option<(usize, &str)> {
    let before = text.get(..end)?;
    let trimmed = before.trim_end_matches(|c: char| c == ',' || (c.is_whitespace() && c != '\n'));
    if trimmed.is_empty() || before.len() - trimmed.len() > 4 {
        return None;
    }
    let start = last_word(trimmed);
    text.get(start..trimmed.len()).filter(|word| !word.is_empty()).map(|word| (start, word))
}

/// Where the last private key begins, unless its last line is there and ends before `from`.
fn key(text: &str, from: usize, plan: &Plan) -> Option<usize> {
    if !plan.finds(Special::PrivateKey) {
        return None;
    }
    let begin = text.rfind("-----BEGIN ")?;
    let last_line = text.get(begin..)?.find("-----END ").map(|end| begin + end + 9);
    let end =
        last_line.and_then(|line| text.get(line..)?.find("-----").map(|dashes| line + dashes + 5));
    end.is_none_or(|end| end > from).then_some(begin)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use crate::find::{Finder, Selection};

    fn waiting(text: &str) -> &str {
        let finder = Finder::new(&Selection::default()).unwrap();
        text.get(finder.settled(text)..).unwrap()
    }

    #[test]
    fn prose_waits_for_the_end_of_a_word_only() {
        assert_eq!(waiting("It was a sunny afterno"), "afterno");
        assert_eq!(waiting("It was a sunny afternoon "), "");
        assert_eq!(waiting("今天天气很好"), "");
    }

    #[test]
    fn what_may_go_on_waits() {
        assert_eq!(waiting("phone +49 (0) 4165 "), "+49 (0) 4165 ");
        assert_eq!(waiting("NI number AB 12 3"), "AB 12 3");
        assert_eq!(waiting("see https://example.com/a,b;"), "https://example.com/a,b;");
        assert_eq!(
            waiting("-----BEGIN PRIVATE KEY-----\nMII\nabc "),
            "-----BEGIN PRIVATE KEY-----\nMII\nabc "
        );
    }
}
