//! The documentation of every entity, executed; and a lint over the table.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use pii::find::{Category, ENTITIES, Entity, Finder, Selection};

fn every() -> Finder {
    let entities = ENTITIES.iter().map(|entity| entity.name.to_owned()).collect();
    Finder::new(&Selection { entities, ..Selection::default() }).unwrap()
}

/// An example without its marks, and the spans that they mark.
fn marked(example: &str) -> (String, Vec<(usize, usize)>) {
    let (mut text, mut spans, mut open) = (String::new(), Vec::new(), None);
    for c in example.chars() {
        match c {
            '«' => open = Some(text.len()),
            '»' => spans.push((open.take().unwrap(), text.len())),
            c => text.push(c),
        }
    }
    assert!(open.is_none() && !spans.is_empty(), "{example}");
    (text, spans)
}

fn spans(finder: &Finder, entity: &Entity, text: &str) -> Vec<(usize, usize)> {
    let found = finder.find(text);
    found.iter().filter(|f| f.name() == entity.name).map(|f| (f.start, f.end)).collect()
}

#[test]
fn what_matches_is_found_with_all_entities_on() {
    let finder = every();
    let mut wrong = Vec::new();
    for entity in ENTITIES {
        for example in entity.doc.matches {
            let (text, expected) = marked(example);
            if spans(&finder, entity, &text) != expected {
                wrong.push(format!("{}: {example}: {:?}", entity.name, finder.find(&text)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_does_not_match_is_not() {
    let finder = every();
    let mut wrong = Vec::new();
    for entity in ENTITIES {
        for text in entity.doc.rejects {
            if !spans(&finder, entity, text).is_empty() {
                wrong.push(format!("{}: {text}: {:?}", entity.name, finder.find(text)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_is_whole() {
    for entity in ENTITIES {
        let Entity { name, region, doc, .. } = entity;
        assert!(
            name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'),
            "{name}"
        );
        assert!(*region == "global" || region.len() == 2, "{name}");
        for text in [doc.catches, doc.why, doc.mistakes] {
            assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{name}: {text}");
        }
        assert!(
            !doc.source.is_empty() && !doc.matches.is_empty() && !doc.rejects.is_empty(),
            "{name}"
        );
        for (form, score) in entity.scores() {
            assert!(score > 0.0 && score <= 1.0, "{name} {form}");
            // What does not stand alone must be reachable with a context word.
            let alone = score >= Selection::MIN_SCORE;
            assert!(
                alone || score + 0.4 >= Selection::MIN_SCORE && entity.context().count() > 0,
                "{name} {form}"
            );
        }
        assert!(entity.context().all(|word| word == word.to_lowercase()), "{name}");
    }
    let mut names: Vec<_> = ENTITIES.iter().map(|entity| entity.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ENTITIES.len(), "a name is there twice");
    for category in Category::ALL {
        assert!(ENTITIES.iter().any(|entity| entity.category == category), "{}", category.name());
    }
}
