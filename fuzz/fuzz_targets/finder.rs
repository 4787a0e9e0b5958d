//! Any text through the finder with every entity: no panic, findings in order and on characters, the same each time,
//! and what a stream lets go stays as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pii::find::{ENTITIES, Finder, Selection};

thread_local! {
    static FINDER: Finder = {
        let entities = ENTITIES.iter().map(|entity| entity.name.to_owned()).collect();
        Finder::new(&Selection { entities, ..Selection::default() }).expect("all entities compile")
    };
}

fuzz_target!(|input: (u8, &str)| {
    let (at, text) = input;
    FINDER.with(|finder| {
        let found = finder.find(text);
        let mut end = 0;
        for finding in &found {
            assert!(end <= finding.start && finding.start < finding.end, "{finding:?}");
            assert!(text.get(finding.start..finding.end).is_some(), "{finding:?}");
            assert!((0.0..=1.0).contains(&finding.score), "{finding:?}");
            end = finding.end;
        }
        assert_eq!(finder.find(text), found);
        let cut = text.floor_char_boundary(usize::from(at));
        let settled = finder.settled(&text[..cut]);
        assert!(settled <= cut && text.is_char_boundary(settled));
    });
});
