//! Whether a text has program code in it.

use chat::bytes::{Set, places};

use super::words::count_words;

/// From how many points on a text counts as having code.
const ENOUGH: u32 = 6;

/// How a line of code begins, in common languages. Sorted.
const OPENINGS: &[&str] = &[
    "#!/",
    "#include",
    "$ ",
    "<!DOCTYPE",
    "</",
    "<?php",
    "<div",
    "<html",
    "@Override",
    "CREATE TABLE ",
    "DELETE FROM ",
    "FROM ",
    "INSERT INTO ",
    "RUN ",
    "SELECT ",
    "UPDATE ",
    "WITH ",
    "async def ",
    "async function ",
    "class ",
    "const ",
    "def ",
    "elif ",
    "else:",
    "export ",
    "fn ",
    "for (",
    "from ",
    "func ",
    "function ",
    "if (",
    "impl ",
    "import ",
    "interface ",
    "let ",
    "namespace ",
    "package ",
    "private ",
    "protected ",
    "pub ",
    "public ",
    "return ",
    "static ",
    "struct ",
    "try {",
    "try:",
    "type ",
    "use ",
    "using ",
    "var ",
    "void ",
    "while (",
    "{\"",
];

/// Marks that text seldom has and code often: each counts once per line.
const MARKS: &[&str] = &[
    "()", "){", ") {", "=>", "->", "==", "!=", "&&", "||", "::", "+=", "</", "/>", "):", "];",
    ");", "[i]", "= [", "= {", "= \"", "=\"",
];

/// Whether `text` has program code in it: a fenced block, or lines that look like code. Every line gets
/// points for how it begins, how it ends and the marks in it.
pub fn has_code(text: &str) -> bool {
    let mut points = 0;
    let mut fence = Fence::None;
    for line in lines(text) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let trimmed = trimmed(line);
        let fences = trimmed.starts_with("```") || trimmed.starts_with("~~~");
        fence = match (fence, fences) {
            // A block that is not closed still is one.
            (Fence::Begun, false) => return true,
            (Fence::None, true) => Fence::Begun,
            (Fence::None, false) => Fence::None,
            (Fence::Begun | Fence::Empty, _) => Fence::Empty,
        };
        points += points_of(line, trimmed);
        if points >= ENOUGH {
            return true;
        }
    }
    false
}

/// The lines of a text, found faster than by [`str::lines`].
fn lines(text: &str) -> impl Iterator<Item = &str> {
    const END: Set = Set::new().with(b'\n', b'\n');
    let mut ends = places(text.as_bytes(), |block| END.find(block));
    let mut begin = 0;
    std::iter::from_fn(move || {
        if begin >= text.len() {
            return None;
        }
        let end = ends.next().unwrap_or(text.len());
        let line = text.get(begin..end)?;
        begin = end + 1;
        Some(line)
    })
}

/// What was seen of the first fenced block: it begins with a line of three backticks, or three tildes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fence {
    None,
    /// In the line before.
    Begun,
    /// And ended in the next, with nothing in it.
    Empty,
}

/// [`str::trim`], which has nothing to do for most lines.
fn trimmed(line: &str) -> &str {
    match line.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => line,
        _ => line.trim(),
    }
}

fn points_of(line: &str, trimmed: &str) -> u32 {
    /// Nobody writes code on longer lines, but minified data is.
    const LONGEST: usize = 400;
    if line.len() > LONGEST {
        return 0;
    }
    let ends = match trimmed.as_bytes().last() {
        Some(b';' | b'{' | b'}') => 2,
        // Prose ends with a colon too.
        Some(b':') => u32::from(trimmed.contains('(') || trimmed.starts_with("else")),
        _ => 0,
    };
    let marks = marks(trimmed).min(3);
    let opening = match opens(trimmed) {
        // Prose begins with some of these as well: "let me", "use the", "import duties".
        true if ends + marks > 0 || line.starts_with([' ', '\t']) || few_words(trimmed) => 2,
        _ => 0,
    };
    let comment = u32::from(trimmed.starts_with("//") || trimmed.starts_with("/*"));
    ends + marks + opening + comment + 2 * u32::from(is_call(trimmed))
}

/// Whether a line begins like one of code.
fn opens(line: &str) -> bool {
    let first = |text: &str| text.as_bytes().first().copied();
    let begin = first(line);
    let before = OPENINGS.partition_point(|opening| first(opening) < begin);
    let openings = OPENINGS.iter().skip(before);
    openings.take_while(|opening| first(opening) == begin).any(|opening| line.starts_with(opening))
}

