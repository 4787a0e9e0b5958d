//! Names of people and companies, in English, German, French, Spanish, Italian, Dutch and Portuguese. No list of
//! names: words before a name say that it is one, and a legal form behind one that it is a company's.

use super::super::context::is_word;
use super::cues::{CUES, KINDS, Kind, NO_NAMES, PARTICLES, SHAPES};
use super::shapes::{Shapes, is_letter};
use super::text::{ahead, at, back, has_word_at, has_word_before};

/// The same of the legal forms of companies.
const FORMS: Shapes = Shapes::of(&[COMPANY]);

/// Where the name ends that begins at `start`, if what stands before it says that it is one.
pub(super) fn person(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let gap =
        back(bytes, start, 6, |byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b'*' | b'"'));
    if gap == start {
        return None;
    }
    let mark = at(bytes, gap.wrapping_sub(1));
    let marked = matches!(mark, b'.' | b':' | b',');
    let end = gap - usize::from(marked);
    // A key of JSON is a label, too.
    let end = end - usize::from(mark == b':' && at(bytes, end.wrapping_sub(1)) == b'"');
    let word = back(bytes, end, 16, is_letter);
    let last = bytes.get(word..end)?;
    if !CUES.may_have(last) {
        return None;
    }
    let newline = bytes.get(gap..start)?.contains(&b'\n');
    let kinds = KINDS.iter().zip(&SHAPES).filter(|(_, shapes)| shapes.may_have(last));
    let (kind, _) = kinds.map(|(kind, _)| kind).find(|(kind, cues)| {
        let fits = match kind {
            Kind::Title | Kind::Rank => !newline && (!marked || mark == b'.'),
            Kind::Greeting | Kind::Weak | Kind::Relation => !newline && !marked,
            Kind::Introduction => !newline && (!marked || mark == b':'),
            Kind::Label => mark == b':',
            Kind::Closing => mark == b',' || (newline && !marked),
        };
        fits && cues
            .iter()
            .any(|cue| says(text, end, cue, matches!(kind, Kind::Rank | Kind::Relation)))
    })?;
    let (found, words) = name(text, start)?;
    let rest = text.get(found..)?;
    let certain = match kind {
        Kind::Weak => words > 1 || INTRODUCED.iter().any(|word| follows(rest, word)),
        // `5 M. Then` is a measure; a letter with a full stop ends other sentences, too.
        Kind::Rank | Kind::Title => {
            !at(bytes, word.wrapping_sub(2)).is_ascii_digit()
                || at(bytes, word.wrapping_sub(1)) != b' '
        }
        Kind::Introduction | Kind::Greeting => at(bytes, start + 1) != b'.',
        // Labels in lower case stand in code as well.
        Kind::Label => at(bytes, word).is_ascii_uppercase() || words == 2,
        Kind::Closing | Kind::Relation => true,
    };
    certain.then_some(found)
}

/// What stands behind a name that has introduced itself.
const INTRODUCED: &[&str] =
    &[" from", " speaking", " here", " calling", " aus", " von", " am Apparat", " de", " van"];

fn follows(rest: &str, word: &str) -> bool {
    rest.strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_word))
}

/// Whether the words that end at `end` are these.
fn says(text: &str, end: usize, cue: &str, cased: bool) -> bool {
    let bytes = (cue.as_bytes(), text.as_bytes());
    let Some(start) = end.checked_sub(cue.len()) else { return false };
    // Most cues end otherwise.
    let last = at(bytes.0, cue.len() - 1).eq_ignore_ascii_case(&at(bytes.1, end - 1));
    if !last || !at(bytes.0, 0).eq_ignore_ascii_case(&at(bytes.1, start)) {
        return false;
    }
    let Some(words) = text.get(start..end) else { return false };
    let same = if cased { words == cue } else { words.eq_ignore_ascii_case(cue) };
    // `company_name:` is a variable.
    same && !has_word_before(text, start)
        && !matches!(at(bytes.1, start.wrapping_sub(1)), b'_' | b'-' | b'.')
}

/// Where the name ends that begins at `start`, and of how many words it is.
fn name(text: &str, start: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let (mut from, mut end, mut words) = (start, None, 0);
    for _ in 0..6 {
        let word = text.get(from..word_end(text, from))?;
        let mut next = from + word.len();
        let capital = word.starts_with(char::is_uppercase);
        if capital && word.chars().count() == 1 && at(bytes, next) == b'.' {
            // An initial, as in John F. Kennedy or J. R. R. Tolkien.
            next += 1;
            if at(bytes, next) != b' ' {
                from = next;
                continue;
            }
        } else if capital && is_name(word) {
            let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
            end = Some(from + word.len());
            words += 1;
        } else if words == 0 || !PARTICLES.contains(&word) {
            break;
        }
        if at(bytes, next) != b' ' {
            break;
        }
        from = next + 1;
    }
    end.map(|end| (end, words))
}

