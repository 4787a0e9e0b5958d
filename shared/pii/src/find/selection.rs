//! What a finder shall look for.

/// What a finder shall look for.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Names of entities (`EMAIL_ADDRESS`), of categories (`secret`) or of regions (`de`, `global`).
    pub entities: Vec<String>,
    /// Findings below this score are dropped, 0 to 1.
    pub min_score: f32,
    /// Entities of one's own.
    pub custom: Vec<Custom>,
    /// Values that are never a finding. Compared without regard to case and accents.
    pub allow: Vec<String>,
}

impl Default for Selection {
    /// Every entity that is on by default.
    fn default() -> Self {
        let entities = super::ENTITIES.iter().filter(|entity| entity.default);
        Self {
            entities: entities.map(|entity| entity.name.to_owned()).collect(),
            min_score: Self::MIN_SCORE,
            custom: Vec::new(),
            allow: Vec::new(),
        }
    }
}

impl Selection {
    /// The score that a finding needs where nothing else is said: a distinctive form or a checksum is enough,
    /// an ambiguous form needs a context word.
    pub const MIN_SCORE: f32 = 0.5;
}

/// An entity of one's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Custom {
    /// Its name, in capitals, digits and underscores; no built-in entity may have it.
    pub name: String,
    /// What it looks like.
    pub matches: CustomMatch,
    /// A check that the match must pass.
    pub validator: Option<Validator>,
    /// Words that must stand near the match; none means that it needs none.
    pub context: Vec<String>,
    /// The score of its findings, 0 to 1.
    pub score: f32,
}

/// What a custom entity looks like.
#[derive(Debug, Clone, PartialEq)]
pub enum CustomMatch {
    /// A regular expression in the syntax of the `regex` crate, without look-around.
    Pattern(String),
    /// Whole words or phrases, without regard to case and accents.
    Words(Vec<String>),
}

/// A check over the digits (and letters) of a custom entity's match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validator {
    /// The Luhn check over the digits.
    Luhn,
    /// ISO 7064 mod 97-10 with the first four characters moved to the end, as in an IBAN.
    Mod97,
    /// The Verhoeff check over the digits.
    Verhoeff,
}

/// Why a selection does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectionError {
    /// Where, such as `custom[0].pattern`.
    pub path: String,
    /// What is wrong, in lower case without a full stop.
    pub message: String,
}

impl SelectionError {
    pub(super) fn new(path: &str, message: &str) -> Self {
        Self { path: path.to_owned(), message: message.to_owned() }
    }
}
