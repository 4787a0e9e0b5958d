//! Headers, body frames and trailers: when the module is called, what it can reach, what leaves.

use wasm_tests::{Headers, Placement, VmOptions};

use crate::wat::{said, start};
use crate::{COLLECT, HOLD, OK, POST, soft};

#[test]
fn held_headers_leave_with_the_body_and_can_be_changed_from_it() {
    let body = "(call $say (local.get $n))
        (if (result i32) (local.get $end)
          (then (call $say (call $set (i32.const 0)))
            (call $say (call $put (i32.const 0) (i32.const 0) (local.get $n)))
            (call $say (call $set_value (i32.const 0) @length @three))
            (i32.const 0))
          (else (i32.const 1)))";
    let vm = start(VmOptions::default(), &[HOLD, ("request_body", body)]);
    let stream = vm.stream();
    stream.request_headers(POST, false);
    stream.request_body("aaaaa", false);
    assert_eq!(stream.upstream_request(), None);
    stream.request_body("bbb", true);

    let sent = stream.upstream_request().unwrap();
    assert_eq!((sent.text().as_str(), sent.complete), ("NEW", true));
    assert_eq!(sent.headers.text("x-a").as_deref(), Some("NEW"));
    sent.assert_content_length_matches();
    assert_eq!(said(&vm), "5 8 0 0 0");
    assert_eq!(stream.route_cache_cleared(), 2);
    assert_eq!(stream.misuse(), Vec::<String>::new());
}

#[test]
fn without_the_knob_paused_headers_stop_everything() {
    let vm = start(soft(), &[HOLD, ("request_body", "(call $say (i32.const 1)) (i32.const 0)")]);
    let stream = vm.stream();
    stream.request_headers(POST, false);
    stream.request_body("aaaaabbb", true);
    stream.finish();
    assert_eq!((stream.upstream_request(), said(&vm).as_str()), (None, ""));
    assert_eq!(stream.code_details().as_deref(), Some("downstream_remote_disconnect"));
}

#[test]
fn a_stream_resumed_by_the_root_context_goes_on_through_the_filter() {
    let tick = "(drop (call $act_for (i32.const 2))) (call $say (call $resume (i32.const 0)))";
    let body = "(call $say (local.get $n)) (i32.const 0)";
    let vm = start(soft(), &[HOLD, ("request_body", body), ("tick", tick)]);
    let stream = vm.stream();
    stream.request_headers(POST, false);
    stream.request_body("aaaaa", false);
    stream.request_body("bbb", true);
    vm.tick();
    assert_eq!(said(&vm), "0 8");
    assert_eq!(stream.upstream_request().unwrap().text(), "aaaaabbb");
}

#[test]
fn headers_that_have_passed_are_gone() {
    let body = "(call $say (call $header (i32.const 0))) (call $say (call $set (i32.const 0)))
        (call $say (call $pairs (i32.const 0))) (i32.const 0)";
    let log = "(call $say (call $header (i32.const 0))) (call $say (call $header (i32.const 1)))";
    for options in [soft(), VmOptions::default()] {
        let vm = start(options, &[("request_body", body), ("log", log)]);
        let stream = vm.stream();
        stream.request_headers(POST, false);
        assert!(stream.upstream_request().is_some());
        stream.request_body("aaaaabbb", true);
        stream.finish();
        // The getter fails, the whole map is empty, and the access log can read it once more.
        assert_eq!(said(&vm), "2 2 0 0 1");
        assert_eq!(stream.route_cache_cleared(), 0);
    }
}

#[test]
fn body_size_is_the_total_after_pause_and_one_frame_after_continue() {
    for (decide, expected) in [(COLLECT, "2 3 3 3"), ("(i32.const 0)", "2 1 0 0")] {
        let body = format!("(call $say (local.get $n)) {decide}");
        let vm = start(soft(), &[("response_body", &body)]);
        let stream = vm.stream();
        stream.request_headers(POST, true);
        stream.response_headers(OK, false);
        for (frame, end) in [("ab", false), ("c", false), ("", false), ("", true)] {
            let before = stream.downstream().body.len();
            stream.response_body(frame, end);
            let passed = stream.downstream().body.len() - before;
            let expected = if decide != COLLECT { frame.len() } else { usize::from(end) * 3 };
            assert_eq!(passed, expected);
        }
        assert_eq!(said(&vm), expected);
        assert!(stream.downstream().complete);
    }
}

