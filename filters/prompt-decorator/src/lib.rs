//! Envoy filter: prompts of the gateway's own, added to what clients say. The logic is in `shared/prompts`.

#![expect(missing_docs, reason = "the SDK's macro makes an entry point without any")]

proxy_wasm::main! {{
    shell::start(prompts::DECORATOR_FILTER);
}}
