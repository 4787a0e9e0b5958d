//! A cheap look at whether a text can meet any of a list of regular expressions.
//!
//! Whatever meets `(?i)\bproject nightingale\b` holds `project ` in upper or lower case. Of each expression such
//! pieces are found once; a text is searched for all of them at the same time, and only one that holds a piece is
//! shown to the engine, which takes two thousand instructions a byte; this takes four. An expression of which nothing long enough must stand in the text (`\d{3}-\d{4}`) is asked of every text.

use chat::bytes::{BLOCK, Set, beyond_ascii, block_at};
use regex_syntax::hir::{Class, Hir, HirKind};

/// The fewest bytes of a piece, and the most that are of use.
const SHORTEST: usize = 3;
const LONGEST: usize = 8;
/// How many bytes of a piece are looked up, if all pieces are so long.
const GRAM: usize = 4;
/// How far it is from one block that is looked at to the next: each gram lies in one of them, and strides go on.
const STEP: usize = BLOCK - GRAM;
const EVERY_FOURTH: u64 = 0x1111_1111_1111_1111;
/// The most characters of a class, and the most spellings of a piece, that are told apart.
const CLASS: usize = 6;
const SPELLINGS: usize = 64;

/// What a list of expressions asks of a text.
#[derive(Debug, Default)]
pub(crate) struct Screen(Option<Pieces>);

impl Screen {
    /// A screen for these expressions, which are those of the `regex` crate without options.
    pub(crate) fn of<'a>(patterns: impl Iterator<Item = &'a str>) -> Screen {
        let pieces = |pattern: &str| pieces(&regex_syntax::parse(pattern).ok()?);
        let all: Option<Vec<Choice>> = patterns.map(pieces).collect();
        Screen(all.map(|all| Pieces::new(all.into_iter().flat_map(|one| one.spellings).collect())))
    }

    /// Whether a text may meet one of them; if not, it surely meets none.
    pub(crate) fn lets(&self, text: &str) -> bool {
        self.0.as_ref().is_none_or(|pieces| pieces.stand_in(text.as_bytes()))
    }
}

/// As bytes are compared: letters of ASCII in lower case, and all others the same wherever they stand.
fn folded(byte: u8) -> u8 {
    byte | 0x20
}

/// Pieces of expressions, folded, and what of them is looked up.
#[derive(Debug)]
struct Pieces {
    pieces: Vec<Vec<u8>>,
    /// In order of their bytes.
    grams: Vec<Gram>,
    /// How many bytes a gram has, and in each of them the bit that makes capitals small.
    gram: usize,
    mask: u32,
    /// The first bytes of grams and the last ones, in both cases; and whether there are any that are not ASCII.
    bytes: [Set; 2],
    beyond: bool,
    /// Whether pieces are so long that each, wherever it stands, holds four bytes that begin at a multiple of
    /// four: then only those are looked up, at a quarter of the cost.
    strides: bool,
    /// A bit for the hash of each gram, and how far hashes are shifted to find it.
    bits: Vec<u32>,
    shift: u32,
}

/// Some bytes of a piece that are looked up.
#[derive(Debug)]
struct Gram {
    bytes: u32,
    /// Where they stand in the piece.
    offset: usize,
    piece: usize,
}

impl Pieces {
    fn new(mut pieces: Vec<Vec<u8>>) -> Pieces {
        pieces.sort_unstable();
        pieces.dedup();
        let shortest = pieces.iter().map(Vec::len).min().unwrap_or(LONGEST);
        let (gram, strides) = (shortest.min(GRAM), shortest >= 2 * GRAM - 1);
        let offsets = if strides { GRAM } else { 1 };
        let all = pieces.iter().enumerate().flat_map(|(piece, bytes)| {
            let all = bytes.windows(gram).take(offsets).enumerate();
            all.map(move |(offset, bytes)| Gram { bytes: number(bytes), offset, piece })
        });
        let mut grams: Vec<Gram> = all.collect();
        grams.sort_unstable_by_key(|gram| gram.bytes);
        // One bit in sixteen, so that hardly anything else is looked at.
        let size = (grams.len() * 16).next_power_of_two().clamp(1 << 10, 1 << 16);
        let (mut bits, shift) = (vec![0; size / 32], 32 - size.ilog2());
        for gram in &grams {
            let hash = hash(gram.bytes, shift);
            if let Some(bits) = bits.get_mut(hash / 32) {
                *bits |= 1 << (hash % 32);
            }
        }
        let mask = 0x2020_2020 >> (8 * (GRAM - gram) as u32);
        let set = |shift: usize| {
            let bytes = grams.iter().map(|one| (one.bytes >> (8 * shift)) as u8);
            bytes.fold(Set::new(), |set, byte| set.with_all(&[byte, byte & !0x20]))
        };
        let bytes = [set(gram - 1), set(0)];
        let beyond = pieces.iter().any(|piece| !piece.is_ascii());
        Pieces { pieces, grams, gram, mask, bytes, beyond, strides, bits, shift }
    }

