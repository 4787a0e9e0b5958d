//! Streets with the numbers of houses, and boxes at post offices: told by the words that streets are called by, in
//! English, German, French, Spanish, Italian, Dutch and Portuguese.

use super::shapes::{Shapes, is_letter};
use super::text::{at, back, has_word_at};

/// Words that a street's name ends with, in English.
const STREETS: &[&str] = &[
    "alley",
    "ave",
    "avenue",
    "blvd",
    "boulevard",
    "cir",
    "circle",
    "close",
    "court",
    "crescent",
    "ct",
    "dr",
    "drive",
    "gardens",
    "grove",
    "highway",
    "hill",
    "hwy",
    "lane",
    "ln",
    "parade",
    "park",
    "parkway",
    "pkwy",
    "pl",
    "place",
    "rd",
    "road",
    "row",
    "sq",
    "square",
    "st",
    "street",
    "ter",
    "terrace",
    "trail",
    "way",
];

/// The other words of the kind that the mail of the United States knows (USPS Publication 28, appendix C1). They
/// stand elsewhere more often than in addresses, so they need a long number that is no year.
const RARE_STREETS: &[&str] = &[
    "annex", "arcade", "bayou", "beach", "bend", "bluff", "bluffs", "bottom", "branch", "bridge",
    "brook", "brooks", "bypass", "camp", "canyon", "cape", "causeway", "center", "centers",
    "cliff", "cliffs", "club", "common", "commons", "corner", "corners", "course", "courts",
    "cove", "coves", "creek", "crest", "crossing", "curve", "dale", "dam", "divide", "drives",
    "estate", "estates", "fall", "falls", "ferry", "field", "fields", "flat", "flats", "ford",
    "fords", "forest", "forge", "forges", "fork", "forks", "fort", "freeway", "garden", "gateway",
    "glen", "glens", "green", "greens", "groves", "harbor", "harbors", "haven", "heights", "hills",
    "hollow", "inlet", "island", "isle", "junction", "key", "keys", "knoll", "knolls", "lake",
    "lakes", "land", "landing", "light", "lights", "loaf", "lock", "locks", "lodge", "loop",
    "mall", "manor", "manors", "meadow", "meadows", "mews", "mill", "mills", "mission", "motorway",
    "mount", "mountain", "neck", "orchard", "oval", "overpass", "parks", "parkways", "pass",
    "passage", "path", "pike", "pine", "pines", "plain", "plains", "plaza", "plazas", "point",
    "points", "port", "ports", "prairie", "radial", "ramp", "ranch", "rapid", "rapids", "rest",
    "ridge", "ridges", "river", "roads", "route", "run", "shoal", "shoals", "shore", "shores",
    "skyway", "spring", "springs", "spur", "spurs", "squares", "station", "stream", "streets",
    "summit", "trace", "track", "tunnel", "turnpike", "union", "unions", "valley", "valleys",
    "viaduct", "view", "views", "village", "villages", "vista", "walk", "walks", "wall", "ways",
    "well", "wells",
];

/// The long ones of them.
const LONG_STREETS: &[&str] = &[
    "crossroad",
    "expressway",
    "extension",
    "junctions",
    "mountains",
    "stravenue",
    "throughway",
    "trafficway",
    "underpass",
];

/// Words that a street's name begins with behind its number, in French.
const RUES: &[&str] = &[
    "allée",
    "avenue",
    "bd",
    "boulevard",
    "chemin",
    "cours",
    "faubourg",
    "impasse",
    "passage",
    "place",
    "quai",
    "route",
    "rue",
    "square",
];

/// Ends of the names of streets that stand before their number, in German and Dutch; with a word before them they
/// are names of their own (Lange Straße 5).
const STRASSEN: &[&str] = &[
    "straße", "strasse", "str.", "weg", "platz", "allee", "gasse", "ring", "ufer", "damm",
    "chaussee", "steig", "gürtel", "dreef", "straat", "laan", "plein", "gracht", "kade", "singel",
    "dijk", "steeg",
];

/// Words that a street's name begins with that stands before its number.
const VIAS: &[&str] = &[
    "alameda",
    "avda.",
    "avenida",
    "borgo",
    "c/",
    "calle",
    "callejón",
    "camino",
    "carrera",
    "carretera",
    "contrada",
    "corso",
    "glorieta",
    "largo",
    "lungomare",
    "pasaje",
    "paseo",
    "passeig",
    "piazza",
    "piazzale",
    "plaza",
    "rambla",
    "ronda",
    "rua",
    "salita",
    "strada",
    "stretto",
    "travessa",
    "travesía",
    "urbanización",
    "via",
    "viale",
    "vicolo",
    "am",
    "an",
    "im",
    "unter",
];

/// Boxes at post offices.
const BOXES: &[&str] =
    &["p.o. box", "po box", "postfach", "postbus", "boîte postale", "apartado", "casella postale"];

/// What stands between a street and its number.
const NUMERO: &[&str] = &["nº", "n.º", "Nr.", "núm.", "n°"];

