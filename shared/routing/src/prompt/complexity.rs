//! How hard a prompt looks: a score from 0 to 100.
//!
//! The score is a sum of features times coefficients ([`Coefficients`], a linear model whose weights the
//! configuration may replace):
//!
//! ```text
//! score = base
//!       + length          × log₂(tokens of the last turn / 16), at least 0
//!       + code            × 1 if the user's text has program code
//!       + reasoning_words × how many of the reasoning words the last turn has, at most 4
//!       + turns           × turns of the user before the last, at most 5
//!       + demands         × questions and list items of the last turn beyond the first, at most 5
//!       + mathematics     × formulas and numbers of the last turn, at most 5
//!       + context         × log₂(tokens of the whole prompt / 1000), at least 0
//!       + tools           × 1 if tools are offered
//! ```

use std::fmt;

use chat::bytes::{BLOCK, Set, blocks, is_ascii};

use super::Phrases;
use crate::config::Coefficients;

/// Words that ask for reasoning rather than for a fact. Stems in every form that is common.
const REASONING: &[&str] = &[
    "algorithm",
    "analyse",
    "analysis",
    "analyze",
    "architecture",
    "compare",
    "complexity",
    "debug",
    "deduce",
    "derive",
    "design",
    "diagnose",
    "differentiate",
    "evaluate",
    "explain why",
    "formal",
    "infer",
    "integrate",
    "investigate",
    "justify",
    "optimal",
    "optimise",
    "optimize",
    "plan",
    "proof",
    "prove",
    "reason",
    "refactor",
    "root cause",
    "solve",
    "step by step",
    "strategy",
    "theorem",
    "think through",
    "trade off",
    "trade offs",
    "tradeoff",
    "tradeoffs",
    "why does",
    "why is",
    // German
    "analysiere",
    "begründe",
    "beweis",
    "beweise",
    "entwirf",
    "erkläre warum",
    "optimiere",
    "schritt für schritt",
    "vergleiche",
    // French
    "analyser",
    "analysez",
    "comparer",
    "comparez",
    "démontrer",
    "démontrez",
    "justifier",
    "optimiser",
    "prouver",
    "résoudre",
    "étape par étape",
    // Spanish, Portuguese, Italian
    "analiza",
    "analizar",
    "compara",
    "comparar",
    "demostrar",
    "demuestra",
    "paso a paso",
    "resolver",
    "analisar",
    "analise",
    "demonstre",
    "passo a passo",
    "analizza",
    "confronta",
    "dimostra",
    "passo dopo passo",
    // Chinese, Japanese, Russian
    "分析",
    "比较",
    "证明",
    "推导",
    "逐步",
    "設計",
    "証明",
    "比較",
    "докажи",
    "доказать",
    "проанализируй",
    "сравни",
];

/// What the score looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Features {
    /// Tokens of the user's last turn.
    pub last_tokens: u64,
    /// Tokens of the whole prompt.
    pub all_tokens: u64,
    /// The user's text has program code.
    pub code: bool,
    /// Turns of the user.
    pub user_turns: u64,
    /// Reasoning words in the last turn.
    pub reasoning_words: u64,
    /// Questions and list items in the last turn.
    pub demands: u64,
    /// Formulas and numbers in the last turn.
    pub mathematics: u64,
    /// Tools are offered.
    pub tools: bool,
}

/// A score and its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// 0 to 100.
    pub total: u32,
    /// What each feature added, those that added something.
    pub parts: Vec<(&'static str, f64)>,
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(""))
    }
}

impl Score {
    /// The score and its parts, behind a word. Each decision by a score tells them, so they are put together without a
    /// formatter.
    pub(crate) fn told(&self, before: &str) -> String {
        let mut told = String::with_capacity(128);
        add(&mut told, [before, ""], self.total.into());
        for (index, (name, points)) in self.parts.iter().enumerate() {
            let before = if index == 0 { " (" } else { ", " };
            match points.abs() < 1e6 {
                // As `{points:.0}` would.
                true => add(&mut told, [before, name], points.round_ties_even() as i64),
                false => told.push_str(&format!("{before}{name} {points:.0}")),
            }
        }
        if !self.parts.is_empty() {
            told.push(')');
        }
        told
    }
}

