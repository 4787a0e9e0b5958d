//! The host functions: everything Envoy offers to a module of ABI 0.2.1, and nothing else.
//!
//! Names and signatures: proxy-wasm-cpp-host `include/proxy-wasm/exports.h` (2026-07); the Rust SDK
//! 0.2.5 imports a subset of them.

mod http;
mod memory;
mod state;
mod wasi;

use wasmtime::{Caller, Linker, Result, bail};

use crate::host::{Host, Status};

/// The calling module, with its memory and the host's state.
type Guest<'a> = Caller<'a, Host>;

/// How a host function ends if not well.
enum Fault {
    /// The module is told.
    Status(Status),
    /// The VM dies.
    Trap(wasmtime::Error),
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

impl From<wasmtime::Error> for Fault {
    fn from(error: wasmtime::Error) -> Self {
        Self::Trap(error)
    }
}

type Answer = std::result::Result<(), Fault>;

/// Declares `env.$name`, which may not be called in `_initialize` unless it is `proxy_log`.
macro_rules! export {
    ($linker:ident, $name:literal, $function:path, ($($arg:ident: $ty:ty),*)) => {
        $linker.func_wrap("env", $name, |mut guest: Guest<'_>, $($arg: $ty),*| {
            guard(&guest, $name)?;
            guest.data_mut().calls(Some($name));
            let answer = $function(&mut guest, $($arg),*);
            guest.data_mut().calls(None);
            finish(answer)
        })?;
    };
}
use export;

/// Links all host functions.
pub(crate) fn link(linker: &mut Linker<Host>) -> Result<()> {
    http::link(linker)?;
    state::link(linker)?;
    wasi::link(linker)
}

fn guard(guest: &Guest<'_>, name: &str) -> Result<()> {
    if guest.data().starting && name != "proxy_log" {
        bail!("restricted_callback: {name} may not be called in _initialize");
    }
    Ok(())
}

fn finish(answer: Answer) -> Result<i32> {
    match answer {
        Ok(()) => Ok(0),
        Err(Fault::Status(status)) => Ok(status as i32),
        Err(Fault::Trap(error)) => Err(error),
    }
}
