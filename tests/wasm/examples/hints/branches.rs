//! The branches of a module: counted while it runs, and hinted.
//!
//! The format: <https://webassembly.github.io/branch-hinting/metadata/code/binary.html> (read 2026-11-21).

use std::collections::BTreeMap;
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BranchHint, BranchHints, CodeSection, ExportKind, ExportSection, Function, Instruction, MemArg,
    MemorySection, MemoryType, Section, ValType,
};
use wasmparser::{
    ExportSectionReader, FunctionBody, MemorySectionReader, Operator, Parser, Payload, TypeRef,
};

/// The memory that [`counting`] adds: for every branch, in the order of the code, how often its condition
/// was true and how often false, 32 bits each.
pub(crate) const COUNTS: &str = "branch_counts";
const SECTION: &str = "metadata.code.branch_hint";
/// What is this often as frequent as the other way is the likely way.
const LIKELY: u64 = 20;

/// The same module, counting.
pub(crate) fn counting(module: &[u8]) -> Vec<u8> {
    let code = Code::of(module);
    let pages = (8 * code.branches.len() as u64).div_ceil(65_536);
    let mut counting = Counting { pages, parameters: code.parameters.into_iter(), counts: 0 };
    let mut encoded = wasm_encoder::Module::new();
    counting.parse_core_module(&mut encoded, Parser::new(0), module).unwrap();
    encoded.finish()
}

/// The same module with a hint at every branch that goes one way. `counts` are those of [`COUNTS`], added up.
pub(crate) fn hinted(module: &[u8], counts: &[u64]) -> Vec<u8> {
    let code = Code::of(module);
    let mut by_function: BTreeMap<u32, Vec<BranchHint>> = BTreeMap::new();
    for (branch, counts) in code.branches.iter().zip(counts.chunks_exact(2)) {
        let (taken, not_taken) = (counts[0], counts[1]);
        let branch_hint_value = match taken.cmp(&not_taken) {
            std::cmp::Ordering::Greater if taken >= LIKELY * not_taken => 1,
            std::cmp::Ordering::Less if not_taken >= LIKELY * taken => 0,
            _ => continue,
        };
        let hint = BranchHint { branch_func_offset: branch.offset, branch_hint_value };
        by_function.entry(branch.function).or_default().push(hint);
    }
    let mut hints = BranchHints::new();
    for (function, of_function) in by_function {
        hints.function_hints(function, of_function);
    }
    let mut section = Vec::new();
    hints.append_to(&mut section);
    let (before, from_code) = module.split_at(code.start);
    [before, &section, from_code].concat()
}

/// A module as it was before [`hinted`].
pub(crate) fn unhinted(module: &[u8]) -> Vec<u8> {
    let mut end = 0;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.unwrap();
        let Some((_, range)) = payload.as_section() else { continue };
        match payload {
            Payload::CustomSection(section) if section.name() == SECTION => {
                return [&module[..end], &module[range.end..]].concat();
            }
            _ => end = range.end,
        }
    }
    module.to_vec()
}

/// What there is to know of a module's code.
#[derive(Default)]
struct Code {
    /// Where its section starts.
    start: usize,
    /// How many parameters each function has.
    parameters: Vec<u32>,
    branches: Vec<Branch>,
}

/// An instruction that goes one of two ways.
struct Branch {
    function: u32,
    /// In bytes, from the start of the function's body.
    offset: u32,
}

impl Code {
    fn of(module: &[u8]) -> Self {
        let mut code = Self::default();
        let (mut types, mut function, mut end) = (Vec::new(), 0, 0);
        for payload in Parser::new(0).parse_all(module) {
            let payload = payload.unwrap();
            match &payload {
                Payload::TypeSection(section) => {
                    types.extend(section.clone().into_iter_err_on_gc_types().map(Result::unwrap));
                }
                Payload::ImportSection(section) => {
                    let imports = section.clone().into_imports().map(Result::unwrap);
                    function +=
                        imports.filter(|import| matches!(import.ty, TypeRef::Func(_))).count();
                }
                Payload::FunctionSection(section) => {
                    let parameters = |of: u32| types[of as usize].params().len() as u32;
                    code.parameters
                        .extend(section.clone().into_iter().map(|of| parameters(of.unwrap())));
                }
                // The section before ended where this one's header starts.
                Payload::CodeSectionStart { .. } => code.start = end,
                Payload::CodeSectionEntry(body) => {
                    code.add(function as u32, body);
                    function += 1;
                }
                _ => {}
            }
            if let Some((_, range)) = payload.as_section() {
                end = range.end;
            }
        }
        code
    }

    fn add(&mut self, function: u32, body: &FunctionBody<'_>) {
        let start = body.range().start;
        for operator in body.get_operators_reader().unwrap().into_iter_with_offsets() {
            let (operator, at) = operator.unwrap();
            if goes_two_ways(&operator) {
                self.branches.push(Branch { function, offset: (at - start) as u32 });
            }
        }
    }
}

