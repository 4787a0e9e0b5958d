//! Budgets over a store.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use stage::store::{Entry, Memory, Store};

use super::*;

const SECOND: u64 = 1_000_000_000;
/// The beginning of a minute.
const START: u64 = 1_700_000_040 * SECOND;

fn budget(limit: u64, sliding: bool) -> Budget {
    Budget::new("b", "total", limit, Period::Minute, sliding)
}

fn book(budgets: &[&Budget]) -> Book {
    let mut book = Book::new("k", 64);
    budgets.iter().for_each(|budget| book.keep(budget));
    book
}

/// Asks for stakes of budgets for key 1.
fn ask(store: &dyn Store, wanted: &[(&Budget, Stake)], now: u64) -> Held {
    let budgets: Vec<&Budget> = wanted.iter().map(|wish| wish.0).collect();
    let stakes = wanted.iter().map(|wish| wish.1).collect();
    let book = book(&budgets);
    book.reserve(store, book.find(store, 1), budgets.into_iter(), stakes, now)
}

fn force(budget: &Budget, store: &dyn Store, amount: u64, now: u64) {
    ask(store, &[(budget, Stake::new(amount, true))], now);
}

fn reserve(budget: &Budget, store: &dyn Store, amount: u64, now: u64) -> Outcome {
    ask(store, &[(budget, Stake::new(amount, false))], now).stakes[0].outcome.unwrap()
}

fn left(budget: &Budget, store: &Memory, key: u64, now: u64) -> Left {
    book(&[budget]).find(store, key).left(budget, now)
}

fn granted(budget: &Budget, store: &Memory, amount: u64, now: u64) -> Held {
    let held = ask(store, &[(budget, Stake::new(amount, false))], now);
    assert!(matches!(held.stakes[0].outcome, Some(Outcome::Granted(..))), "{held:?}");
    held
}

fn settle(budget: &Budget, store: &Memory, held: &Held, used: u64, now: u64) -> bool {
    let change = Change::new(budget, held.stakes[0], used, now);
    book(&[budget]).settle(store, held, &Vec::from_iter(change), now)
}

#[test]
fn what_fits_is_granted_to_the_last_token() {
    let (budget, store) = (budget(100, false), Memory::default());
    granted(&budget, &store, 60, START);
    let refused = reserve(&budget, &store, 41, START + 10 * SECOND);
    assert_eq!(
        refused,
        Outcome::Refused(Left { amount: 40, reset: 50 * SECOND }, Some(50 * SECOND))
    );
    granted(&budget, &store, 40, START + 20 * SECOND);
    assert_eq!(left(&budget, &store, 1, START + 20 * SECOND).amount, 0);
    assert_eq!(left(&budget, &store, 2, START).amount, 100, "another key has its own");
    granted(&budget, &store, 100, START + 60 * SECOND);
}

#[test]
fn what_was_not_used_is_given_back_and_what_was_more_is_taken() {
    let (budget, store) = (budget(100, false), Memory::default());
    let first = granted(&budget, &store, 80, START);
    assert!(settle(&budget, &store, &first, 30, START + SECOND));
    assert_eq!(left(&budget, &store, 1, START + SECOND).amount, 70);
    let second = granted(&budget, &store, 70, START + SECOND);
    assert!(settle(&budget, &store, &second, 90, START + 2 * SECOND));
    assert_eq!(left(&budget, &store, 1, START + 2 * SECOND).amount, 0);
    assert!(matches!(reserve(&budget, &store, 1, START + 3 * SECOND), Outcome::Refused(..)));
}

#[test]
fn a_settlement_belongs_to_the_window_of_its_reservation() {
    let (budget, store) = (budget(100, false), Memory::default());
    let old = granted(&budget, &store, 80, START);
    granted(&budget, &store, 50, START + 60 * SECOND);
    assert!(settle(&budget, &store, &old, 0, START + 61 * SECOND));
    assert_eq!(left(&budget, &store, 1, START + 61 * SECOND).amount, 50);
}

