//! Envoy filter: attacks on the model, in prompts, tool results and answers. The logic is in `shared/guard`.

#![expect(missing_docs, reason = "the SDK's macro makes an entry point without any")]

proxy_wasm::main! {{
    shell::start(guard::FILTER);
}}
