//! The pages of budgets that have the same key, over a store.

use stage::store::{self, Entry, Store};

use super::page::{self, Owner, Page};
use super::{Budget, Left, Outcome, Stake};
use crate::digits::push_number;

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

/// What is reserved on a page, budget by budget.
#[derive(Debug)]
pub(crate) struct Held {
    place: Place,
    pub(crate) stakes: Vec<Stake>,
}

/// What was used in the place of what was reserved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) budget: &'a Budget,
    stake: Stake,
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
        let mut page = String::with_capacity(self.prefix.len() + 8);
        page.push_str(&self.prefix);
        push_number(&mut page, key % self.pages);
        Found { entry: store.get(&page), place: Place { key, page } }
    }

    /// Reserves what is wanted of these budgets if all of it fits, else nothing.
    pub(crate) fn reserve<'b>(
        &self,
        store: &dyn Store,
        found: Found,
        budgets: impl Iterator<Item = &'b Budget> + Clone,
        mut stakes: Vec<Stake>,
        now: u64,
    ) -> Held {
        let Found { place, entry } = found;
        let mut refused = false;
        let taken = store::update_found(store, &place.page, entry, |bytes| {
            let mut page = Page::new(bytes, &self.marks);
            stakes.iter_mut().for_each(|stake| stake.outcome = None);
            for (budget, stake) in budgets.clone().zip(&mut stakes) {
                let window = budget.window(now);
                page.change(place.of(budget), window.index, now, |account| {
                    budget.take(account, stake, window, now);
                });
                refused = stake.is_refused();
                if refused {
                    return None;
                }
            }
            Some(page.into_bytes())
        });
        if taken {
            return Held { place, stakes };
        }
        for (budget, stake) in budgets.zip(&mut stakes) {
            stake.amount = 0;
            // Too many workers at once. Who is only flagged goes on, and what it uses is charged then.
            if !refused {
                let left = Left { amount: 0, reset: budget.window(now).rest(now) };
                stake.outcome = Some(Outcome::Refused(left, Some(1)));
            }
        }
        Held { place, stakes }
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
        store::update(store, page, |bytes| {
            let mut page = Page::new(bytes, &self.marks);
            for Change { budget, stake, used } in changes {
                let window = budget.window(now).index;
                page.change(held.place.of(budget), window, now, |account| {
                    let place = match stake.window >= window {
                        true => &mut account.used,
                        false => &mut account.before,
                    };
                    *place = place.saturating_sub(stake.amount).saturating_add(*used);
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

impl<'a> Change<'a> {
    /// `None` if nothing changes by it: as much was used as was reserved, or nobody asks for that window any more.
    pub(crate) fn new(budget: &'a Budget, stake: Stake, used: u64, now: u64) -> Option<Change<'a>> {
        if used == stake.amount {
            return None;
        }
        let age = budget.window(now).index.saturating_sub(stake.window);
        let counts = age == 0 || (age == 1 && budget.sliding);
        counts.then_some(Change { budget, stake, used })
    }
}
