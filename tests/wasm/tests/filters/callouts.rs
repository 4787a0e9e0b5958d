//! A stage that asks another service, and values that all workers share.

use serde_json::{Value, json};
use wasm_tests::{Process, Stream, Vm, VmOptions};

use super::support::{CHAT, answer, chat_body, filter, openai_answer, options, send};

fn asking(clusters: Vec<&'static str>) -> Vm {
    filter("probe", &json!({"ask": "judge"}), VmOptions { clusters, ..options() })
}

fn sent(vm: &Vm) -> Stream {
    let stream = vm.stream();
    send(&stream, CHAT, chat_body().to_string().as_bytes());
    stream
}

fn error_code(stream: &Stream) -> Value {
    let body: Value = serde_json::from_slice(&stream.downstream().body).unwrap();
    body["error"]["code"].clone()
}

#[test]
fn a_request_waits_for_the_answer() {
    let vm = asking(vec!["judge"]);
    let stream = sent(&vm);
    assert!(stream.upstream_request().is_none(), "it did not wait");
    let [call] = stream.calls().try_into().unwrap();
    assert_eq!((call.cluster.as_str(), call.timeout_ms), ("judge", 500));
    assert_eq!(call.headers.text(":path").as_deref(), Some("/ask"));
    assert_eq!(serde_json::from_slice::<Value>(&call.body).unwrap(), chat_body());

    stream.answer_call(&call, &[(":status", "200")], b"");
    let sent = stream.upstream_request().unwrap();
    assert_eq!(sent.text(), chat_body().to_string());
    sent.assert_content_length_matches();

    answer(&stream, "200", "application/json", openai_answer().to_string().as_bytes());
    assert_eq!(stream.downstream().status(), None, "the answer did not wait");
    let [call] = stream.calls().try_into().unwrap();
    stream.answer_call(&call, &[(":status", "200")], b"");
    assert_eq!(stream.downstream().text(), openai_answer().to_string());
    assert_eq!(stream.misuse(), Vec::<String>::new());
}

#[test]
fn what_the_service_refuses_does_not_pass() {
    let vm = asking(vec!["judge"]);
    for failed in [false, true] {
        let stream = sent(&vm);
        let [call] = stream.calls().try_into().unwrap();
        match failed {
            true => stream.fail_call(&call),
            false => stream.answer_call(&call, &[(":status", "403")], b"no"),
        }
        assert_eq!(stream.downstream().status(), Some(403));
        assert_eq!(stream.downstream().headers.text("x-refused-by").as_deref(), Some("probe"));
        assert_eq!(error_code(&stream), "asked_and_refused");
        assert!(stream.upstream_request().is_none());
    }
    let stream = sent(&vm);
    let [call] = stream.calls().try_into().unwrap();
    stream.answer_call(&call, &[(":status", "200")], b"");
    answer(&stream, "200", "application/json", openai_answer().to_string().as_bytes());
    let [call] = stream.calls().try_into().unwrap();
    stream.answer_call(&call, &[(":status", "500")], b"");
    assert_eq!(stream.downstream().status(), Some(403));
    stream.downstream().assert_content_length_matches();
    assert_eq!(error_code(&stream), "asked_and_refused");
    assert_eq!(vm.trapped(), None);
}

#[test]
fn a_call_that_cannot_begin_counts_as_unanswered() {
    let vm = asking(vec![]);
    let stream = sent(&vm);
    assert_eq!(stream.downstream().status(), Some(403));
    assert!(vm.logs().iter().any(|line| line.message.contains("cluster judge was not called")));
}

#[test]
fn a_client_that_leaves_takes_its_calls_along() {
    let vm = asking(vec!["judge"]);
    let gone = sent(&vm);
    gone.finish();
    assert_eq!(gone.calls(), []);
    let stream = sent(&vm);
    let [call] = stream.calls().try_into().unwrap();
    stream.answer_call(&call, &[(":status", "200")], b"");
    assert!(stream.upstream_request().is_some());
}

#[test]
fn workers_share_what_they_count() {
    let process = Process::default();
    let worker = || {
        let options = VmOptions { process: process.clone(), ..options() };
        filter("probe", &json!({"tally": "t"}), options)
    };
    let workers = [worker(), worker()];
    for _ in 0..3 {
        workers.iter().for_each(|vm| drop(sent(vm)));
    }
    let count = workers.each_ref().map(|vm| vm.shared_data("t").unwrap());
    assert_eq!(count, [6u64.to_le_bytes().to_vec(), 6u64.to_le_bytes().to_vec()]);
}

#[test]
fn headers_of_an_answer_that_nobody_reads_can_be_set() {
    let vm = filter("probe", &json!({}), options());
    let stream = sent(&vm);
    answer(&stream, "200", "application/json", b"{}");
    assert_eq!(stream.downstream().headers.text("x-probe").as_deref(), Some("seen"));
    assert_eq!(stream.downstream().text(), "{}");
}
