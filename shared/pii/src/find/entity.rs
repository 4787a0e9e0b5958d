//! What a row of the table of entities holds.

/// One kind of thing that can be found.
#[derive(Debug)]
pub struct Entity {
    /// Its name in configurations, placeholders and metrics.
    pub name: &'static str,
    /// What sort of thing it is.
    pub category: Category,
    /// Where it is issued.
    pub region: Region,
    /// Whether it is looked for where nothing is said.
    pub default: bool,
    /// What it looks like.
    pub(super) scan: Scan,
    /// What its letters and digits must fulfil.
    pub(super) check: Check,
    /// Words that, near a candidate, speak for it; separated by commas.
    pub(super) context: &'static str,
    /// Its documentation.
    pub doc: Doc,
}

impl Entity {
    /// Whether a checksum or the rules of the issuer are checked, so that not everything of the right form is
    /// found.
    pub fn is_checked(&self) -> bool {
        self.has_checksum() || matches!(self.check, Check::Rules(_))
    }

    /// Whether a checksum is checked.
    pub fn has_checksum(&self) -> bool {
        let special = matches!(self.scan, Scan::Special(Special::Iban | Special::Crypto));
        special || matches!(self.check, Check::Sum(_) | Check::Graded(_))
    }

    /// The words that, near a candidate, speak for it.
    pub fn context(&self) -> impl Iterator<Item = &'static str> {
        self.context.split(',').map(str::trim).filter(|word| !word.is_empty())
    }

    /// The scores of its forms, without and with a context word near by.
    pub fn scores(&self) -> Vec<(&'static str, f32)> {
        match self.scan {
            Scan::Forms(forms) => forms.to_vec(),
            Scan::Keys(keys) => keys.iter().map(|key| (key.prefix, 0.9)).collect(),
            Scan::Special(_) => Vec::new(),
        }
    }
}

/// The documentation of an entity. The examples are executed as tests.
#[derive(Debug)]
pub struct Doc {
    /// What is found.
    pub catches: &'static str,
    /// Why it is worth finding.
    pub why: &'static str,
    /// Texts in which what stands between `«` and `»` is found.
    pub matches: &'static [&'static str],
    /// Texts in which nothing of the kind is found.
    pub rejects: &'static [&'static str],
    /// What is found though it should not be, or missed.
    pub mistakes: &'static str,
    /// Where the form and the checksum are defined.
    pub source: &'static str,
}

/// How an entity is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scan {
    /// Written forms (see `pattern`), each with the score that it deserves once the check is passed.
    Forms(&'static [(&'static str, f32)]),
    /// Tokens that begin with a fixed prefix.
    Keys(&'static [Key]),
    /// A scanner of its own.
    Special(Special),
}

/// A token that begins with a fixed prefix.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    /// What it begins with, in this case.
    pub(super) prefix: &'static str,
    /// What the rest is made of.
    pub(super) rest: Alphabet,
    /// The least and the greatest length of the rest.
    pub(super) len: (u16, u16),
}

/// What a key is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Letters and digits.
    Base62,
    /// Letters, digits, `-` and `_`.
    Url,
    /// Letters, digits, `+`, `/` and `=`.
    Base64,
    /// Digits and the letters `a` to `f`.
    Hex,
    /// Capitals and the digits.
    Upper,
    /// Letters, digits, `-`, `_` and dots.
    Dotted,
}

impl Alphabet {
    pub(super) fn has(self, byte: u8) -> bool {
        match self {
            Alphabet::Base62 => byte.is_ascii_alphanumeric(),
            Alphabet::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Alphabet::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Alphabet::Hex => byte.is_ascii_hexdigit(),
            Alphabet::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Alphabet::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'),
        }
    }
}

/// The scanners that no written form describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Special {
    Assignment,
    Birth,
    ConnectionString,
    Crypto,
    Email,
    Geo,
    Iban,
    Ip,
    Jwt,
    Mac,
    Organisation,
    Person,
    Phone,
    PrivateKey,
    StreetAddress,
    Url,
}

impl Special {
    pub(super) const COUNT: usize = Special::Url as usize + 1;
}

/// What the letters and digits of a candidate, in capitals, must fulfil.
#[derive(Debug, Clone, Copy)]
pub(super) enum Check {
    /// Nothing beyond the form.
    None,
    /// Rules of the issuer that a typing mistake may still fulfil.
    Rules(fn(&[u8]) -> bool),
    /// A checksum.
    Sum(fn(&[u8]) -> bool),
    /// A checksum that not every genuine one has.
    Graded(fn(&[u8]) -> Grade),
}

/// What a check says that knows more than yes and no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grade {
    /// It cannot be one.
    No,
    /// It can be one, but should be said to be by a context word.
    Unsure,
    /// It can be one, and has the rules of the issuer, but no checksum.
    Plausible,
    /// The checksum holds.
    Valid,
}

/// What sort of thing an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// How to reach a person: e-mail, phone, address.
    Contact,
    /// Money: cards, accounts, wallets.
    Financial,
    /// Identifiers that states and other bodies issue.
    Identity,
    /// Addresses of machines and pages.
    Network,
    /// Names, birthdays, places.
    Personal,
    /// Keys, tokens, passwords.
    Secret,
}

impl Category {
    /// Every category.
    pub const ALL: [Category; 6] = [
        Category::Contact,
        Category::Financial,
        Category::Identity,
        Category::Network,
        Category::Personal,
        Category::Secret,
    ];

    /// Its name in configurations.
    pub fn name(self) -> &'static str {
        match self {
            Category::Contact => "contact",
            Category::Financial => "financial",
            Category::Identity => "identity",
            Category::Network => "network",
            Category::Personal => "personal",
            Category::Secret => "secret",
        }
    }
}

/// Where an entity is issued: an ISO 3166-1 code in lower case, or `global`.
pub type Region = &'static str;
