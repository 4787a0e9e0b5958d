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

/// Turns tokens into features.
#[derive(Debug, Default)]
pub(crate) struct Features {
    /// The words before, the last one first.
    before: [u32; 2],
    /// The last four letters, whatever stood between them.
    letters: u32,
}

/// A hash, spread over so many buckets.
#[inline]
fn bucket(hash: u32, buckets: usize) -> u32 {
    ((u64::from(hash) * buckets as u64) >> 32) as u32
}

impl Features {
    /// Shows the features of the next token to `see`.
    #[inline]
    pub(crate) fn of(&mut self, text: &str, token: &Token, mut see: impl FnMut(u32)) {
        match token.kind {
            // Marks and line ends are no features: they are a corpus's habits, and free to be changed.
            Kind::Break => self.before = [0; 2],
            Kind::Mark => {}
            Kind::Number => self.word(token.hash, &mut see),
            Kind::Word | Kind::Ideograph => {
                self.word(token.hash, &mut see);
                let bytes = text.as_bytes().get(token.start..token.end).unwrap_or_default();
                bytes.iter().for_each(|byte| self.letter(*byte, &mut see));
            }
        }
    }

    #[inline]
    fn word(&mut self, hash: u32, see: &mut impl FnMut(u32)) {
        let [last, one_before] = self.before;
        see(bucket(hash, WORDS));
        see(bucket(pair(last, hash), WORDS));
        if one_before != 0 {
            see(bucket(pair(!one_before, hash), WORDS));
        }
        self.before = [hash, last];
    }

    /// Of letters outside ASCII the last bytes count: the first ones only tell the script.
    #[inline]
    fn letter(&mut self, byte: u8, see: &mut impl FnMut(u32)) {
        let letter = match byte {
            b'A'..=b'Z' | b'a'..=b'z' => byte | 0x20,
            0x80..=0xBF => byte,
            _ => return,
        };
        self.letters = self.letters << 8 | u32::from(letter);
        if self.letters > 0xFF_FFFF {
            let hash = self.letters.wrapping_mul(0x9E37_79B1);
            see(WORDS as u32 + bucket(hash ^ (hash >> 15), LETTERS));
        }
    }
}

/// Features of one kind in one window.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    weights: i32,
    features: u32,
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

impl Window {
    #[inline]
    fn add(&mut self, feature: u32, weight: i32) {
        let sum = if (feature as usize) < WORDS { &mut self.words } else { &mut self.letters };
        sum.weights += weight;
        sum.features += 1;
    }
}

/// Scores texts; its table of what was seen is used again and again.
#[derive(Debug)]
pub(crate) struct Scorer {
    model: Model,
    view: View,
    /// For each bucket the number of the last chunk that had it.
    seen: Vec<u16>,
    chunk: u16,
    tokens: u32,
    /// The window that begins with the chunk at hand, and the one that goes on in it.
    begun: Window,
    goes_on: Option<Window>,
    /// Those before.
    done: Vec<Window>,
    features: Features,
}

impl Scorer {
    pub(crate) fn new(model: Model) -> Scorer {
        Scorer {
            model,
            view: View::Plain,
            seen: vec![0; BUCKETS],
            chunk: 1,
            tokens: 0,
            begun: Window::default(),
            goes_on: None,
            done: Vec::new(),
            features: Features::default(),
        }
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// Begins a text.
    pub(crate) fn begin(&mut self, view: View) {
        // Two on: nothing of the last text may look like the chunk before this one.
        self.chunk = self.chunk.saturating_add(2);
        if self.chunk > u16::MAX - 4 {
            self.forget();
        }
        self.view = view;
        self.tokens = 0;
        self.begun = Window::default();
        self.goes_on = None;
        self.done.clear();
        self.features = Features::default();
    }

    fn forget(&mut self) {
        self.seen.fill(0);
        self.chunk = 3;
    }

    /// The number of the window that begins with the chunk at hand.
    pub(crate) fn window(&self) -> usize {
        self.done.len() + usize::from(self.goes_on.is_some())
    }

    #[inline]
    pub(crate) fn token(&mut self, text: &str, token: &Token) {
        if self.tokens == CHUNK {
            self.next_chunk();
        }
        self.tokens += 1;
        let Scorer { model, seen, chunk, begun, goes_on, features, .. } = self;
        let weights: &[u8] = &model.weights;
        features.of(text, token, |feature| {
            let Some(last) = seen.get_mut(feature as usize) else { return };
            if *last == *chunk {
                return;
            }
            let before = *last == *chunk - 1;
            *last = *chunk;
            let byte = weights.get(feature as usize).copied().unwrap_or_default();
            let weight = i32::from(byte.cast_signed());
            begun.add(feature, weight);
            // What the chunk before had is in its window already.
            if let (Some(window), false) = (goes_on.as_mut(), before) {
                window.add(feature, weight);
            }
        });
    }

    #[cold]
    fn next_chunk(&mut self) {
        self.tokens = 0;
        if self.chunk >= u16::MAX - 4 {
            // Once in millions of tokens, a window counts a few features twice.
            self.forget();
        }
        self.chunk += 1;
        self.done.extend(self.goes_on.take());
        self.goes_on = Some(std::mem::take(&mut self.begun));
    }

    /// The score of every window, in log-odds; 0 is the threshold that training chose. The last chunk alone
    /// is no window: the one before covers it.
    pub(crate) fn scores(&self) -> impl Iterator<Item = f32> {
        let last = self.goes_on.unwrap_or(self.begun);
        let view = self.model.views.get(self.view as usize).copied().unwrap_or_default();
        let base = self.model.bias + view;
        self.done.iter().copied().chain(Some(last)).map(move |window| {
            let brevity = self.model.brevity * FEW / (FEW + window.words.features as f32);
            base - brevity + (window.words.mean() + window.letters.mean()) * self.model.scale
        })
    }
}

/// The features of every window of a text, for training: sorted, each once.
#[cfg(feature = "lab")]
pub fn windows(text: &str) -> Vec<Vec<u32>> {
    let text = crate::fold::fold(text).text;
    let mut chunks: Vec<Vec<u32>> = vec![Vec::new()];
    let (mut features, mut count) = (Features::default(), 0);
    crate::token::tokens(&text, |token| {
        if count == CHUNK {
            chunks.push(Vec::new());
            count = 0;
        }
        count += 1;
        if let Some(chunk) = chunks.last_mut() {
            features.of(&text, &token, |feature| chunk.push(feature));
        }
    });
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
            assert_eq!(scorer.scores().count(), windows, "{words}");
        }
    }
}
