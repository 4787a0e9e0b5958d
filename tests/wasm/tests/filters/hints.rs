//! The hints that `make wasm` writes into the built modules.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use wasm_tests::built_file;
use wasmparser::{KnownCustom, Operator, Parser, Payload, TypeRef};

#[test]
fn every_filter_is_hinted_at_branches_before_its_code() {
    let filters = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../filters")).unwrap();
    for filter in filters {
        let name = filter.unwrap().file_name().into_string().unwrap().replace('-', "_");
        let module = fs::read(built_file(&name)).unwrap();
        let (mut hints, mut branches) = (BTreeMap::new(), BTreeSet::new());
        let mut function = 0;
        for payload in Parser::new(0).parse_all(&module) {
            match payload.unwrap() {
                Payload::ImportSection(section) => {
                    let imports = section.into_imports().map(Result::unwrap);
                    function +=
                        imports.filter(|import| matches!(import.ty, TypeRef::Func(_))).count();
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::BranchHints(section) = section.as_known() {
                        assert!(branches.is_empty(), "{name}: after the code");
                        for of_function in section {
                            let of_function = of_function.unwrap();
                            for hint in of_function.hints {
                                let hint = hint.unwrap();
                                hints.insert(
                                    (of_function.func as usize, hint.func_offset as usize),
                                    hint.taken,
                                );
                            }
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let start = body.range().start;
                    for operator in body.get_operators_reader().unwrap().into_iter_with_offsets() {
                        let (operator, at) = operator.unwrap();
                        if matches!(operator, Operator::BrIf { .. } | Operator::If { .. }) {
                            branches.insert((function, at - start));
                        }
                    }
                    function += 1;
                }
                _ => {}
            }
        }
        assert!(hints.keys().all(|hint| branches.contains(hint)), "{name}: not at a branch");
        // Of both kinds, hundreds: what every request passes.
        for way in [true, false] {
            let found = hints.values().filter(|taken| **taken == way).count();
            assert!(found > 200, "{name}: {found} of {} hints say {way}", hints.len());
        }
    }
}
