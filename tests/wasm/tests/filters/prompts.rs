//! Prompts of the gateway's own.

use serde_json::{Value, json};
use wasm_tests::{Vm, VmOptions};

use super::support::{CHAT, MESSAGES, chat_body, filter, messages_body, options, send};

fn in_mode(name: &str, mode: &str, mut config: Value) -> Vm {
    config["host"] = json!({"headers": mode});
    filter(name, &config, VmOptions { hold_headers: mode == "hold", ..options() })
}

fn sent(vm: &Vm, path: &str, body: &Value) -> Value {
    let stream = vm.stream();
    send(&stream, path, body.to_string().as_bytes());
    let message = stream.upstream_request().unwrap();
    message.assert_content_length_matches();
    serde_json::from_slice(&message.body).unwrap()
}

#[test]
fn prompts_are_added_in_either_mode_and_dialect() {
    for mode in ["hold", "continue"] {
        let config = json!({"rules": [{"system": {"prepend": "Be kind."}}]});
        let vm = in_mode("prompt_decorator", mode, config);
        let chat = sent(&vm, CHAT, &chat_body());
        assert_eq!(chat["messages"][0], json!({"role": "system", "content": "Be kind."}), "{mode}");
        let messages = sent(&vm, MESSAGES, &messages_body());
        assert_eq!(messages["system"], json!([{"type": "text", "text": "Be kind."}]), "{mode}");
        assert_eq!(messages["messages"], messages_body()["messages"]);
    }
}

#[test]
fn a_request_no_rule_is_for_goes_on_byte_for_byte() {
    let config = json!({"rules": [{"when": {"models": ["other"]}, "system": {"prepend": "x"}}]});
    let vm = in_mode("prompt_decorator", "hold", config);
    let odd = b"{ \"model\": \"m\", \"messages\":[ ],\"seed\":1.50 }";
    let stream = vm.stream();
    send(&stream, CHAT, odd);
    assert_eq!(stream.upstream_request().unwrap().body, odd);
}

#[test]
fn versions_of_a_template_are_drawn_by_lot() {
    let version = |name: &str, weight: u32| json!({"name": name, "weight": weight, "body": {"messages": [{"role": "user", "content": name}]}});
    let config = json!({"templates": {"t": {"versions": [version("a", 3), version("b", 1)]}}});
    let vm = in_mode("prompt_template", "continue", config);
    let body = json!({"model": "m", "messages": "{template://t}"});
    let drawn = |_| sent(&vm, CHAT, &body)["messages"][0]["content"] == "a";
    let share = (0..400).map(drawn).filter(|first| *first).count();
    assert!((260..340).contains(&share), "{share} of 400 where 300 are due");
    let all = ["a", "b"].map(|name| {
        let name = format!("prompt_template.templates.template.t.version.{name}");
        vm.metric(&name).map_or(0, |metric| metric.value())
    });
    assert_eq!(all, [share as u64, 400 - share as u64]);
}
