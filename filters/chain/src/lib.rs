//! Envoy filter: a list of stages over one parse of the body. The stages are listed in `shared/catalogue`.

proxy_wasm::main! {{
    shell::start(catalogue::CHAIN);
}}