/// Words in lower case within the names of streets.
const PARTICLES: &[&str] = &[
    "de", "del", "della", "delle", "dei", "den", "der", "des", "di", "do", "da", "dos", "du", "la",
    "las", "le", "les", "los", "of", "van", "von", "zum", "zur",
];

/// Whether a word in lower case can stand in the name of a street, or before it.
pub(in super::super) fn is_street_word(word: &str) -> bool {
    [RUES, VIAS, PARTICLES, &["p.o", "po", "box", "nº", "n.º", "nr", "bis", "ter"]]
        .iter()
        .any(|words| words.contains(&word))
}

/// The number of a house at `start..end` with its street.
pub(super) fn street(text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    if end - start > 6 {
        return None;
    }
    let number = text.get(start..end)?;
    let is_year = number.len() == 4 && matches!(number.get(..2), Some("19" | "20"));
    let rare = number.len() > 2 && !is_year && number.bytes().all(|byte| byte.is_ascii_digit());
    let behind = behind(text, end, rare).map(|end| (start, end));
    behind.or_else(|| before(text, start).map(|begin| (begin, number_end(text, end))))
}

const STREET_SHAPES: Shapes = Shapes::of(&[STREETS]);
const RARE_STREET_SHAPES: Shapes = Shapes::of(&[RARE_STREETS, LONG_STREETS]);
const RUE_SHAPES: Shapes = Shapes::of(&[RUES]);
const VIA_SHAPES: Shapes = Shapes::of(&[VIAS]);
const BOX_SHAPES: Shapes = Shapes::of(&[BOXES]);

fn is_street(word: &str) -> bool {
    STREET_SHAPES.may_have(word.as_bytes()) && is_any(STREETS, word)
}

fn is_rare_street(word: &str) -> bool {
    RARE_STREET_SHAPES.may_have(word.as_bytes())
        && (is_any(RARE_STREETS, word) || is_any(LONG_STREETS, word))
}

fn is_rue(word: &str) -> bool {
    RUE_SHAPES.may_have(word.as_bytes()) && is_any(RUES, word)
}

fn is_via(word: &str) -> bool {
    VIA_SHAPES.may_have(word.as_bytes()) && is_any(VIAS, word)
}

fn is_any(words: &[&str], word: &str) -> bool {
    words.iter().any(|other| word.len() == other.len() && word.eq_ignore_ascii_case(other))
}

/// Where the street ends whose number ends at `end`.
fn behind(text: &str, end: usize, rare: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let gap = usize::from(at(bytes, end) == b',');
    let next = at(bytes, end + gap + 1);
    if at(bytes, end + gap) != b' ' || !(next.is_ascii_alphanumeric() || next >= 0x80) {
        return None;
    }
    // A name begins with a capital; what begins otherwise is a number, a word for a street or no ASCII.
    if next.is_ascii_lowercase() && !matches!(next, b'a'..=b'f' | b'i' | b'p'..=b't') {
        return None;
    }
    let from = end + gap + 1;
    let rest = text.get(from..text.floor_char_boundary(end + 72))?;
    let first = rest.split(' ').next()?;
    let rest_of = |word: &str| {
        rest.get(word.len()..)?.strip_prefix(' ').map(|rest| (from + word.len() + 1, rest))
    };
    match first {
        "bis" | "ter" | "bis," | "ter," => rest_of(first).and_then(|(from, rest)| rue(from, rest)),
        _ if is_rue(first.trim_end_matches('.')) => {
            // 12 Place Vendôme, but 12 Square Street.
            rue(from, rest).or_else(|| english(text, from, rest, rare))
        }
        _ => english(text, from, rest, rare),
    }
}

/// A word without the punctuation behind it.
fn bare(word: &str) -> &str {
    let signs = |byte: &u8| matches!(byte, b',' | b'.' | b';' | b':' | b'!' | b'?' | b')' | b'\n');
    let behind = word.bytes().rev().take_while(|byte| signs(byte)).count();
    word.get(..word.len() - behind).unwrap_or(word)
}

/// Whether a word begins with a capital.
fn is_capital(word: &str) -> bool {
    let first = at(word.as_bytes(), 0);
    if first.is_ascii() { first.is_ascii_uppercase() } else { word.starts_with(char::is_uppercase) }
}

/// Rue de la Paix: a word for a street, then particles and names.
fn rue(from: usize, rest: &str) -> Option<usize> {
    let (mut at, mut end) = (from, None);
    for (place, word) in rest.split([' ', '\n']).take(7).enumerate() {
        let bare = bare(word);
        let elided = matches!(bare.as_bytes().first(), Some(b'd' | b'l'))
            && ["d'", "l'", "d’", "l’"].iter().any(|article| bare.starts_with(article));
        if place == 0 {
            is_rue(bare).then_some(())?;
        } else if elided || is_capital(bare) {
            end = Some(at + bare.len());
        } else if !PARTICLES.contains(&bare) {
            break;
        }
        if place > 0 && bare.len() < word.len() {
            break;
        }
        at += word.len() + 1;
    }
    end
}

