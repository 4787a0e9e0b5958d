//! The classes of characters that the regexes of all encodings tell apart, as a two-stage table: one byte per
//! block of 256 characters (which of the distinct blocks it is), then the distinct blocks, a nibble per
//! character. The reading half is `src/classes.rs`.

use std::collections::HashMap;

use regex_syntax::hir::{Class, HirKind};

/// In the order of `Class` in `src/classes.rs`; what no row names is 0.
const CLASSES: [(u8, &str); 6] = [
    (1, r"\p{M}"),
    (2, r"[\p{Lu}\p{Lt}]"),
    (3, r"\p{Ll}"),
    (4, r"[\p{Lm}\p{Lo}]"),
    (5, r"\p{N}"),
    (6, r"\s"),
];
const NEWLINE: u8 = 7;

pub(crate) fn table() -> Vec<u8> {
    let mut classes = vec![0u8; 0x11_0000];
    for (class, pattern) in CLASSES {
        for (first, last) in ranges(pattern) {
            classes[first as usize..=last as usize].fill(class);
        }
    }
    classes[usize::from(b'\r')] = NEWLINE;
    classes[usize::from(b'\n')] = NEWLINE;

    let mut known: HashMap<Vec<u8>, u8> = HashMap::new();
    let mut index = Vec::new();
    let mut blocks = Vec::new();
    for block in classes.chunks(256) {
        let packed: Vec<u8> = block.chunks(2).map(|pair| pair[0] | pair[1] << 4).collect();
        let next = u8::try_from(known.len()).expect("at most 256 distinct blocks");
        let number = *known.entry(packed.clone()).or_insert(next);
        if number == next {
            blocks.extend(packed);
        }
        index.push(number);
    }
    index.extend(blocks);
    index
}

fn ranges(pattern: &str) -> Vec<(char, char)> {
    let hir = regex_syntax::parse(pattern).expect("a class");
    let HirKind::Class(Class::Unicode(class)) = hir.kind() else {
        panic!("{pattern}: not a class")
    };
    class.iter().map(|range| (range.start(), range.end())).collect()
}
