//! Special tokens: what stands between the messages of a prompt, never in them.
//!
//! Whoever writes `<|endoftext|>` into a message means these characters, and the API takes them so; a count takes
//! them as text too. Only [`super::Encoding::count_with_special`] reads them as the tokens they look like.

/// The special tokens of an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    /// These texts.
    Listed(&'static [&'static str]),
    /// These, and `<|reserved_N|>` for every N of [`RESERVED`] that none of these takes.
    Harmony(&'static [&'static str]),
}

/// What `r50k_base` and `p50k_base` have.
pub(crate) const TEXT_END: Special = Special::Listed(&["<|endoftext|>"]);
/// What `p50k_edit` has.
pub(crate) const EDIT: Special =
    Special::Listed(&["<|endoftext|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"]);
/// What `cl100k_base` has.
pub(crate) const CL100K: Special = Special::Listed(&[
    "<|endoftext|>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|endofprompt|>",
]);
/// What `o200k_base` has.
pub(crate) const O200K: Special = Special::Listed(&["<|endoftext|>", "<|endofprompt|>"]);
/// What `o200k_harmony` has: <https://developers.openai.com/cookbook/articles/openai-harmony> (read 2026-11-21).
pub(crate) const HARMONY: Special = Special::Harmony(&[
    "<|startoftext|>",
    "<|endoftext|>",
    "<|return|>",
    "<|constrain|>",
    "<|channel|>",
    "<|start|>",
    "<|end|>",
    "<|message|>",
    "<|call|>",
]);

/// Reserved numbers of harmony, and those among them that have a name of their own.
const RESERVED: std::ops::RangeInclusive<u32> = 200_000..=201_087;
const NAMED: [u32; 7] = [200_002, 200_003, 200_005, 200_006, 200_007, 200_008, 200_012];

impl Special {
    /// The first special token in `text`: where it begins and ends.
    pub(crate) fn find(self, text: &str) -> Option<(usize, usize)> {
        let mut from = 0;
        while let Some(found) = text.get(from..).and_then(|rest| rest.find("<|")) {
            let at = from + found;
            if let Some(len) = self.at(text.get(at..).unwrap_or_default()) {
                return Some((at, at + len));
            }
            from = at + 2;
        }
        None
    }

    /// The length of the special token that `text` begins with.
    fn at(self, text: &str) -> Option<usize> {
        let (Special::Listed(names) | Special::Harmony(names)) = self;
        let named = names.iter().find(|name| text.starts_with(**name)).map(|name| name.len());
        named.or_else(|| matches!(self, Special::Harmony(_)).then(|| reserved(text)).flatten())
    }
}

fn reserved(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("<|reserved_")?;
    let digits = rest.get(..6).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    let number: u32 = digits.parse().ok()?;
    let sound = RESERVED.contains(&number) && !NAMED.contains(&number);
    (sound && rest.get(6..8) == Some("|>")).then_some("<|reserved_200000|>".len())
}
