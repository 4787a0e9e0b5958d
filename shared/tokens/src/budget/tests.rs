//! Budgets over a store.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use stage::store::{Entry, Memory};

use super::*;

const SECOND: u64 = 1_000_000_000;
/// The beginning of a minute.
const START: u64 = 1_700_000_040 * SECOND;

fn budget(limit: u64, sliding: bool) -> Budget {
    Budget { name: "b".to_owned(), limit, period: Period::Minute, sliding, buckets: 64 }
}

fn reserve(budget: &Budget, store: &Memory, amount: u64, now: u64) -> Outcome {
    budget.reserve(store, budget.find(store, 1), amount, now, false)
}

fn left(budget: &Budget, store: &Memory, key: u64, now: u64) -> Left {
    budget.left(&budget.find(store, key), now)
}

fn granted(outcome: Outcome) -> Reservation {
    match outcome {
        Outcome::Granted(reservation, _) => reservation,
        Outcome::Refused(..) => panic!("{outcome:?}"),
    }
}

#[test]
fn what_fits_is_granted_to_the_last_token() {
    let (budget, store) = (budget(100, false), Memory::default());
    granted(reserve(&budget, &store, 60, START));
    let refused = reserve(&budget, &store, 41, START + 10 * SECOND);
    assert_eq!(
        refused,
        Outcome::Refused(Left { amount: 40, reset: 50 * SECOND }, Some(50 * SECOND))
    );
    granted(reserve(&budget, &store, 40, START + 20 * SECOND));
    assert_eq!(left(&budget, &store, 1, START + 20 * SECOND).amount, 0);
    assert_eq!(left(&budget, &store, 2, START).amount, 100, "another key has its own");
    granted(reserve(&budget, &store, 100, START + 60 * SECOND));
}

#[test]
fn what_was_not_used_is_given_back_and_what_was_more_is_taken() {
    let (budget, store) = (budget(100, false), Memory::default());
    let first = granted(reserve(&budget, &store, 80, START));
    assert!(budget.settle(&store, first, 30, START + SECOND));
    assert_eq!(left(&budget, &store, 1, START + SECOND).amount, 70);
    let second = granted(reserve(&budget, &store, 70, START + SECOND));
    assert!(budget.settle(&store, second, 90, START + 2 * SECOND));
    assert_eq!(left(&budget, &store, 1, START + 2 * SECOND).amount, 0);
    assert!(matches!(reserve(&budget, &store, 1, START + 3 * SECOND), Outcome::Refused(..)));
}

#[test]
fn a_settlement_belongs_to_the_window_of_its_reservation() {
    let (budget, store) = (budget(100, false), Memory::default());
    let old = granted(reserve(&budget, &store, 80, START));
    granted(reserve(&budget, &store, 50, START + 60 * SECOND));
    assert!(budget.settle(&store, old, 0, START + 61 * SECOND));
    assert_eq!(left(&budget, &store, 1, START + 61 * SECOND).amount, 50);
}

#[test]
fn a_sliding_window_lets_go_bit_by_bit() {
    let (budget, store) = (budget(100, true), Memory::default());
    granted(reserve(&budget, &store, 100, START + 30 * SECOND));
    let Outcome::Refused(_, Some(wait)) = reserve(&budget, &store, 50, START + 60 * SECOND) else {
        panic!("all of it is still in sight")
    };
    assert_eq!(wait, 30 * SECOND);
    assert!(matches!(reserve(&budget, &store, 50, START + 89 * SECOND), Outcome::Refused(..)));
    granted(reserve(&budget, &store, 50, START + 60 * SECOND + wait));
    let Outcome::Refused(_, Some(wait)) = reserve(&budget, &store, 100, START + 91 * SECOND) else {
        panic!("half of it is in sight")
    };
    granted(reserve(&budget, &store, 100, START + 91 * SECOND + wait));
}

#[test]
fn what_is_more_than_the_limit_never_fits() {
    let store = Memory::default();
    for sliding in [false, true] {
        let outcome = reserve(&budget(100, sliding), &store, 101, START);
        assert!(matches!(outcome, Outcome::Refused(_, None)), "{outcome:?}");
    }
    let huge = reserve(&budget(u64::MAX, true), &store, u64::MAX, START);
    assert!(matches!(huge, Outcome::Granted(..)));
}

#[test]
fn waiting_as_long_as_told_always_helps() {
    // Small numbers, all combinations: the promise of `retry-after`.
    for sliding in [false, true] {
        for (before, used, amount) in
            (0..=10).flat_map(|b| (0..=10).flat_map(move |u| (1..=10).map(move |a| (b, u, a))))
        {
            let (budget, store) = (budget(10, sliding), Memory::default());
            budget.reserve(&store, budget.find(&store, 1), before, START, true);
            budget.reserve(&store, budget.find(&store, 1), used, START + 60 * SECOND, true);
            let now = START + 77 * SECOND;
            if let Outcome::Refused(_, wait) = reserve(&budget, &store, amount, now) {
                let later = now + wait.unwrap();
                let outcome = reserve(&budget, &store, amount, later);
                assert!(
                    matches!(outcome, Outcome::Granted(..)),
                    "{sliding} {before} {used} {amount}"
                );
            }
        }
    }
}

#[test]
fn keys_do_not_run_into_each_other() {
    let of = |parts: &[&str]| key(parts.iter().map(|part| part.as_bytes()));
    assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
    assert_ne!(of(&["a", ""]), of(&["a"]));
    assert_eq!(of(&["a"]), of(&["a"]));
}

/// Others are always quicker.
#[derive(Debug)]
struct Contended(Memory);

impl Store for Contended {
    fn get(&self, key: &str) -> Option<Entry> {
        self.0.get(key)
    }

    fn set(&self, _: &str, _: &[u8], _: Option<u32>) -> bool {
        false
    }
}

#[test]
fn where_nothing_can_be_reserved_nothing_is_granted() {
    let (budget, store) = (budget(100, false), Contended(Memory::default()));
    let outcome = budget.reserve(&store, budget.find(&store, 1), 1, START, false);
    assert_eq!(outcome, Outcome::Refused(Left { amount: 0, reset: 60 * SECOND }, Some(1)));
}
