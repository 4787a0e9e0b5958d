//! Envoy filter: prompts that the gateway wrote, filled with clients' values. The logic is in `shared/prompts`.

#![expect(missing_docs, reason = "the SDK's macro makes an entry point without any")]

proxy_wasm::main! {{
    shell::start(prompts::TEMPLATE_FILTER);
}}