/// Whether a word with a capital can be a name: no word of greetings, no abbreviation.
fn is_name(word: &str) -> bool {
    let len = word.chars().count();
    len > 1 && !(len < 4 && word.chars().all(char::is_uppercase)) && !NO_NAMES.contains(&word)
}

/// Where the word of letters, hyphens and apostrophes ends that begins at `start`.
fn word_end(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let word = rest
        .char_indices()
        .take(32)
        .find(|(_, c)| (!is_word(*c) || c.is_ascii_digit()) && !matches!(c, '\'' | '’' | '-'));
    let end = word.map_or(rest.len().min(64), |(end, _)| end);
    start + rest.get(..end).map_or(0, |word| word.trim_end_matches(['\'', '’', '-']).len())
}

/// Where the name begins that stands before the `<` of an e-mail address at `bracket`.
pub(super) fn correspondent(text: &str, bracket: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let gap = back(bytes, bracket, 2, |byte| matches!(byte, b' ' | b'"'));
    let from = text.ceil_char_boundary(gap.saturating_sub(48));
    let line = text.get(from..gap)?.rsplit(['\n', ':', '"', ',', ';', '<', '>']).next()?;
    let start = gap - line.trim_start().len();
    let (end, words) = name(text, start)?;
    let last = text.get(start..end)?.rsplit(' ').next()?;
    let company = COMPANY.iter().any(|form| form.eq_ignore_ascii_case(last));
    (gap < bracket && end == gap && words > 1 && !company).then_some((start, end))
}

/// The legal forms of companies.
const COMPANY: &[&str] = &[
    "AG",
    "B.V.",
    "BV",
    "Corp",
    "Corp.",
    "Corporation",
    "EURL",
    "GbR",
    "GmbH",
    "Inc",
    "Inc.",
    "Incorporated",
    "KG",
    "KGaA",
    "Kft.",
    "L.L.C.",
    "LLC",
    "LLP",
    "Lda",
    "Lda.",
    "Limited",
    "Ltd",
    "Ltd.",
    "Ltda",
    "Ltda.",
    "N.V.",
    "OHG",
    "Oyj",
    "PLC",
    "Plc",
    "Pty",
    "S.A.",
    "S.A.R.L.",
    "S.A.S.",
    "S.L.",
    "S.L.U.",
    "S.N.C.",
    "S.R.L.",
    "S.n.c.",
    "S.p.A.",
    "S.r.l.",
    "SA",
    "SARL",
    "SAS",
    "SASU",
    "SNC",
    "SRL",
    "SpA",
    "Srl",
    "UG",
    "VOF",
    "gGmbH",
    "mbH",
    "plc",
];

/// What stands in lower case in the name of a company.
const JOINS: &[&str] = &["&", "and", "und", "et", "y", "e", "en", "of", "de", "für"];

/// Whether a name may go on behind a word in lower case.
pub(in super::super) fn joins_names(word: &str) -> bool {
    JOINS.contains(&word) || PARTICLES.contains(&word)
}

/// Words with a capital that begin a sentence, not a company.
const NO_COMPANY: &[&str] = &[
    "A", "An", "And", "At", "Bei", "By", "Chez", "Das", "Der", "Die", "Do", "For", "From", "Het",
    "If", "In", "Is", "It", "La", "Le", "My", "Of", "On", "Our", "The", "To", "Von", "We", "With",
    "Your",
];

/// The company whose legal form is, or stands behind, the word at `start`: words with a capital, and the form.
pub(super) fn organisation(text: &str, start: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let word = ahead(bytes, start, 32, |byte| byte.is_ascii_alphabetic());
    let stopped = at(bytes, word) == b'.';
    if at(bytes, start.wrapping_sub(1)) == b' '
        && (stopped || FORMS.may_have(bytes.get(start..word)?))
        && let Some(found) = company(text, start)
    {
        return Some(found);
    }
    // The only form in lower case.
    bytes.get(word..)?.starts_with(b" plc").then(|| company(text, word + 1)).flatten()
}

