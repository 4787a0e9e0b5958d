//! Properties, metrics, shared data and foreign functions.

use wasm_tests::{HostCalls, Metric, Process, Status, Vm, VmOptions};

use crate::POST;
use crate::wat::{module, said, start};

#[test]
fn properties_are_found_set_and_refused() {
    let request = "(call $say (call $property @nope)) (call $say (call $set_property @fact @new))
        (call $say (call $property @fact)) (call $tell) (call $say (call $property @state)) (call $tell)
        (call $say (call $property @target)) (call $tell) (i32.const 0)";
    let vm = start(VmOptions::default(), &[("request_headers", request)]);
    let stream = vm.stream();
    stream.set_property(&["xds", "target"], "claude");
    stream.request_headers(POST, true);
    assert_eq!(said(&vm), "1 0 0 NEW 0 NEW 0 claude");
    assert_eq!(stream.filter_state("wasm.fact").as_deref(), Some(&b"NEW"[..]));

    let vm = start(VmOptions::default(), &[("request_headers", request)]);
    let stream = vm.stream();
    stream.fail_property(&["xds", "target"], Status::SerializationFailure);
    stream.request_headers(POST, true);
    assert_eq!(said(&vm), "1 0 0 NEW 0 NEW 3 NEW");
}

#[test]
fn host_calls_and_their_bytes_are_counted() {
    let request = "(call $say (call $set_property @fact @new)) (call $say (call $property @fact))
        (call $say (call $property @nope)) (i32.const 0)";
    let vm = start(VmOptions::default(), &[("request_headers", request)]);
    vm.stream().request_headers(POST, true);
    let counted = vm.host_calls();
    assert_eq!(
        counted["proxy_set_property"],
        HostCalls { calls: 1, bytes: "factNEW".len() as u64 }
    );
    let bytes = "factNEW".len() + "nope".len();
    assert_eq!(counted["proxy_get_property"], HostCalls { calls: 2, bytes: bytes as u64 });
    assert_eq!(counted["proxy_log"].calls, 3);
}

#[test]
fn metrics_follow_envoys_rules() {
    let id = |at: u32| format!("(i32.load (i32.const {at}))");
    let define = |kind: u32, text: &str, at: u32| {
        format!("(call $say (call $define (i32.const {kind}) {text} (i32.const {at})))")
    };
    let call = |what: &str, at: u32, n: i64| {
        format!("(call $say (call ${what} {} (i64.const {n})))", id(at))
    };
    let get = |at: u32| format!("(call $say (call $metric {} (i32.const 16)))", id(at));
    let request = [
        define(0, "@fact", 20),
        define(0, "@fact", 24),
        define(2, "@x-a", 28),
        define(1, "@nope", 32),
        define(3, "@new", 36),
        call("increment", 20, 0),
        call("increment", 20, -1),
        call("increment", 20, 2),
        call("record", 24, 3),
        get(24),
        call("increment", 28, 1),
        call("record", 28, 7),
        get(28),
        call("record", 32, 9),
        call("increment", 32, -4),
        "(call $say (call $increment (i32.const 4000) (i64.const 1))) (i32.const 0)".to_owned(),
    ]
    .join(" ");
    let vm = start(VmOptions::default(), &[("request_headers", &request)]);
    vm.stream().request_headers(POST, true);
    assert_eq!(said(&vm), "0 0 0 0 2 2 2 0 0 0 2 0 2 0 0 1");
    assert_eq!(vm.metric("fact"), Some(Metric::Counter(5)));
    assert_eq!(vm.metric("X-A"), Some(Metric::Histogram(vec![7])));
    assert_eq!(vm.metric("nope"), Some(Metric::Gauge(5)));
    assert_eq!(vm.metric("NEW"), None);
}

#[test]
fn shared_data_is_compared_and_swapped_and_seen_by_other_workers() {
    let set = |cas: &str| format!("(call $say (call $set_shared @fact @new {cas}))");
    let get = "(call $say (call $get_shared @fact (i32.const 0) (i32.const 4) (i32.const 8)))";
    let request = [
        get,
        &set("(i32.const 77)"),
        get,
        &set("(i32.add (i32.load (i32.const 8)) (i32.const 1))"),
        &set("(i32.load (i32.const 8))"),
        &set("(i32.const 0)"),
        "(i32.const 0)",
    ]
    .join(" ");
    let options = VmOptions { process: Process::default(), ..VmOptions::default() };
    let module = module(&[("request_headers", &request)]);
    let first = Vm::start(&module, options.clone()).unwrap();
    first.stream().request_headers(POST, true);
    assert_eq!(said(&first), "1 0 0 8 0 0");
    let second = Vm::start(&module, options).unwrap();
    assert_eq!(second.shared_data("fact").as_deref(), Some(&b"NEW"[..]));
}

#[test]
fn foreign_functions_work_are_unknown_or_trap() {
    let call = |name: &str| {
        format!(
            "(call $say (call $foreign {name} (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4)))"
        )
    };
    let request = format!("{} {} (i32.const 0)", call("@clear"), call("@nope"));
    let vm = start(VmOptions::default(), &[("request_headers", &request)]);
    let stream = vm.stream();
    stream.request_headers(POST, true);
    assert_eq!((said(&vm).as_str(), stream.route_cache_cleared()), ("0 1", 1));

    let request = format!("{} (i32.const 0)", call("@sign"));
    let vm = start(VmOptions::default(), &[("request_headers", &request)]);
    vm.stream().request_headers(POST, true);
    assert!(vm.trapped().unwrap().contains("no foreign function sign"));
}