#[test]
fn a_sliding_window_lets_go_bit_by_bit() {
    let (budget, store) = (budget(100, true), Memory::default());
    granted(&budget, &store, 100, START + 30 * SECOND);
    let Outcome::Refused(_, Some(wait)) = reserve(&budget, &store, 50, START + 60 * SECOND) else {
        panic!("all of it is still in sight")
    };
    assert_eq!(wait, 30 * SECOND);
    assert!(matches!(reserve(&budget, &store, 50, START + 89 * SECOND), Outcome::Refused(..)));
    granted(&budget, &store, 50, START + 60 * SECOND + wait);
    let Outcome::Refused(_, Some(wait)) = reserve(&budget, &store, 100, START + 91 * SECOND) else {
        panic!("half of it is in sight")
    };
    granted(&budget, &store, 100, START + 91 * SECOND + wait);
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
            force(&budget, &store, before, START);
            force(&budget, &store, used, START + 60 * SECOND);
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
    assert_eq!(of(&["ab", "c"]), 0x7e60_4708_069b_f289, "what is stored under it stays found");
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
    let outcome = reserve(&budget, &store, 1, START);
    assert_eq!(outcome, Outcome::Refused(Left { amount: 0, reset: 60 * SECOND }, Some(1)));
}

/// Somebody else is quicker, so many times: each time one more of a budget of the same key is taken.
#[derive(Debug)]
struct Overtaken<'a> {
    memory: Memory,
    other: &'a Budget,
    times: Cell<u64>,
}

impl Store for Overtaken<'_> {
    fn get(&self, key: &str) -> Option<Entry> {
        self.memory.get(key)
    }

    fn set(&self, key: &str, bytes: &[u8], version: Option<u32>) -> bool {
        if let Some(rest) = self.times.get().checked_sub(1) {
            self.times.set(rest);
            granted(self.other, &self.memory, 1, START);
        }
        self.memory.set(key, bytes, version)
    }
}

fn wish(budget: &Budget, amount: u64) -> (&Budget, Stake) {
    (budget, Stake::new(amount, false))
}

fn amounts(held: &Held) -> Vec<u64> {
    held.stakes.iter().map(|stake| stake.amount).collect()
}

#[test]
fn who_was_too_slow_reserves_in_all_budgets_anew() {
    let tokens = budget(100, true);
    let requests = Budget::new("r", "requests", 9, Period::Hour, false);
    for (others, fits) in [(0, true), (8, true), (9, false)] {
        let store =
            Overtaken { memory: Memory::default(), other: &requests, times: Cell::new(others) };
        let held = ask(&store, &[wish(&tokens, 60), wish(&requests, 1)], START);
        let own = if fits { [60, 1] } else { [0, 0] };
        assert_eq!(amounts(&held), own, "{others}");
        let [first, second] = [0, 1].map(|at| held.stakes[at].outcome.unwrap());
        assert!(matches!(first, Outcome::Granted(Left { amount: 40, .. })), "{first:?}");
        assert_eq!(matches!(second, Outcome::Granted(..)), fits, "{second:?}");
        let used = [&tokens, &requests]
            .map(|budget| budget.limit - left(budget, &store.memory, 1, START).amount);
        assert_eq!(used, [own[0], own[1] + others], "what others took stays, and no more is there");
    }
}

#[test]
fn who_was_too_slow_settles_all_budgets_anew() {
    let (tokens, cost) = (budget(100, false), Budget::new("c", "cost", 500, Period::Month, true));
    let other = Budget::new("o", "total", 50, Period::Minute, false);
    let store = Overtaken { memory: Memory::default(), other: &other, times: Cell::new(0) };
    let held = ask(&store, &[wish(&tokens, 60), wish(&cost, 300)], START);
    store.times.set(3);
    let changes = [(&tokens, 10), (&cost, 20)];
    let changes = [0, 1].map(|at| {
        let (budget, used) = changes[at];
        Change::new(budget, held.stakes[at], used, START + SECOND).unwrap()
    });
    assert!(book(&[&tokens, &cost]).settle(&store, &held, &changes, START + SECOND));
    let left = |budget| left(budget, &store.memory, 1, START + SECOND).amount;
    assert_eq!((left(&tokens), left(&cost), left(&other)), (90, 480, 47));
}

