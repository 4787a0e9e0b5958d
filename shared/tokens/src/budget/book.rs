//! The pages of budgets that have the same key, over a store.

use stage::store::{self, Entry, Store};

use super::page::{self, Owner, Page};
use super::{Budget, Left, Outcome, Reservation};

/// Where the store keeps budgets that have the same key.
#[derive(Debug)]
pub(crate) struct Book {
    /// What the names of its pages begin with.
    prefix: String,
    pages: u64,
    /// The marks of its budgets.
    marks: Vec<u64>,
}

/// Where a key's accounts are kept, and what was found there.
#[derive(Debug)]
pub(crate) struct Found {
    place: Place,
    entry: Option<Entry>,
}

/// A key and the page of its accounts.
#[derive(Debug, Clone)]
struct Place {
    key: u64,
    page: String,
}

/// What a request wants of a budget.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    pub(crate) budget: &'a Budget,
    pub(crate) amount: u64,
    /// It is taken even if it does not fit.
    pub(crate) force: bool,
}

/// What is reserved on a page, wish by wish.
#[derive(Debug)]
pub(crate) struct Held {
    place: Place,
    pub(crate) reservations: Vec<Reservation>,
}

/// What was used in the place of what was reserved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) budget: &'a Budget,
    reservation: Reservation,
    used: u64,
}

impl Book {
    /// For budgets whose key is described by `key`, with so many pages.
    pub(crate) fn new(key: &str, pages: u64) -> Book {
        let pages = pages.max(1);
        let prefix = ["tollgate.budgets.", &pages.to_string(), ".", key, "."].concat();
        Book { prefix, pages, marks: Vec::new() }
    }

    /// Whether another has the same pages.
    pub(crate) fn is_like(&self, other: &Book) -> bool {
        self.prefix == other.prefix
    }

    /// Keeps a budget, too.
    pub(crate) fn keep(&mut self, budget: &Budget) {
        self.marks.push(budget.mark);
    }

    /// Looks up a key's accounts.
    pub(crate) fn find(&self, store: &dyn Store, key: u64) -> Found {
        let page = [&self.prefix, (key % self.pages).to_string().as_str()].concat();
        Found { entry: store.get(&page), place: Place { key, page } }
    }

    /// Reserves what is wished if all of it fits, else nothing. What came of each wish, up to the first that stood in
    /// the way; and what is reserved.
    pub(crate) fn reserve(
        &self,
        store: &dyn Store,
        found: Found,
        wishes: &[Wish<'_>],
        now: u64,
    ) -> (Vec<Outcome>, Option<Held>) {
        let Found { place, entry } = found;
        let mut outcomes = Vec::with_capacity(wishes.len());
        let mut refused = false;
        let taken = store::update_found(store, &place.page, entry, |bytes| {
            outcomes.clear();
            let mut page = Page::new(bytes, &self.marks);
            for Wish { budget, amount, force } in wishes {
                let window = budget.window(now);
                page.change(place.of(budget), window.index, now, |account| {
                    outcomes.push(budget.take(account, *amount, *force, window, now));
                });
                refused = !force && matches!(outcomes.last(), Some(Outcome::Refused(..)));
                if refused {
                    return None;
                }
            }
            Some(page.into_bytes())
        });
        if refused {
            return (outcomes, None);
        }
        if !taken {
            // Too many workers at once. Who is only flagged goes on, and what it uses is charged then.
            outcomes = wishes.iter().map(|wish| wish.crowded_out(now)).collect();
        }
        let reservations = wishes.iter().zip(&outcomes).map(|(wish, outcome)| match outcome {
            Outcome::Granted(reservation, _) => *reservation,
            Outcome::Refused(..) if taken => wish.budget.forced(wish.amount, now),
            Outcome::Refused(..) => wish.budget.forced(0, now),
        });
        let held = Held { reservations: reservations.collect(), place };
        (outcomes, Some(held))
    }

    /// Puts what was really used in the place of what was reserved. Returns false if the store did not take it.
    pub(crate) fn settle(
        &self,
        store: &dyn Store,
        held: &Held,
        changes: &[Change<'_>],
        now: u64,
    ) -> bool {
        if changes.is_empty() {
            return true;
        }
        let Place { page, .. } = &held.place;
        store::update_found(store, page, store.get(page), |bytes| {
            let mut page = Page::new(bytes, &self.marks);
            for Change { budget, reservation, used } in changes {
                let window = budget.window(now).index;
                page.change(held.place.of(budget), window, now, |account| {
                    let place = match reservation.window >= window {
                        true => &mut account.used,
                        false => &mut account.before,
                    };
                    *place = place.saturating_sub(reservation.amount).saturating_add(*used);
                });
            }
            Some(page.into_bytes())
        })
    }
}

impl Found {
    /// What its key had left of a budget when it was looked up.
    pub(crate) fn left(&self, budget: &Budget, now: u64) -> Left {
        let window = budget.window(now);
        let bytes = self.entry.as_ref().map_or(&[][..], |entry| &entry.bytes);
        budget.left(page::look(bytes, self.place.of(budget), window.index), window, now)
    }
}

impl Place {
    fn of(&self, budget: &Budget) -> Owner {
        Owner { budget: budget.mark, key: self.key }
    }
}

impl Wish<'_> {
    /// What comes of it where nothing can be reserved.
    fn crowded_out(&self, now: u64) -> Outcome {
        Outcome::Refused(Left { amount: 0, reset: self.budget.window(now).rest(now) }, Some(1))
    }
}

impl<'a> Change<'a> {
    /// `None` if nothing changes by it: as much was used as was reserved, or nobody asks for that window any more.
    pub(crate) fn new(
        budget: &'a Budget,
        reservation: Reservation,
        used: u64,
        now: u64,
    ) -> Option<Change<'a>> {
        if used == reservation.amount {
            return None;
        }
        let age = budget.window(now).index.saturating_sub(reservation.window);
        let counts = age == 0 || (age == 1 && budget.sliding);
        counts.then_some(Change { budget, reservation, used })
    }
}
