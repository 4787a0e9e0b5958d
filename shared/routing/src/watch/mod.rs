//! What is known of one target: its answers of the last two minutes and its breaker, as a byte string of fixed
//! size that all workers share. It is read for a request and written for its answer, so latencies stand in it only
//! where the configuration asks for them ([`Keeps`]).

pub(crate) mod bytes;
pub mod histogram;

use crate::config::BreakerConfig;
use crate::decide::Breaker;
use bytes::{add32, add64, put, u16_at, u32_at, u64_at};
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
    pub fn read(owner: u64, keeps: Keeps, bytes: Option<&[u8]>) -> Record {
        Record::of(owner, keeps, bytes.map(<[u8]>::to_vec))
    }

    /// The same of bytes that nobody else needs.
    pub(crate) fn of(owner: u64, keeps: Keeps, bytes: Option<Vec<u8>>) -> Record {
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
        self.add16(LATENCY + window * HISTOGRAM + 2 * bucket(outcome.latency_ms));
        if let Some(first) = outcome.first_token_ms {
            self.add16(FIRST + window * HISTOGRAM + 2 * bucket(first));
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

    fn add16(&mut self, at: usize) {
        let value = u16_at(&self.bytes, at).saturating_add(1);
        put(&mut self.bytes, at, &value.to_le_bytes());
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
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const START: u64 = 1_795_000_000 * SECOND;

    fn fail(record: &mut Record, times: u32, now: u64) -> Option<bool> {
        let config = BreakerConfig::default();
        let mut last = None;
        for _ in 0..times {
            record.add(&Outcome::new(Class::Server, 5), now);
            last = record.judge(false, Class::Server, now, &config).or(last);
        }
        last
    }

    #[test]
    fn what_is_older_than_two_minutes_is_forgotten() {
        let mut record = Record::new(1, Keeps::FirstToken);
        for second in 0..300 {
            record.add(&Outcome::new(Class::Success, 100), START + second * SECOND);
        }
        let now = START + 299 * SECOND;
        assert!((100..=120).contains(&record.answered(now)), "{}", record.answered(now));
        assert_eq!(record.answered(now + 200 * SECOND), 0);
        assert_eq!(record.error_percent(now + 200 * SECOND), None);
    }

    #[test]
    fn numbers_come_out_as_they_went_in() {
        let mut record = Record::new(1, Keeps::FirstToken);
        for n in 0..100 {
            let outcome = Outcome {
                first_token_ms: Some(200),
                output_tokens: Some(90),
                refused: n < 2,
                truncated: n < 3,
                ..Outcome::new(Class::Success, 1_100)
            };
            record.add(&outcome, START);
        }
        record.add(&Outcome::new(Class::RateLimited, 10), START);
        record.add(&Outcome::new(Class::Client, 10), START);
        let record = Record::read(1, Keeps::FirstToken, Some(&record.into_bytes()));
        assert_eq!((record.answered(START), record.count(Class::RateLimited, START)), (102, 1));
        assert_eq!((record.refusals(START), record.truncations(START)), (2, 3));
        assert!((record.tokens_per_second(START).unwrap() - 100.0).abs() < 0.01);
        assert!((1_024..1_152).contains(&record.latency_ms(0.95, START).unwrap()));
        assert!((192..208).contains(&record.first_token_ms(0.5, START).unwrap()));
        assert!((record.error_percent(START).unwrap() - 100.0 / 101.0).abs() < 1e-9);
    }

    #[test]
    fn another_targets_record_is_not_ours() {
        let bytes = Record::new(1, Keeps::FirstToken).into_bytes();
        assert_eq!(
            Record::read(2, Keeps::FirstToken, Some(&bytes)),
            Record::new(2, Keeps::FirstToken)
        );
        assert_eq!(
            Record::read(1, Keeps::FirstToken, Some(b"short")),
            Record::new(1, Keeps::FirstToken)
        );
    }

    #[test]
    fn a_record_keeps_what_is_asked_for_and_loses_nothing_to_another_configuration() {
        let mut record = Record::new(1, Keeps::Counts);
        record.add(&Outcome::new(Class::Success, 100), START);
        assert_eq!((record.answered(START), record.latency_ms(0.5, START)), (1, None));
        let small = record.into_bytes();
        assert!(small.len() < 500, "{}", small.len());
        let mut record = Record::read(1, Keeps::Latency, Some(&small));
        record.add(&Outcome::new(Class::Success, 100), START);
        assert_eq!((record.answered(START), record.first_token_ms(0.5, START)), (2, None));
        assert!(record.latency_ms(0.5, START).is_some());
        let large = record.into_bytes();
        let record = Record::read(1, Keeps::Counts, Some(&large));
        assert_eq!(record.into_bytes(), large);
    }

    #[test]
    fn requests_under_way_are_counted_and_lost_ones_forgotten() {
        let mut record = Record::new(1, Keeps::FirstToken);
        record.start(START);
        record.start(START);
        record.finish(START);
        assert_eq!(record.in_flight(START + 30 * SECOND), 1);
        assert_eq!(record.in_flight(START + 150 * SECOND), 0);
        record.start(START + 150 * SECOND);
        record.finish(START);
        assert_eq!(
            record.in_flight(START + 150 * SECOND),
            1,
            "an end too late takes nobody else's place"
        );
    }

    #[test]
    fn a_breaker_opens_cools_down_probes_and_closes() {
        let config = BreakerConfig::default();
        let mut record = Record::new(1, Keeps::FirstToken);
        assert_eq!(fail(&mut record, 19, START), None, "too few to tell");
        assert_eq!(fail(&mut record, 1, START), Some(true));
        assert_eq!(record.breaker(START + 9 * SECOND, &config), Breaker::Open);
        let now = START + 10 * SECOND;
        assert_eq!(record.breaker(now, &config), Breaker::Probe);
        assert!(
            record.claim_probe(now, &config) && !record.claim_probe(now, &config),
            "one at a time"
        );
        assert_eq!(record.judge(true, Class::Server, now, &config), Some(true));
        assert_eq!(record.breaker(now + 19 * SECOND, &config), Breaker::Open, "twice as long");
        let now = now + 20 * SECOND;
        for left in [2, 1, 0] {
            assert!(record.claim_probe(now, &config));
            let closed = record.judge(true, Class::Success, now, &config);
            assert_eq!(closed, (left == 0).then_some(false));
        }
        assert_eq!(record.breaker(now, &config), Breaker::Closed);
        assert_eq!(record.answered(now), 0, "what was before does not open it again");
    }

    #[test]
    fn a_lost_probe_holds_nobody_up_for_ever() {
        let config = BreakerConfig::default();
        let mut record = Record::new(1, Keeps::FirstToken);
        fail(&mut record, 20, START);
        let now = START + 10 * SECOND;
        assert!(record.claim_probe(now, &config));
        assert_eq!(record.breaker(now + 9 * SECOND, &config), Breaker::Open);
        assert!(record.claim_probe(now + 10 * SECOND, &config));
    }

    #[test]
    fn a_slow_target_trips_too() {
        let config = BreakerConfig { p95_latency_ms: Some(1_000), ..BreakerConfig::default() };
        let mut record = Record::new(1, Keeps::FirstToken);
        for _ in 0..20 {
            record.add(&Outcome::new(Class::Success, 2_000), START);
        }
        assert_eq!(record.judge(false, Class::Success, START, &config), Some(true));
    }
}