/// Baker Street, 5th Avenue: names with a capital, the last one a word for a street; a flat may follow.
fn english(text: &str, from: usize, rest: &str, rare: bool) -> Option<usize> {
    let (mut at, mut end, mut numbers) = (from, None, 0);
    for (place, word) in rest.split(' ').take(6).enumerate() {
        let bare = bare(word);
        let numbered = bare.as_bytes().first().is_some_and(u8::is_ascii_digit);
        numbers += usize::from(numbered);
        if !(numbered || is_capital(bare))
            || numbers > 1
            || word.contains('\n') && bare.contains('\n')
        {
            break;
        }
        if place > 0 && (is_street(bare) || (rare && is_rare_street(bare))) {
            end = Some(at + bare.len());
        }
        // A full stop ends the abbreviation of a street or a saint.
        if bare.len() < word.len() && !(word.ends_with('.') && bare.len() <= 4 && end.is_none()) {
            break;
        }
        at += word.len() + 1;
    }
    end.map(|end| flat(text, end))
}

/// Behind the flat, if one follows: Apt 4B, Suite 200, #12.
fn flat(text: &str, end: usize) -> usize {
    let rest = text.get(end..text.floor_char_boundary(end + 24)).unwrap_or_default();
    let trimmed = rest.trim_start_matches(['.', ',', ' ']);
    if !matches!(at(trimmed.as_bytes(), 0), b'A' | b'S' | b'U' | b'F' | b'#') {
        return end;
    }
    for name in ["Apt", "Apartment", "Suite", "Ste", "Unit", "Flat", "Floor", "#"] {
        let number =
            trimmed.strip_prefix(name).map(|rest| rest.trim_start_matches(['.', ' ', '#']));
        let Some(number) = number else { continue };
        let len = number.bytes().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if len > 0 && len <= 6 && number.bytes().take(len).any(|byte| byte.is_ascii_digit()) {
            return end + rest.len() - number.len() + len;
        }
    }
    end
}

/// Where the street begins whose number begins at `start`.
fn before(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    // `Nr. 5`, `nº 5`.
    let gap = back(bytes, start, 2, |byte| byte == b' ');
    let last = at(bytes, gap.wrapping_sub(1));
    if gap == start
        || !(last.is_ascii_alphabetic() || last >= 0x80 || matches!(last, b'.' | b',' | b'/'))
    {
        return None;
    }
    let from = text.ceil_char_boundary(gap.saturating_sub(64));
    let head = text.get(from..gap)?.trim_end_matches(',');
    // Each of them ends in a full stop or beyond ASCII.
    let marked = head.bytes().next_back().is_some_and(|byte| byte == b'.' || byte >= 0x80);
    let head = match marked {
        true => NUMERO.iter().find_map(|no| head.strip_suffix(no)).unwrap_or(head),
        false => head,
    };
    let head = head.trim_end_matches([',', ' ']);
    let word = head.bytes().rev().take_while(|byte| is_letter(*byte)).count();
    let last = head.as_bytes().get(head.len() - word..)?;
    if BOX_SHAPES.may_have(last) {
        let boxed = BOXES.iter().find_map(|name| {
            let begin = head.len().checked_sub(name.len())?;
            head.get(begin..)?.eq_ignore_ascii_case(name).then_some(from + begin)
        });
        if let Some(begin) = boxed {
            return Some(begin);
        }
    }
    let mut at = from + head.len();
    let mut last = false;
    for (place, word) in head.rsplit([' ', '\n']).take(6).enumerate() {
        at = at.checked_sub(word.len())?;
        let capital = is_capital(word);
        let via = is_via(word);
        if word.is_empty() || (!capital && !via && !PARTICLES.contains(&word)) {
            return None;
        }
        if place > 0 && via && (capital || word.len() > 2) {
            return Some(at);
        }
        // What a full stop or comma ends is another phrase.
        if place > 0 && word.ends_with([',', '.', ';', ':']) {
            return None;
        }
        if place == 0 && capital {
            let ends = |end: &&&str| {
                let tail = word.len().checked_sub(end.len()).and_then(|from| word.get(from..));
                tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
            };
            if let Some(end) = STRASSEN.iter().find(ends) {
                if word.len() > end.len() + 2 {
                    return Some(at);
                }
                last = word.len() == end.len();
            }
        } else if place == 1 && capital && last {
            // Lange Straße 5
            return Some(at);
        }
        at = at.saturating_sub(1);
    }
    None
}

/// Behind the letter or the second number of a house: `12 a`, `12-14`.
fn number_end(text: &str, end: usize) -> usize {
    let bytes = text.as_bytes();
    let lettered = at(bytes, end) == b' '
        && matches!(at(bytes, end + 1), b'a'..=b'd')
        && !has_word_at(text, end + 2)
        && matches!(at(bytes, end + 2), b',' | b'.' | b'\n' | 0);
    let second = text
        .get(end..)
        .and_then(|rest| rest.strip_prefix('-'))
        .map_or(0, |rest| rest.bytes().take(5).take_while(u8::is_ascii_digit).count());
    match (lettered, second) {
        (true, _) => end + 2,
        (_, 1..=4) if !has_word_at(text, end + 1 + second) => end + 1 + second,
        _ => end,
    }
}
