//! What is known of one target: its answers of the last two minutes and its breaker, as a byte string of fixed
//! size that all workers share. It is read for a request and written for its answer, so latencies stand in it only
//! where the configuration asks for them ([`Keeps`]).

pub(crate) mod bytes;
pub mod histogram;

use crate::config::BreakerConfig;
use crate::decide::Breaker;
use bytes::{add16, add32, add64, put, u16_at, u32_at, u64_at};
use histogram::{BUCKETS, bucket, quantile};

/// How long a window is, in nanoseconds.
const WINDOW: u64 = 20_000_000_000;
/// How many windows are kept.
const WINDOWS: usize = 6;

const OWNER: usize = 0;
const OPEN_UNTIL: usize = 8;
const PROBE_AT: usize = 16;
const PROBES_WELL: usize = 24;
const OPENINGS: usize = 28;
const HEAD: usize = 32;

/// Behind the head: what is counted in each window.
const COUNTS: usize = 64;
// Places within those.
const EPOCH: usize = 0;
const STARTED: usize = 4;
const ENDED: usize = 8;
const ANSWERED: usize = 12;
/// One count for each [`Class`].
const CLASSES: usize = 16;
const REFUSALS: usize = 40;
const TRUNCATIONS: usize = 44;
const TOKENS: usize = 48;
const TOKENS_MS: usize = 56;

/// Behind the counts: latencies of each window, then those to the first byte.
const HISTOGRAM: usize = 2 * BUCKETS;
const LATENCY: usize = HEAD + WINDOWS * COUNTS;
const FIRST: usize = LATENCY + WINDOWS * HISTOGRAM;

/// What is kept of targets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keeps {
    /// Nothing: no decision hangs on it, so there are no records.
    #[default]
    Nothing,
    /// What was counted.
    Counts,
    /// How long answers took.
    Latency,
    /// And how long until their first byte.
    FirstToken,
}

impl Keeps {
    /// So many bytes a record has then.
    fn size(self) -> usize {
        match self {
            Keeps::Nothing | Keeps::Counts => LATENCY,
            Keeps::Latency => FIRST,
            Keeps::FirstToken => FIRST + WINDOWS * HISTOGRAM,
        }
    }

    const ALL: [Keeps; 3] = [Keeps::Counts, Keeps::Latency, Keeps::FirstToken];
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Well.
    Success,
    /// The request was refused: a 4xx that is not the target's fault. Neither good nor bad.
    Client,
    /// 429.
    RateLimited,
    /// 503, 529.
    Overloaded,
    /// 408, 504, or no answer at all.
    Timeout,
    /// Any other 5xx, or an answer by another target after this one failed.
    Server,
}

impl Class {
    /// All classes with their names in metrics.
    pub const ALL: [(Class, &'static str); 6] = [
        (Class::Success, "success"),
        (Class::Client, "client"),
        (Class::RateLimited, "rate_limited"),
        (Class::Overloaded, "overloaded"),
        (Class::Timeout, "timeout"),
        (Class::Server, "server"),
    ];

    /// What a status tells. 0: there was no answer.
    pub fn of(status: u16) -> Class {
        match status {
            0 | 408 | 504 => Class::Timeout,
            429 => Class::RateLimited,
            503 | 529 => Class::Overloaded,
            500.. => Class::Server,
            400.. => Class::Client,
            _ => Class::Success,
        }
    }

    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        Class::ALL.get(self as usize).map_or("", |row| row.1)
    }

    /// Whether the target is to blame.
    pub fn is_error(self) -> bool {
        !matches!(self, Class::Success | Class::Client)
    }

    /// Where it is counted within a window's counts.
    fn place(self) -> usize {
        CLASSES + 4 * self as usize
    }
}

