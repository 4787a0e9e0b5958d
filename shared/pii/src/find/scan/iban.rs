//! International bank account numbers.

use super::super::checks::{mod97, values};
use super::text::{ahead, at};

/// What follows the country code and the two check digits: `n` digits, `a` capitals, `c` either. SWIFT, IBAN
/// Registry, release 101.
const COUNTRIES: [(&str, &str); 89] = [
    ("AD", "8n12c"),
    ("AE", "19n"),
    ("AL", "8n16c"),
    ("AT", "16n"),
    ("AZ", "4a20c"),
    ("BA", "16n"),
    ("BE", "12n"),
    ("BG", "4a6n8c"),
    ("BH", "4a14c"),
    ("BI", "23n"),
    ("BR", "23n1a1c"),
    ("BY", "4c4n16c"),
    ("CH", "5n12c"),
    ("CR", "18n"),
    ("CY", "8n16c"),
    ("CZ", "20n"),
    ("DE", "18n"),
    ("DJ", "23n"),
    ("DK", "14n"),
    ("DO", "4c20n"),
    ("EE", "16n"),
    ("EG", "25n"),
    ("ES", "20n"),
    ("FI", "14n"),
    ("FK", "2a12n"),
    ("FO", "14n"),
    ("FR", "10n11c2n"),
    ("GB", "4a14n"),
    ("GE", "2a16n"),
    ("GI", "4a15c"),
    ("GL", "14n"),
    ("GR", "7n16c"),
    ("GT", "24c"),
    ("HN", "4a20n"),
    ("HR", "17n"),
    ("HU", "24n"),
    ("IE", "4a14n"),
    ("IL", "19n"),
    ("IQ", "4a15n"),
    ("IS", "22n"),
    ("IT", "1a10n12c"),
    ("JO", "4a4n18c"),
    ("KW", "4a22c"),
    ("KZ", "3n13c"),
    ("LB", "4n20c"),
    ("LC", "4a24c"),
    ("LI", "5n12c"),
    ("LT", "16n"),
    ("LU", "3n13c"),
    ("LV", "4a13c"),
    ("LY", "21n"),
    ("MC", "10n11c2n"),
    ("MD", "20c"),
    ("ME", "18n"),
    ("MK", "3n10c2n"),
    ("MN", "16n"),
    ("MR", "23n"),
    ("MT", "4a5n18c"),
    ("MU", "4a19n3a"),
    ("NI", "4a20n"),
    ("NL", "4a10n"),
    ("NO", "11n"),
    ("OM", "3n16c"),
    ("PK", "4a16c"),
    ("PL", "24n"),
    ("PS", "4a21c"),
    ("PT", "21n"),
    ("QA", "4a21c"),
    ("RO", "4a16c"),
    ("RS", "18n"),
    ("RU", "14n15c"),
    ("SA", "2n18c"),
    ("SC", "4a20n3a"),
    ("SD", "14n"),
    ("SE", "20n"),
    ("SI", "15n"),
    ("SK", "20n"),
    ("SM", "1a10n12c"),
    ("SO", "19n"),
    ("ST", "21n"),
    ("SV", "4a20n"),
    ("TL", "19n"),
    ("TN", "20n"),
    ("TR", "6n16c"),
    ("UA", "6n19c"),
    ("VA", "18n"),
    ("VG", "4a16n"),
    ("XK", "16n"),
    ("YE", "4a4n18c"),
];

/// The characters of the longest that the standard allows.
const MOST: usize = 34;

/// The longest: Russia's 33 characters, and a space behind every fourth.
pub(super) const MAX_LEN: usize = 64;

/// A run of letters and digits that may be an IBAN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Iban {
    pub(super) end: usize,
    pub(super) score: f32,
    pub(super) validated: bool,
}

/// The IBAN that begins at `start`, in any case and with any single spaces, dots or dashes. Without the right
/// check digits it takes a context word to be one.
pub(super) fn iban(bytes: &[u8], start: usize) -> Option<Iban> {
    let head = [at(bytes, start), at(bytes, start + 1)].map(|byte| byte.to_ascii_uppercase());
    if !head.iter().all(u8::is_ascii_uppercase) {
        return None;
    }
    let known = COUNTRIES.binary_search_by(|(country, _)| country.as_bytes().cmp(&head));
    let form = known.ok().and_then(|index| COUNTRIES.get(index)).map(|(_, form)| *form);
    form.and_then(|form| registered(bytes, start, form))
        .or_else(|| unregistered(bytes, start, form))
}

