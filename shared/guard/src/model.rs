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
pub const WORDS: usize = 98_304;
/// Buckets of runs of letters; they stand behind those of words.
const LETTERS: usize = 40_960;
/// How many buckets there are.
pub const BUCKETS: usize = WORDS + LETTERS;
/// Features of words, three a word, of which half of what is asked of short texts is asked.
const FEW: f32 = 48.0;
/// Half a window, in tokens.
pub const CHUNK: usize = 128;

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

    /// The weights of words, and those of letters; none in a model that knows nothing.
    fn of_words(&self) -> Option<&[u8; WORDS]> {
        self.weights.first_chunk()
    }

    fn of_letters(&self) -> Option<&[u8; LETTERS]> {
        self.weights.get(WORDS..)?.first_chunk()
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
}

/// Turns words into features.
#[derive(Debug, Clone, Copy, Default)]
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
        self.before = [hash, last];
        see(bucket(hash, WORDS));
        see(bucket(pair(last, hash), WORDS));
        if one_before != 0 {
            see(bucket(pair(!one_before, hash), WORDS));
        }
    }

    /// Nothing goes on beyond the end of a sentence.
    #[inline]
    fn end(&mut self) {
        self.before = [0; 2];
    }
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

/// Shows the features of letters in `bytes`, four on end whatever stands between, to `see`. `run` holds the last
/// ones.
#[inline]
fn letters(bytes: &[u8], run: &mut u32, mut see: impl FnMut(usize)) {
    let letter = |byte: &u8| LETTER.get(usize::from(*byte)).copied().unwrap_or_default();
    let mut bytes = bytes.iter();
    while *run <= 0xFFFF {
        let Some(byte) = bytes.next() else { return };
        if letter(byte) != 0 {
            *run = *run << 8 | u32::from(letter(byte));
        }
    }
    let mut last = *run;
    for byte in bytes {
        let letter = letter(byte);
        if letter != 0 {
            last = last << 8 | u32::from(letter);
            let hash = last.wrapping_mul(0x9E37_79B1);
            see(bucket(hash ^ (hash >> 15), LETTERS));
        }
    }
    *run = last;
}

/// Where a text's letters stand: how its chunks part it, and the marks outside ASCII, whose bytes are as those
/// of letters.
#[derive(Debug, Default)]
struct Places {
    chunks: Vec<usize>,
    marks: Vec<(usize, usize)>,
}

impl Places {
    fn clear(&mut self) {
        self.chunks.clear();
        self.marks.clear();
    }

    #[inline]
    fn mark(&mut self, token: &Token) {
        if token.end > token.start + 1 {
            self.marks.push((token.start, token.end));
        }
    }

    /// All bytes of letters in a chunk.
    fn parts<'a>(&'a self, text: &'a str, chunk: usize) -> impl Iterator<Item = &'a [u8]> {
        let start = chunk.checked_sub(1).and_then(|before| self.chunks.get(before).copied());
        let end = self.chunks.get(chunk).copied().unwrap_or(text.len());
        let mut at = start.unwrap_or(0);
        let first = self.marks.partition_point(|(mark, _)| *mark < at);
        let marks = self.marks.iter().skip(first).take_while(move |(mark, _)| *mark < end);
        marks.copied().chain([(end, end)]).map(move |(mark, behind)| {
            let part = text.as_bytes().get(at..mark).unwrap_or_default();
            at = behind;
            part
        })
    }
}

/// Features of one kind in one window.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    weights: i32,
    features: i32,
}

impl Sum {
    #[inline]
    fn add(&mut self, weight: i32) {
        self.weights += weight;
        self.features += 1;
    }

    fn plus(self, other: Sum) -> Sum {
        Sum { weights: self.weights + other.weights, features: self.features + other.features }
    }

    fn mean(self) -> f32 {
        self.weights as f32 / (self.features.max(1) as f32).sqrt()
    }
}

/// Which chunk was the last to have each bucket. Chunks are numbered on from text to text, so that nothing
/// must be cleared.
#[derive(Debug)]
struct Seen {
    chunks: Vec<u8>,
    /// The chunk at hand. The one before may be [`FIRST`]; what no chunk had has 0.
    now: u8,
}

/// The number that numbers begin with, again and again.
const FIRST: u8 = 1;

impl Seen {
    fn new(buckets: usize) -> Seen {
        Seen { chunks: vec![0; buckets], now: FIRST }
    }

    /// Begins a text, for which there are numbers enough if it is not very long.
    fn begin(&mut self) {
        if self.now > u8::MAX / 2 {
            self.chunks.fill(0);
            self.now = FIRST;
        }
    }

    /// Begins the next chunk.
    fn go_on(&mut self) {
        if self.now == u8::MAX {
            self.renumber();
        }
        self.now += 1;
    }

