//! What the store keeps: pages of accounts, each page one value under one key.
//!
//! Budgets that have the same key share their pages, so that an exchange reads and writes one of them for all. Each
//! account says which budget it is of, by that budget's own mark and not by its place: budgets come, go and change with
//! configurations, several of which may be at work in one Envoy, and none may meet with another's counts.
//!
//! Envoy never frees a key, and clients may make up as many consumers as they like. So an account lives on the one
//! of a fixed number of pages that its hash names, where each budget has eight places. Where all are taken, the account
//! with the least used gives way, and the new one begins with what that had used ("space-saving", Metwally et al.
//! 2005): a limit may then come too early for somebody new, but nobody gets more than the limit by it. Accounts that
//! say nothing any more are left out when a new one is opened. So a page grows with the budgets that are in use, and not
//! with those that were.

use super::window::Period;

/// Accounts of a budget on a page.
pub(super) const PLACES: usize = 8;
/// Accounts of budgets that this configuration does not know, on a page: of 32 budgets.
pub(super) const STRANGERS: usize = 256;
/// Bytes of an account.
pub(super) const SIZE: usize = 40;

/// An account as it is written: whose it is, then what it says.
type Record = [u8; SIZE];

/// What one key has used of one budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// The window that `used` belongs to.
    pub(crate) window: u64,
    /// Used and reserved in that window.
    pub(crate) used: u64,
    /// Used in the window before.
    pub(crate) before: u64,
}

/// Whose an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    /// The mark of its budget.
    pub(crate) budget: u64,
    /// The hash of its key.
    pub(crate) key: u64,
}

impl Account {
    /// The account as it is in a window.
    fn at(self, window: u64) -> Account {
        match window.saturating_sub(self.window) {
            0 => self,
            1 => Account { window, used: 0, before: self.used },
            _ => Account { window, ..Account::default() },
        }
    }
}

/// A number of a record.
fn number(record: &Record, place: usize) -> u64 {
    record.as_chunks().0.get(place).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn owner(record: &Record) -> Owner {
    Owner { budget: number(record, 0), key: number(record, 1) }
}

fn account(record: &Record) -> Account {
    Account { window: number(record, 2), used: number(record, 3), before: number(record, 4) }
}

/// The records of a page. Whatever else stands under its name counts as nothing.
fn records(bytes: &[u8]) -> &[Record] {
    match bytes.as_chunks() {
        (records, []) => records,
        _ => &[],
    }
}

/// An account on a page, as it is in a window. One that is not there has used nothing.
pub(super) fn look(page: &[u8], of: Owner, window: u64) -> Account {
    let found = records(page).iter().find(|record| owner(record) == of);
    found.map_or_else(Account::default, account).at(window)
}

/// A page that is written.
#[derive(Debug)]
pub(super) struct Page<'a> {
    bytes: Vec<u8>,
    /// The marks of the budgets that the configuration keeps here.
    known: &'a [u64],
}

impl Page<'_> {
    pub(super) fn new(bytes: Option<Vec<u8>>, known: &[u64]) -> Page<'_> {
        let bytes = bytes.filter(|bytes| bytes.len().is_multiple_of(SIZE)).unwrap_or_default();
        Page { bytes, known }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Changes an account, which is opened if there is none.
    pub(super) fn change(
        &mut self,
        of: Owner,
        window: u64,
        now: u64,
        change: impl FnOnce(&mut Account),
    ) {
        let place = records(&self.bytes).iter().position(|record| owner(record) == of);
        let place = place.unwrap_or_else(|| self.open(of, window, now));
        let Some(record) = self.bytes.as_chunks_mut::<SIZE>().0.get_mut(place) else { return };
        let mut account = account(record).at(window);
        change(&mut account);
        let numbers = [of.budget, of.key, account.window, account.used, account.before];
        let places = record.as_chunks_mut().0.iter_mut();
        places.zip(numbers).for_each(|(place, number)| *place = number.to_le_bytes());
    }

    /// The place for an account that is not there.
    fn open(&mut self, of: Owner, window: u64, now: u64) -> usize {
        let all = records(&self.bytes).iter().enumerate();
        let own = all.filter(|(_, record)| owner(record).budget == of.budget);
        if own.clone().count() >= PLACES {
            let least = own.min_by_key(|(_, record)| {
                let account = account(record).at(window);
                (account.used, account.before)
            });
            return least.map_or(0, |(place, _)| place);
        }
        self.make_room(now);
        self.bytes.extend([0; SIZE]);
        records(&self.bytes).len().saturating_sub(1)
    }

    /// Leaves out what says nothing any more, and what too many strangers left here, the oldest first.
    fn make_room(&mut self, now: u64) {
        let alive = records(&self.bytes).iter().filter(|record| is_alive(record, now));
        let strange = |record: &&Record| !self.known.contains(&owner(record).budget);
        let mut too_many = alive.clone().filter(strange).count().saturating_sub(STRANGERS);
        let stays = |record: &&Record| {
            let goes = too_many > 0 && strange(record);
            too_many -= usize::from(goes);
            !goes
        };
        self.bytes = alive.filter(stays).flatten().copied().collect();
    }
}