#[test]
fn one_refusal_charges_no_budget_of_the_page() {
    let (wide, narrow) = (budget(100, false), Budget::new("n", "total", 10, Period::Hour, true));
    let store = Memory::default();
    let refused = ask(&store, &[wish(&wide, 11), wish(&narrow, 11)], START);
    assert!(store.get("tollgate.budgets.64.k.1").is_none());
    let flagged = ask(&store, &[wish(&wide, 11), (&narrow, Stake::new(11, true))], START);
    for (held, amount) in [(refused, 0), (flagged, 11)] {
        assert_eq!(amounts(&held), [amount; 2]);
        let [first, second] = [0, 1].map(|at| held.stakes[at].outcome.unwrap());
        assert!(matches!(first, Outcome::Granted(..)), "{first:?}");
        assert!(matches!(second, Outcome::Refused(..)), "{second:?}");
    }
    let left = [&wide, &narrow].map(|budget| left(budget, &store, 1, START).amount);
    assert_eq!(left, [89, 0]);
}

#[test]
fn a_budget_keeps_its_counts_whatever_stands_beside_it() {
    let store = Memory::default();
    let stays = budget(100, false);
    granted(&stays, &store, 60, START);
    // More budgets before it, another limit, a sliding window; and the same name for something else.
    let [first, second] = ["a", "z"].map(|name| Budget::new(name, "total", 7, Period::Day, false));
    let held = ask(&store, &[wish(&first, 7), wish(&stays, 1), wish(&second, 3)], START);
    assert_eq!(amounts(&held), [7, 1, 3]);
    let now = |budget: &Budget| left(budget, &store, 1, START).amount;
    assert_eq!(now(&stays), 39);
    assert_eq!((now(&first), now(&second)), (0, 4));
    assert_eq!(now(&Budget::new("b", "total", 1_000, Period::Minute, true)), 939);
    for other in [
        Budget::new("b", "total", 100, Period::Hour, false),
        Budget::new("b", "prompt", 100, Period::Minute, false),
        Budget::new("c", "total", 100, Period::Minute, false),
    ] {
        assert_eq!(now(&other), 100, "{other:?}");
        granted(&other, &store, 5, START);
        assert_eq!(now(&stays), 39);
    }
}

#[test]
fn windows_of_every_kind_live_on_one_page() {
    let store = Memory::default();
    let all: Vec<Budget> = [Period::Second, Period::Minute, Period::Day, Period::Month]
        .into_iter()
        .flat_map(|period| [false, true].map(|sliding| (period, sliding)))
        .map(|(period, sliding)| {
            let name = if sliding { "sliding" } else { "fixed" };
            Budget::new(name, "total", 100, period, sliding)
        })
        .collect();
    let wishes: Vec<_> = all.iter().map(|budget| wish(budget, 30)).collect();
    let mut store_size = 0;
    for minute in 0..3 {
        let now = START + minute * 60 * SECOND;
        assert_eq!(amounts(&ask(&store, &wishes, now)), [30; 8]);
        let left: Vec<u64> = all.iter().map(|it| left(it, &store, 1, now).amount).collect();
        let long = 70 - 30 * minute;
        // At the beginning of a minute, all of the one before is in sight.
        let sliding = if minute == 0 { 70 } else { 40 };
        assert_eq!(left, [70, 70, 70, sliding, long, long, long, long]);
        let size = store.get("tollgate.budgets.64.k.1").unwrap().bytes.len();
        assert!(minute == 0 || size == store_size, "accounts are used again");
        store_size = size;
    }
}