/// One request, answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// How it ended.
    pub class: Class,
    /// From the request to the end of the answer, in milliseconds.
    pub latency_ms: u64,
    /// From the request to the first byte of the answer's body, in milliseconds.
    pub first_token_ms: Option<u64>,
    /// Output tokens, if the answer says so.
    pub output_tokens: Option<u64>,
    /// What it cost, in US dollars, if that is known.
    pub usd: Option<f64>,
    /// The model declined.
    pub refused: bool,
    /// The answer was cut at its limit.
    pub truncated: bool,
}

impl Outcome {
    /// An answer of which nothing more is known.
    pub fn new(class: Class, latency_ms: u64) -> Outcome {
        Outcome {
            class,
            latency_ms,
            first_token_ms: None,
            output_tokens: None,
            usd: None,
            refused: false,
            truncated: false,
        }
    }
}

impl Outcome {
    /// Output tokens per second, if both are known.
    pub fn tokens_per_second(&self) -> Option<u64> {
        let tokens = self.output_tokens?;
        tokens.checked_mul(1_000)?.checked_div(self.generating_ms())
    }

    /// From the first byte to the end; all of it where the answer came at once.
    fn generating_ms(&self) -> u64 {
        match self.first_token_ms {
            Some(first) if first < self.latency_ms => self.latency_ms - first,
            _ => self.latency_ms,
        }
    }
}

/// What is known of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    bytes: Vec<u8>,
}

impl Record {
    /// An empty record of the target with this hash of its name.
    pub fn new(owner: u64, keeps: Keeps) -> Record {
        let mut bytes = vec![0; keeps.size()];
        put(&mut bytes, OWNER, &owner.to_le_bytes());
        Record { bytes }
    }

    /// The record that the workers share; an empty one if it is another target's or none. If another configuration
    /// kept more in it than this one would, it stays there; if less, it is counted from here on.
    pub fn read(owner: u64, keeps: Keeps, bytes: Option<Vec<u8>>) -> Record {
        let known = |bytes: &Vec<u8>| {
            Keeps::ALL.iter().any(|keeps| keeps.size() == bytes.len())
                && u64_at(bytes, OWNER) == owner
        };
        let Some(mut bytes) = bytes.filter(known) else { return Record::new(owner, keeps) };
        if bytes.len() < keeps.size() {
            bytes.resize(keeps.size(), 0);
        }
        Record { bytes }
    }

    /// The bytes to share.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A request was sent.
    pub fn start(&mut self, now: u64) {
        let window = self.window(now);
        if let Some(counts) = self.counts_mut(window) {
            add32(counts, STARTED, 1);
        }
    }

    /// A request that was sent at `started` is over.
    pub fn finish(&mut self, started: u64) {
        let (window, epoch) = place(started);
        // If its window is gone, its start is forgotten as well.
        if let Some(counts) = self.counts_mut(window)
            && u32_at(counts, EPOCH) == epoch
        {
            add32(counts, ENDED, 1);
        }
    }

    /// A request was answered.
    pub fn add(&mut self, outcome: &Outcome, now: u64) {
        let window = self.window(now);
        let Some(counts) = self.counts_mut(window) else { return };
        add32(counts, ANSWERED, 1);
        add32(counts, outcome.class.place(), 1);
        add32(counts, REFUSALS, outcome.refused.into());
        add32(counts, TRUNCATIONS, outcome.truncated.into());
        if outcome.class != Class::Success {
            return;
        }
        if let Some(tokens) = outcome.output_tokens {
            add64(counts, TOKENS, tokens);
            add64(counts, TOKENS_MS, outcome.generating_ms());
        }
        let place = |of: usize, time_ms: u64| of + window * HISTOGRAM + 2 * bucket(time_ms);
        add16(&mut self.bytes, place(LATENCY, outcome.latency_ms), 1);
        if let Some(first) = outcome.first_token_ms {
            add16(&mut self.bytes, place(FIRST, first), 1);
        }
    }

    /// How many requests were answered of late.
    pub fn answered(&self, now: u64) -> u32 {
        self.recent(now).answered
    }

    /// How many of them ended in this way.
    pub fn count(&self, class: Class, now: u64) -> u32 {
        self.sum(class.place(), now)
    }

