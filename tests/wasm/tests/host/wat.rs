//! Small proxy-wasm modules written by hand: a fixed part, and the callbacks of one test.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what fails here fails the test")]

use wasm_tests::{Module, Vm, VmOptions};

/// Texts in the module's memory. In the code, a name stands for address and length.
const TEXTS: &[(&str, &str)] = &[
    ("@path", ":path"),
    ("@x-a", "X-A"),
    ("@length", "content-length"),
    ("@details", "response\\00code_details"),
    ("@code", "response\\00code"),
    ("@fact", "fact"),
    ("@state", "filter_state\\00wasm.fact"),
    ("@target", "xds\\00target"),
    ("@clear", "clear_route_cache"),
    ("@sign", "sign"),
    ("@nope", "nope"),
    ("@new", "NEW"),
    ("@three", "3"),
];

/// The fixed part. `$say` logs a number, which is how a module tells a test what it saw.
const PRELUDE: &str = r#"
(import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
(import "env" "proxy_get_header_map_value" (func $get_value (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_replace_header_map_value" (func $set_value (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_get_header_map_pairs" (func $get_pairs (param i32 i32 i32) (result i32)))
(import "env" "proxy_get_buffer_bytes" (func $get_buffer (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_set_buffer_bytes" (func $set_buffer (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_send_local_response" (func $send (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_continue_stream" (func $resume (param i32) (result i32)))
(import "env" "proxy_close_stream" (func $close (param i32) (result i32)))
(import "env" "proxy_get_property" (func $get_property (param i32 i32 i32 i32) (result i32)))
(import "env" "proxy_set_property" (func $set_property (param i32 i32 i32 i32) (result i32)))
(import "env" "proxy_define_metric" (func $define (param i32 i32 i32 i32) (result i32)))
(import "env" "proxy_increment_metric" (func $increment (param i32 i64) (result i32)))
(import "env" "proxy_record_metric" (func $record (param i32 i64) (result i32)))
(import "env" "proxy_get_metric" (func $metric (param i32 i32) (result i32)))
(import "env" "proxy_get_shared_data" (func $get_shared (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_set_shared_data" (func $set_shared (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_call_foreign_function" (func $foreign (param i32 i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_set_effective_context" (func $act_for (param i32) (result i32)))
(import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
(memory (export "memory") 4)
(global $heap (mut i32) (i32.const 65536))
(global $count (mut i32) (i32.const 0))
(func (export "proxy_abi_version_0_2_1"))
(func (export "proxy_on_memory_allocate") (param $size i32) (result i32)
  (global.get $heap)
  (global.set $heap (i32.add (global.get $heap) (local.get $size))))
(func $say (param $n i32) (local $at i32)
  (local.set $at (i32.const 2048))
  (loop $digit
    (local.set $at (i32.sub (local.get $at) (i32.const 1)))
    (i32.store8 (local.get $at)
      (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10))))
    (br_if $digit (local.tee $n (i32.div_u (local.get $n) (i32.const 10)))))
  (drop (call $log (i32.const 2) (local.get $at) (i32.sub (i32.const 2048) (local.get $at)))))
;; Logs the text a getter left behind at 0 (address) and 4 (length).
(func $tell (drop (call $log (i32.const 2) (i32.load (i32.const 0)) (i32.load (i32.const 4)))))
(func $header (param $map i32) (result i32)
  (call $get_value (local.get $map) @path (i32.const 0) (i32.const 4)))
(func $set (param $map i32) (result i32) (call $set_value (local.get $map) @x-a @new))
(func $pairs (param $map i32) (result i32)
  (drop (call $get_pairs (local.get $map) (i32.const 0) (i32.const 4)))
  (i32.load (i32.const 4)))
(func $body (param $buffer i32) (result i32)
  (drop (call $get_buffer
    (local.get $buffer) (i32.const 0) (i32.const 1000000) (i32.const 0) (i32.const 4)))
  (i32.load (i32.const 4)))
(func $put (param $buffer i32) (param $start i32) (param $size i32) (result i32)
  (call $set_buffer (local.get $buffer) (local.get $start) (local.get $size) @new))
(func $reply (param $status i32) (result i32)
  (call $send (local.get $status) (i32.const 0) (i32.const 0) @new
    (i32.const 0) (i32.const 0) (i32.const -1)))
(func $property (param $path i32) (param $len i32) (result i32)
  (call $get_property (local.get $path) (local.get $len) (i32.const 0) (i32.const 4)))
"#;

/// Compiles a module with these callbacks: name without `proxy_on_`, and body. Their parameters are
/// `$id`, `$n` (count or size) and `$end`, as far as they have them.
pub(crate) fn module(callbacks: &[(&str, &str)]) -> Module {
    let mut text = String::from(PRELUDE);
    for (name, body) in callbacks {
        let signature = match *name {
            "log" | "delete" | "tick" => "(param $id i32)",
            "done" => "(param $id i32) (result i32)",
            "configure" | "vm_start" | "request_trailers" | "response_trailers" => {
                "(param $id i32) (param $n i32) (result i32)"
            }
            _ => "(param $id i32) (param $n i32) (param $end i32) (result i32)",
        };
        text += &format!("(func (export \"proxy_on_{name}\") {signature} {body})\n");
    }
    let mut at = 256;
    for (name, value) in TEXTS {
        let len = value.replace("\\00", "0").len();
        let both = format!("(i32.const {at}) (i32.const {len})");
        text = text.replace(name, &both);
        text += &format!("(data (i32.const {at}) \"{value}\")\n");
        at += 64;
    }
    Module::compile(format!("(module {text})").as_bytes()).unwrap()
}

/// Starts a module with these callbacks.
pub(crate) fn start(options: VmOptions, callbacks: &[(&str, &str)]) -> Vm {
    Vm::start(&module(callbacks), options).unwrap()
}

/// Everything logged so far, in one line.
pub(crate) fn said(vm: &Vm) -> String {
    let lines: Vec<_> = vm.logs().into_iter().map(|line| line.message).collect();
    lines.join(" ")
}
