//! A linear model over hashed words: one signed byte for each of 2^18 buckets.
//!
//! A text is read in windows of [`CHUNK`] × 2 tokens that overlap by half, and each is judged by itself: a
//! long harmless text around an attack does not hide it, and a long text is no attack for its length. Within
//! a window a feature counts once, and the sum is divided by the root of their number.

use crate::token::{Kind, Token, pair};

/// Bits of a feature's index.
const BITS: u32 = 18;
/// How many buckets there are.
pub const BUCKETS: usize = 1 << BITS;
/// Half a window, in tokens.
pub const CHUNK: u32 = 128;

/// The weights that `cargo run -p xtask -- train-guard` wrote: [`Model::to_bytes`].
static TRAINED: &[u8] = include_bytes!("../weights/guard.bin");

/// Begins the file of weights.
const MAGIC: [u8; 4] = *b"TGG1";

/// A linear model.
#[derive(Debug, Clone)]
pub struct Model {
    weights: std::borrow::Cow<'static, [u8]>,
    scale: f32,
    bias: f32,
}

impl Model {
    /// The model that is built in.
    pub fn trained() -> Model {
        Model::parse(TRAINED).unwrap_or_else(Model::none)
    }

    /// A model that knows nothing: rules decide alone, one that is strong by itself.
    pub fn none() -> Model {
        Model { weights: std::borrow::Cow::Borrowed(&[]), scale: 0.0, bias: -3.0 }
    }

    /// Quantises weights; a text scores `bias + Σ weight / √features`.
    pub fn quantised(weights: &[f32], bias: f32) -> Model {
        let largest = weights.iter().fold(0.0f32, |most, weight| most.max(weight.abs()));
        let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
        let bytes = weights.iter().map(|weight| ((weight / scale).round() as i8).cast_unsigned());
        Model { weights: bytes.collect::<Vec<u8>>().into(), scale, bias }
    }

    /// As [`Model::trained`] reads it: magic, scale, bias (little-endian), one byte a bucket.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.scale.to_le_bytes());
        bytes.extend(self.bias.to_le_bytes());
        bytes.extend(self.weights.iter());
        bytes
    }

    fn parse(bytes: &'static [u8]) -> Option<Model> {
        let (magic, rest) = bytes.split_first_chunk::<4>()?;
        let (scale, rest) = rest.split_first_chunk::<4>()?;
        let (bias, weights) = rest.split_first_chunk::<4>()?;
        let (scale, bias) = (f32::from_le_bytes(*scale), f32::from_le_bytes(*bias));
        let fits = *magic == MAGIC && weights.len() == BUCKETS;
        fits.then_some(Model { weights: weights.into(), scale, bias })
    }

    #[inline]
    fn weight(&self, feature: u32) -> i32 {
        let byte = self.weights.get(feature as usize).copied().unwrap_or_default();
        i32::from(byte.cast_signed())
    }
}

/// Turns tokens into features.
#[derive(Debug, Default)]
pub(crate) struct Features {
    previous: u32,
}

fn bucket(hash: u32) -> u32 {
    hash >> (32 - BITS)
}

impl Features {
    /// Shows the features of the next token to `see`.
    #[inline]
    pub(crate) fn of(&mut self, token: &Token, mut see: impl FnMut(u32)) {
        match token.kind {
            // Marks and line ends are no features: they are a corpus's habits, and free to be changed.
            Kind::Break => self.previous = 0,
            Kind::Mark => {}
            Kind::Word | Kind::Number | Kind::Ideograph => {
                see(bucket(token.hash));
                see(bucket(pair(self.previous, token.hash)));
                self.previous = token.hash;
            }
        }
    }
}

/// One window's sum.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    sum: i32,
    features: u32,
}

/// Scores texts; its table of what was seen is used again and again.
#[derive(Debug)]
pub(crate) struct Scorer {
    model: Model,
    /// For each bucket the number of the last chunk that had it.
    seen: Vec<u16>,
    chunk: u16,
    tokens: u32,
    windows: Vec<Window>,
    features: Features,
}

impl Scorer {
    pub(crate) fn new(model: Model) -> Scorer {
        Scorer {
            model,
            seen: vec![0; BUCKETS],
            chunk: 1,
            tokens: 0,
            windows: Vec::new(),
            features: Features::default(),
        }
    }

    /// Begins a text.
    pub(crate) fn begin(&mut self) {
        // Two on: nothing of the last text may look like the chunk before this one.
        self.chunk = self.chunk.saturating_add(2);
        if self.chunk > u16::MAX - 4 {
            self.forget();
        }
        self.tokens = 0;
        self.windows.clear();
        self.windows.push(Window::default());
        self.features = Features::default();
    }

    fn forget(&mut self) {
        self.seen.fill(0);
        self.chunk = 3;
    }

    /// The number of the window that begins with the chunk at hand.
    pub(crate) fn window(&self) -> usize {
        self.windows.len().saturating_sub(1)
    }

    #[inline]
    pub(crate) fn token(&mut self, token: &Token) {
        if self.tokens == CHUNK {
            self.next_chunk();
        }
        self.tokens += 1;
        let Scorer { model, seen, chunk, windows, features, .. } = self;
        features.of(token, |feature| note(model, seen, *chunk, windows, feature));
    }

    #[cold]
    fn next_chunk(&mut self) {
        self.tokens = 0;
        if self.chunk >= u16::MAX - 4 {
            // Once in millions of tokens, a window counts a few features twice.
            self.forget();
        }
        self.chunk += 1;
        self.windows.push(Window::default());
    }

    /// The score of every window, in log-odds; 0 is the threshold that training chose. The last chunk alone
    /// is no window: the one before covers it.
    pub(crate) fn scores(&self) -> impl Iterator<Item = f32> {
        let count = self.windows.len().saturating_sub(1).max(1);
        self.windows.iter().take(count).map(|window| {
            let root = (window.features.max(1) as f32).sqrt();
            self.model.bias + window.sum as f32 * self.model.scale / root
        })
    }
}

#[inline]
fn note(model: &Model, seen: &mut [u16], chunk: u16, windows: &mut [Window], feature: u32) {
    let Some(last) = seen.get_mut(feature as usize) else { return };
    if *last == chunk {
        return;
    }
    let before = *last == chunk - 1;
    *last = chunk;
    let weight = model.weight(feature);
    if let [.., window] = windows {
        window.sum += weight;
        window.features += 1;
    }
    // The window that began a chunk ago goes on here.
    if let ([.., window, _], false) = (windows, before) {
        window.sum += weight;
        window.features += 1;
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
            features.of(&token, |feature| chunk.push(feature));
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
