//! What LLVM is told about the modules: `profile MODULE FILE` writes how often each block of an instrumented module
//! runs under typical traffic, as LLVM's raw profile. `make profile` runs it, and tells how such a module is built.

#![allow(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a tool that may stop"
)]

#[path = "../typical/exercises.rs"]
mod exercises;
mod raw;
#[path = "../typical/translations.rs"]
mod translations;
#[path = "../typical/mod.rs"]
mod typical;

use std::path::PathBuf;
use std::{env, fs, io};

use wasm_tests::Module;

use crate::exercises::{exercised, typical};

fn main() -> io::Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (path, profile) = (arguments.next().unwrap(), arguments.next().unwrap());
    let name = path.file_stem().unwrap().to_str().unwrap();
    let module = Module::load(&path).unwrap();
    let counters = exercised(name, &module, &raw::counters);
    let vm = typical(name)[0].start(&module);
    fs::write(profile, raw::profile(&vm, &counters))
}
