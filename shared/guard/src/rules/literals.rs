//! What rules find by its letters and not by words: template tokens, comments, pictures that carry data.

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A token of a chat template.
    Template,
    /// Orders in a comment or in an element that is not shown.
    Hidden,
    /// A picture whose address has a place for data.
    Beacon,
    /// Questions and answers in one line, the last question open.
    Exchange,
}

impl Found {
    /// The rule it belongs to.
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Found::Template => "forged-template",
            Found::Hidden => "encoded-comment",
            Found::Beacon => "exfiltration-beacon",
            Found::Exchange => "forged-exchange",
        }
    }
}

/// Tokens of chat templates, without their first character `<` or `[`.
pub(crate) static AFTER_ANGLE: &[&str] = &[
    "|im_start|",
    "|im_end|",
    "|im_sep|",
    "|system|",
    "|user|",
    "|assistant|",
    "|end|",
    "|endoftext|",
    "|start_header_id|",
    "|end_header_id|",
    "|eot_id|",
    "|begin_of_text|",
    "|startoftext|",
    "|channel|",
    "|start|",
    "|message|",
    "<sys>>",
    "</sys>>",
    "start_of_turn>",
    "end_of_turn>",
    "｜user｜",
    "｜assistant｜",
    "|start_of_role|",
    "|eom_id|",
    "|return|",
];
pub(crate) static AFTER_BRACKET: &[&str] = &[
    "inst]",
    "/inst]",
    "system_prompt]",
    "/system_prompt]",
    "available_tools]",
    "system](#",
    "assistant](#",
    "user](#",
];

/// How far a comment, a tag or an address is looked at.
const REACH: usize = 400;

/// Looks at marks, in the order of the text. Each kind of long look begins behind the end of the last one,
/// so that no text makes it look at the same bytes again and again.
#[derive(Debug, Default)]
pub(crate) struct Literals {
    comment: usize,
    tag: usize,
    picture: usize,
    invisible: usize,
    exchange: Exchange,
}

/// How far an exchange of `Q:` and `A:` in one line has got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Exchange {
    #[default]
    None,
    Asked,
    Answered,
    /// Asked, answered and asked again, with no answer.
    Open,
}

impl Literals {
    /// What begins with the mark at `at`, if anything does.
    #[inline]
    pub(crate) fn find(&mut self, text: &str, at: usize) -> Option<Found> {
        let bytes = text.as_bytes();
        let rest = || bytes.get(at + 1..).unwrap_or_default();
        match bytes.get(at)? {
            b'<' => self.angle(rest(), at),
            b':' => self.turn(bytes.get(..at).unwrap_or_default()),
            b'[' => self.bracket(rest(), bytes.get(..at).unwrap_or_default(), at),
            _ => None,
        }
    }

    /// A bracket, with what stands behind it and before.
    #[inline(never)]
    fn bracket(&mut self, rest: &[u8], before: &[u8], at: usize) -> Option<Found> {
        if AFTER_BRACKET.iter().any(|token| begins(rest, token)) {
            return Some(Found::Template);
        }
        match before.last() == Some(&b'!') && free(self.picture, at) {
            true => picture(rest, at, &mut self.picture),
            false => None,
        }
    }

    /// What is left open at the end of the text.
    pub(crate) fn finish(&self) -> Option<Found> {
        (self.exchange == Exchange::Open).then_some(Found::Exchange)
    }

