//! LLVM's raw profile: what its runtime would write at the end of a program. A module has no end and no files, so the
//! profile is put together here from the module's memory.
//!
//! Version 10, LLVM 19 to 22: `llvm/include/llvm/ProfileData/InstrProfData.inc`.

use wasm_tests::Vm;

const MAGIC_32_BIT: u64 = u64::from_be_bytes(*b"\xfflprofR\x81");
const VERSION: u64 = 10;
/// The high half of the version says what was instrumented.
const VARIANT: u64 = 0xffff_ffff_0000_0000;
/// The bytes of a function's record in the section `data`.
const RECORD: usize = 48;
/// Of the kinds of values that could be recorded; none are.
const LAST_KIND: u64 = 2;

/// How often each counted block has run.
pub(crate) fn counters(vm: &Vm) -> Vec<u64> {
    let (_, bytes) = section(vm, "cnts");
    bytes.chunks_exact(8).map(|count| u64::from_le_bytes(count.try_into().unwrap())).collect()
}

/// The profile of the module in `vm` with these counters.
pub(crate) fn profile(vm: &Vm, counters: &[u64]) -> Vec<u8> {
    let (data_at, data) = section(vm, "data");
    let (counters_at, _) = section(vm, "cnts");
    let (names_at, names) = section(vm, "names");
    let version = vm.address("__llvm_profile_raw_version").unwrap() as usize;
    let version = &vm.memory("memory")[version..][..8];
    let version = u64::from_le_bytes(version.try_into().unwrap());
    assert_eq!(version & !VARIANT, VERSION, "another version of LLVM");
    assert_eq!(data.len() % RECORD, 0, "another version of LLVM");
    let header = [
        MAGIC_32_BIT,
        version,
        0, // bytes of build ids
        (data.len() / RECORD) as u64,
        0, // padding
        counters.len() as u64,
        0, // padding
        0, // bytes of bitmaps
        0, // padding
        names.len() as u64,
        counters_at.wrapping_sub(data_at).into(),
        0, // from data to bitmaps
        names_at.into(),
        0, // tables of methods
        0, // bytes of their names
        LAST_KIND,
    ];
    let words =
        |words: &[u64]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>();
    let mut raw = [words(&header), data, words(counters), names].concat();
    raw.resize(raw.len().next_multiple_of(8), 0);
    raw
}

/// Where a section is in memory, and its bytes.
fn section(vm: &Vm, name: &str) -> (u32, Vec<u8>) {
    let [start, stop] =
        ["start", "stop"].map(|end| vm.address(&format!("__{end}___llvm_prf_{name}")).unwrap());
    (start, vm.memory("memory")[start as usize..stop as usize].to_vec())
}
