//! Envoy filter: counts tokens, keeps budgets, tells what was used and what it cost. The logic is in `shared/tokens`.

#![expect(missing_docs, reason = "the SDK's macro makes an entry point without any")]

proxy_wasm::main! {{
    shell::start(tokens::FILTER);
}}
