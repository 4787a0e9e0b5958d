//! Disguises, put on: to measure how well views take them off. Deterministic: what a generator chooses, it
//! chooses by position.

/// A disguise: its name and how a text puts it on.
#[derive(Debug, Clone, Copy)]
pub struct Disguise {
    /// Its name in reports.
    pub name: &'static str,
    /// Puts it on.
    pub wear: fn(&str) -> String,
}

/// All disguises.
pub static DISGUISES: &[Disguise] = &[
    Disguise { name: "base64", wear: base64 },
    Disguise { name: "camel-case", wear: camel },
    Disguise { name: "comments", wear: |text| within_words(text, "<!-- -->") },
    Disguise { name: "dotted", wear: |text| spelled(text, ".") },
    Disguise { name: "emphasis", wear: |text| within_words(text, "**") },
    Disguise { name: "full-width", wear: full_width },
    Disguise { name: "hex", wear: hex },
    Disguise { name: "homoglyphs", wear: homoglyphs },
    Disguise { name: "leetspeak", wear: leet },
    Disguise { name: "math-bold", wear: math_bold },
    Disguise { name: "mixed-case", wear: mixed_case },
    Disguise { name: "percent", wear: percent },
    Disguise { name: "reversed", wear: |text| text.chars().rev().collect() },
    Disguise { name: "rot13", wear: rot13 },
    Disguise { name: "spaced", wear: |text| spelled(text, " ") },
    Disguise { name: "tags", wear: tags },
    Disguise { name: "typoglycemia", wear: typoglycemia },
    Disguise { name: "unicode-escapes", wear: unicode_escapes },
    Disguise { name: "variation-selectors", wear: selectors },
    Disguise { name: "zalgo", wear: |text| behind_letters(text, '\u{336}') },
    Disguise { name: "zero-width", wear: |text| behind_letters(text, '\u{200B}') },
];

fn map(text: &str, each: impl Fn(char) -> char) -> String {
    text.chars().map(each).collect()
}

fn shifted(c: char, from: char, to: u32) -> char {
    char::from_u32(u32::from(c) - u32::from(from) + to).unwrap_or(c)
}

fn base64(text: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in text.as_bytes().chunks(3) {
        let bits = (0..3)
            .fold(0u32, |bits, at| bits << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let index = (bits >> (18 - 6 * at) & 63) as usize;
            let c = ALPHABET.get(index).copied().map_or('=', char::from);
            out.push(if at <= group.len() { c } else { '=' });
        }
    }
    out
}

fn camel(text: &str) -> String {
    text.split_whitespace()
        .map(|word| {
            let mut chars = word.chars();
            let first = chars.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(chars).collect::<String>()
        })
        .collect()
}

fn within_words(text: &str, mark: &str) -> String {
    let parts = text.split_inclusive(' ').map(|word| match word.char_indices().nth(2) {
        Some((at, c)) if c.is_alphabetic() && word.len() > 5 => {
            let (head, tail) = word.split_at_checked(at).unwrap_or((word, ""));
            format!("{head}{mark}{tail}")
        }
        _ => word.to_owned(),
    });
    parts.collect()
}

fn spelled(text: &str, mark: &str) -> String {
    let words = text
        .split_whitespace()
        .map(|word| word.chars().map(String::from).collect::<Vec<_>>().join(mark));
    words.collect::<Vec<_>>().join(if mark == " " { "   " } else { " " })
}

fn full_width(text: &str) -> String {
    map(text, |c| if c.is_ascii_graphic() { shifted(c, '!', 0xFF01) } else { c })
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn homoglyphs(text: &str) -> String {
    map(text, |c| match c {
        'a' => 'а',
        'c' => 'с',
        'e' => 'е',
        'i' => 'і',
        'o' => 'о',
        'p' => 'р',
        's' => 'ѕ',
        'x' => 'х',
        'y' => 'у',
        _ => c,
    })
}

fn leet(text: &str) -> String {
    map(text, |c| match c.to_ascii_lowercase() {
        'a' => '4',
        'e' => '3',
        'i' => '1',
        'o' => '0',
        's' => '5',
        't' => '7',
        _ => c,
    })
}

fn math_bold(text: &str) -> String {
    map(text, |c| match c {
        'a'..='z' => shifted(c, 'a', 0x1_D41A),
        'A'..='Z' => shifted(c, 'A', 0x1_D400),
        _ => c,
    })
}

fn mixed_case(text: &str) -> String {
    let turn = |(at, c): (usize, char)| match at % 2 {
        0 => c.to_ascii_uppercase(),
        _ => c.to_ascii_lowercase(),
    };
    text.chars().enumerate().map(turn).collect()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn rot13(text: &str) -> String {
    map(text, |c| match c {
        'a'..='m' | 'A'..='M' => shifted(c, '\0', 13),
        'n'..='z' | 'N'..='Z' => char::from_u32(u32::from(c) - 13).unwrap_or(c),
        _ => c,
    })
}

fn tags(text: &str) -> String {
    let tag = |c: char| {
        if c.is_ascii_graphic() || c == ' ' { shifted(c, '\0', 0xE_0000) } else { '\u{E0020}' }
    };
    format!("Hi{}", map(text, tag))
}

fn selectors(text: &str) -> String {
    let selector = |byte: u8| match byte {
        0..=15 => char::from_u32(0xFE00 + u32::from(byte)),
        _ => char::from_u32(0xE_0100 + u32::from(byte) - 16),
    };
    format!("\u{1F600}{}", text.bytes().filter_map(selector).collect::<String>())
}

/// Inner letters change places, two by two.
fn typoglycemia(text: &str) -> String {
    let shuffle = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        let count = letters.len();
        if letters.iter().all(char::is_ascii_alphabetic)
            && let Some(inner) = letters.get_mut(1..count.saturating_sub(1))
        {
            inner.chunks_exact_mut(2).for_each(<[char]>::reverse);
        }
        letters.into_iter().collect::<String>()
    };
    text.split(' ').map(shuffle).collect::<Vec<_>>().join(" ")
}

fn unicode_escapes(text: &str) -> String {
    let escape = |unit: u16| format!("\\u{unit:04x}");
    text.encode_utf16().map(escape).collect()
}

fn behind_letters(text: &str, mark: char) -> String {
    text.chars().flat_map(|c| [Some(c), c.is_alphabetic().then_some(mark)]).flatten().collect()
}
