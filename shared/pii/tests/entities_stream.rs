//! A text that arrives in pieces: what has been let go does not change any more.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use pii::find::{ENTITIES, Finder, Selection};

#[test]
fn no_finding_reaches_across_what_has_settled() {
    let entities = ENTITIES.iter().map(|entity| entity.name.to_owned()).collect();
    let finder = Finder::new(&Selection { entities, ..Selection::default() }).unwrap();
    let mut wrong = Vec::new();
    for entity in ENTITIES {
        // A quoted local part is let go word by word: waiting for every quotation would stop all streams.
        for example in entity.doc.matches.iter().filter(|example| !example.contains("\"@")) {
            let text = format!("Some words first: {}, and more.", example.replace(['«', '»'], ""));
            let all = finder.find(&text);
            for (end, _) in text.char_indices() {
                let settled = finder.settled(text.get(..end).unwrap());
                let cut = all.iter().find(|found| found.start < settled && settled < found.end);
                if let Some(cut) = cut {
                    let (out, rest) = text.get(..end).unwrap().split_at(settled);
                    wrong.push(format!("{}: {out}|{rest}", cut.name()));
                    break;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
