//! A linear model over hashed words and letters: one signed byte for each bucket.
//!
//! Words, pairs of words and pairs with one word between say what a text says. Runs of letters, counted across
//! the borders of words, say it even where words are glued, cut or bent. A text is read in windows of [`CHUNK`]
//! × 2 tokens that overlap by half, and each is judged by itself: a long harmless text around an attack does not
//! hide it, and a long text is no attack for its length. Within a window a feature counts once; the sum of words
//! and that of letters are each divided by the root of their number, so that bent letters do not thin out what
//! the words say. Of few words more is asked, since they prove less. The view that a text was read in is a
//! feature of its own.

use crate::token::{Kind, Token, pair};
use crate::view::View;

/// Buckets of words and pairs of words.
pub const WORDS: usize = 204_800;
/// Buckets of runs of letters; they stand behind those of words.
const LETTERS: usize = 90_112;
/// How many buckets there are.
pub const BUCKETS: usize = WORDS + LETTERS;
/// Features of words, three a word, of which half of what is asked of short texts is asked.
const FEW: f32 = 48.0;
/// Half a window, in tokens.
pub const CHUNK: u32 = 128;

/// The weights that `cargo run -p xtask -- train-guard` wrote: [`Model::to_bytes`].
static TRAINED: &[u8] = include_bytes!("../weights/guard.bin");

/// Begins the file of weights.
const MAGIC: [u8; 4] = *b"TGG2";
/// The numbers behind it: scale, bias, brevity, what rules count, and one for each view.
const NUMBERS: usize = 4 + View::COUNT;

/// A linear model.
#[derive(Debug, Clone)]
pub struct Model {
    weights: std::borrow::Cow<'static, [u8]>,
    scale: f32,
    bias: f32,
    brevity: f32,
    rules: f32,
    views: [f32; View::COUNT],
}

/// A model before its weights are made bytes.
#[derive(Debug, Clone)]
pub struct Weights {
    /// One for each bucket.
    pub buckets: Vec<f32>,
    /// One for each view that a text may be read in.
    pub views: [f32; View::COUNT],
    /// Added to every score.
    pub bias: f32,
    /// Taken from the score of a text without words; of long ones little is taken.
    pub brevity: f32,
    /// What a rule's weight is multiplied with.
    pub rules: f32,
}

impl Model {
    /// The model that is built in.
    pub fn trained() -> Model {
        Model::parse(TRAINED).unwrap_or_else(Model::none)
    }

    /// A model that knows nothing: rules decide alone, one that is strong by itself, others by two.
    pub fn none() -> Model {
        let views = [0.0; View::COUNT];
        Model {
            weights: std::borrow::Cow::Borrowed(&[]),
            scale: 0.0,
            bias: -2.7,
            brevity: 0.0,
            rules: 1.0,
            views,
        }
    }

    /// A model that makes nothing of a text, and of rules what they weigh.
    #[cfg(any(test, feature = "lab"))]
    pub fn neutral() -> Model {
        Model { bias: 0.0, ..Model::none() }
    }

    /// Quantises weights; a text scores `bias + view + Σ words / √words + Σ letters / √letters`, less
    /// what brevity takes.
    pub fn quantised(weights: &Weights) -> Model {
        let largest = weights.buckets.iter().fold(0.0f32, |most, weight| most.max(weight.abs()));
        let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
        let byte = |weight: &f32| ((weight / scale).round() as i8).cast_unsigned();
        Model {
            weights: weights.buckets.iter().map(byte).collect::<Vec<u8>>().into(),
            scale,
            bias: weights.bias,
            brevity: weights.brevity,
            rules: weights.rules,
            views: weights.views,
        }
    }