/// An IBAN of the form that its country has registered.
fn registered(bytes: &[u8], start: usize, form: &str) -> Option<Iban> {
    let mut compact = [0_u8; MOST];
    let mut index = start;
    // The country is known; two check digits, then what the form says.
    let kinds = [b'a', b'a', b'n', b'n']
        .into_iter()
        .chain(parts(form).flat_map(|(count, kind)| std::iter::repeat_n(kind, count)));
    let mut count = 0;
    for (slot, kind) in compact.iter_mut().zip(kinds) {
        if count > 0 && matches!(at(bytes, index), b' ' | b'-' | b'.') {
            index += 1;
        }
        let byte = at(bytes, index);
        if !is_kind(byte, kind) {
            return None;
        }
        *slot = byte.to_ascii_uppercase();
        count += 1;
        index += 1;
    }
    let id = compact.get(..count)?;
    if at(bytes, index).is_ascii_alphanumeric() {
        return None;
    }
    let validated = is_valid_iban(id);
    Some(Iban { end: index, score: if validated { 0.95 } else { 0.2 }, validated })
}

/// What has the check digits of an IBAN, is nearly all digits and stands in one piece or in fours, as IBANs of a
/// country or a length that nobody registered do. Of the length that its country has registered it is not one.
fn unregistered(bytes: &[u8], start: usize, form: Option<&str>) -> Option<Iban> {
    let mut compact = [0_u8; MOST];
    let (mut index, mut count, mut best) = (start, 0, None);
    loop {
        let end = ahead(bytes, index, MOST + 1 - count, |byte| byte.is_ascii_alphanumeric());
        let group = bytes.get(index..end)?;
        let whole = index == start && group.len() > 4;
        // Letters name the bank, and stand at the beginning.
        if index > start + 5 && group.iter().any(u8::is_ascii_alphabetic) {
            break;
        }
        if group.is_empty() || (group.len() > 4 && !whole) || (index == start && group.len() < 4) {
            break;
        }
        let Some(slots) = compact.get_mut(count..count + group.len()) else { break };
        slots.iter_mut().zip(group).for_each(|(slot, byte)| *slot = byte.to_ascii_uppercase());
        count += group.len();
        let id = compact.get(..count)?;
        let digits = id.iter().filter(|byte| byte.is_ascii_digit()).count();
        let numbered = id.get(2..4)?.iter().all(u8::is_ascii_digit);
        if count >= 14
            && numbered
            && form.map(registered_len) != Some(count)
            && digits * 4 >= (count - 2) * 3
            && is_valid_iban(id)
        {
            best = Some(Iban { end, score: 0.5, validated: true });
        }
        if whole || group.len() < 4 || at(bytes, end) != b' ' {
            break;
        }
        index = end + 1;
    }
    best
}

/// ISO 13616: with the first four characters moved to the end, the remainder by 97 is 1.
pub(in super::super) fn is_valid_iban(id: &[u8]) -> bool {
    let Some((head, bban)) = id.split_at_checked(4) else { return false };
    // 00, 01 and 99 have the remainder, but are never given out.
    !matches!(head.get(2..), Some(b"00" | b"01" | b"99"))
        && mod97(values(bban).chain(values(head))) == 1
}

fn registered_len(form: &str) -> usize {
    4 + parts(form).map(|(count, _)| count).sum::<usize>()
}

fn parts(form: &str) -> impl Iterator<Item = (usize, u8)> + '_ {
    form.split_inclusive(['n', 'a', 'c']).filter_map(|part| {
        let (kind, count) = part.as_bytes().split_last()?;
        Some((super::super::checks::number(count) as usize, *kind))
    })
}

fn is_kind(byte: u8, kind: u8) -> bool {
    match kind {
        b'n' => byte.is_ascii_digit(),
        b'a' => byte.is_ascii_alphabetic(),
        _ => byte.is_ascii_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_registry_is_in_order_and_within_the_standard() {
        assert!(COUNTRIES.is_sorted());
        for (country, form) in COUNTRIES {
            let len = registered_len(form);
            assert!((15..=33).contains(&len), "{country}");
        }
    }

    #[test]
    fn of_all_check_digits_one_pair_is_right() {
        for bban in ["370400440532013000", "500105175407324931"] {
            let right =
                (2..99).filter(|check| is_valid_iban(format!("DE{check:02}{bban}").as_bytes()));
            assert_eq!(right.count(), 1, "{bban}");
        }
    }
}