#[test]
fn a_body_can_be_written_at_its_ends_only() {
    let put = |start: u32, size: u32| {
        format!(
            "(call $say (call $put (i32.const 0) (i32.const {start}) (i32.const {size})))
             (drop (call $body (i32.const 0))) (call $tell)"
        )
    };
    let cases = [
        ((0, 0), "0 NEWabcde"),
        ((0, 5), "0 NEW"),
        ((0, 99), "0 NEW"),
        ((5, 0), "0 abcdeNEW"),
        ((9, 9), "0 abcdeNEW"),
        ((1, 1), "2 abcde"),
        ((4, 9), "2 abcde"),
        ((0, 2), "0 NEWcde"),
    ];
    for ((start_at, size), expected) in cases {
        let body = format!("{} (i32.const 0)", put(start_at, size));
        let vm = start(soft(), &[("request_body", &body)]);
        let stream = vm.stream();
        stream.request_headers(POST, false);
        stream.request_body("abcde", true);
        assert_eq!(said(&vm), expected);
        assert_eq!(stream.misuse().len(), usize::from(size == 2));
    }
    // Nothing can be written where there is no frame.
    let everywhere = "(call $say (call $put (i32.const 0) (i32.const 0) (i32.const 0)))
        (call $say (call $put (i32.const 1) (i32.const 0) (i32.const 0))) (i32.const 0)";
    let vm = start(soft(), &[("request_headers", everywhere)]);
    vm.stream().request_headers(POST, true);
    assert_eq!(said(&vm), "2 2");
}

#[test]
fn trailers_end_the_body_which_is_reachable_only_if_it_was_paused() {
    let trailers = "(call $say (call $body (i32.const 0)))
        (call $say (call $put (i32.const 0) (i32.const 0) (i32.const 99))) (i32.const 0)";
    for (decide, said_then, sent) in
        [(COLLECT, "0 8 0", "NEW"), ("(i32.const 0)", "0 0 2", "aaaaabbb")]
    {
        let body = format!("(if (local.get $end) (then (call $say (i32.const 7))))
            (if (i32.eq (local.get $n) (i32.const 5)) (then (call $say (local.get $end)))) {decide}");
        let vm = start(soft(), &[("request_body", &body), ("request_trailers", trailers)]);
        let stream = vm.stream();
        stream.request_headers(POST, false);
        stream.request_body("aaaaa", false);
        stream.request_body("bbb", false);
        stream.request_trailers(&[("t", "1")]);
        assert_eq!(said(&vm), said_then);
        let upstream = stream.upstream_request().unwrap();
        assert_eq!((upstream.text().as_str(), upstream.complete), (sent, true));
        assert_eq!(upstream.trailers.unwrap().text("t").as_deref(), Some("1"));
    }
}

#[test]
fn trailers_can_be_added_at_the_end_of_the_body() {
    let body = "(call $say (call $set (i32.const 1))) (i32.const 0)";
    let vm = start(soft(), &[("request_body", body)]);
    let stream = vm.stream();
    stream.request_headers(POST, false);
    stream.request_body("aaaaa", false);
    stream.request_body("bbb", true);
    assert_eq!(said(&vm), "2 0");
    assert!(stream.upstream_request().unwrap().trailers.unwrap().contains("x-a"));
}

#[test]
fn a_message_without_a_body_has_no_body_callback() {
    let say = "(call $say (local.get $end)) (i32.const 0)";
    let silent = "unreachable";
    let callbacks = [
        ("request_headers", say),
        ("request_body", silent),
        ("response_headers", say),
        ("response_body", silent),
    ];
    let vm = start(soft(), &callbacks);
    let stream = vm.stream();
    stream.request_headers(&[(":method", "GET"), (":path", "/p")], true);
    stream.response_headers(&[(":status", "204")], true);
    assert_eq!(said(&vm), "1 1");
    assert!(stream.upstream_request().unwrap().complete && stream.downstream().complete);
}

#[test]
fn a_header_getter_gives_the_first_of_several_values_as_bytes() {
    let request = "(call $say (call $get_value (i32.const 0) @x-a (i32.const 0) (i32.const 4)))
        (call $say (i32.load8_u (i32.load (i32.const 0)))) (i32.const 0)";
    let vm = start(VmOptions::default(), &[("request_headers", request)]);
    let mut headers = Headers::from(POST);
    headers.append("x-A", b"\xff");
    headers.append("x-a", b"second");
    vm.stream().request_headers(&headers, true);
    assert_eq!(said(&vm), "0 255");
}

#[test]
fn a_stream_ends_with_log_done_and_delete_once() {
    let callbacks = [
        ("log", "(call $say (i32.const 1))"),
        ("done", "(call $say (i32.const 2)) (i32.const 1)"),
        ("delete", "(call $say (i32.const 3))"),
    ];
    for (placement, expected) in [(Placement::Downstream, "1 2 3"), (Placement::Upstream, "2 3")] {
        let vm = start(VmOptions { placement, ..VmOptions::default() }, &callbacks);
        let stream = vm.stream();
        stream.request_headers(POST, true);
        stream.finish();
        drop(stream);
        assert_eq!(said(&vm), expected);
        assert_eq!(vm.memory_bytes(), 4 * 65_536);
    }
}

#[test]
#[should_panic(expected = "content-length 8, body of 3 bytes")]
fn a_wrong_content_length_is_caught() {
    let body = "(drop (call $put (i32.const 0) (i32.const 0) (i32.const 99))) (i32.const 0)";
    let vm = start(soft(), &[("request_body", body)]);
    let stream = vm.stream();
    stream.request_headers(POST, false);
    stream.request_body("aaaaabbb", true);
    stream.upstream_request().unwrap().assert_content_length_matches();
}
