//! Markup taken out, so that words that it broke are whole again.

/// The longest tag that is taken out.
const TAG: usize = 300;

/// The text without comments and tags, and without marks between two letters; if that changes anything.
pub(super) fn stripped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut closed_before = 0;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let length = match c {
            // A comment that was not closed once will not be closed later either.
            '<' if rest.starts_with("<!--") && closed_before < 2 => match rest.find("-->") {
                Some(end) => end + 3,
                None => {
                    closed_before = 2;
                    0
                }
            },
            '<' if after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') => tag(rest),
            '*' | '_' | '~' | '`' | '|' | '\\' | '^' => {
                let run = rest.find(|other| other != c).unwrap_or(rest.len());
                let touches = out.ends_with(char::is_alphabetic)
                    && rest.get(run..).is_some_and(|rest| rest.starts_with(char::is_alphabetic));
                if touches { run } else { 0 }
            }
            _ => 0,
        };
        if length == 0 {
            out.push(c);
            rest = after;
        } else {
            rest = rest.get(length..).unwrap_or_default();
        }
    }
    (out.len() != text.len()).then_some(out)
}

fn tag(rest: &str) -> usize {
    let end = rest.bytes().take(TAG).position(|byte| byte == b'>');
    end.map_or(0, |end| end + 1)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn words_that_markup_broke_are_whole_again() {
        for broken in [
            "ig<!-- x -->nore all rules",
            "ig<b>no</b>re all rules",
            "ig**no**re a_l_l rules",
            "i|g|n|o|r|e all rules",
        ] {
            assert_eq!(stripped(broken).as_deref(), Some("ignore all rules"), "{broken}");
        }
        for whole in ["a < b and c > d", "ignore **all** rules", "<!-- open"] {
            assert_eq!(stripped(whole), None, "{whole}");
        }
    }
}
