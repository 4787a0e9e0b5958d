//! How many tokens a text has by OpenAI's public encodings, equal to tiktoken-rs on every text.
//!
//! A text is split into pieces (`split.rs`), and each piece merged (`merge.rs`) by the vocabulary, which lies in the
//! module in the form it is used in (`vocabulary.rs`): nothing is built at the start. Time is linear in the text
//! and memory bounded, whatever the text. [`rough`] estimates without a vocabulary.
//!
//! Deliberately not here: which model has which encoding, and what a request costs beside its texts (`tokens`);
//! the tokens themselves, which nobody here needs.

#![cfg_attr(not(feature = "all"), allow(dead_code, reason = "encodings may be left out"))]

mod classes;
mod hash;
mod merge;
mod rough;
mod special;
mod split;
mod vocabulary;

use merge::Scratch;
pub use rough::rough;
use special::Special;
use split::Split;
use vocabulary::Vocabulary;

/// An encoding.
#[derive(Debug)]
pub struct Encoding {
    /// Its name in tiktoken.
    pub name: &'static str,
    split: Split,
    vocabulary: &'static Vocabulary,
    special: Special,
}

macro_rules! vocabularies {
    ($($feature:literal $table:ident $file:literal;)*) => {
        $(
            #[cfg(feature = $feature)]
            static $table: Vocabulary =
                Vocabulary::new(include_bytes!(concat!(env!("OUT_DIR"), "/", $file)));
        )*
    };
}

vocabularies! {
    "cl100k" CL100K "cl100k.bin";
    "o200k" O200K "o200k.bin";
    "p50k" P50K "p50k.bin";
    "r50k" R50K "r50k.bin";
}

/// The encodings that this build carries, by name.
pub static ENCODINGS: &[Encoding] = &[
    #[cfg(feature = "cl100k")]
    Encoding {
        name: "cl100k_base",
        split: Split::Cl100k,
        vocabulary: &CL100K,
        special: special::CL100K,
    },
    #[cfg(feature = "o200k")]
    Encoding {
        name: "o200k_base",
        split: Split::O200k,
        vocabulary: &O200K,
        special: special::O200K,
    },
    #[cfg(feature = "o200k")]
    Encoding {
        name: "o200k_harmony",
        split: Split::O200k,
        vocabulary: &O200K,
        special: special::HARMONY,
    },
    #[cfg(feature = "p50k")]
    Encoding {
        name: "p50k_base",
        split: Split::R50k,
        vocabulary: &P50K,
        special: special::TEXT_END,
    },
    #[cfg(feature = "p50k")]
    Encoding { name: "p50k_edit", split: Split::R50k, vocabulary: &P50K, special: special::EDIT },
    #[cfg(feature = "r50k")]
    Encoding {
        name: "r50k_base",
        split: Split::R50k,
        vocabulary: &R50K,
        special: special::TEXT_END,
    },
];

/// What can be told of a text's tokens without counting them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Not fewer than these.
    pub lower: usize,
    /// Not more than these.
    pub upper: usize,
}

/// Tokens by the script of the piece they are in: ASCII, Latin with accents, Chinese, Japanese and Korean, others.
pub type Scripts = [usize; 4];

impl Encoding {
    /// The encoding of that name, if this build carries it.
    pub fn by_name(name: &str) -> Option<&'static Encoding> {
        ENCODINGS.iter().find(|encoding| encoding.name == name)
    }

    /// The tokens of a text, all of it taken as text: tiktoken's `encode_ordinary`.
    pub fn count(&self, text: &str) -> usize {
        self.count_up_to(text, usize::MAX)
    }

    /// The tokens of a text; once they are more than `limit`, so many as were counted by then.
    pub fn count_up_to(&self, text: &str, limit: usize) -> usize {
        let mut count = 0;
        self.each_piece(text, |_, tokens| {
            count += tokens;
            count <= limit
        });
        count
    }

    /// The tokens of a text by script, for estimates.
    pub fn count_by_script(&self, text: &str) -> Scripts {
        let mut scripts = Scripts::default();
        self.each_piece(text, |piece, tokens| {
            if let Some(count) = scripts.get_mut(classes::script(piece)) {
                *count += tokens;
            }
            true
        });
        scripts
    }

    /// Shows each piece and its number of tokens, as long as `go_on` says so.
    #[inline]
    fn each_piece(&self, text: &str, mut go_on: impl FnMut(&[u8], usize) -> bool) {
        let bytes = text.as_bytes();
        let mut scratch = Scratch::default();
        let mut at = 0;
        while at < bytes.len() {
            let end = self.split.end(bytes, at);
            let piece = bytes.get(at..end).unwrap_or_default();
            if !go_on(piece, merge::count(self.vocabulary, piece, &mut scratch)) {
                return;
            }
            at = end;
        }
    }

    /// The tokens of a text, special tokens read as such: tiktoken's `encode_with_special_tokens`.
    pub fn count_with_special(&self, text: &str) -> usize {
        let mut rest = text;
        let mut count = 0;
        while let Some((start, end)) = self.special.find(rest) {
            count += 1 + self.count(rest.get(..start).unwrap_or_default());
            rest = rest.get(end..).unwrap_or_default();
        }
        count + self.count(rest)
    }

    /// Bounds that cost nothing: no token is empty, and none is longer than the longest.
    pub fn bounds(&self, bytes: usize) -> Bounds {
        Bounds { lower: bytes.div_ceil(self.vocabulary.longest()), upper: bytes }
    }

    /// A lower bound that costs a fraction of a count: no token spans two pieces.
    pub fn pieces(&self, text: &str) -> usize {
        let bytes = text.as_bytes();
        let (mut count, mut at) = (0, 0);
        while at < bytes.len() {
            at = self.split.end(bytes, at);
            count += 1;
        }
        count
    }
}
