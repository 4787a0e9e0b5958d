//! What the tests of all dialects hold streams to.
#![allow(clippy::panic, reason = "a test may fail so")]

use std::collections::BTreeMap;

use super::Event;

/// Checks the order that [`Event`] promises.
pub(crate) fn assert_ordered(events: &[Event]) {
    let mut open: BTreeMap<usize, usize> = BTreeMap::new();
    let mut begun: BTreeMap<usize, usize> = BTreeMap::new();
    let mut finished = Vec::new();
    let mut over = false;
    let mut started = false;
    for event in events {
        assert!(!over, "after the end: {event:?}");
        match event {
            Event::Start { .. } => assert!(!std::mem::replace(&mut started, true)),
            Event::BlockStart { candidate, block, .. } => {
                assert!(started && !finished.contains(candidate));
                assert_eq!(open.insert(*candidate, *block), None, "one open block at a time");
                let count = begun.entry(*candidate).or_default();
                assert_eq!(*count, *block, "blocks count up");
                *count += 1;
            }
            Event::BlockDelta { candidate, block, .. } => {
                assert_eq!(open.get(candidate), Some(block));
            }
            Event::BlockStop { candidate, block } => {
                assert_eq!(open.remove(candidate), Some(*block));
            }
            Event::Finish { candidate, .. } => {
                assert!(started && !open.contains_key(candidate));
                finished.push(*candidate);
            }
            Event::End | Event::Error(_) => over = true,
            Event::Usage(_) | Event::Ping => {}
        }
    }
}
