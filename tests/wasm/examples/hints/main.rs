//! Tells the engine which way the branches of the built filters mostly go: `hints FOLDER FILTER…`, which `make wasm`
//! runs.
//!
//! V8 puts code that a hint calls unlikely at the end of its function. What remains in the way of a request is
//! shorter, and on a worker that also runs all of Envoy it is the way code gets into the processor's caches that
//! costs: an exchange takes 5 to 9 % less time. The hints are a custom section (Envoy ≥ 1.36 reads it: V8 13.7 and
//! later, <https://groups.google.com/a/chromium.org/g/blink-dev/c/oWlFPpfVVRI>); no compiler for Rust writes it.
//! Which way a branch goes is counted here, in the simulated Envoy, under typical traffic.
//!
//! What was counted for a module is kept beside it, in `hinted/`, until it or this tool changes.

#![allow(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a tool that may stop"
)]

mod branches;
#[path = "../typical/exercises.rs"]
mod exercises;
#[path = "../typical/translations.rs"]
mod translations;
#[path = "../typical/mod.rs"]
mod typical;

use std::path::Path;
use std::{env, fs, io};

use wasm_tests::{Module, Vm};

use crate::exercises::exercised;

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().unwrap();
    let folder = Path::new(&folder);
    let kept = folder.join("hinted");
    fs::create_dir_all(&kept)?;
    for filter in arguments {
        let name = filter.replace('-', "_");
        let path = folder.join(&name).with_extension("wasm");
        let kept = kept.join(&name).with_extension("wasm");
        let module = branches::unhinted(&fs::read(&path)?);
        let fresh = is_newer(&kept, &env::current_exe()?)
            && fs::read(&kept).is_ok_and(|kept| branches::unhinted(&kept) == module);
        if !fresh {
            fs::write(&kept, branches::hinted(&module, &counts(&name, &module)))?;
        }
        // The built file has other names, by which the compiler knows it.
        let new = path.with_extension("new");
        fs::copy(&kept, &new)?;
        fs::rename(&new, &path)?;
    }
    Ok(())
}

fn is_newer(file: &Path, than: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
    matches!((changed(file), changed(than)), (Ok(file), Ok(than)) if file > than)
}

/// How often each branch of `module` went either way.
fn counts(name: &str, module: &[u8]) -> Vec<u64> {
    exercised(name, &Module::compile(&branches::counting(module)).unwrap(), &counted)
}

fn counted(vm: &Vm) -> Vec<u64> {
    let bytes = vm.memory(branches::COUNTS);
    let count = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap()).into();
    bytes.chunks_exact(4).map(count).collect()
}
