//! What a record tells of the answers it was told of.

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
    let record = Record::read(1, Keeps::FirstToken, Some(record.into_bytes()));
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
    assert_eq!(Record::read(2, Keeps::FirstToken, Some(bytes)), Record::new(2, Keeps::FirstToken));
    assert_eq!(
        Record::read(1, Keeps::FirstToken, Some(b"short".to_vec())),
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
    let mut record = Record::read(1, Keeps::Latency, Some(small));
    record.add(&Outcome::new(Class::Success, 100), START);
    assert_eq!((record.answered(START), record.first_token_ms(0.5, START)), (2, None));
    assert!(record.latency_ms(0.5, START).is_some());
    let large = record.into_bytes();
    let record = Record::read(1, Keeps::Counts, Some(large.clone()));
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
    assert!(record.claim_probe(now, &config) && !record.claim_probe(now, &config), "one at a time");
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
