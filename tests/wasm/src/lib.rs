//! A small simulated Envoy: it loads a *built* proxy-wasm module and drives it like the real one.
//!
//! State-based, not expectation-based: a test sends a request and a response and then looks at what
//! left in both directions, at the logs, the metrics and the filter state. What is simulated is one
//! worker thread with one plugin in an HTTP filter chain of one filter, for the proxy-wasm ABI 0.2.1
//! (<https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1>). The quirks were compared,
//! callback by callback and status by status, with the official Envoy 1.36.4 and 1.40.0 binaries:
//! a host more permissive than Envoy would hide exactly the bugs that kill a VM in production.
//!
//! ```no_run
//! use wasm_tests::{Vm, VmOptions, built};
//!
//! let module = built("provider_translator").unwrap();
//! let options = VmOptions { env: vec![("OPENAI_API_KEY", "sk-test")], ..VmOptions::default() };
//! let vm = Vm::start(&module, options).unwrap();
//! assert!(vm.configure("{}"), "{:?}", vm.logs());
//!
//! let stream = vm.stream();
//! stream.request_headers(&[(":method", "POST"), (":path", "/v1/chat/completions")], false);
//! stream.request_body(br#"{"model":"gpt-5"}"#, true);
//! let upstream = stream.upstream_request().unwrap();
//! upstream.assert_content_length_matches();
//! ```
//!
//! # Instructions
//!
//! Work is counted as wasmtime fuel: one unit per executed wasm instruction, except that `nop`,
//! `drop`, `block`, `loop`, `unreachable`, `return`, `else` and `end` are free and that entering a
//! function costs one unit. A bulk instruction (`memory.copy`, `memory.fill`) is one unit however
//! many bytes it moves, and what the host does in a host call is not counted. The count is the same
//! on every machine; it is not time. Every call of a host function is counted too, by name, with the
//! bytes that cross ([`Vm::host_calls`]).
//!
//! # What it deliberately does not do
//!
//! No codec, no router, no other filters, no gRPC services (so a gRPC call fails as it does in Envoy
//! for an unknown one), no timeouts of calls but those a test decides on, no TCP filters, no flow control, and no CEL: a
//! property is there if the exchange implies it or the test set it. A foreign function that Envoy
//! has and this host has not is a trap that says so, never a silent success.

mod abi;
mod callout;
mod exchange;
mod filter_manager;
mod headers;
mod host;
mod local_reply;
mod message;
mod module;
mod process;
mod stream;
mod vm;

pub use callout::Call;
pub use exchange::{Callback, LocalReply};
pub use headers::Headers;
pub use host::{HostCalls, Level, LogLine, Placement, Status, VmOptions};
pub use message::Message;
pub use module::{LoadError, Module, built, built_file};
pub use process::{Metric, Process};
pub use stream::Stream;
pub use vm::Vm;