    /// A colon, behind `Q` or `A`.
    #[inline(never)]
    fn turn(&mut self, before: &[u8]) -> Option<Found> {
        let (last, before) = before.split_last()?;
        let within = match before.last() {
            None | Some(b'\n' | b'\r') => false,
            Some(b'&' | b'/' | b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9') => return None,
            Some(_) => true,
        };
        self.exchange = match (last.to_ascii_uppercase(), self.exchange, within) {
            (b'Q', Exchange::Answered, true) => Exchange::Open,
            (b'Q', Exchange::Answered | Exchange::None, _) => Exchange::Asked,
            (b'A', Exchange::Asked | Exchange::Open, true) => Exchange::Answered,
            (b'A', ..) => Exchange::None,
            (_, exchange, _) => exchange,
        };
        None
    }

    #[inline(never)]
    fn angle(&mut self, rest: &[u8], at: usize) -> Option<Found> {
        match rest.first()?.to_ascii_lowercase() {
            b'|' | b'<' | b's' | b'e' | 0xEF
                if AFTER_ANGLE.iter().any(|token| begins(rest, token)) =>
            {
                Some(Found::Template)
            }
            b'!' if rest.starts_with(b"!--") && free(self.comment, at) => {
                let inner = reach(rest, b"-->");
                self.comment = at + inner.len();
                orders(inner).then_some(Found::Hidden)
            }
            b'i' if begins(rest, "img ") && free(self.tag, at) => {
                let tag = reach(rest, b">");
                self.tag = at + tag.len();
                carries_data(tag).then_some(Found::Beacon)
            }
            b's' | b'd' | b'p'
                if (begins(rest, "span") || begins(rest, "div") || begins(rest, "p "))
                    && free(self.invisible, at) =>
            {
                let tag = reach(rest, b">");
                let after = rest.get(tag.len()..).unwrap_or_default();
                if !is_invisible(tag) {
                    self.invisible = at + tag.len();
                    return None;
                }
                let inner = reach(after, b"</");
                self.invisible = at + tag.len() + inner.len();
                orders(inner).then_some(Found::Hidden)
            }
            _ => None,
        }
    }
}

/// Whether `at` lies behind what was looked at.
fn free(looked: usize, at: usize) -> bool {
    at >= looked
}

fn begins(rest: &[u8], token: &str) -> bool {
    rest.get(..token.len()).is_some_and(|head| head.eq_ignore_ascii_case(token.as_bytes()))
}

/// `text](address)` behind `![`.
fn picture(rest: &[u8], at: usize, looked: &mut usize) -> Option<Found> {
    let label = reach(rest, b"](");
    *looked = at + label.len();
    let address = rest.get(label.len()..)?.strip_prefix(b"](")?;
    let address = reach(address, b")");
    *looked += address.len();
    (address.starts_with(b"http") && carries_data(address)).then_some(Found::Beacon)
}

/// What stands before `end`, as far as it is looked at.
fn reach<'a>(rest: &'a [u8], end: &[u8]) -> &'a [u8] {
    let near = rest.get(..REACH.min(rest.len())).unwrap_or_default();
    let to = near.windows(end.len()).position(|part| part == end).unwrap_or(near.len());
    near.get(..to).unwrap_or_default()
}

/// Whether an address has a place that somebody shall fill in.
fn carries_data(address: &[u8]) -> bool {
    let Some(query) = address.iter().position(|byte| *byte == b'?') else { return false };
    let query = address.get(query..).unwrap_or_default();
    let placeholder = |open: u8, close: u8| {
        let at = query.iter().position(|byte| *byte == open);
        at.is_some_and(|at| query.get(at + 3..).is_some_and(|rest| rest.contains(&close)))
    };
    placeholder(b'{', b'}') || placeholder(b'[', b']') || placeholder(b'<', b'>')
}

fn is_invisible(tag: &[u8]) -> bool {
    let plain: Vec<u8> =
        tag.iter().filter(|byte| !byte.is_ascii_whitespace()).map(u8::to_ascii_lowercase).collect();
    [
        "display:none",
        "visibility:hidden",
        "font-size:0",
        "opacity:0",
        "color:white",
        "color:#fff",
        "hidden>",
    ]
    .iter()
    .any(|style| contains(&plain, style))
}

/// Whether a hidden text speaks to a model.
fn orders(inner: &[u8]) -> bool {
    let lower = inner.to_ascii_lowercase();
    [
        "assistant",
        "you must",
        "you should",
        "ignore",
        "disregard",
        "instruction",
        "chatgpt",
        "prompt",
        "llm",
        "language model",
    ]
    .iter()
    .any(|word| contains(&lower, word))
}

fn contains(text: &[u8], word: &str) -> bool {
    text.windows(word.len()).any(|part| part == word.as_bytes())
}