    /// As [`Model::trained`] reads it: magic, numbers (little-endian), one byte a bucket.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let numbers = [self.scale, self.bias, self.brevity, self.rules];
        let numbers = numbers.into_iter().chain(self.views);
        numbers.for_each(|number| bytes.extend(number.to_le_bytes()));
        bytes.extend(self.weights.iter());
        bytes
    }

    fn parse(bytes: &'static [u8]) -> Option<Model> {
        let rest = bytes.strip_prefix(&MAGIC)?;
        let (numbers, weights) = rest.split_at_checked(NUMBERS * 4)?;
        let (numbers, _) = numbers.as_chunks::<4>();
        let mut numbers = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes));
        let mut next = || numbers.next();
        let (scale, bias, brevity, rules) = (next()?, next()?, next()?, next()?);
        let mut views = [0.0; View::COUNT];
        views.iter_mut().zip(numbers).for_each(|(view, number)| *view = number);
        let fits = weights.len() == BUCKETS;
        fits.then_some(Model { weights: weights.into(), scale, bias, brevity, rules, views })
    }

    /// What a rule's weight is multiplied with.
    pub(crate) fn rules(&self) -> f32 {
        self.rules
    }
}

/// Turns words into features.
#[derive(Debug, Default)]
struct Words {
    /// The words before, the last one first.
    before: [u32; 2],
}

/// A hash, spread over so many buckets.
#[inline]
fn bucket(hash: u32, buckets: usize) -> usize {
    ((u64::from(hash) * buckets as u64) >> 32) as usize
}

impl Words {
    /// Shows the features of the next word to `see`.
    #[inline]
    fn word(&mut self, hash: u32, mut see: impl FnMut(usize)) {
        let [last, one_before] = self.before;
        see(bucket(hash, WORDS));
        see(bucket(pair(last, hash), WORDS));
        if one_before != 0 {
            see(bucket(pair(!one_before, hash), WORDS));
        }
        self.before = [hash, last];
    }

    /// Nothing goes on beyond the end of a sentence.
    #[inline]
    fn end(&mut self) {
        self.before = [0; 2];
    }
}

/// The letters of a text without what stands between, four at a time.
#[derive(Debug, Default)]
struct Letters {
    /// The last four.
    run: u32,
    /// How far the text was read.
    at: usize,
}

/// ASCII letters in lower case, and of letters outside ASCII the last bytes: the first ones only tell the
/// script. 0 for all else.
static LETTER: [u8; 256] = letter_bytes();

#[expect(clippy::indexing_slicing, reason = "evaluated when it is compiled")]
const fn letter_bytes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            letter @ (b'A'..=b'Z' | b'a'..=b'z') => letter | 0x20,
            last @ 0x80..=0xBF => last,
            _ => 0,
        };
        byte += 1;
    }
    table
}

impl Letters {
    /// Shows the features of the letters up to `end` to `see`.
    #[inline]
    fn read(&mut self, text: &str, end: usize, mut see: impl FnMut(usize)) {
        let bytes = text.as_bytes().get(self.at..end).unwrap_or_default();
        self.at = end;
        let mut run = self.run;
        for byte in bytes {
            let letter = u32::from(LETTER.get(usize::from(*byte)).copied().unwrap_or_default());
            if letter == 0 {
                continue;
            }
            run = run << 8 | letter;
            if run > 0xFF_FFFF {
                let hash = run.wrapping_mul(0x9E37_79B1);
                see(bucket(hash ^ (hash >> 15), LETTERS));
            }
        }
        self.run = run;
    }
}

/// Whether a token's bytes are letters' though it has none: a mark outside ASCII.
#[inline]
fn is_no_letter(token: &Token) -> bool {
    matches!(token.kind, Kind::Mark | Kind::Break) && token.end > token.start + 1
}

/// Features of one kind in one window.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    weights: i32,
    features: i32,
}

impl Sum {
    fn mean(self) -> f32 {
        self.weights as f32 / (self.features.max(1) as f32).sqrt()
    }
}

/// The sums of one window.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    words: Sum,
    letters: Sum,
}

/// Weights, and which of them the chunk at hand and the one before had: each cell is a weight behind the number
/// of the last chunk that had it, since one access is cheaper than two.
#[derive(Debug)]
struct Cells(Vec<u32>);

/// The bits of a cell's weight.
const WEIGHT: u32 = 0xFF;

