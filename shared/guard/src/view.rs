//! The ways a text is looked at.

/// A way to look at a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum View {
    /// As it is.
    #[default]
    Plain,
    /// Invisible characters removed, compatibility forms, look-alikes and accents made plain.
    Folded,
    /// What was written in characters that nobody sees.
    Hidden,
    /// `%69`, `&#105;`, `\u0069` decoded.
    Escapes,
    /// Base64, Base32, hexadecimal or binary runs decoded.
    Encoded,
    /// ROT13 undone.
    Rot13,
    /// Read backwards.
    Reversed,
    /// Digits and signs that stand for letters made letters.
    Leet,
    /// Spaced, dotted, glued and camel-case letters made words.
    Spaced,
    /// Markup within words taken out.
    Markup,
    /// Consecutive texts of one speaker read as one.
    Joined,
    /// Inner letters of words shuffled: words are known by what they are made of, runs of letters tell nothing.
    Shuffled,
}

impl View {
    /// How many views there are.
    pub const COUNT: usize = View::Shuffled as usize + 1;

    /// Its name in reasons and facts.
    pub fn name(self) -> &'static str {
        match self {
            View::Plain => "plain",
            View::Folded => "folded",
            View::Hidden => "hidden",
            View::Escapes => "escapes",
            View::Encoded => "encoded",
            View::Rot13 => "rot13",
            View::Reversed => "reversed",
            View::Leet => "leet",
            View::Spaced => "spaced",
            View::Markup => "markup",
            View::Joined => "joined",
            View::Shuffled => "shuffled",
        }
    }
}