/// Whether an account still tells something at a time: its window or the one after is not over.
fn is_alive(record: &Record, now: u64) -> bool {
    let period = Period::of_mark(owner(record).budget);
    period.is_some_and(|period| period.window(now).index.saturating_sub(account(record).window) < 2)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn mark(number: u64) -> u64 {
        Period::Second.mark(number << 3)
    }

    fn of(budget: u64, key: u64) -> Owner {
        Owner { budget: mark(budget), key }
    }

    fn add(page: &mut Page<'_>, of: Owner, window: u64, amount: u64) {
        page.change(of, window, window * SECOND, |account| account.used += amount);
    }

    #[test]
    fn a_page_keeps_its_accounts() {
        let mut page = Page::new(None, &[]);
        for (budget, key) in [(1, 0), (1, 1), (2, 1), (1, 2)] {
            add(&mut page, of(budget, key), 7, 10 * budget + key);
        }
        let bytes = page.into_bytes();
        assert_eq!(bytes.len(), 4 * SIZE);
        assert_eq!(look(&bytes, of(1, 2), 7).used, 12);
        assert_eq!(look(&bytes, of(2, 1), 7).used, 21);
        let later = look(&bytes, of(1, 2), 8);
        assert_eq!((later.used, later.before), (0, 12));
        assert_eq!(look(&bytes, of(1, 2), 9).before, 0);
        for other in [of(1, 3), of(3, 1), of(2, 0)] {
            assert_eq!(look(&bytes, other, 7), Account { window: 7, ..Account::default() });
        }
    }

    #[test]
    fn a_full_page_never_forgets_what_was_used() {
        let mut page = Page::new(None, &[]);
        add(&mut page, of(2, 1), 1, 3);
        for key in 0..1_000u64 {
            add(&mut page, of(1, key), 1, 5);
        }
        add(&mut page, of(1, 7_777), 1, 1_000_000);
        for key in 0..1_000u64 {
            add(&mut page, of(1, key), 1, 1);
        }
        let bytes = page.into_bytes();
        assert_eq!(bytes.len(), (PLACES + 1) * SIZE);
        assert!(look(&bytes, of(1, 7_777), 1).used > 1_000_000, "who has used much stays");
        assert_eq!(look(&bytes, of(2, 1), 1).used, 3, "another budget has places of its own");
    }

    #[test]
    fn what_says_nothing_any_more_is_left_out_when_an_account_is_opened() {
        let mut page = Page::new(None, &[]);
        for budget in 0..50 {
            add(&mut page, of(budget, 1), 1, 1);
        }
        add(&mut page, of(50, 1), 2, 1);
        assert_eq!(records(&page.bytes).len(), 51, "the window before is still in sight");
        add(&mut page, of(50, 2), 3, 1);
        assert_eq!(records(&page.bytes).len(), 2);
        let bytes = page.into_bytes();
        assert_eq!(look(&bytes, of(50, 1), 3).before, 1);
    }

    #[test]
    fn strangers_have_so_much_room_and_no_more() {
        let known: Vec<u64> = (0..40).map(mark).collect();
        let mut page = Page::new(None, &known);
        for key in 0..PLACES as u64 {
            (0..100).for_each(|budget| add(&mut page, of(budget, key), 1, 1 + key));
        }
        let bytes = page.into_bytes();
        // One more than has room, since that was opened.
        assert!(bytes.len() <= (known.len() * PLACES + STRANGERS + 1) * SIZE, "{}", bytes.len());
        for budget in 0..40 {
            assert_eq!(look(&bytes, of(budget, 3), 1).used, 4, "{budget}");
        }
        assert_eq!(look(&bytes, of(99, 7), 1).used, 8, "the oldest give way");
    }

    #[test]
    fn what_is_no_page_is_empty() {
        for bytes in [&b"x"[..], &[1; 39], &[]] {
            assert_eq!(look(bytes, of(0, 0), 0), Account::default());
            let mut page = Page::new(Some(bytes.to_vec()), &[]);
            add(&mut page, of(0, 0), 1, 1);
            assert_eq!(page.into_bytes().len(), SIZE);
        }
        // Numbers that nobody wrote.
        let mut page = Page::new(Some(vec![7; 2 * SIZE]), &[]);
        add(&mut page, of(0, 0), 1, 1);
        assert_eq!(page.into_bytes().len(), SIZE);
    }
}