/// How many of the marks a line has. Prose has few bytes that one begins with, and others behind them.
fn marks(line: &str) -> u32 {
    let mut found = 0u32;
    for at in places(line.as_bytes(), |block| BEGINNINGS.find(block)) {
        let rest = line.as_bytes().get(at..).unwrap_or_default();
        let second = rest.get(1).and_then(|second| SECONDS.get(usize::from(*second)));
        if second != Some(&true) {
            continue;
        }
        let marks = MARKS.iter().map(|mark| mark.as_bytes()).enumerate();
        for (number, mark) in marks.filter(|(_, mark)| mark.first() == rest.first()) {
            found |= u32::from(rest.starts_with(mark)) << number;
        }
    }
    found.count_ones()
}

/// The bytes that marks begin with.
const BEGINNINGS: Set = marked().0;
/// By byte, whether it is the second of a mark.
const SECONDS: [bool; 128] = marked().1;

#[allow(clippy::indexing_slicing, reason = "marks are ASCII")]
const fn marked() -> (Set, [bool; 128]) {
    let (mut first, mut second, mut marks) = (Set::new(), [false; 128], MARKS);
    while let [mark, rest @ ..] = marks {
        if let [one, two, ..] = mark.as_bytes() {
            first = first.with(*one, *one);
            second[*two as usize] = true;
        }
        marks = rest;
    }
    (first, second)
}

/// Whether a line is nothing but a call: `print(add(1, 2))`.
fn is_call(line: &str) -> bool {
    if !line.ends_with(')') {
        return false;
    }
    let name = line.split_once('(').map_or("", |(name, _)| name);
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:".contains(&byte);
    !name.is_empty() && name.bytes().all(inner)
}

/// Whether a line is too short for a sentence: `import os`, `let x`.
fn few_words(line: &str) -> bool {
    let last = line.chars().next_back().unwrap_or(' ');
    !matches!(last, '.' | '?' | '!' | ',') && count_words(line, 3) <= 2
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_opening_is_found() {
        assert!(OPENINGS.is_sorted());
        for opening in OPENINGS {
            assert!(opens(opening) && opens(&format!("{opening}x")), "{opening}");
        }
        assert!(!opens("A word") && !opens("\u{e9}t\u{e9}") && !opens("~"));
    }

    #[test]
    fn every_mark_is_found_once() {
        assert!(MARKS.len() <= 32, "a bit for each");
        assert!(MARKS.iter().all(|mark| mark.len() > 1), "two bytes tell that one may begin");
        for mark in MARKS {
            let line = format!("a {mark} b {mark}");
            let expected = MARKS.iter().filter(|mark| line.contains(**mark)).count();
            assert_eq!(marks(&line) as usize, expected, "{line}");
            // Also where a block ends.
            let line = format!("{}{line}", "a".repeat(chat::bytes::BLOCK - 3));
            assert_eq!(marks(&line) as usize, expected, "{line}");
        }
    }

    #[test]
    fn lines_are_those_of_the_standard_library() {
        for text in ["", "\n", "a", "a\n", "a\r\nb\n\n", "\r", "a\rb\r\r\n", "é\n漢"] {
            let expected: Vec<&str> =
                text.lines().map(|line| line.trim_end_matches('\r')).collect();
            let found: Vec<&str> = lines(text).map(|line| line.trim_end_matches('\r')).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn code_is_seen() {
        for text in [
            "Fix this:\n```\nx = 1\n```",
            "Why?\n~~~rust\nlet x = 1;",
            "def add(a, b):\n    return a + b\n\nprint(add(1, 2))",
            "for (int i = 0; i < n; i++) {\n  sum += a[i];\n}",
            "SELECT id, name\nFROM users\nWHERE age != 3 AND name == 'x';",
            "fn main() {\n    println!(\"hi\");\n}",
            "const f = (x) => x + 1;\nexport default f;\nlet y = f(2);",
            "<div class=\"a\">\n  <p>hello</p>\n</div>",
            "import os\nimport sys\nprint(os.getcwd())",
            "package main\n\nfunc main() {\n\tfmt.Println(\"hi\")\n}",
        ] {
            assert!(has_code(text), "{text}");
        }
    }

    #[test]
    fn prose_is_no_code() {
        for text in [
            "",
            "Let me know when you are there; I will wait (if I must).",
            "Import duties from the class of 1990.\nUse the form.\nReturn it to me, please!",
            "Dear Sir,\n\nfrom Monday on we are closed:\n- Monday\n- Tuesday\n\nYours; Ada",
            "Is 3 != 4? And 2 == 2?",
            "To: a@b.c\nSubject: The type of thing\nWith best wishes,\nUse it well",
            "The set {1, 2, 3} has f(x) = x.",
            "He said -> she said -> they said",
        ] {
            assert!(!has_code(text), "{text}");
        }
    }
}
