//! Envoy filter: any client dialect to any provider dialect. The logic is in `shared/translator`.

proxy_wasm::main! {{
    shell::start(translator::FILTER);
}}