    /// How many the model declined.
    pub fn refusals(&self, now: u64) -> u32 {
        self.sum(REFUSALS, now)
    }

    /// How many answers were cut at their limit.
    pub fn truncations(&self, now: u64) -> u32 {
        self.sum(TRUNCATIONS, now)
    }

    /// The share of errors, in percent; what the client did wrong counts on neither side.
    pub fn error_percent(&self, now: u64) -> Option<f64> {
        self.recent(now).error_percent()
    }

    /// What a breaker goes by, in one look at the windows.
    fn recent(&self, now: u64) -> Recent {
        self.live(now).fold(Recent::default(), |sum, (_, counts)| {
            let of = |class: Class| u32_at(counts, class.place());
            let errors = Class::ALL.iter().filter(|row| row.0.is_error());
            let errors = errors.fold(0, |sum: u32, row| sum.saturating_add(of(row.0)));
            Recent {
                answered: sum.answered.saturating_add(u32_at(counts, ANSWERED)),
                good: sum.good.saturating_add(of(Class::Success)),
                errors: sum.errors.saturating_add(errors),
            }
        })
    }

    /// A quantile of the latency of good answers, in milliseconds.
    pub fn latency_ms(&self, share: f64, now: u64) -> Option<u64> {
        quantile(&self.histogram(LATENCY, now), share)
    }

    /// A quantile of the time to the first byte of the body, in milliseconds.
    pub fn first_token_ms(&self, share: f64, now: u64) -> Option<u64> {
        quantile(&self.histogram(FIRST, now), share)
    }

    /// Output tokens per second of generation.
    pub fn tokens_per_second(&self, now: u64) -> Option<f64> {
        let sum = |field| -> u64 {
            let windows = self.live(now);
            windows.map(|(_, counts)| u64_at(counts, field)).fold(0, u64::saturating_add)
        };
        let took = sum(TOKENS_MS);
        (took > 0).then(|| sum(TOKENS) as f64 * 1_000.0 / took as f64)
    }

    /// How many requests are under way. One whose end is never told is forgotten with its window.
    pub fn in_flight(&self, now: u64) -> u32 {
        self.sum(STARTED, now).saturating_sub(self.sum(ENDED, now))
    }

    /// Whether the target may be chosen.
    pub fn breaker(&self, now: u64, config: &BreakerConfig) -> Breaker {
        let until = u64_at(&self.bytes, OPEN_UNTIL);
        let probe = u64_at(&self.bytes, PROBE_AT);
        // A probe whose end is never told holds nobody up for longer than the first cool-down.
        let waiting =
            probe != 0 && now < probe.saturating_add(config.cool_down_ms.saturating_mul(1_000_000));
        match until {
            0 => Breaker::Closed,
            _ if now < until || waiting => Breaker::Open,
            _ => Breaker::Probe,
        }
    }

    /// Takes the turn to try the target. False: somebody else has it, or there is nothing to try.
    pub fn claim_probe(&mut self, now: u64, config: &BreakerConfig) -> bool {
        let free = self.breaker(now, config) == Breaker::Probe;
        if free {
            put(&mut self.bytes, PROBE_AT, &now.to_le_bytes());
        }
        free
    }

    /// Opens or closes the breaker after an answer was added. Returns whether it was opened (`true`) or closed
    /// (`false`).
    pub fn judge(
        &mut self,
        probe: bool,
        class: Class,
        now: u64,
        config: &BreakerConfig,
    ) -> Option<bool> {
        let is_open = u64_at(&self.bytes, OPEN_UNTIL) != 0;
        match (is_open, probe) {
            (true, false) => None,
            (true, true) => self.probed(class, now, config),
            (false, _) => {
                let recent = self.recent(now);
                let trips = recent.answered >= config.min_requests
                    && (recent
                        .error_percent()
                        .is_some_and(|percent| percent >= config.error_percent)
                        || config.p95_latency_ms.is_some_and(|most| {
                            self.latency_ms(0.95, now).is_some_and(|latency| latency >= most)
                        }));
                trips.then(|| self.open(now, config))
            }
        }
    }

