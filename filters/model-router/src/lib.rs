//! Envoy filter: which target and model a request goes to. The logic is in `shared/routing`.

#![expect(missing_docs, reason = "the SDK's macro makes an entry point without any")]

proxy_wasm::main! {{
    shell::start(routing::FILTER);
}}