/// The company whose legal form begins at `start`.
fn company(text: &str, start: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let end = ahead(bytes, start, 13, |byte| byte.is_ascii_alphabetic() || byte == b'.');
    let form = text.get(start..end)?;
    // The full stop may be the sentence's.
    let bare = form.strip_suffix('.').unwrap_or(form);
    let end = match (COMPANY.binary_search(&form), COMPANY.binary_search(&bare)) {
        (Ok(_), _) => end,
        (_, Ok(_)) => start + bare.len(),
        _ => return None,
    };
    let from = text.ceil_char_boundary(start.saturating_sub(64));
    let head = text.get(from..start.checked_sub(1)?)?;
    let head = head.strip_suffix(',').unwrap_or(head);
    let (mut begin, mut at, mut words) = (None, from + head.len(), 0);
    for word in head.rsplit(' ').take(5) {
        at = at.checked_sub(word.len())?;
        let joins = JOINS.contains(&word);
        let name =
            word.starts_with(char::is_uppercase) || word.starts_with(|c: char| c.is_ascii_digit());
        let ends = word.ends_with([',', '.', ';', ':', '!', '?', ')']) && !is_short(word);
        if word.contains('\n') || (!name && !joins) || ends || NO_COMPANY.contains(&word) {
            break;
        }
        if name {
            let quoted = word.len() - word.trim_start_matches(['(', '"', '«', '“', '„']).len();
            begin = Some(at + quoted);
            words += 1;
        }
        at = at.saturating_sub(1);
    }
    let begin = begin?;
    // Two capitals are an abbreviation in a text of capitals.
    let shouted = form.len() == 2
        && text.get(begin..start)?.bytes().filter(|byte| byte.is_ascii_alphabetic()).count() > 5
        && !text.get(begin..start)?.contains(|c: char| c.is_lowercase());
    // Rate Limited
    let limited = form == "Limited" && words < 2;
    (!shouted && !limited && !has_word_at(text, end)).then_some((begin, end))
}

/// Whether a full stop ends an abbreviation, as in Co. and Dr.
fn is_short(word: &str) -> bool {
    word.ends_with('.') && word.len() <= 4
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn legal_forms_are_in_order() {
        assert!(COMPANY.is_sorted());
    }

    fn named(text: &str) -> Vec<&str> {
        let starts = text.char_indices().filter(|(_, c)| c.is_ascii_uppercase());
        let mut end = 0;
        let mut names = Vec::new();
        for (start, _) in starts {
            if start >= end
                && let Some(found) = person(text, start)
            {
                names.push(text.get(start..found).unwrap());
                end = found;
            }
        }
        names
    }

    #[test]
    fn cues_of_many_languages_tell_names() {
        for (text, name) in [
            ("accounts with ms. Wijtze", "Wijtze"),
            ("Dear Mr. John F. Kennedy,", "John F. Kennedy"),
            ("Sehr geehrter Herr von der Leyen,", ""),
            ("Sehr geehrter Herr Groß-Müller,", "Groß-Müller"),
            ("Mein Name ist Anna-Lena Schmidt.", "Anna-Lena Schmidt"),
            ("je m'appelle Jean de La Fontaine", "Jean de La Fontaine"),
            ("Me llamo Gabriel García Márquez, y", "Gabriel García Márquez"),
            ("Mi chiamo Maria Rossi", "Maria Rossi"),
            ("Ik heet Jan van der Berg.", "Jan van der Berg"),
            ("this is Bob from accounting", "Bob"),
            ("I am Jane Doe", "Jane Doe"),
            ("Best regards,\nPeter O'Toole\nCEO", "Peter O'Toole"),
            ("Customer: J. R. R. Tolkien", "J. R. R. Tolkien"),
            ("Dr. Smith's office", "Smith"),
            ("{\"name\": \"Jane Doe\"}", "Jane Doe"),
            ("M. Dupont est là", "Dupont"),
            ("under my partner's name Brian Berg", "Brian Berg"),
            ("a film directed by Anna Maria Berg and", "Anna Maria Berg"),
            ("may I speak to John Miller?", "John Miller"),
            ("my wife Anna and I", "Anna"),
            ("mit meinem Bruder Karl Otto nach", "Karl Otto"),
            ("ma sœur Elodie Martin", "Elodie Martin"),
        ] {
            let all = named(text);
            assert_eq!(all.first().copied().unwrap_or_default(), name, "{text}");
        }
    }

    #[test]
    fn what_only_begins_like_a_name_is_none() {
        for text in [
            "Hello World",
            "Dear Sir or Madam",
            "This is Amazon",
            "I am German",
            "I miss Paris",
            "My name is Not",
            "Dear Hiring Manager",
            "the Queen",
            "Hi! How are you",
            "a calm, patient IT helper",
            "company_name: Company",
            "client: Anthropic,",
            "10^-5 M. Round to 2",
            "Sehr geehrte Damen und Herren",
            "the Brother Printer",
            "may I speak to Somebody",
            "speak to Customer Service",
            "my son. Then",
            "my friend, The",
        ] {
            assert_eq!(named(text), Vec::<&str>::new(), "{text}");
        }
    }
}
