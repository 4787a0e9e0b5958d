//! Views that are made of a text when its survey calls for them, and only then.

pub(crate) mod encoded;
mod escapes;
mod letters;
mod markup;

use crate::rules::Cues;
use crate::token::{Kind, Token};
use crate::view::View;

/// What the walk over a text noticed that views are for. Costs a few comparisons a token.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    words: u32,
    /// Words of one letter.
    single: u32,
    /// Words that touch a digit or a sign that is read as a letter.
    mixed: u32,
    /// Words behind a mark that touches a word before it, and long ones.
    broken: u32,
    long: u32,
    /// Tokens that could be a piece of an encoding: eight or more letters and digits on end.
    run: usize,
    longest_run: usize,
    /// Two-character groups of hexadecimal digits, groups of eight bits.
    groups: u32,
    escapes: u32,
    tags: u32,
    /// Dashes behind dots.
    morse: u32,
    /// The word before, how often it stands there on end, and the most of any.
    word: u32,
    repeated: u32,
    most_repeated: u32,
    end: usize,
    kind: Option<Kind>,
    /// Whether a word stands before, with nothing but marks between.
    behind_word: bool,
}

impl Survey {
    #[inline]
    pub(crate) fn token(&mut self, text: &str, token: &Token) {
        let touches = token.start == self.end && token.start > 0;
        match token.kind {
            Kind::Word => {
                self.words += 1;
                self.single += u32::from(token.length == 1);
                self.long += u32::from(token.length > 15);
                self.repeated = if token.hash == self.word { self.repeated + 1 } else { 0 };
                self.most_repeated = self.most_repeated.max(self.repeated);
                self.word = token.hash;
                if touches {
                    match self.kind {
                        Some(Kind::Number) => self.mixed += 1,
                        Some(Kind::Mark | Kind::Break) if self.behind_word => self.broken += 1,
                        _ => {}
                    }
                }
            }
            Kind::Number => {
                self.mixed += u32::from(touches && self.kind == Some(Kind::Word));
                self.groups += u32::from(token.length == 2 || token.length == 8);
            }
            Kind::Mark => match text.as_bytes().get(token.start) {
                Some(b'%' | b'\\' | b'&' | b'=') => self.escapes += 1,
                Some(b'<') => self.tags += 1,
                Some(b'-') if touches && self.kind == Some(Kind::Break) => self.morse += 1,
                Some(b'@' | b'$' | b'|' | b'(') if touches && self.kind == Some(Kind::Word) => {
                    self.mixed += 1
                }
                _ => {}
            },
            Kind::Break | Kind::Ideograph => {}
        }
        let in_run = matches!(token.kind, Kind::Word | Kind::Number);
        self.run = match (in_run, touches) {
            (true, true) => self.run + token.length as usize,
            (true, false) => token.length as usize,
            (false, true) if token.kind == Kind::Mark => self.run,
            _ => 0,
        };
        self.longest_run = self.longest_run.max(self.run);
        self.behind_word = token.kind == Kind::Word || touches && self.behind_word;
        self.kind = Some(token.kind);
        self.end = token.end;
    }
}

impl Survey {
    /// Whether a word is said over and over.
    pub(crate) fn is_flooded(&self) -> bool {
        self.most_repeated >= FLOOD
    }
}

/// How often a word must follow itself to be no stammer, song or laughter.
const FLOOD: u32 = 8;

/// Every view that a text calls for.
pub(crate) fn made_of(
    text: &str,
    view: View,
    survey: &Survey,
    cues: Cues,
    known: &dyn Fn(u32) -> bool,
) -> Vec<(View, String)> {
    let mut made = Vec::new();
    let mut add = |view, text: Option<String>| made.extend(text.map(|text| (view, text)));
    if survey.escapes > 3 {
        add(View::Escapes, escapes::decoded(text));
    }
    if survey.longest_run >= encoded::SHORTEST
        || survey.groups > 7
        || survey.words + survey.single > 7 && survey.mixed > 3
    {
        encoded::decoded(text).into_iter().for_each(|text| add(View::Encoded, Some(text)));
    }
    if survey.morse > 3 {
        encoded::morse(text).into_iter().for_each(|text| add(View::Encoded, Some(text)));
    }
    // A disguise shows in a good part of the text, if it shall hide it.
    if view != View::Rot13 && cues.rot13 > 1 && cues.rot13 > cues.plain / 2 {
        add(View::Rot13, Some(letters::rot13(text)));
    }
    if view != View::Reversed && cues.reversed > 1 && cues.reversed > cues.plain / 2 {
        add(View::Reversed, Some(text.chars().rev().collect()));
        add(View::Reversed, Some(letters::words_reversed(text)));
    }
    if view != View::Leet && survey.mixed > 2 {
        add(View::Leet, letters::unleet(text, known));
    }
    if view != View::Spaced
        && (survey.single > 5 && survey.single * 3 > survey.words
            || survey.long > 0
            || survey.broken > 3)
    {
        add(View::Spaced, letters::joined(text, known));
    }
    if view != View::Markup && (survey.broken > 1 || survey.tags > 0) {
        add(View::Markup, markup::stripped(text));
    }
    made
}
