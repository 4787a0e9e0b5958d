//! What the store keeps: buckets of accounts, each bucket one value under one key.
//!
//! Envoy never frees a key, and clients may make up as many consumers as they like. So an account lives in the one
//! of a fixed number of buckets that its hash names, and a bucket has eight places. Where all are taken, the account
//! with the least used gives way, and the new one begins with what that had used ("space-saving", Metwally et al.
//! 2005): a limit may then come too early for somebody new, but nobody gets more than the limit by it.

/// Accounts in a bucket.
const PLACES: usize = 8;
/// Bytes of an account.
const SIZE: usize = 32;

/// What one key has used of one budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// The hash of its key.
    pub(crate) key: u64,
    /// The window that `used` belongs to.
    pub(crate) window: u64,
    /// Used and reserved in that window.
    pub(crate) used: u64,
    /// Used in the window before.
    pub(crate) before: u64,
}

impl Account {
    /// The account as it is in a window.
    fn at(self, window: u64) -> Account {
        match window.saturating_sub(self.window) {
            0 => self,
            1 => Account { window, used: 0, before: self.used, ..self },
            _ => Account { window, used: 0, before: 0, ..self },
        }
    }

    fn read(bytes: &[u8]) -> Option<Account> {
        let number = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        Some(Account {
            key: number(0)?,
            window: number(8)?,
            used: number(16)?,
            before: number(24)?,
        })
    }

    fn write(self, out: &mut Vec<u8>) {
        for number in [self.key, self.window, self.used, self.before] {
            out.extend(number.to_le_bytes());
        }
    }
}

/// A bucket, read.
#[derive(Debug)]
pub(crate) struct Bucket(Vec<Account>);

impl Bucket {
    /// Reads a bucket. Whatever else stands under its key counts as nothing.
    pub(crate) fn read(bytes: Option<&[u8]>) -> Bucket {
        let bytes = bytes.filter(|bytes| bytes.len() % SIZE == 0).unwrap_or_default();
        Bucket(bytes.chunks(SIZE).take(PLACES).filter_map(Account::read).collect())
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * SIZE);
        self.0.iter().for_each(|account| account.write(&mut out));
        out
    }

    /// The account of a key, as it is in a window.
    pub(crate) fn account(&self, key: u64, window: u64) -> Option<Account> {
        self.0.iter().find(|account| account.key == key).map(|account| account.at(window))
    }

    /// The account of a key in a window; opened if there is none.
    pub(crate) fn open(&mut self, key: u64, window: u64) -> Account {
        if let Some(account) = self.account(key, window) {
            return account;
        }
        if self.0.len() < PLACES {
            return Account { key, window, ..Account::default() };
        }
        let all = self.0.iter().map(|account| account.at(window));
        let least = all.min_by_key(|account| (account.used, account.before)).unwrap_or_default();
        self.0.retain(|account| account.key != least.key);
        Account { key, ..least }
    }

    /// Puts an account back.
    pub(crate) fn put(&mut self, account: Account) {
        self.0.retain(|other| other.key != account.key);
        self.0.push(account);
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_bucket_keeps_its_accounts() {
        let mut bucket = Bucket::read(None);
        for key in 0..3 {
            let account = bucket.open(key, 7);
            bucket.put(Account { used: 10 + key, ..account });
        }
        let again = Bucket::read(Some(&bucket.write()));
        assert_eq!(again.account(2, 7).unwrap().used, 12);
        let later = again.account(2, 8).unwrap();
        assert_eq!((later.used, later.before), (0, 12));
        assert_eq!(again.account(2, 9).unwrap().before, 0);
        assert!(again.account(3, 7).is_none());
    }

    #[test]
    fn a_full_bucket_never_forgets_what_was_used() {
        let mut bucket = Bucket::read(None);
        for key in 0..1_000u64 {
            let account = bucket.open(key, 1);
            bucket.put(Account { used: account.used + 5, ..account });
            assert!(bucket.write().len() <= PLACES * SIZE);
        }
        let big = bucket.open(7_777, 1);
        bucket.put(Account { used: big.used + 1_000_000, ..big });
        for key in 0..1_000u64 {
            let account = bucket.open(key, 1);
            bucket.put(Account { used: account.used + 1, ..account });
        }
        assert!(bucket.account(7_777, 1).is_some(), "who has used much stays");
    }

    #[test]
    fn what_is_no_bucket_is_empty() {
        for bytes in [&b"x"[..], &[1; 31], &[]] {
            assert!(Bucket::read(Some(bytes)).account(0, 0).is_none());
        }
    }
}