    fn probed(&mut self, class: Class, now: u64, config: &BreakerConfig) -> Option<bool> {
        put(&mut self.bytes, PROBE_AT, &0u64.to_le_bytes());
        if class.is_error() {
            return Some(self.open(now, config));
        }
        // A request that was at fault itself tells nothing.
        if class == Class::Client {
            return None;
        }
        add32(&mut self.bytes, PROBES_WELL, 1);
        if u32_at(&self.bytes, PROBES_WELL) < config.probes {
            return None;
        }
        // What was counted before would open it again.
        self.bytes.get_mut(OPEN_UNTIL..).unwrap_or_default().fill(0);
        Some(false)
    }

    fn open(&mut self, now: u64, config: &BreakerConfig) -> bool {
        let openings = u32_at(&self.bytes, OPENINGS);
        let cool_down = config.cool_down_ms.saturating_mul(1_000_000) << openings.min(4);
        put(&mut self.bytes, OPEN_UNTIL, &now.saturating_add(cool_down).to_le_bytes());
        put(&mut self.bytes, PROBES_WELL, &0u32.to_le_bytes());
        add32(&mut self.bytes, OPENINGS, 1);
        true
    }

    /// The window of `now`, emptied if it was an older one.
    fn window(&mut self, now: u64) -> usize {
        let (window, epoch) = place(now);
        if let Some(counts) = self.counts_mut(window)
            && u32_at(counts, EPOCH) != epoch
        {
            counts.fill(0);
            put(counts, EPOCH, &epoch.to_le_bytes());
            for of in [LATENCY, FIRST] {
                let from = of + window * HISTOGRAM;
                if let Some(old) = self.bytes.get_mut(from..from + HISTOGRAM) {
                    old.fill(0);
                }
            }
        }
        window
    }

    /// What is counted in a window.
    fn counts_mut(&mut self, window: usize) -> Option<&mut [u8; COUNTS]> {
        self.bytes.get_mut(HEAD + window * COUNTS..)?.first_chunk_mut()
    }

    /// The windows that count at `now`, and what is counted in each.
    fn live(&self, now: u64) -> impl Iterator<Item = (usize, &[u8; COUNTS])> {
        let (_, newest) = place(now);
        let (windows, _) = self.bytes.get(HEAD..LATENCY).unwrap_or_default().as_chunks();
        windows.iter().enumerate().filter(move |(_, counts)| {
            let age = newest.wrapping_sub(u32_at(*counts, EPOCH));
            (age as usize) < WINDOWS
        })
    }

    fn sum(&self, field: usize, now: u64) -> u32 {
        let windows = self.live(now);
        windows.map(|(_, counts)| u32_at(counts, field)).fold(0, u32::saturating_add)
    }

    fn histogram(&self, of: usize, now: u64) -> [u32; BUCKETS] {
        let mut sums = [0; BUCKETS];
        for (window, _) in self.live(now) {
            for (index, sum) in sums.iter_mut().enumerate() {
                let at = of + window * HISTOGRAM + 2 * index;
                *sum += u32::from(u16_at(&self.bytes, at));
            }
        }
        sums
    }
}

/// Answers of late.
#[derive(Debug, Clone, Copy, Default)]
struct Recent {
    answered: u32,
    good: u32,
    errors: u32,
}

impl Recent {
    fn error_percent(self) -> Option<f64> {
        let all = self.errors.saturating_add(self.good);
        (all > 0).then(|| f64::from(self.errors) * 100.0 / f64::from(all))
    }
}

/// A time's window, by its place and by its number since the beginning of time.
fn place(time: u64) -> (usize, u32) {
    let number = time / WINDOW;
    (number as usize % WINDOWS, number as u32)
}

#[cfg(test)]
mod tests;