impl Cells {
    /// Meets a feature in a chunk, whose number stands above the weight's bits. It counts for the window that
    /// begins with the chunk if the chunk did not have it, for the one that goes on if the one before did not
    /// have it either.
    #[inline]
    fn meet(&mut self, feature: usize, chunk: u32, begun: &mut Sum, goes_on: &mut Sum) {
        let Some(cell) = self.0.get_mut(feature) else { return };
        let before = *cell ^ chunk;
        if before <= WEIGHT {
            return;
        }
        let byte = *cell & WEIGHT;
        let weight = i32::from((byte as u8).cast_signed());
        // All bits of it if the chunk before did not have the feature.
        let new = if (*cell ^ (chunk - WEIGHT - 1)) > WEIGHT { -1 } else { 0 };
        *cell = chunk | byte;
        begun.weights += weight;
        begun.features += 1;
        goes_on.weights += weight & new;
        goes_on.features -= new;
    }
}

/// Scores texts; its table of what was seen is used again and again.
#[derive(Debug)]
pub(crate) struct Scorer {
    model: Model,
    view: View,
    of_words: Cells,
    of_letters: Cells,
    /// The number of the chunk at hand, above the bits of weights.
    chunk: u32,
    tokens: u32,
    /// The window that begins with the chunk at hand, and the one that goes on in it.
    begun: Window,
    goes_on: Window,
    /// Chunks before the one at hand.
    chunks: usize,
    /// Windows that are complete.
    done: Vec<Window>,
    words: Words,
    letters: Letters,
}

/// The number of a text's first chunk, if nothing was seen before.
const FIRST: u32 = 2 * (WEIGHT + 1);

