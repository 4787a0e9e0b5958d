//! The tool calls of one candidate under way.

use crate::neutral::{BlockStart, ToolKind};
use crate::openai_chat::response::call_id;

/// More calls than anyone makes at once (OpenAI offers 128 tools), so that looking for one takes no time.
const MAX_CALLS: usize = 1024;

/// A tool call, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Call {
    /// `index` of the deltas.
    pub(super) index: Option<u64>,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) kind: Option<ToolKind>,
    /// The arguments so far.
    arguments: String,
    /// How far they are.
    extent: Extent,
    /// Its block has begun.
    pub(super) begun: bool,
}

/// How far an object has been read: each byte is looked at once, however many pieces it comes in.
#[derive(Debug, Default)]
struct Extent {
    /// How many objects and lists are open.
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// It has ended once, or never will.
    is_over: bool,
    /// Whether all there is then is JSON, once somebody has asked.
    is_json: Option<bool>,
}

impl Extent {
    fn go_on(&mut self, piece: &str) {
        for byte in piece.bytes() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' if self.depth > 0 => self.in_string = !self.in_string,
                _ if self.in_string || byte.is_ascii_whitespace() => {}
                // Behind its end, or what is no object: nothing makes that right again.
                _ if self.is_over || (self.depth == 0 && byte != b'{') => {
                    (self.is_over, self.is_json) = (true, Some(false));
                    return;
                }
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth -= 1;
                    self.is_over = self.depth == 0;
                }
                _ => {}
            }
        }
    }
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

    /// A piece of the arguments.
    pub(super) fn go_on(&mut self, piece: &str) {
        self.extent.go_on(piece);
        self.arguments.push_str(piece);
    }

    /// Whether nothing can follow. Text for a custom tool may end anywhere.
    pub(super) fn is_complete(&mut self) -> bool {
        if self.kind == Some(ToolKind::Custom) {
            return true;
        }
        let arguments = &self.arguments;
        let is_json = || chat::json::parse_str(arguments).is_ok();
        self.extent.is_over && *self.extent.is_json.get_or_insert_with(is_json)
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
///
/// `None`: there are more calls than anyone makes.
pub(super) fn place(calls: &mut Vec<Call>, piece: Piece<'_>) -> Option<usize> {
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
    let found = found.filter(|place| calls.get(*place).is_none_or(|call| !is_other(call)));
    found.or_else(|| {
        let place = calls.len();
        calls.push(Call { index: piece.index, ..Call::default() });
        (place < MAX_CALLS).then_some(place)
    })
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
            let place = place(&mut calls, Piece { index, id, name }).unwrap();
            calls[place].id = calls[place].id.take().or(id.map(str::to_owned));
            calls[place].name = calls[place].name.take().or(name.map(str::to_owned));
            places.push(place);
        }
        places
    }

    #[test]
    fn arguments_are_complete_with_their_last_bracket_and_at_no_other_time() {
        for (whole, ends) in [
            (r#"{"a": "}", "b": [{}]} "#, true),
            (r#" {"a": "\"}\\"}"#, true),
            ("{}", true),
            ("{} {}", false),
            ("{}x", false),
            ("{]", false),
            ("{a}", false),
            ("}{", false),
            ("[{}]", false),
            ("\"{}\"", false),
            ("{\"a\": \"é}\"", false),
            ("", false),
        ] {
            for cut in 1..=whole.len().max(1) {
                let mut call = Call::default();
                let mut rest = whole;
                while !rest.is_empty() {
                    let size = (cut..rest.len()).find(|size| rest.is_char_boundary(*size));
                    let (piece, behind) = rest.split_at(size.unwrap_or(rest.len()));
                    call.go_on(piece);
                    let is_last = behind.trim().is_empty();
                    let expected =
                        chat::json::parse_str(&call.arguments).is_ok_and(|it| it.is_object());
                    assert_eq!(call.is_complete(), expected, "{}", call.arguments);
                    assert!(!is_last || expected == ends, "{whole}");
                    rest = behind;
                }
            }
        }
    }

    #[test]
    fn calls_beyond_all_measure_are_refused() {
        let mut calls = Vec::new();
        let mut called = |index| {
            let piece = Piece { index: Some(index), id: Some("a"), name: Some("n") };
            place(&mut calls, piece).is_some()
        };
        assert!((0..1024).all(&mut called));
        assert!(!called(1024));
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
