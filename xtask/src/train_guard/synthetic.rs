//! Texts of our own making: attacks of kinds that the data has few of, harmless texts that merely hold the words
//! of attacks, and harmless texts that are built as those attacks are. A template is one group: its texts are never both learnt from and tested on.
//!
//! Templates stand one a line, under the name of their family (`# name`). `{name}` is a place for one of the
//! words of `slots.txt`, `{yes|no}` for one of these; places may stand in places.

use super::data::{Label, Row};
use super::random::Random;

/// How many texts a template with places gives.
const EACH: usize = 6;

/// Whose texts serve as documents.
const DOCUMENTS: &str = "bipia_contexts";

static SLOTS: &str = include_str!("templates/slots.txt");
static ATTACKS: &str = include_str!("templates/attacks.txt");
static LOOK_ALIKES: &str = include_str!("templates/look_alikes.txt");
static TRIGGER_WORDS: &str = include_str!("templates/trigger_words.txt");

/// The texts of all templates. Groups begin at `first_group`.
pub(crate) fn rows(first_group: usize) -> Vec<Row> {
    let lists = [
        (Label::Attack, "own_attacks", ATTACKS),
        (Label::Benign, "own_look_alikes", LOOK_ALIKES),
        (Label::Benign, "own_trigger_words", TRIGGER_WORDS),
    ];
    let slots = slots();
    let mut rows = Vec::new();
    for (label, source, list) in lists {
        let mut family = 0;
        for line in list.lines().filter(|line| !line.trim().is_empty()) {
            // By its words and not by its place, so that a new template changes nothing for the others.
            let group = first_group + number_of(line);
            if line.starts_with("# ") {
                family = group;
                continue;
            }
            let count = if line.contains('{') { EACH } else { 1 };
            let mut random = Random::new(number_of(line) as u64);
            for _ in 0..count {
                rows.push(Row {
                    label,
                    source: source.to_owned(),
                    licence: "Apache-2.0 (this repository)".to_owned(),
                    text: filled(line, &slots, &mut random),
                    group,
                    family,
                });
            }
        }
    }
    rows
}

/// A number that a line always has (FNV-1a).
fn number_of(line: &str) -> usize {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    line.bytes().fold(0x811C_9DC5, step) as usize
}

/// Documents with an attack of ours in the middle: what a tool may return. Document and attack are of one fold,
/// so that no fold is tested on what it learnt.
pub(crate) fn injected(rows: &[Row], fold: impl Fn(usize) -> usize) -> Vec<Row> {
    let mut random = Random::new(11);
    let mut out = Vec::new();
    for document in rows.iter().filter(|row| row.source == DOCUMENTS) {
        let near =
            |row: &&Row| row.source == "own_attacks" && fold(row.group) == fold(document.group);
        let attacks: Vec<&Row> = rows.iter().filter(near).collect();
        let middle = document.text.len() / 2;
        let seam = document.text.get(..middle).and_then(|head| head.rfind([' ', '\n']));
        let (head, tail) = document.text.split_at(seam.unwrap_or(0));
        let attack = &random.pick(&attacks).text;
        out.push(Row {
            label: Label::Attack,
            source: "own_injected".to_owned(),
            licence: format!("{}; Apache-2.0 (this repository)", document.licence),
            text: format!("{head}\n{attack}\n{tail}"),
            ..document.clone()
        });
    }
    out
}

/// Names of places and their words: `name: one|two`.
fn slots() -> Vec<(&'static str, Vec<&'static str>)> {
    let read = |line: &'static str| {
        let (name, words) = line.split_once(": ")?;
        Some((name, words.split('|').collect()))
    };
    SLOTS.lines().filter_map(read).collect()
}

/// The template with a choice in every place.
fn filled(template: &str, slots: &[(&str, Vec<&str>)], random: &mut Random) -> String {
    let mut text = template.to_owned();
    // The innermost place first: a choice may hold places of its own.
    while let Some(end) = text.find('}') {
        let start = text[..end].rfind('{').expect("an opened place");
        let name = &text[start + 1..end];
        let choice = match slots.iter().find(|(slot, _)| *slot == name) {
            Some((_, words)) => (*random.pick(words)).to_owned(),
            None => (*random.pick(&name.split('|').collect::<Vec<_>>())).to_owned(),
        };
        text.replace_range(start..=end, &choice);
    }
    text.replace("\\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_filled() {
        let rows = rows(10);
        assert!(rows.len() > 1_000);
        assert!(rows.iter().all(|row| !row.text.contains(['{', '}'])));
        assert!(rows.iter().all(|row| row.family > 10), "a template stands outside a family");
    }

    #[test]
    fn the_same_texts_every_time() {
        let texts = || rows(0).into_iter().map(|row| row.text).collect::<Vec<_>>();
        assert_eq!(texts(), texts());
    }
}
