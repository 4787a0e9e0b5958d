//! Answers that do not come from the provider, and cut streams.

use wasm_tests::{Placement, VmOptions};

use crate::wat::{said, start};
use crate::{HOLD, OK, POST, soft};

#[test]
fn too_much_to_hold_is_answered_by_the_host() {
    let small = || VmOptions { buffer_limit: 8, ..VmOptions::default() };
    let seen = "(call $say (local.get $n)) (i32.const 1)";
    // The request: 413, which the filter sees as a response.
    let status = "(call $say (i32.const 413)) (i32.const 0)";
    let vm = start(small(), &[HOLD, ("request_body", seen), ("response_headers", status)]);
    let stream = vm.stream();
    stream.request_headers(POST, false);
    stream.request_body("aaaaa", false);
    stream.request_body("bbbb", false);
    stream.request_body("cccc", true);
    assert_eq!(said(&vm), "5 413");
    let answer = stream.downstream();
    assert_eq!((answer.status(), answer.text().as_str()), (Some(413), "Payload Too Large"));
    answer.assert_content_length_matches();
    assert_eq!(stream.code_details().as_deref(), Some("request_payload_too_large"));
    // The response: 500 past the filter while headers are held, else a reset.
    for (hold, status, reset) in [(true, Some(500), false), (false, Some(200), true)] {
        let headers = format!("(i32.const {})", i32::from(hold));
        let vm = start(small(), &[("response_headers", &headers), ("response_body", seen)]);
        let stream = vm.stream();
        stream.request_headers(POST, true);
        stream.response_headers(OK, false);
        stream.response_body("aaaaa", false);
        stream.response_body("bbbb", true);
        assert_eq!(said(&vm), "5");
        let answer = stream.downstream();
        assert_eq!((answer.status(), answer.reset.is_some()), (status, reset));
        assert_eq!(answer.complete, !reset);
    }
}

#[test]
fn a_local_reply_comes_after_the_callback_and_passes_the_filters_own_response_callbacks() {
    let request = "(call $say (call $reply (i32.const 403)))
        (call $say (call $header (i32.const 2))) (i32.const 0)";
    let response = "(call $say (call $property @details)) (call $say (i32.load (i32.const 4)))
        (call $say (call $property @code)) (call $say (call $set (i32.const 2))) (i32.const 0)";
    let callbacks = [("request_headers", request), ("response_headers", response)];
    let vm = start(VmOptions::default(), &callbacks);
    let stream = vm.stream();
    stream.request_headers(POST, false);
    stream.request_body("ignored", true);
    assert_eq!(said(&vm), "0 2 0 0 0 0");
    assert_eq!(stream.upstream_request(), None);
    let answer = stream.downstream();
    assert_eq!((answer.status(), answer.text().as_str()), (Some(403), "NEW"));
    assert_eq!(answer.headers.text("content-type").as_deref(), Some("text/plain"));
    assert_eq!(answer.headers.text("x-a").as_deref(), Some("NEW"));
    assert!(stream.local_reply().unwrap().by_module);

    let upstream = VmOptions { placement: Placement::Upstream, ..VmOptions::default() };
    let vm = start(upstream, &callbacks);
    let stream = vm.stream();
    stream.request_headers(POST, true);
    assert_eq!((said(&vm).as_str(), stream.downstream().status()), ("0 2", Some(403)));
}

#[test]
fn one_local_reply_too_many_or_too_late_is_noted() {
    let twice =
        "(drop (call $reply (i32.const 403))) (drop (call $reply (i32.const 404))) (i32.const 0)";
    let vm = start(VmOptions::default(), &[("request_headers", twice)]);
    let stream = vm.stream();
    stream.request_headers(POST, true);
    assert_eq!((stream.downstream().status(), stream.misuse().len()), (Some(403), 1));

    let nested = "(drop (call $reply (i32.const 500))) (i32.const 0)";
    let callbacks = [("request_headers", nested), ("response_headers", nested)];
    let vm = start(VmOptions::default(), &callbacks);
    let stream = vm.stream();
    stream.request_headers(POST, true);
    assert_eq!((stream.downstream().status(), stream.misuse().len()), (Some(500), 1));

    let vm = start(VmOptions::default(), &[("response_body", nested)]);
    let stream = vm.stream();
    stream.request_headers(POST, true);
    stream.response_headers(OK, false);
    stream.response_body("aaaaa", true);
    assert!(stream.downstream().reset.is_some() && !stream.downstream().complete);
    assert_eq!(stream.misuse().len(), 1);
}

#[test]
fn a_real_response_is_told_from_a_local_one_by_its_code_details() {
    let response = "(call $say (call $property @details)) (call $tell)
        (call $say (call $property @code)) (i32.const 0)";
    for (placement, code) in [(Placement::Downstream, "0"), (Placement::Upstream, "1")] {
        let options = VmOptions { placement, ..VmOptions::default() };
        let request = "(call $say (call $property @details)) (i32.const 0)";
        let callbacks = [("request_headers", request), ("response_headers", response)];
        let vm = start(options, &callbacks);
        let stream = vm.stream();
        stream.request_headers(POST, true);
        stream.response_headers(OK, true);
        assert_eq!(said(&vm), format!("1 0 via_upstream {code}"));
    }
}

#[test]
fn a_reset_reaches_both_sides() {
    let body = "(call $say (call $close (i32.const 0))) (i32.const 0)";
    let vm = start(soft(), &[("request_body", body)]);
    let stream = vm.stream();
    stream.request_headers(POST, false);
    stream.request_body("aaaaa", false);
    assert_eq!(said(&vm), "0");
    assert!(stream.upstream_request().unwrap().reset.is_some());
    assert_eq!(stream.downstream().reset.as_deref(), Some("wasm_close_stream"));
}
