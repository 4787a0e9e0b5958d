//! Numbers as text, put together by little code.

/// Appends a number. For few digits that is less work than the standard library's way, which takes a text of its own.
pub(crate) fn push_number(text: &mut String, number: u64) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    push_digit(text, number);
}

/// Appends a point and a part of `whole`, a power of ten, with as many digits as that has noughts.
pub(crate) fn push_part(text: &mut String, part: u64, whole: u64) {
    text.push('.');
    let mut place = whole / 10;
    while place > 0 {
        push_digit(text, part / place);
        place /= 10;
    }
}

/// Appends the last digit of a number.
fn push_digit(text: &mut String, number: u64) {
    text.push(char::from(b'0' + (number % 10) as u8));
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn numbers_have_all_their_digits() {
        for number in [0, 9, 10, 99, 100, 1_023, 987_654_321, u64::MAX] {
            let mut text = String::from("x");
            push_number(&mut text, number);
            assert_eq!(text, format!("x{number}"));
        }
        for (part, whole, expected) in [
            (0, 1_000, "1.000"),
            (7, 10, "1.7"),
            (25, 1_000, "1.025"),
            (123_456_789, 1_000_000_000, "1.123456789"),
        ] {
            let mut text = String::from("1");
            push_part(&mut text, part, whole);
            assert_eq!(text, expected);
        }
    }
}