    /// Makes the chunk at hand the first, and forgets all others.
    #[cold]
    fn renumber(&mut self) {
        for chunk in &mut self.chunks {
            *chunk = if *chunk == self.now { FIRST } else { 0 };
        }
        self.now = FIRST;
    }
}

/// A chunk that meets features.
struct Chunk<'a, const N: usize> {
    weights: &'a [u8; N],
    seen: &'a mut [u8; N],
    now: u8,
    /// Its features; and those of them that the chunk before had, too.
    all: Sum,
    again: Sum,
}

impl<'a, const N: usize> Chunk<'a, N> {
    /// None if the model knows nothing: features do not matter then.
    fn new(weights: Option<&'a [u8; N]>, seen: &'a mut Seen) -> Option<Chunk<'a, N>> {
        let now = seen.now;
        let seen = seen.chunks.first_chunk_mut()?;
        Some(Chunk { weights: weights?, seen, now, all: Sum::default(), again: Sum::default() })
    }

    /// Meets a feature, which counts once.
    #[inline]
    fn meet(&mut self, feature: usize) {
        let (Some(last), Some(weight)) = (self.seen.get_mut(feature), self.weights.get(feature))
        else {
            return;
        };
        let weight = i32::from(weight.cast_signed());
        // Hardly any is one of these, so that one question will do.
        if *last >= self.now - 1 {
            if *last == self.now {
                return;
            }
            self.again.add(weight);
        }
        *last = self.now;
        self.all.add(weight);
    }

    /// Meets the words of the chunk, and notes its marks.
    fn words(mut self, tokens: &[Token], before: &mut Words, places: &mut Places) -> Self {
        // A copy, which can be held in registers.
        let mut words = *before;
        for token in tokens {
            match token.kind {
                Kind::Word | Kind::Ideograph | Kind::Number => {
                    words.word(token.hash, |feature| self.meet(feature));
                }
                // Marks are no features: they are a corpus's habits, and free to be changed.
                Kind::Mark => places.mark(token),
                Kind::Break => {
                    words.end();
                    places.mark(token);
                }
            }
        }
        *before = words;
        self
    }

    /// Meets the letters of the chunk of that number of `text`.
    fn letters(mut self, text: &str, places: &Places, chunk: usize, run: &mut u32) -> Self {
        for bytes in places.parts(text, chunk) {
            letters(bytes, run, |feature| self.meet(feature));
        }
        self
    }

    /// The features of the chunk, and those that the chunk before did not have.
    fn sums(&self) -> (Sum, Sum) {
        let Chunk { all, again, .. } = self;
        let new =
            Sum { weights: all.weights - again.weights, features: all.features - again.features };
        (*all, new)
    }
}

/// Where words and rules leave no doubt, letters are not asked: log-odds below what is asked about, and from
/// where on a text is an attack in any case. Training teaches words to do alone.
const DOUBT: f32 = 1.7;
const SURE: f32 = 4.0;

/// Scores texts; its tables of what was seen are used again and again.
#[derive(Debug)]
pub(crate) struct Scorer {
    model: Model,
    view: View,
    doubt: std::ops::Range<f32>,
    /// Of words first, and of letters once the text has ended: a chunk that is the first of either asks nothing of the
    /// one before.
    seen: Seen,
    /// The window that begins with the chunk at hand, and the one that goes on in it.
    begun: Sum,
    goes_on: Sum,
    /// Words of the windows that are complete.
    done: Vec<Sum>,
    words: Words,
    places: Places,
}

impl Scorer {
    pub(crate) fn new(model: Model) -> Scorer {
        Scorer {
            seen: Seen::new(WORDS.max(LETTERS)),
            model,
            view: View::Plain,
            doubt: 0.0..SURE,
            begun: Sum::default(),
            goes_on: Sum::default(),
            done: Vec::new(),
            words: Words::default(),
            places: Places::default(),
        }
    }

    /// Letters are to tell whether a text scores more log-odds than this.
    pub(crate) fn asked_about(&mut self, lowest: f32) {
        self.doubt = lowest - DOUBT..SURE;
    }

    /// Letters are asked of every window whose words and rules score in this range.
    #[cfg(feature = "lab")]
    pub(crate) fn doubt(&mut self, doubt: std::ops::Range<f32>) {
        self.doubt = doubt;
    }

    /// Begins a text.
    pub(crate) fn begin(&mut self, view: View) {
        self.seen.begin();
        self.view = view;
        self.begun = Sum::default();
        self.goes_on = Sum::default();
        self.done.clear();
        self.words = Words::default();
        self.places.clear();
    }

    /// How many windows the text had that was ended.
    #[cfg(any(test, feature = "lab"))]
    pub(crate) fn windows(&self) -> usize {
        self.done.len()
    }

