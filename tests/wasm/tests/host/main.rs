//! The simulated host itself, with modules written by hand. The expectations are what Envoy 1.36.4
//! and 1.40.0 do with the same calls.

mod exchange;
mod replies;
mod state;
mod vm;
mod wat;

use wasm_tests::VmOptions;

const HOLD: (&str, &str) = ("request_headers", "(i32.const 1)");
/// Pause until the end of the body.
const COLLECT: &str = "(i32.eqz (local.get $end))";
const POST: &[(&str, &str)] = &[(":method", "POST"), (":path", "/p"), ("content-length", "8")];
const OK: &[(&str, &str)] = &[(":status", "200"), ("content-length", "5")];

fn soft() -> VmOptions {
    VmOptions { hold_headers: false, ..VmOptions::default() }
}
