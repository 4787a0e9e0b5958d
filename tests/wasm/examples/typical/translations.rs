//! Every kind of client with every conversational provider: the basic fixtures of the dialects.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use wasm_tests::{Placement, Vm};

use crate::typical::{CHAT, MESSAGES, Subject, answer, ask};

/// A client's dialect and the path where it asks.
const CLIENTS: [(&str, &str); 3] = [
    ("openai-chat", CHAT),
    ("anthropic-messages", MESSAGES),
    ("openai-responses", "/v1/responses"),
];

/// A provider's dialect, the provider, and how its streams end in the fixtures and are called by it.
const PROVIDERS: [(&str, &str, &str, &str); 7] = [
    ("anthropic-messages", "anthropic", "sse", "text/event-stream"),
    ("bedrock-converse", "bedrock", "eventstream", "application/vnd.amazon.eventstream"),
    ("cohere-chat", "cohere", "sse", "text/event-stream"),
    ("gemini", "gemini", "sse", "text/event-stream"),
    ("ollama-chat", "ollama-chat", "ndjson", "application/x-ndjson"),
    ("openai-chat", "openai", "sse", "text/event-stream"),
    ("openai-responses", "openai-responses", "sse", "text/event-stream"),
];

/// One of [`CLIENTS`] and one of [`PROVIDERS`].
pub(crate) struct Translation {
    pub(crate) subject: Subject,
    client: &'static str,
    provider: &'static str,
    ending: &'static str,
    media_type: &'static str,
}

/// Every pair, in the translator's own module and as a stage of the chain.
pub(crate) fn translations() -> Vec<Translation> {
    let mut translations = Vec::new();
    for (client, path) in CLIENTS {
        for (provider, name, ending, media_type) in PROVIDERS {
            let target = json!({"provider": name, "base_url": "http://models.internal:8000", "credential": "none"});
            let translator = json!({"targets": {provider: target}, "default_target": provider});
            let chain = json!({"stages": [{"provider-translator": translator}]});
            for (module, config, placement) in [
                ("provider_translator", translator, Placement::Upstream),
                ("chain", chain, Placement::Downstream),
            ] {
                let subject = Subject {
                    name: provider,
                    module: module.to_owned(),
                    config,
                    placement,
                    path,
                    target: provider,
                    template: false,
                };
                translations.push(Translation { subject, client, provider, ending, media_type });
            }
        }
    }
    translations
}

impl Translation {
    /// An exchange that is not streamed and one that is, of plain text and with a tool that is called.
    pub(crate) fn run(&self, vm: &Vm) {
        for fixture in ["basic", "tool-call"] {
            let mut body: Value =
                serde_json::from_slice(&read(self.client, "request", fixture, "json")).unwrap();
            let exchange = ask(vm, &self.subject, body.to_string());
            answer(&exchange, "application/json");
            exchange.response_body(read(self.provider, "response", fixture, "json"), true);
            exchange.finish();

            body["stream"] = json!(true);
            let exchange = ask(vm, &self.subject, body.to_string());
            answer(&exchange, self.media_type);
            for chunk in read(self.provider, "stream", fixture, self.ending).chunks(256) {
                exchange.response_body(chunk, false);
            }
            exchange.response_body("", true);
            exchange.finish();
        }
    }
}

fn read(dialect: &str, folder: &str, fixture: &str, ending: &str) -> Vec<u8> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    fs::read(fixtures.join(dialect).join(folder).join(fixture).with_extension(ending)).unwrap()
}
