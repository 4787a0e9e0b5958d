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
        write!(f, "{}", self.total)?;
        for (index, (name, points)) in self.parts.iter().enumerate() {
            let before = if index == 0 { " (" } else { ", " };
            write!(f, "{before}{name} {points:.0}")?;
        }
        f.write_str(if self.parts.is_empty() { "" } else { ")" })
    }
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
        self.reasoning_words += words.0.count_in(text) as u64;
        self.demands += demands(text);
        self.mathematics += mathematics(text);
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

/// Questions and list items.
fn demands(text: &str) -> u64 {
    let questions = count(text, |byte| byte == b'?', |char| matches!(char, '？' | '؟'));
    let items = text.lines().filter(|line| is_item(line.trim_start())).count();
    questions + items as u64
}

/// How many characters of a text are of a kind. Most texts are ASCII, and are read byte by byte.
fn count(text: &str, ascii: impl Fn(u8) -> bool, other: impl Fn(char) -> bool) -> u64 {
    let bytes = text.bytes().filter(|byte| ascii(*byte)).count();
    let others = match text.is_ascii() {
        true => 0,
        false => text.chars().filter(|char| other(*char)).count(),
    };
    (bytes + others) as u64
}

/// `- item`, `* item`, `3. item`, `b) item`.
fn is_item(line: &str) -> bool {
    let mark = line.split_once(' ').map_or("", |(mark, _)| mark);
    match mark {
        "-" | "*" | "•" | "–" => true,
        _ => {
            let number = mark.strip_suffix(['.', ')']).unwrap_or("");
            !number.is_empty()
                && number.len() <= 3
                && (number.bytes().all(|byte| byte.is_ascii_digit()) || number.len() == 1)
        }
    }
}

/// Formulas and numbers: equations, powers, roots, and numbers of two digits or more.
fn mathematics(text: &str) -> u64 {
    let marks = count(
        text,
        |byte| matches!(byte, b'=' | b'^'),
        |char| matches!(char, '∫' | '∑' | '√' | '≤' | '≥' | '∞' | '≠' | '×' | '÷'),
    );
    let mut numbers = 0;
    let mut digits = 0u64;
    for byte in text.bytes() {
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        numbers += u64::from(digits == 2);
    }
    let tex = match text.bytes().any(|byte| byte == b'\\') {
        true => text.matches("\\frac").count() + text.matches("\\sum").count(),
        false => 0,
    };
    marks + numbers + tex as u64
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
        ] {
            assert_eq!(mathematics(text), expected, "{text}");
        }
    }

    #[test]
    fn demands_are_questions_and_list_items() {
        for (text, expected) in [
            ("Why? How?", 2),
            ("- a\n- b\n3. c\nb) d\nno item. here", 4),
            ("e.g. this", 0),
            ("1990. was good", 0),
        ] {
            assert_eq!(demands(text), expected, "{text}");
        }
    }
}
