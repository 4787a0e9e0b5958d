//! The checksums that many identifiers share. Each takes letters and digits in capitals, nothing else.

/// The values of the digits; a letter is worth what comes after 9 (A is 10), as ISO 7064 and ISO 13616 count.
pub(super) fn values(
    id: &[u8],
) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + Clone + '_ {
    id.iter().map(|&byte| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        _ => u32::from(byte.to_ascii_uppercase().wrapping_sub(b'A')) + 10,
    })
}

/// The number that the digits spell; at most 18 of them.
pub(super) fn number(digits: &[u8]) -> u64 {
    values(digits).fold(0, |sum, digit| sum.wrapping_mul(10).wrapping_add(u64::from(digit)))
}

/// The sum of the digits, each times its weight; the weights say how many digits count.
pub(super) fn weighted(id: &[u8], weights: &[u32]) -> u32 {
    values(id).zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// The value of the last digit.
pub(super) fn last(id: &[u8]) -> u32 {
    values(id).next_back().unwrap_or(0)
}

/// Whether all are the same.
pub(super) fn uniform(id: &[u8]) -> bool {
    id.windows(2).all(|pair| matches!(pair, [a, b] if a == b))
}

/// ISO/IEC 7812-1 annex B: from the right, every second digit doubled and its digits added; the sum ends in 0.
pub(super) fn luhn(id: &[u8]) -> bool {
    luhn_sum(values(id)).is_multiple_of(10)
}

/// The sum of the Luhn check.
pub(super) fn luhn_sum(values: impl DoubleEndedIterator<Item = u32>) -> u32 {
    let double = |(place, digit): (usize, u32)| match place % 2 {
        0 => digit,
        _ if digit > 4 => digit * 2 - 9,
        _ => digit * 2,
    };
    values.rev().enumerate().map(double).sum()
}

/// ISO/IEC 7064 mod 97-10 of letters and digits: the remainder.
pub(super) fn mod97(id: impl Iterator<Item = u32>) -> u32 {
    let rest = id.fold(0_u64, |rest, value| {
        // Dividing is slow, so it waits until the number would get too long.
        let rest = if rest > 1_000_000_000_000_000 { rest % 97 } else { rest };
        rest * if value < 10 { 10 } else { 100 } + u64::from(value)
    });
    (rest % 97) as u32
}

/// ISO/IEC 7064 mod 11,10, check digit included.
pub(super) fn mod11_10(id: &[u8]) -> bool {
    let mut digits = values(id);
    let Some(check) = digits.next_back() else { return false };
    let product = digits.fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (product + check) % 10 == 1
}

/// ISO/IEC 7064 mod 11-2, check character (X is 10) included.
pub(super) fn mod11_2(id: &[u8]) -> bool {
    let Some((&check, body)) = id.split_last() else { return false };
    let check = if check == b'X' { 10 } else { u32::from(check.wrapping_sub(b'0')) };
    let rest = values(body).fold(0, |rest, digit| (rest + digit) * 2 % 11);
    (rest + check) % 11 == 1
}

/// J. Verhoeff, Error Detecting Decimal Codes (1969): the check over the dihedral group D5.
pub(super) fn verhoeff(id: &[u8]) -> bool {
    let sum = values(id).rev().enumerate().fold(0, |sum, (place, digit)| {
        // The permutation applied `place` times; its order is 8.
        let digit = (0..place % 8).fold(digit, |digit, _| permuted(digit));
        dihedral(sum, digit)
    });
    sum == 0
}

fn permuted(digit: u32) -> u32 {
    const STEP: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    STEP.get(digit as usize).copied().unwrap_or(0)
}

/// The product in D5: 0 to 4 are rotations, 5 to 9 reflections.
fn dihedral(a: u32, b: u32) -> u32 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a - b % 5) % 5,
        (false, false) => (5 + a - b) % 5,
    }
}

/// Whether day, month and year are a day of the calendar. Without a century any of four years fits the 29th
/// of February.
pub(super) fn is_date(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4)
        && (!year.is_multiple_of(100) || year.is_multiple_of(400) || year < 100);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// The date in six digits, in the order that `order` gives by three of `y`, `m` and `d`.
pub(super) fn date6(digits: &[u8], order: &[u8; 3]) -> Option<(u32, u32, u32)> {
    let (mut year, mut month, mut day) = (0, 0, 0);
    for (pair, part) in digits.chunks_exact(2).zip(order) {
        let value = number(pair) as u32;
        match part {
            b'y' => year = value,
            b'm' => month = value,
            _ => day = value,
        }
    }
    (digits.len() == 6).then_some((year, month, day))
}

/// Whether six digits are a date in that order.
pub(super) fn is_date6(digits: &[u8], order: &[u8; 3]) -> bool {
    date6(digits, order).is_some_and(|(year, month, day)| is_date(year, month, day))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_examples_of_the_definitions_hold() {
        assert!(luhn(b"79927398713") && luhn(b"4111111111111111") && !luhn(b"79927398710"));
        assert!(verhoeff(b"2363") && verhoeff(b"123451") && !verhoeff(b"2364"));
        assert!(mod11_10(b"07945"), "ISO 7064's own example: 0794 has the check digit 5");
        assert!(mod11_2(b"079X"), "ISO 7064's own example: 079 has the check character X");
        assert_eq!(
            mod97(values(b"79444")),
            1,
            "ISO 7064's own example: 794 has the check digits 44"
        );
    }

    #[test]
    fn one_final_digit_of_ten_passes() {
        let checks: [fn(&[u8]) -> bool; 3] = [luhn, verhoeff, mod11_10];
        for check in checks {
            for body in 0..1000 {
                let passing = (0..10).filter(|last| check(format!("{body:03}{last}").as_bytes()));
                assert_eq!(passing.count(), 1, "{body}");
            }
        }
        for body in 0..1000 {
            let passing =
                "0123456789X".chars().filter(|last| mod11_2(format!("{body:03}{last}").as_bytes()));
            assert_eq!(passing.count(), 1, "{body}");
        }
    }

    #[test]
    fn verhoeff_sees_every_swap_of_neighbours() {
        for pair in (0..100).filter(|pair| pair / 10 != pair % 10) {
            let passing =
                |pair: u32| (0..10).find(|l| verhoeff(format!("{pair:02}{l}").as_bytes()));
            assert_ne!(passing(pair), passing(pair % 10 * 10 + pair / 10), "{pair}");
        }
    }

    #[test]
    fn days_are_days_of_the_calendar() {
        assert!(is_date(2000, 2, 29) && is_date(0, 2, 29) && !is_date(1900, 2, 29));
        assert!(
            !is_date(2001, 2, 29)
                && !is_date(2001, 4, 31)
                && !is_date(2001, 13, 1)
                && !is_date(2001, 1, 0)
        );
    }
}
