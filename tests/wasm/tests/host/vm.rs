//! Loading, starting, configuring, dying, and what work costs.

use wasm_tests::{Level, Module, Vm, VmOptions};

use crate::wat::{said, start};
use crate::{OK, POST};

#[test]
fn what_envoy_cannot_load_does_not_load() {
    let abi = r#"(func (export "proxy_abi_version_0_2_1"))"#;
    let cases = [
        ("(module)".to_owned(), "Missing or unknown Proxy-Wasm ABI version"),
        (format!("(module {abi})"), "missing malloc"),
        (
            format!(
                r#"(module (import "env" "proxy_nope" (func)) {abi} (func (export "malloc")))"#
            ),
            "missing import: env.proxy_nope",
        ),
        (
            format!(r#"(module (import "env" "proxy_log" (func)) {abi} (func (export "malloc")))"#),
            "incompatible import type",
        ),
        (
            format!(
                r#"(module (import "env" "proxy_done" (func $done (result i32))) {abi}
                (func (export "malloc")) (func (export "_initialize") (drop (call $done))))"#
            ),
            "restricted_callback: proxy_done",
        ),
    ];
    for (text, expected) in cases {
        let module = Module::compile(text.as_bytes()).unwrap();
        let error = Vm::start(&module, VmOptions::default()).err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(wasm_tests::built("no_such_filter").err().unwrap().to_string().contains("make wasm"));
}

#[test]
fn configuration_is_readable_while_configuring_and_can_be_refused() {
    let refuse_long =
        "(call $say (call $body (i32.const 7))) (call $say (call $header (i32.const 0)))
        (call $say (call $set_property @fact @new)) (call $say (call $property @target))
        (i32.lt_u (local.get $n) (i32.const 4))";
    let properties: Vec<(&[&str], _)> = vec![(&["xds", "target"], b"t".to_vec())];
    let options = VmOptions { properties, ..VmOptions::default() };
    let vm = start(options, &[("configure", refuse_long)]);
    assert!(vm.configure("abc"));
    assert!(!vm.configure("abcd"));
    assert_eq!(said(&vm), "3 2 1 0 4 2 1 0");
    assert_eq!(vm.trapped(), None);

    let vm = start(VmOptions::default(), &[("configure", "unreachable")]);
    assert!(!vm.configure(""));
    assert!(vm.trapped().unwrap().contains("unreachable"));
}

#[test]
fn environment_variables_are_wasi_strings() {
    let configure = "(call $say (call $environ_sizes (i32.const 8) (i32.const 4)))
        (call $say (i32.load (i32.const 8)))
        (drop (call $environ (i32.const 16) (i32.const 600)))
        (i32.store (i32.const 0) (i32.load (i32.const 20)))
        (i32.store (i32.const 4) (i32.const 3)) (call $tell) (i32.const 1)";
    let options = VmOptions { env: vec![("KEY", "value"), ("B", "2")], ..VmOptions::default() };
    let vm = start(options, &[("configure", configure)]);
    assert!(vm.configure(""));
    assert_eq!(said(&vm), "0 2 B=2");
}

#[test]
fn a_trap_kills_the_vm_and_every_stream_of_it() {
    let body = "(drop (call $log (i32.const 5) @new)) unreachable";
    let vm = start(VmOptions::default(), &[("request_body", body)]);
    let [answered, waiting, fatal] = [vm.stream(), vm.stream(), vm.stream()];
    for stream in [&answered, &waiting, &fatal] {
        stream.request_headers(POST, false);
    }
    answered.response_headers(OK, false);
    fatal.request_body("aaaaa", false);
    let why = vm.trapped().unwrap();
    assert!(why.contains("proxy_on_request_body") && why.contains("NEW"), "{why}");
    assert_eq!(vm.logs()[0].level, Level::Critical);

    answered.response_body("aaaaa", true);
    waiting.request_body("aaaaa", true);
    let late = vm.stream();
    late.request_headers(POST, true);
    for stream in [&waiting, &fatal, &late] {
        assert_eq!(stream.downstream().status(), Some(503));
        assert_eq!(stream.code_details().as_deref(), Some("wasm_fail_stream"));
    }
    assert!(answered.downstream().reset.is_some());
    assert_eq!(late.upstream_request(), None);
}

#[test]
fn fuel_counts_instructions_exactly_and_stops_what_does_not_end() {
    // Entering, then 2 instructions, then 5 in each of 100 rounds, then the result.
    let request = "(local $i i32) (local.set $i (i32.const 100))
        (loop $round (br_if $round
          (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
        (i32.const 0)";
    let vm = start(VmOptions::default(), &[("request_headers", request)]);
    let stream = vm.stream();
    let before = vm.fuel_used();
    stream.request_headers(POST, true);
    assert_eq!(stream.last_callback_fuel(), 1 + 2 + 5 * 100 + 1);
    assert_eq!(vm.fuel_used() - before, stream.last_callback_fuel());
    let names: Vec<_> = stream.callbacks().into_iter().map(|callback| callback.name).collect();
    assert_eq!(names, ["proxy_on_request_headers"]);

    let options = VmOptions { fuel_limit: 1000, ..VmOptions::default() };
    let vm = start(options, &[("request_headers", "(loop $again (br $again)) (i32.const 0)")]);
    vm.stream().request_headers(POST, true);
    assert!(vm.trapped().unwrap().contains("fuel"));
}
