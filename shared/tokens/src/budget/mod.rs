//! Budgets: how much of something a key may use in a window of time.
//!
//! What a request will use is reserved before it leaves, and settled when its real usage is known, in the window in
//! which it was reserved. A reservation is granted only if it fits whole, by compare-and-swap on what all workers of
//! an Envoy share, so that a limit cannot be oversold; only what a request uses beyond its own reservation can pass
//! it.

mod book;
mod page;
mod window;

use std::cell::Cell;

use chat::fnv;

pub(crate) use book::{Book, Change, Found, Held};
use page::Account;
pub use window::Period;
use window::Window;

/// A limit for each key.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    /// Its name.
    pub(crate) name: String,
    /// What its accounts are known by, whatever the configuration holds beside it: its name, what it counts and the
    /// length of its window.
    mark: u64,
    /// The most that a key may use in a window.
    pub(crate) limit: u64,
    period: Period,
    /// The window slides: what was used in the one before counts by the share that is still in sight.
    sliding: bool,
    /// The window of the last moment that was asked for.
    last: Cell<Option<Window>>,
}

/// What a key has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    /// How much.
    pub(crate) amount: u64,
    /// Nanoseconds until all of it is there again.
    pub(crate) reset: u64,
}

/// What a request wants of a budget, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stake {
    /// How much it wants; when it was asked for, how much is reserved.
    pub(crate) amount: u64,
    /// It is taken even if it does not fit.
    force: bool,
    /// The window it was asked for in.
    window: u64,
    /// What came of it, if nothing before it stood in the way.
    pub(crate) outcome: Option<Outcome>,
}

/// What came of a wish to reserve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was reserved.
    Granted(Left),
    /// It does not fit now. How long to wait, if waiting can help.
    Refused(Left, Option<u64>),
}

impl Stake {
    pub(crate) fn new(amount: u64, force: bool) -> Stake {
        Stake { amount, force, window: 0, outcome: None }
    }

    /// Whether the request may not go on.
    fn is_refused(&self) -> bool {
        !self.force && matches!(self.outcome, Some(Outcome::Refused(..)))
    }
}

impl Budget {
    /// `counts` is what it counts: the same name for something else is another budget.
    pub(crate) fn new(
        name: &str,
        counts: &str,
        limit: u64,
        period: Period,
        sliding: bool,
    ) -> Budget {
        let mark = period.mark(key([name, counts]));
        Budget { name: name.to_owned(), mark, limit, period, sliding, last: Cell::default() }
    }

    fn window(&self, now: u64) -> Window {
        let last = self.last.get().filter(|window| window.holds(now));
        let window = last.unwrap_or_else(|| self.period.window(now));
        self.last.set(Some(window));
        window
    }

    /// What an account has left.
    fn left(&self, account: Account, window: Window, now: u64) -> Left {
        let used = account.used.saturating_add(self.seen(account.before, window, now));
        self.left_of(used, window, now)
    }

    /// Takes what is wanted from an account if it fits; with force in any case, for budgets that only flag.
    fn take(&self, account: &mut Account, stake: &mut Stake, window: Window, now: u64) {
        let used = account.used.saturating_add(self.seen(account.before, window, now));
        let after = used.saturating_add(stake.amount);
        let fits = after <= self.limit;
        stake.window = window.index;
        stake.outcome = Some(if fits {
            Outcome::Granted(self.left_of(after, window, now))
        } else {
            let wait = self.wait(account.used, account.before, stake.amount, window, now);
            Outcome::Refused(self.left_of(used, window, now), wait)
        });
        if fits || stake.force {
            account.used = account.used.saturating_add(stake.amount);
        }
    }

    /// Of what was used in the window before, the share that is in sight.
    fn seen(&self, before: u64, window: Window, now: u64) -> u64 {
        if !self.sliding || before == 0 {
            return 0;
        }
        (u128::from(before) * u128::from(window.rest(now)))
            .div_ceil(u128::from(window.length))
            .try_into()
            .unwrap_or(u64::MAX)
    }

    fn left_of(&self, used: u64, window: Window, now: u64) -> Left {
        let beyond = if self.sliding && used > 0 { window.length } else { 0 };
        Left { amount: self.limit.saturating_sub(used), reset: window.rest(now) + beyond }
    }

    /// Nanoseconds until `amount` fits if nobody else comes. [`None`]: never.
    fn wait(&self, used: u64, before: u64, amount: u64, window: Window, now: u64) -> Option<u64> {
        let room = self.limit.checked_sub(amount)?;
        let rest = window.rest(now);
        if !self.sliding {
            return Some(rest);
        }
        // `of` in sight falls in a line to nothing in the length of a window.
        let until = |of: u64, room: u64| {
            let stays = u128::from(window.length) * u128::from(room) / u128::from(of.max(1));
            window.length.saturating_sub(stays.try_into().unwrap_or(u64::MAX))
        };
        match room.checked_sub(used) {
            Some(room) => Some(until(before, room).saturating_sub(window.length - rest)),
            None => Some(rest + until(used, room)),
        }
    }
}

/// A hash of what a key is made of. The parts' lengths keep `ab`, `c` apart from `a`, `bc`.
pub(crate) fn key(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> u64 {
    let hash = parts.into_iter().fold(fnv::BASIS, |hash, part| {
        let part = part.as_ref();
        let hash = fnv::hash((part.len() as u64).to_le_bytes(), hash);
        fnv::hash(part.iter().copied(), hash)
    });
    // The low bits name the page.
    hash ^ hash >> 29
}

#[cfg(test)]
mod tests;