    fn stand_in(&self, text: &[u8]) -> bool {
        let every = if self.strides { EVERY_FOURTH } else { u64::MAX };
        let ends = u64::MAX >> (BLOCK - STEP);
        (0..text.len()).step_by(STEP).any(|begin| {
            let block = block_at(text, begin);
            let beyond = if self.beyond { beyond_ascii(&block) } else { 0 };
            let [first, last] = Set::find_each(&self.bytes, &block).map(|found| found | beyond);
            let mut places = every & ends & first & last >> (self.gram - 1);
            while places != 0 {
                let at = begin + places.trailing_zeros() as usize;
                places &= places - 1;
                let bytes =
                    text.get(at..at + self.gram).map_or(0, |bytes| number(bytes) | self.mask);
                if self.has(bytes) && self.one_stands(text, at, bytes) {
                    return true;
                }
            }
            false
        })
    }

    /// Whether these bytes may be a gram.
    #[inline]
    fn has(&self, bytes: u32) -> bool {
        let hash = hash(bytes, self.shift);
        self.bits.get(hash / 32).is_some_and(|bits| bits >> (hash % 32) & 1 == 1)
    }

    /// Whether a piece stands in a text around a gram at `at`.
    #[cold]
    fn one_stands(&self, text: &[u8], at: usize, bytes: u32) -> bool {
        let first = self.grams.partition_point(|gram| gram.bytes < bytes);
        let mut alike = self.grams.iter().skip(first).take_while(|gram| gram.bytes == bytes);
        alike.any(|gram| {
            let piece = self.pieces.get(gram.piece).map(Vec::as_slice).unwrap_or_default();
            let from = at.checked_sub(gram.offset).and_then(|start| text.get(start..));
            let near = from.and_then(|from| from.get(..piece.len())).unwrap_or_default();
            near.len() == piece.len() && near.iter().copied().map(folded).eq(piece.iter().copied())
        })
    }
}

/// Up to four bytes as a number.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |all, byte| all << 8 | u32::from(*byte))
}

fn hash(bytes: u32, shift: u32) -> usize {
    (bytes.wrapping_mul(0x9E37_79B1) >> shift) as usize
}

/// A piece in all its spellings, one of which stands in whatever meets an expression.
#[derive(Debug)]
struct Choice {
    spellings: Vec<Vec<u8>>,
    /// How seldom it stands in other texts.
    rarity: u32,
}

/// The rarest piece of an expression, if there is one.
fn pieces(hir: &Hir) -> Option<Choice> {
    let mut search = Search::default();
    search.walk(hir);
    search.end_run();
    search.best
}

/// Looks for the rarest piece.
#[derive(Debug, Default)]
struct Search {
    /// What stands on end: for each character or byte its spellings.
    run: Vec<Vec<Vec<u8>>>,
    best: Option<Choice>,
}

impl Search {
    fn walk(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => {
                self.run.extend(literal.0.iter().map(|byte| vec![vec![folded(*byte)]]));
            }
            HirKind::Class(class) => match spellings(class) {
                Some(spellings) => self.run.push(spellings),
                None => self.end_run(),
            },
            HirKind::Capture(capture) => self.walk(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.walk(part)),
            HirKind::Repetition(repetition) => {
                self.end_run();
                if repetition.min > 0 {
                    self.walk(&repetition.sub);
                    self.end_run();
                }
            }
            HirKind::Alternation(branches) => {
                self.end_run();
                let all: Option<Vec<Choice>> = branches.iter().map(pieces).collect();
                if let Some(all) = all {
                    let rarity = all.iter().map(|choice| choice.rarity).min().unwrap_or_default();
                    let spellings = all.into_iter().flat_map(|choice| choice.spellings).collect();
                    self.offer(Choice { spellings, rarity });
                }
            }
        }
    }

    /// Nothing goes on what stands before: the best of its pieces is a candidate.
    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        for start in 0..run.len() {
            let mut spellings = vec![Vec::new()];
            for next in run.iter().skip(start) {
                let long = spellings.iter().all(|spelling: &Vec<u8>| spelling.len() >= LONGEST);
                if long || spellings.len() * next.len() > SPELLINGS {
                    break;
                }
                let longer = |spelling: &Vec<u8>| {
                    let spelling = spelling.clone();
                    next.iter().map(move |next| [spelling.as_slice(), next].concat())
                };
                spellings = spellings.iter().flat_map(longer).collect();
            }
            spellings.iter_mut().for_each(|spelling| spelling.truncate(LONGEST));
            if spellings.iter().all(|spelling| spelling.len() >= SHORTEST) {
                let rarities = spellings.iter().map(|spelling| rarity(spelling));
                let rarity = rarities.min().unwrap_or_default();
                self.offer(Choice { spellings, rarity });
            }
        }
    }

    fn offer(&mut self, choice: Choice) {
        if self.best.as_ref().is_none_or(|best| best.rarity < choice.rarity) {
            self.best = Some(choice);
        }
    }
}

