//! Envoy filter: a list of stages over one parse of the body. The stages are listed in `shared/catalogue`.

#![expect(missing_docs, reason = "the SDK's macro makes an entry point without any")]

proxy_wasm::main! {{
    shell::start(catalogue::CHAIN);
}}
