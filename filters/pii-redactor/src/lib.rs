//! Envoy filter: masks personal data in requests and gives it back in answers. The logic is in `shared/pii`.

#![expect(missing_docs, reason = "the SDK's macro makes an entry point without any")]

proxy_wasm::main! {{
    shell::start(pii::FILTER);
}}