/// Adds a number behind what is before it and its name, if it has one. Once for all: inlined, the code would be run
/// through anew for each number.
#[inline(never)]
pub(crate) fn add(told: &mut String, [before, name]: [&str; 2], number: i64) {
    told.push_str(before);
    if !name.is_empty() {
        told.push_str(name);
        told.push(' ');
    }
    told.push_str(&number.to_string());
}

/// The words that count, ready to be looked for.
#[derive(Debug)]
pub struct ReasoningWords(Phrases);

impl Default for ReasoningWords {
    fn default() -> ReasoningWords {
        ReasoningWords(Phrases::new(REASONING.iter().copied()))
    }
}

impl Features {
    /// Adds what a piece of the user's last turn shows.
    pub fn add_last(&mut self, text: &str, words: &ReasoningWords) {
        let signs = Signs::of(text);
        self.reasoning_words += words.0.count_in(text) as u64;
        self.demands += signs.demands;
        self.mathematics += signs.mathematics;
    }

    /// The score.
    pub fn score(&self, by: &Coefficients) -> Score {
        let yes = |is: bool| f64::from(u8::from(is));
        let most = |count: u64, most: u64| count.min(most) as f64;
        let all = [
            ("base", by.base),
            ("length", by.length * doublings(self.last_tokens, 16)),
            ("code", by.code * yes(self.code)),
            ("reasoning words", by.reasoning_words * most(self.reasoning_words, 4)),
            ("turns", by.turns * most(self.user_turns.saturating_sub(1), 5)),
            ("demands", by.demands * most(self.demands.saturating_sub(1), 5)),
            ("mathematics", by.mathematics * most(self.mathematics, 5)),
            ("context", by.context * doublings(self.all_tokens, 1_000)),
            ("tools", by.tools * yes(self.tools)),
        ];
        let sum: f64 = all.iter().map(|(_, points)| points).sum();
        let parts = all.into_iter().filter(|(_, points)| points.abs() >= 0.5).collect();
        Score { total: sum.round().clamp(0.0, 100.0) as u32, parts }
    }
}

/// How often `unit` must be doubled to make `count`.
fn doublings(count: u64, unit: u64) -> f64 {
    match count > unit {
        true => (count as f64 / unit as f64).log2(),
        false => 0.0,
    }
}

/// What signs, digits and the beginnings of lines show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Signs {
    /// Questions and list items.
    demands: u64,
    /// Formulas and numbers: equations, powers, roots, and numbers of two digits or more.
    mathematics: u64,
}

const DIGITS: Set = Set::new().with(b'0', b'9');
/// Those, signs that count, and line ends. Prose has few of them.
const COUNTED: Set = DIGITS.with_all(b"?=^\\\n");

impl Signs {
    /// Read in one go; characters beyond ASCII and TeX only where there are any.
    fn of(text: &str) -> Signs {
        let mut signs = Signs { demands: u64::from(is_item(text)), mathematics: 0 };
        let mut tex = false;
        let mut digits_before = 0u64;
        for (index, block) in blocks(text.as_bytes()).enumerate() {
            let found = COUNTED.find(&block);
            let digits = if found == 0 { 0 } else { DIGITS.find(&block) };
            let mut found = found & !digits;
            // The second digit of each number: one before it, and none before that one.
            let one = digits << 1 | digits_before >> 63;
            let two = digits << 2 | digits_before >> 62;
            signs.mathematics += u64::from((digits & one & !two).count_ones());
            digits_before = digits;
            while found != 0 {
                let at = found.trailing_zeros() as usize;
                found &= found - 1;
                match block.get(at) {
                    Some(b'?') => signs.demands += 1,
                    Some(b'\\') => tex = true,
                    Some(b'\n') => {
                        let line = text.get(index * BLOCK + at + 1..).unwrap_or_default();
                        signs.demands += u64::from(is_item(line));
                    }
                    _ => signs.mathematics += 1,
                }
            }
        }
        if !is_ascii(text.as_bytes()) {
            for char in text.chars().filter(|char| !char.is_ascii()) {
                signs.demands += u64::from(matches!(char, '？' | '؟'));
                signs.mathematics += u64::from("∫∑√≤≥∞≠×÷".contains(char));
            }
        }
        if tex {
            let formulas = text.matches("\\frac").count() + text.matches("\\sum").count();
            signs.mathematics += formulas as u64;
        }
        signs
    }
}