fn goes_two_ways(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::BrIf { .. } | Operator::If { .. })
}

/// Writes a module that counts.
struct Counting {
    /// The size of its counts.
    pages: u64,
    /// Those of the functions to come.
    parameters: std::vec::IntoIter<u32>,
    /// Branches so far.
    counts: u64,
}

impl Reencode for Counting {
    type Error = Infallible;

    fn parse_memory_section(
        &mut self,
        memories: &mut MemorySection,
        section: MemorySectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_memory_section(self, memories, section)?;
        memories.memory(MemoryType {
            minimum: self.pages,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: ExportSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_export_section(self, exports, section)?;
        exports.export(COUNTS, ExportKind::Memory, 1);
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error> {
        let (mut locals, mut count) = (Vec::new(), self.parameters.next().unwrap());
        for local in body.get_locals_reader()? {
            let (more, kind) = local?;
            locals.push((more, self.val_type(kind)?));
            count += more;
        }
        let (condition, address) = (count, count + 1);
        locals.push((2, ValType::I32));
        let mut function = Function::new(locals);
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            if goes_two_ways(&operator) {
                let at = MemArg { offset: 8 * self.counts, align: 2, memory_index: 1 };
                self.counts += 1;
                // The condition is on the stack before and after. The second count is four bytes on.
                for counted in [
                    Instruction::LocalTee(condition),
                    Instruction::I32Eqz,
                    Instruction::I32Const(2),
                    Instruction::I32Shl,
                    Instruction::LocalTee(address),
                    Instruction::LocalGet(address),
                    Instruction::I32Load(at),
                    Instruction::I32Const(1),
                    Instruction::I32Add,
                    Instruction::I32Store(at),
                    Instruction::LocalGet(condition),
                ] {
                    function.instruction(&counted);
                }
            }
            function.instruction(&self.instruction(operator)?);
        }
        code.function(&function);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasmparser::KnownCustom;
    use wasmtime::{Engine, Instance, Module, Store};

    use super::*;

    // `run` counts down to 0, and never asks for more than it was given.
    const MODULE: &str = r#"(module
        (import "env" "unused" (func))
        (memory (export "memory") 1)
        (func (export "run") (param i32)
            (if (i32.gt_u (local.get 0) (i32.const 1000)) (then unreachable))
            (if (local.get 0) (then (local.set 0 (i32.sub (local.get 0) (i32.const 1)))))
            (loop
                (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
                (br_if 0 (local.get 0)))))"#;

    fn counts(module: &[u8], arguments: &[i32]) -> Vec<u64> {
        let engine = Engine::default();
        let module = Module::new(&engine, counting(module)).unwrap();
        let mut store = Store::new(&engine, ());
        let unused = wasmtime::Func::wrap(&mut store, || {});
        let instance = Instance::new(&mut store, &module, &[unused.into()]).unwrap();
        let run = instance.get_typed_func::<i32, ()>(&mut store, "run").unwrap();
        for argument in arguments {
            run.call(&mut store, *argument).unwrap();
        }
        let bytes = instance.get_memory(&mut store, COUNTS).unwrap().data(&store).to_vec();
        bytes[..24].chunks(4).map(|count| u64::from(count[0])).collect()
    }

    #[test]
    fn both_ways_of_every_branch_are_counted() {
        let module = wat::parse_str(MODULE).unwrap();
        assert_eq!(counts(&module, &[41]), [0, 1, 1, 0, 39, 1]);
        assert_eq!(counts(&module, &[41, 3]), [0, 2, 2, 0, 40, 2]);
    }

    #[test]
    fn a_branch_that_goes_one_way_is_hinted() {
        let module = wat::parse_str(MODULE).unwrap();
        let hints = |counts: &[u64]| {
            let hinted = hinted(&module, counts);
            assert_eq!(unhinted(&hinted), module);
            let sections =
                Parser::new(0).parse_all(&hinted).find_map(|payload| match payload.unwrap() {
                    Payload::CustomSection(section) => Some(section),
                    _ => None,
                });
            let KnownCustom::BranchHints(section) = sections.unwrap().as_known() else { panic!() };
            let functions = section.into_iter().map(Result::unwrap);
            let hints = functions.flat_map(|function| {
                assert_eq!(function.func, 1, "after the one that is imported");
                function.hints.into_iter().map(Result::unwrap)
            });
            let branches = Code::of(&module).branches;
            let place =
                |offset| branches.iter().position(|branch| branch.offset == offset).unwrap();
            hints.map(|hint| (place(hint.func_offset), hint.taken)).collect::<Vec<_>>()
        };
        assert_eq!(hints(&[0, 1, 1, 1, 39, 1]), [(0, false), (2, true)]);
        assert_eq!(hints(&[1, 19, 0, 0, 20, 1]), [(2, true)]);
        assert_eq!(hints(&[0; 6]), []);
    }

    #[test]
    fn a_module_without_hints_stays_as_it_is() {
        let module = wat::parse_str(MODULE).unwrap();
        assert_eq!(unhinted(&module), module);
    }
}