impl Scorer {
    pub(crate) fn new(model: Model) -> Scorer {
        let mut weights = model.weights.iter().map(|byte| u32::from(*byte)).collect::<Vec<u32>>();
        weights.resize(BUCKETS, 0);
        let letters = weights.split_off(WORDS);
        Scorer {
            model,
            view: View::Plain,
            of_words: Cells(weights),
            of_letters: Cells(letters),
            chunk: FIRST,
            tokens: 0,
            begun: Window::default(),
            goes_on: Window::default(),
            chunks: 0,
            done: Vec::new(),
            words: Words::default(),
            letters: Letters::default(),
        }
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// Begins a text.
    pub(crate) fn begin(&mut self, view: View) {
        // Two on: nothing of the last text may look like the chunk before this one.
        self.next_number(2);
        self.view = view;
        self.tokens = 0;
        self.begun = Window::default();
        self.goes_on = Window::default();
        self.chunks = 0;
        self.done.clear();
        self.words = Words::default();
        self.letters = Letters::default();
    }

    fn next_number(&mut self, on: u32) {
        match self.chunk.checked_add(on * (WEIGHT + 1)) {
            Some(number) => self.chunk = number,
            // Once in millions of chunks a window counts a few features twice.
            None => {
                let cells = self.of_words.0.iter_mut().chain(&mut self.of_letters.0);
                cells.for_each(|cell| *cell &= WEIGHT);
                self.chunk = FIRST;
            }
        }
    }

    /// How many windows the text had that was ended.
    #[cfg(feature = "lab")]
    pub(crate) fn windows(&self) -> usize {
        self.done.len()
    }

    /// The number of the window that begins with the chunk at hand.
    pub(crate) fn window(&self) -> usize {
        self.chunks
    }

    #[inline]
    pub(crate) fn token(&mut self, text: &str, token: &Token) {
        if self.tokens == CHUNK {
            self.end_chunk(text, token.start);
        }
        self.tokens += 1;
        // Marks and line ends are no features: they are a corpus's habits, and free to be changed.
        match token.kind {
            Kind::Word | Kind::Ideograph | Kind::Number => return self.word(token.hash),
            Kind::Break => self.words.end(),
            Kind::Mark => {}
        }
        if is_no_letter(token) {
            self.read_letters(text, token.start);
            self.letters.at = token.end;
        }
    }

    #[inline]
    fn word(&mut self, hash: u32) {
        let Scorer { of_words, words, chunk, begun, goes_on, .. } = self;
        let (chunk, mut one, mut other) = (*chunk, begun.words, goes_on.words);
        words.word(hash, |feature| of_words.meet(feature, chunk, &mut one, &mut other));
        (begun.words, goes_on.words) = (one, other);
    }

    fn read_letters(&mut self, text: &str, end: usize) {
        let Scorer { of_letters, letters, chunk, begun, goes_on, .. } = self;
        let (chunk, mut one, mut other) = (*chunk, begun.letters, goes_on.letters);
        letters.read(text, end, |feature| of_letters.meet(feature, chunk, &mut one, &mut other));
        (begun.letters, goes_on.letters) = (one, other);
    }

    fn end_chunk(&mut self, text: &str, at: usize) {
        self.read_letters(text, at);
        self.tokens = 0;
        self.next_number(1);
        if self.chunks > 0 {
            self.done.push(self.goes_on);
        }
        self.chunks += 1;
        self.goes_on = std::mem::take(&mut self.begun);
    }

    /// Ends the text. The score of every window, in log-odds; 0 is the threshold that training chose. The last
    /// chunk alone is no window: the one before covers it.
    pub(crate) fn end(&mut self, text: &str) -> impl Iterator<Item = f32> {
        self.read_letters(text, text.len());
        self.done.push(if self.chunks > 0 { self.goes_on } else { self.begun });
        let Model { bias, brevity, scale, views, .. } = &self.model;
        let base = bias + views.get(self.view as usize).copied().unwrap_or_default();
        self.done.iter().map(move |window| {
            let brevity = brevity * FEW / (FEW + window.words.features as f32);
            base - brevity + (window.words.mean() + window.letters.mean()) * scale
        })
    }
}

/// The features of every window of a text, for training: sorted, each once.
#[cfg(feature = "lab")]
pub fn windows(text: &str) -> Vec<Vec<u32>> {
    let text = crate::fold::fold(text).text;
    let mut chunks: Vec<Vec<u32>> = vec![Vec::new()];
    let (mut words, mut letters, mut count) = (Words::default(), Letters::default(), 0);
    let read = |letters: &mut Letters, end, chunks: &mut Vec<Vec<u32>>| {
        if let Some(chunk) = chunks.last_mut() {
            letters.read(&text, end, |feature| chunk.push((WORDS + feature) as u32));
        }
    };
    crate::token::tokens(&text, |token| {
        if count == CHUNK {
            read(&mut letters, token.start, &mut chunks);
            chunks.push(Vec::new());
            count = 0;
        }
        count += 1;
        match (token.kind, chunks.last_mut()) {
            (Kind::Word | Kind::Ideograph | Kind::Number, Some(chunk)) => {
                words.word(token.hash, |feature| chunk.push(feature as u32));
            }
            (Kind::Break, _) => words.end(),
            _ => {}
        }
        if is_no_letter(&token) {
            read(&mut letters, token.start, &mut chunks);
            letters.at = token.end;
        }
    });
    read(&mut letters, text.len(), &mut chunks);
    let united = |parts: &[Vec<u32>]| {
        let mut all = parts.concat();
        all.sort_unstable();
        all.dedup();
        all
    };
    match chunks.len() {
        1 => vec![united(&chunks)],
        _ => chunks.windows(2).map(united).collect(),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_weights_can_be_read_and_written() {
        let model = Model::trained();
        assert_eq!(model.weights.len(), BUCKETS);
        assert!(model.to_bytes() == TRAINED && TRAINED.len() <= 300_000);
    }

    #[test]
    fn a_long_text_is_as_many_windows_as_it_has_halves_less_one() {
        let mut scorer = Scorer::new(Model::neutral());
        for (words, windows) in [(0, 1), (128, 1), (129, 1), (257, 2), (640, 4)] {
            scorer.begin(View::Plain);
            let text = "word ".repeat(words);
            crate::token::tokens(&text, |token| scorer.token(&text, &token));
            assert_eq!(scorer.end(&text).count(), windows, "{words}");
        }
    }
}