/// Whether a text's first line is `- item`, `* item`, `3. item`, `b) item`, whatever white space is before it.
fn is_item(rest: &str) -> bool {
    /// The longest mark, and the space behind it.
    const MOST: usize = 5;
    let line = rest.trim_start_matches(|char: char| char != '\n' && char.is_whitespace());
    let begin = line.as_bytes().iter().take(MOST);
    let Some(end) = begin.clone().position(|byte| *byte == b' ') else { return false };
    match line.get(..end).unwrap_or_default() {
        "-" | "*" | "•" | "–" => true,
        mark => match mark.as_bytes() {
            [b'\n', ..] => false,
            [_, b'.' | b')'] => true,
            [_, .., b'.' | b')'] => begin.take(end - 1).all(u8::is_ascii_digit),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::prompt::code;

    fn score(text: &str) -> Score {
        let tokens = tokens::Counter::of_model("").rough().text(text);
        let mut features = Features {
            last_tokens: tokens,
            all_tokens: tokens,
            code: code::has_code(text),
            user_turns: 1,
            ..Features::default()
        };
        features.add_last(text, &ReasoningWords::default());
        features.score(&Coefficients::default())
    }

    #[test]
    fn simple_prompts_score_low_and_hard_ones_high() {
        for text in [
            "Hello",
            "What is the capital of France?",
            "Translate good morning to Spanish.",
            "Write a short birthday wish for my aunt.",
        ] {
            assert!(score(text).total < 20, "{text}: {}", score(text));
        }
        for text in [
            "Prove step by step that the sum of the first n odd numbers is n^2, and derive the formula for cubes.",
            "Compare these designs and justify the optimal one:\n1. a queue\n2. a log\n3. a table\nWhat are the trade-offs?",
            "Debug this and explain why it leaks:\n```\nfn main() { let x = Box::leak(Box::new(1)); }\n```",
        ] {
            assert!(score(text).total >= 35, "{text}: {}", score(text));
        }
    }

    #[test]
    fn the_score_is_its_parts_within_bounds() {
        let features = Features {
            last_tokens: 64,
            all_tokens: 4_000,
            code: true,
            user_turns: 3,
            reasoning_words: 9,
            demands: 3,
            mathematics: 1,
            tools: true,
        };
        let score = features.score(&Coefficients::default());
        assert_eq!(
            score.to_string(),
            "100 (length 10, code 20, reasoning words 40, turns 4, demands 6, mathematics 3, context 8, tools 5)"
                .replace("100", "96")
        );
        let steep = Coefficients { base: 1e300, ..Coefficients::default() };
        assert_eq!(features.score(&steep).total, 100);
        let negative = Coefficients { base: -1e300, ..Coefficients::default() };
        assert_eq!(features.score(&negative).total, 0);
        assert_eq!(Features::default().score(&Coefficients::default()).to_string(), "0");
    }

    #[test]
    fn mathematics_are_signs_and_numbers_of_two_digits() {
        for (text, expected) in [
            ("x = y^2", 2),
            ("∑ of √2 ≤ 3", 3),
            ("In 2019 we had 7, then 12, 345.", 3),
            ("\\frac{a}{b} + \\sum_i", 2),
            ("twenty", 0),
            (&"1234 ".repeat(100), 100),
            (&"=12345678901234567".repeat(100), 200),
        ] {
            assert_eq!(Signs::of(text).mathematics, expected, "{text}");
        }
    }

    #[test]
    fn demands_are_questions_and_list_items() {
        for (text, expected) in [
            ("Why? How?", 2),
            ("- a\n- b\n3. c\nb) d\nno item. here", 4),
            ("e.g. this", 0),
            ("\n) x\n\n12\n) y\n-\n", 0),
            ("\t\u{3000}\u{2022} a\r\n\u{2013} b\r\n 123) c\n1234. d\n12a. e", 3),
            ("1990. was good", 0),
        ] {
            assert_eq!(Signs::of(text).demands, expected, "{text}");
        }
    }
}
