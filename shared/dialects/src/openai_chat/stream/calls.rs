//! The tool calls of one candidate under way.

use crate::neutral::{BlockStart, ToolKind};
use crate::openai_chat::response::call_id;

/// A tool call, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Call {
    /// `index` of the deltas.
    pub(super) index: Option<u64>,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) kind: Option<ToolKind>,
    /// The arguments so far.
    pub(super) arguments: String,
    /// Its block has begun.
    pub(super) begun: bool,
}

/// Who a piece of a call says it belongs to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Piece<'a> {
    pub(super) index: Option<u64>,
    pub(super) id: Option<&'a str>,
    pub(super) name: Option<&'a str>,
}

impl Call {
    /// How its block begins, once name and id are known.
    pub(super) fn start(&self) -> Option<BlockStart> {
        Some(BlockStart::ToolCall {
            id: self.id.clone()?,
            name: self.name.clone()?,
            kind: self.kind.unwrap_or(ToolKind::Function),
        })
    }

    /// Whether nothing can follow. Text for a custom tool may end anywhere; the last character saves
    /// parsing what cannot be a whole object.
    pub(super) fn is_complete(&self) -> bool {
        let may_be_object = self.arguments.trim_end().ends_with('}');
        self.kind == Some(ToolKind::Custom)
            || may_be_object && chat::json::parse_str(&self.arguments).is_ok()
    }

    /// Gives it an id if the provider gave none, other than those of other candidates.
    pub(super) fn complete(&mut self, answer: &str, candidate: usize, place: usize) {
        if self.id.is_none() {
            let number = candidate.saturating_mul(100).saturating_add(place);
            self.id = Some(call_id(answer, number));
        }
    }
}

/// The place of the call that `piece` belongs to; a new one if none does.
///
/// OpenAI gives an index with every piece, and id and name with the first. Others repeat id and name, leave
/// out the index, or give every call the index 0 and tell them apart by id and name.
pub(super) fn place(calls: &mut Vec<Call>, piece: Piece<'_>) -> usize {
    let is_other = |call: &Call| {
        let other_id = matches!((piece.id, &call.id), (Some(new), Some(old)) if new != old);
        other_id && piece.name.is_some()
    };
    let found = match (piece.index, piece.id) {
        (Some(index), _) => calls.iter().rposition(|call| call.index == Some(index)),
        (None, Some(id)) => calls.iter().rposition(|call| call.id.as_deref() == Some(id)),
        (None, None) if piece.name.is_some() => calls.iter().rposition(|call| call.name.is_none()),
        (None, None) => calls.len().checked_sub(1),
    };
    match found.filter(|place| calls.get(*place).is_none_or(|call| !is_other(call))) {
        Some(place) => place,
        None => {
            calls.push(Call { index: piece.index, ..Call::default() });
            calls.len() - 1
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn places(pieces: &[(Option<u64>, Option<&str>, Option<&str>)]) -> Vec<usize> {
        let mut calls = Vec::new();
        let mut places = Vec::new();
        for (index, id, name) in pieces.iter().copied() {
            let place = place(&mut calls, Piece { index, id, name });
            calls[place].id = calls[place].id.take().or(id.map(str::to_owned));
            calls[place].name = calls[place].name.take().or(name.map(str::to_owned));
            places.push(place);
        }
        places
    }

    #[test]
    fn pieces_find_their_call() {
        let (a, b, n) = (Some("a"), Some("b"), Some("n"));
        for (what, pieces, expected) in [
            (
                "as OpenAI",
                vec![(Some(0), a, n), (Some(0), None, None), (Some(1), b, n)],
                vec![0, 0, 1],
            ),
            ("repeated", vec![(Some(0), a, n), (Some(0), a, n)], vec![0, 0]),
            (
                "all index 0",
                vec![(Some(0), a, n), (Some(0), b, n), (Some(0), None, None)],
                vec![0, 1, 1],
            ),
            ("a fresh id each time", vec![(Some(0), a, n), (Some(0), b, None)], vec![0, 0]),
            ("no index", vec![(None, a, n), (None, None, None), (None, b, n)], vec![0, 0, 1]),
            (
                "names only",
                vec![(None, None, n), (None, None, None), (None, None, n)],
                vec![0, 0, 1],
            ),
            ("late name", vec![(Some(0), a, None), (Some(0), None, n)], vec![0, 0]),
        ] {
            assert_eq!(places(&pieces), expected, "{what}");
        }
    }
}
