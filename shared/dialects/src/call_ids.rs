//! Ids of tool calls that a provider does not take.
//!
//! Clients give back calls of another provider, with ids by its rules. Such an id is replaced, the same by the same in
//! every request, so that a result still finds its call. Ids that a provider makes are its own: they need no way back.

use chat::fnv;

/// What a provider takes as the id of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallIds {
    /// At most so many bytes.
    AtMost(usize),
    /// Nine letters and digits.
    Nine,
}

impl CallIds {
    /// The id to be written in place of one that is not taken.
    pub(crate) fn fitting(self, id: &str) -> Option<String> {
        let nine = || id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match self {
            CallIds::AtMost(most) if id.len() > most => Some(hashed(id)),
            CallIds::Nine if !nine() => Some(nine_of(id)),
            _ => None,
        }
    }
}

/// An id of 35 letters, digits and `_` that stands for `id`. Chance makes no two of a conversation's alike.
pub(crate) fn hashed(id: &str) -> String {
    let [one, other] =
        [fnv::BASIS, 0x6c62_272e_07bb_0142].map(|basis| fnv::hash(id.bytes(), basis));
    format!("id_{one:016x}{other:016x}")
}

/// The lower digits of the hash to the base of 62.
fn nine_of(id: &str) -> String {
    let mut hash = fnv::hash(id.bytes(), fnv::BASIS);
    // Ids of one conversation often differ in their last byte only, which has moved but the lower bits.
    hash ^= hash >> 29;
    let digit = |_| {
        let digit = (hash % 62) as u8;
        hash /= 62;
        char::from(match digit {
            0..10 => b'0' + digit,
            10..36 => b'a' + digit - 10,
            _ => b'A' + digit - 36,
        })
    };
    (0..9).map(digit).collect()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_id_that_is_taken_stays() {
        for (rule, id) in [
            (CallIds::Nine, "aB3dE6gH9"),
            (CallIds::AtMost(40), "call_0123456789012345678901234567890123"),
            (CallIds::AtMost(40), ""),
        ] {
            assert_eq!(rule.fitting(id), None);
        }
    }

    #[test]
    fn others_are_replaced_each_by_its_own() {
        let ids: Vec<String> = (0..500)
            .flat_map(|n| [format!("call_{n}"), format!("toolu_{n:030}x{n}"), format!("ünsafe{n}")])
            .collect();
        for rule in [CallIds::Nine, CallIds::AtMost(4)] {
            let told: BTreeSet<String> = ids.iter().filter_map(|id| rule.fitting(id)).collect();
            assert_eq!(told.len(), ids.len(), "{rule:?}");
            for id in &told {
                assert!(
                    id.len() <= 35 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                );
                assert!(rule != CallIds::Nine || rule.fitting(id).is_none(), "{id}");
            }
        }
    }
}