    /// The number of the window that begins with the chunk at hand.
    pub(crate) fn window(&self) -> usize {
        self.places.chunks.len()
    }

    /// The tokens of a chunk.
    pub(crate) fn read(&mut self, tokens: &[Token]) {
        let Scorer { model, seen, words, begun, goes_on, places, .. } = self;
        seen.go_on();
        let Some(chunk) = Chunk::new(model.of_words(), seen) else { return };
        let (all, new) = chunk.words(tokens, words, places).sums();
        (*begun, *goes_on) = (all, goes_on.plus(new));
    }

    /// Another chunk begins, at this place of the text.
    pub(crate) fn go_on(&mut self, at: usize) {
        self.end_window();
        self.places.chunks.push(at);
    }

    fn end_window(&mut self) {
        if !self.places.chunks.is_empty() {
            self.done.push(self.goes_on);
        }
        self.goes_on = std::mem::take(&mut self.begun);
    }

    /// Ends the text. Shows the score of every window to `see`, in log-odds, without and with the rules that
    /// were met in it; 0 is the threshold that training chose. `rules` is what they weigh in a window. Where
    /// letters are shuffled, words do alone.
    pub(crate) fn end(
        &mut self,
        text: &str,
        shuffled: bool,
        rules: impl Fn(usize) -> f32,
        mut see: impl FnMut(f32, f32),
    ) {
        // The last chunk alone is no window: the one before covers it.
        self.done.push(if self.places.chunks.is_empty() { self.begun } else { self.goes_on });
        let Model { bias, brevity, scale, views, rules: a_rule, .. } = &self.model;
        let view = if shuffled { View::Shuffled } else { self.view };
        let base = bias + views.get(view as usize).copied().unwrap_or_default();
        let (places, seen, weights) = (&self.places, &mut self.seen, self.model.of_letters());
        let by_words = |window: usize, words: &Sum| {
            let brevity = brevity * FEW / (FEW + words.features as f32);
            (base - brevity + words.mean() * scale, rules(window) * a_rule)
        };
        let all = || self.done.iter().enumerate().map(|(at, words)| by_words(at, words));
        let asks = !shuffled && !all().any(|(score, rules)| score + rules >= self.doubt.end);
        // What letters say of the window that begins with the last chunk that was read, and its last letters.
        let (mut begun, mut run, mut read) = (Sum::default(), 0, 0);
        for (window, (mut score, rules)) in all().enumerate() {
            if asks && score + rules >= self.doubt.start {
                if window + 1 != read {
                    run = last_letters(text, places, window);
                    seen.go_on();
                    if let Some(chunk) = Chunk::new(weights, seen) {
                        (begun, _) = chunk.letters(text, places, window, &mut run).sums();
                    }
                }
                let mut goes_on = begun;
                if window < places.chunks.len() {
                    seen.go_on();
                    if let Some(chunk) = Chunk::new(weights, seen) {
                        let (all, new) = chunk.letters(text, places, window + 1, &mut run).sums();
                        (begun, goes_on) = (all, goes_on.plus(new));
                    }
                }
                read = window + 2;
                score += goes_on.mean() * scale;
            }
            see(score, score + rules);
        }
    }
}

/// The last letters before a chunk.
fn last_letters(text: &str, places: &Places, chunk: usize) -> u32 {
    let mut run = 0;
    if let Some(before) = chunk.checked_sub(1) {
        places.parts(text, before).for_each(|bytes| letters(bytes, &mut run, |_| ()));
    }
    run
}

/// The features of every window of a text, for training: sorted, each once.
#[cfg(feature = "lab")]
pub fn windows(text: &str) -> Vec<Vec<u32>> {
    let text = crate::fold::fold(text).text;
    let mut chunks: Vec<Vec<u32>> = vec![Vec::new()];
    let (mut words, mut places, mut count) = (Words::default(), Places::default(), 0);
    crate::token::tokens(&text, |token| {
        if count == CHUNK {
            places.chunks.push(token.start);
            chunks.push(Vec::new());
            count = 0;
        }
        count += 1;
        if matches!(token.kind, Kind::Mark | Kind::Break) {
            places.mark(&token);
        }
        match (token.kind, chunks.last_mut()) {
            (Kind::Word | Kind::Ideograph | Kind::Number, Some(chunk)) => {
                words.word(token.hash, |feature| chunk.push(feature as u32));
            }
            (Kind::Break, _) => words.end(),
            _ => {}
        }
    });
    let mut run = 0;
    for (at, chunk) in chunks.iter_mut().enumerate() {
        for bytes in places.parts(&text, at) {
            letters(bytes, &mut run, |feature| chunk.push((WORDS + feature) as u32));
        }
    }
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
mod tests;
