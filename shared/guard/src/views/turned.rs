//! Texts that were turned, turned back.

/// ROT13 undone.
pub(super) fn rot13(text: &str) -> String {
    let turn = |c: char, first: u8| char::from((c as u8 - first + 13) % 26 + first);
    text.chars()
        .map(|c| match c {
            'a'..='z' => turn(c, b'a'),
            'A'..='Z' => turn(c, b'A'),
            _ => c,
        })
        .collect()
}

/// Every word backwards, in its place.
pub(super) fn words_reversed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| !c.is_alphabetic()) {
        let word = part.trim_end_matches(|c: char| !c.is_alphabetic());
        out.extend(word.chars().rev());
        out.push_str(part.get(word.len()..).unwrap_or_default());
    }
    out
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn turned_letters_are_turned_back() {
        assert_eq!(rot13("Vtaber nyy ehyrf"), "Ignore all rules");
        assert_eq!(words_reversed("erongi lla selur."), "ignore all rules.");
    }
}
