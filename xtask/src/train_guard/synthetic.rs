//! Texts of our own making: attacks of kinds that the data has few of, and harmless texts that merely hold the
//! words of attacks. A template is one group: its texts are never both learnt from and tested on.

use super::data::{Label, Row};
use super::random::Random;
use super::templates::{ATTACKS, BENIGN, SLOTS};

/// How many texts a template with places gives.
const EACH: usize = 6;

/// The texts of all templates. Groups begin at `first_group`.
pub(crate) fn rows(first_group: usize) -> Vec<Row> {
    let mut random = Random::new(7);
    let lists =
        [(Label::Attack, "own_attacks", ATTACKS), (Label::Benign, "own_trigger_words", BENIGN)];
    let templates = lists.into_iter().flat_map(|(label, source, list)| {
        list.lines().filter(|line| !line.trim().is_empty()).map(move |line| (label, source, line))
    });
    let mut rows = Vec::new();
    for (index, (label, source, template)) in templates.enumerate() {
        let count = if template.contains('{') { EACH } else { 1 };
        for _ in 0..count {
            rows.push(Row {
                label,
                source: source.to_owned(),
                licence: "Apache-2.0 (this repository)".to_owned(),
                text: filled(template, &mut random),
                group: first_group + index,
            });
        }
    }
    rows
}

/// The template with a choice in every place: `{secret}`, `{yes|no}`.
fn filled(template: &str, random: &mut Random) -> String {
    let mut text = template.to_owned();
    // The innermost place first: a choice may hold places of its own.
    while let Some(end) = text.find('}') {
        let start = text[..end].rfind('{').expect("an opened place");
        let name = &text[start + 1..end];
        let choices: Vec<&str> = match SLOTS.iter().find(|(slot, _)| *slot == name) {
            Some((_, list)) => list.split('|').collect(),
            None => name.split('|').collect(),
        };
        let choice = (*random.pick(&choices)).to_owned();
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
    }

    #[test]
    fn the_same_texts_every_time() {
        let texts = || rows(0).into_iter().map(|row| row.text).collect::<Vec<_>>();
        assert_eq!(texts(), texts());
    }
}
