//! Envoy filter: any client dialect to any provider dialect. The logic is in `shared/translator`.

#![expect(missing_docs, reason = "the SDK's macro makes an entry point without any")]

proxy_wasm::main! {{
    shell::start(translator::FILTER);
}}
