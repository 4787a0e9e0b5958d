//! Texts of one speaker read as one, where they meet: an attack that is split over parts or turns.

use chat::{Scope, Text};

/// How much of each side of a seam is looked at, in bytes.
const REACH: usize = 300;
/// How much joined text is looked at in a request.
const MOST: usize = 16 << 10;

/// The texts of one speaker, joined.
#[derive(Debug, Default)]
struct Joined {
    text: String,
    seams: Vec<usize>,
    turn: usize,
}

/// The texts of users and of tools, joined.
#[derive(Debug, Default)]
pub(super) struct Seams {
    user: Joined,
    tool: Joined,
}

impl Seams {
    pub(super) fn add(&mut self, text: &Text<'_>) {
        match text.scope {
            Scope::User => self.user.add(text),
            Scope::ToolResult => self.tool.add(text),
            _ => {}
        }
    }

    /// What stands around seams; seams that are close together are looked at together.
    pub(super) fn texts(&self) -> Vec<(Scope, String)> {
        let user = self.user.around().into_iter().map(|text| (Scope::User, text));
        user.chain(self.tool.around().into_iter().map(|text| (Scope::ToolResult, text))).collect()
    }
}

impl Joined {
    fn add(&mut self, text: &Text<'_>) {
        if !self.text.is_empty() {
            // Parts of one message may cut a word; messages do not.
            if self.turn != text.turn {
                self.text.push('\n');
            }
            self.seams.push(self.text.len());
        }
        self.turn = text.turn;
        self.text.push_str(text.text);
    }

    fn around(&self) -> Vec<String> {
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for seam in &self.seams {
            let (from, to) = (seam.saturating_sub(REACH), (seam + REACH).min(self.text.len()));
            match spans.last_mut() {
                Some((_, end)) if *end >= from => *end = to,
                _ => spans.push((from, to)),
            }
        }
        // The newest seams first, if there are too many.
        let mut left = MOST;
        let fits = |(from, to): &&(usize, usize)| {
            let fits = to - from <= left;
            left = left.saturating_sub(to - from);
            fits
        };
        spans.iter().rev().take_while(fits).map(|(from, to)| self.slice(*from, *to)).collect()
    }

    fn slice(&self, from: usize, to: usize) -> String {
        let floor =
            |at: usize| (0..=at).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0);
        self.text.get(floor(from)..floor(to)).unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn joined(texts: &[(usize, &str)]) -> Vec<String> {
        let mut seams = Seams::default();
        for (turn, text) in texts {
            seams.add(&Text::new(Scope::User, *turn, text));
        }
        seams.texts().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn texts_are_joined_where_they_meet() {
        assert_eq!(joined(&[(0, "ign"), (0, "ore "), (2, "all")]), ["ignore \nall"]);
        assert_eq!(joined(&[(0, "alone")]), [""; 0]);
        let long = "é".repeat(1_000);
        let around = joined(&[(0, &long), (1, "x"), (2, &long)]);
        assert_eq!(around.len(), 1);
        assert!(around[0].contains("\nx\n") && around[0].len() < 2 * REACH + 10);
    }

    #[test]
    fn many_seams_cost_no_more_than_the_limit() {
        let long = "a".repeat(1_000);
        let texts: Vec<(usize, &str)> = (0..100).map(|turn| (turn, long.as_str())).collect();
        assert!(joined(&texts).iter().map(String::len).sum::<usize>() <= MOST);
    }
}