/// The spellings of a class of few characters, folded.
fn spellings(class: &Class) -> Option<Vec<Vec<u8>>> {
    let mut spellings: Vec<Vec<u8>> = match class {
        Class::Unicode(class) => {
            let chars = class.iter().flat_map(|range| range.start()..=range.end());
            chars.take(CLASS + 1).map(|c| c.to_string().into_bytes()).collect()
        }
        Class::Bytes(class) => {
            let bytes = class.iter().flat_map(|range| range.start()..=range.end());
            bytes.take(CLASS + 1).map(|byte| vec![byte]).collect()
        }
    };
    if spellings.is_empty() || spellings.len() > CLASS {
        return None;
    }
    spellings.iter_mut().flatten().for_each(|byte| *byte = folded(*byte));
    spellings.sort_unstable();
    spellings.dedup();
    Some(spellings)
}

/// Letters of English, the most frequent first.
static FREQUENT: &[u8] = b" etaoinsrhldcumfpgwybvkxjqz";
/// What other bytes are taken for.
const OTHER: usize = 12;

/// How seldom a piece stands in a text; longer ones stand there less often.
fn rarity(piece: &[u8]) -> u32 {
    let one = |byte: &u8| FREQUENT.iter().position(|one| one == byte).unwrap_or(OTHER) as u32 + 4;
    piece.iter().map(one).sum()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn lets(pattern: &str, text: &str) -> bool {
        Screen::of([pattern].into_iter()).lets(text)
    }

    #[test]
    fn what_an_expression_must_hold_is_looked_for() {
        for (pattern, met, unmet) in [
            (
                r"(?i)\bproject nightingale\b",
                "Of PROJECT Nightingale",
                "projects of a night in Gale",
            ),
            (r"\d+ (apples|pears)", "3 pears", "3 peas"),
            ("(?:abcd){2,}x?", "abcdabcd", "abc"),
            (r"(?i)passwort|密码", "das PASSWORT", "密 码"),
            (r"a\.b\.c", "a.b.c", "a.b-c"),
            ("(?i)müller", "MÜLLER", "mULER"),
            ("[Ff]oo[bB]ar", "a FooBar", "a foo bar"),
        ] {
            assert!(lets(pattern, met), "{pattern}");
            assert!(!lets(pattern, unmet), "{pattern}");
        }
    }

    #[test]
    fn what_must_hold_nothing_is_always_asked() {
        for pattern in [r"\d{3}-\d{4}", "ab", "(abcd)?", "abcd|e", "", "[a-z]{9}", "("] {
            assert!(lets(pattern, ""), "{pattern}");
        }
        assert!(!Screen::of(std::iter::empty()).lets("anything"));
    }

    #[test]
    fn a_piece_is_found_wherever_it_stands() {
        for pattern in ["nighting", "nightin", "night", "nig"] {
            for before in 0..2 * BLOCK {
                let text = format!("{}{pattern}", "x".repeat(before));
                assert!(lets(pattern, &text), "{text}");
                assert!(!lets(pattern, text.strip_suffix(char::is_alphabetic).unwrap()), "{text}");
            }
        }
    }

    #[test]
    fn letters_of_other_alphabets_that_are_the_same_in_another_case_are_not_missed() {
        for text in ["\u{212A}isses", "kis\u{17F}es", "KI\u{17F}SES"] {
            assert!(lets("(?i)kisses", text), "{text}");
        }
    }

    /// The engine finds nothing in a text that the screen holds back.
    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn nothing_is_held_back_that_the_engine_would_find() {
        use proptest::prelude::*;

        let atoms = prop_oneof![
            "[aAbBkKsSé .]{1,9}".prop_map(|text| regex::escape(&text)),
            Just("(?i:kas)".to_owned()),
            Just("[abs]".to_owned()),
            Just("[^a]".to_owned()),
            Just(r"\b".to_owned()),
            Just("(?i:Sé|bas|ÉKS)".to_owned()),
        ];
        let pattern = atoms.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
                proptest::collection::vec(inner.clone(), 1..4)
                    .prop_map(|parts| format!("(?:{})", parts.join("|"))),
                (inner, prop_oneof![Just("*"), Just("+"), Just("{2}"), Just("?")])
                    .prop_map(|(one, times)| format!("(?:{one}){times}")),
            ]
        });
        let patterns = proptest::collection::vec((any::<bool>(), pattern), 1..3);
        proptest!(ProptestConfig::with_cases(200), |(patterns in patterns, text in "[aAbBkKsSéÉſK .]{0,24}")| {
            let flag = |(any_case, pattern)| {
                if any_case { format!("(?i){pattern}") } else { pattern }
            };
            let patterns: Vec<String> = patterns.into_iter().map(flag).collect();
            let met = regex::RegexSet::new(&patterns).unwrap().is_match(&text);
            let screen = Screen::of(patterns.iter().map(String::as_str));
            prop_assert!(!met || screen.lets(&text), "{patterns:?} {text:?}");
        });
    }
}
