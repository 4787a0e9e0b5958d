//! Budgets: how much of something a key may use in a window of time.
//!
//! What a request will use is reserved before it leaves, and settled when its real usage is known, in the window in
//! which it was reserved. A reservation is granted only if it fits whole, by compare-and-swap on what all workers of
//! an Envoy share, so that a limit cannot be oversold; only what a request uses beyond its own reservation can pass
//! it.

mod bucket;
mod window;

use stage::store::{self, Entry, Store};

use bucket::Bucket;
pub use window::Period;
use window::Window;

/// A limit for each key.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    /// Its name; part of its keys in the store.
    pub(crate) name: String,
    /// The most that a key may use in a window.
    pub(crate) limit: u64,
    /// The window.
    pub(crate) period: Period,
    /// The window slides: what was used in the one before counts by the share that is still in sight.
    pub(crate) sliding: bool,
    /// Buckets in the store.
    pub(crate) buckets: u64,
}

/// What a key has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    /// How much.
    pub(crate) amount: u64,
    /// Nanoseconds until all of it is there again.
    pub(crate) reset: u64,
}

/// Where a key's account is kept, and what was found there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    key: u64,
    slot: String,
    entry: Option<Entry>,
}

impl Found {
    pub(crate) fn key(&self) -> u64 {
        self.key
    }
}

/// A granted reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reservation {
    pub(crate) key: u64,
    pub(crate) amount: u64,
    window: u64,
}

/// What came of a wish to reserve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was reserved.
    Granted(Reservation, Left),
    /// It does not fit now. How long to wait, if waiting can help.
    Refused(Left, Option<u64>),
}

impl Budget {
    /// Looks up a key's account.
    pub(crate) fn find(&self, store: &dyn Store, key: u64) -> Found {
        let slot = self.slot(key);
        Found { key, entry: store.get(&slot), slot }
    }

    /// What a key had left when it was looked up.
    pub(crate) fn left(&self, found: &Found, now: u64) -> Left {
        let window = self.period.window(now);
        let bucket = Bucket::read(found.entry.as_ref().map(|entry| entry.bytes.as_slice()));
        let account = bucket.account(found.key, window.index).unwrap_or_default();
        let used = account.used.saturating_add(self.seen(account.before, window, now));
        self.left_of(used, window, now)
    }

    /// Reserves an amount if it fits. With `force` in any case, for budgets that only flag.
    pub(crate) fn reserve(
        &self,
        store: &dyn Store,
        found: Found,
        amount: u64,
        now: u64,
        force: bool,
    ) -> Outcome {
        let window = self.period.window(now);
        let mut outcome = None;
        let Found { key, slot, entry } = found;
        let set = store::update_found(store, &slot, entry, |bytes| {
            let mut bucket = Bucket::read(bytes);
            let mut account = bucket.open(key, window.index);
            let seen = self.seen(account.before, window, now);
            let used = account.used.saturating_add(seen);
            let after = used.saturating_add(amount);
            if after > self.limit {
                let wait = self.wait(account.used, account.before, amount, window, now);
                outcome = Some(Outcome::Refused(self.left_of(used, window, now), wait));
                if !force {
                    return None;
                }
            } else {
                let reservation = Reservation { key, amount, window: window.index };
                outcome = Some(Outcome::Granted(reservation, self.left_of(after, window, now)));
            }
            account.used = account.used.saturating_add(amount);
            bucket.put(account);
            Some(bucket.write())
        });
        match outcome {
            Some(outcome @ Outcome::Refused(..)) => outcome,
            Some(outcome) if set => outcome,
            // Too many workers at once; nothing was reserved.
            _ => Outcome::Refused(Left { amount: 0, reset: window.rest(now) }, Some(1)),
        }
    }

    /// The reservation that [`Budget::reserve`] made by force.
    pub(crate) fn forced(&self, key: u64, amount: u64, now: u64) -> Reservation {
        Reservation { key, amount, window: self.period.window(now).index }
    }

    /// Puts what was really used in the place of what was reserved. Returns false if the store did not take it.
    pub(crate) fn settle(
        &self,
        store: &dyn Store,
        reservation: Reservation,
        used: u64,
        now: u64,
    ) -> bool {
        if used == reservation.amount {
            return true;
        }
        let window = self.period.window(now);
        let age = window.index.saturating_sub(reservation.window);
        if age > 1 || (age == 1 && !self.sliding) {
            return true;
        }
        store::update(store, &self.slot(reservation.key), |bytes| {
            let mut bucket = Bucket::read(bytes);
            let mut account = bucket.open(reservation.key, window.index);
            let place = if age == 0 { &mut account.used } else { &mut account.before };
            *place = place.saturating_sub(reservation.amount).saturating_add(used);
            bucket.put(account);
            Some(bucket.write())
        })
    }

    /// Of what was used in the window before, the share that is in sight.
    fn seen(&self, before: u64, window: Window, now: u64) -> u64 {
        if !self.sliding {
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

    fn slot(&self, key: u64) -> String {
        ["tollgate.budget.", &self.name, ".", &(key % self.buckets.max(1)).to_string()].concat()
    }
}

/// A hash of what a key is made of (FNV-1a). The parts' lengths keep `ab`, `c` apart from `a`, `bc`.
pub(crate) fn key(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = parts.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, part| {
        let part = part.as_ref();
        let hash = (part.len() as u64).to_le_bytes().iter().fold(hash, step);
        part.iter().fold(hash, step)
    });
    // The low bits name the bucket.
    hash ^ hash >> 29
}

#[cfg(test)]
mod tests;
