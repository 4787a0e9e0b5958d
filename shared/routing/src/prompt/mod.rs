//! What can be told of a prompt by looking at its text: no model, no host, one pass per question.

pub mod code;
pub mod complexity;
pub mod language;
mod words;

pub use words::Phrases;

use chat::Scope;

/// One piece of a prompt's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it stands.
    pub scope: Scope,
    /// Index of the turn it belongs to.
    pub turn: usize,
    /// The text.
    pub text: String,
}

/// Whether a scope's pieces are looked at in all turns or in the last one that has any.
pub(crate) fn pieces(all: &[Piece], scope: Scope, last_turn: bool) -> impl Iterator<Item = &Piece> {
    // Texts of other fields, such as a user's id, come after all turns and belong to none: they say 0.
    let of = move || all.iter().filter(move |piece| piece.scope == scope);
    let last = if last_turn { of().map(|piece| piece.turn).max() } else { None };
    of().filter(move |piece| !last_turn || Some(piece.turn) == last)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_last_turn_of_a_scope_is_all_its_pieces() {
        let piece = |scope, turn, text: &str| Piece { scope, turn, text: text.to_owned() };
        let all = [
            piece(Scope::User, 0, "a"),
            piece(Scope::User, 2, "b"),
            piece(Scope::User, 2, "c"),
            piece(Scope::Assistant, 3, "d"),
            piece(Scope::User, 0, "id"),
        ];
        let texts = |last| {
            pieces(&all, Scope::User, last).map(|piece| piece.text.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(texts(true), ["b", "c"]);
        assert_eq!(texts(false), ["a", "b", "c", "id"]);
        assert_eq!(pieces(&all, Scope::System, true).count(), 0);
    }
}
