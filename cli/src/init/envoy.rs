//! A listener and a cluster, as Envoy's own configuration has them.

use serde_json::{Value, json};

use super::Target;

/// A place for the request, its copy for a retry and a buffered answer, in bytes.
const BUFFER: u32 = 32 << 20;

/// A message of the Envoy type `kind`, without its package.
fn typed(kind: &str, mut fields: Value) -> Value {
    let mut message = json!({ "@type": format!("type.googleapis.com/envoy.{kind}") });
    if let (Some(map), Some(more)) = (message.as_object_mut(), fields.as_object_mut()) {
        map.append(more);
    }
    message
}

/// Sets a field of an object.
fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(map) = object.as_object_mut() {
        map.insert(name.to_owned(), value);
    }
}

/// The listener, with the chosen stages in one module.
pub(super) fn listener(address: &str, stages: &[(&str, &str)], modules: &str) -> Value {
    let facts = [
        "error.type",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "gen_ai.response.model",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "tollgate.client_dialect",
        "tollgate.dropped",
        "tollgate.guard.request",
        "tollgate.guard.rules",
        "tollgate.pii.request",
        "tollgate.provider_dialect",
        "url.path",
    ];
    let mut line = json!({
        "time": "%START_TIME%",
        "status": "%RESPONSE_CODE%",
        "details": "%RESPONSE_CODE_DETAILS%",
        "duration_ms": "%DURATION%",
        "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
        "target": "%UPSTREAM_METADATA(tollgate:target)%",
    });
    for fact in facts {
        put(&mut line, fact, json!(format!("%FILTER_STATE(wasm.{fact}:PLAIN)%")));
    }
    let log = typed(
        "extensions.access_loggers.stream.v3.StdoutAccessLog",
        json!({"log_format": {"omit_empty_values": true, "json_format": line}}),
    );
    let mut filters = Vec::new();
    if !stages.is_empty() {
        let list: Vec<Value> = stages
            .iter()
            .map(|(name, config)| {
                json!({ *name: serde_json::from_str::<Value>(config).unwrap_or_default() })
            })
            .collect();
        filters.push(wasm("chain", &json!({ "stages": list }), modules, &[]));
    }
    filters.push(json!({
        "name": "envoy.filters.http.router",
        "typed_config": typed("extensions.filters.http.router.v3.Router", json!({})),
    }));
    let previous = typed(
        "extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
        json!({"update_frequency": 1}),
    );
    let route = json!({
        "cluster": "llm",
        "timeout": "0s",
        "idle_timeout": "600s",
        "retry_policy": {
            "retry_on": "5xx,retriable-status-codes",
            "retriable_status_codes": [429],
            "num_retries": 1,
            "retry_back_off": {"base_interval": "0.025s", "max_interval": "0.25s"},
            "per_try_idle_timeout": "300s",
            "retry_priority": {
                "name": "envoy.retry_priorities.previous_priorities",
                "typed_config": previous,
            },
        },
    });
    let manager = typed(
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        json!({
            "stat_prefix": "llm",
            "stream_idle_timeout": "600s",
            "access_log": [{"name": "envoy.access_loggers.stdout", "typed_config": log}],
            "local_reply_config": local_replies(),
            "route_config": {"virtual_hosts": [
                {"name": "llm", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": route}]},
            ]},
            "http_filters": filters,
        }),
    );
    json!({
        "name": "llm",
        "address": {"socket_address": {"address": address, "port_value": 10000}},
        "per_connection_buffer_limit_bytes": BUFFER,
        "filter_chains": [{"filters": [
            {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager},
        ]}],
    })
}

/// Envoy's own errors in a form that clients read.
fn local_replies() -> Value {
    let not_ours = typed(
        "extensions.access_loggers.filters.cel.v3.ExpressionFilter",
        json!({"expression": "!response.code_details.startsWith('tollgate_')"}),
    );
    json!({"mappers": [{
        "filter": {"extension_filter": {
            "name": "envoy.access_loggers.extension_filters.cel",
            "typed_config": not_ours,
        }},
        "body_format_override": {"json_format": {
            "type": "error",
            "error": {
                "type": "api_error",
                "code": "%RESPONSE_CODE_DETAILS%",
                "message": "gateway: %LOCAL_REPLY_BODY%",
            },
        }},
    }]})
}

/// The cluster: a provider at each priority, and the translator for each attempt. `here` is what Envoy calls the
/// machine that it runs on.
pub(super) fn cluster(targets: &[Target], modules: &str, here: &str) -> Value {
    let ends = targets.iter().enumerate().map(|(n, one)| locality(n, one, here));
    let ends: Vec<Value> = ends.collect();
    let translator = wasm(
        "provider_translator",
        &json!({ "targets": configured(targets) }),
        modules,
        &keys(targets),
    );
    let codec = json!({
        "name": "envoy.filters.http.upstream_codec",
        "typed_config": typed("extensions.filters.http.upstream_codec.v3.UpstreamCodec", json!({})),
    });
    let options = typed(
        "extensions.upstreams.http.v3.HttpProtocolOptions",
        json!({
            "explicit_http_config": {"http_protocol_options": {}},
            "http_filters": [translator, codec],
        }),
    );
    let mut cluster = json!({
        "name": "llm",
        "type": "STRICT_DNS",
        "dns_lookup_family": "V4_PREFERRED",
        "connect_timeout": "2s",
        "per_connection_buffer_limit_bytes": BUFFER,
        // By default only three retries may be under way at a time.
        "circuit_breakers": {"thresholds": [{"max_connections": 1024, "max_pending_requests": 1024,
            "max_requests": 4096, "max_retries": 1024}]},
        "load_assignment": {"cluster_name": "llm", "endpoints": ends},
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options,
        },
    });
    if targets.iter().any(secure) {
        let tls = json!({
            "name": "envoy.transport_sockets.tls",
            "typed_config": typed("extensions.transport_sockets.tls.v3.UpstreamTlsContext", json!({
                "auto_host_sni": true,
                "auto_sni_san_validation": true,
                "common_tls_context": {"validation_context":
                    {"trusted_ca": {"filename": "/etc/ssl/certs/ca-certificates.crt"}}},
            })),
        });
        match targets.iter().all(secure) {
            true => put(&mut cluster, "transport_socket", tls),
            // Only for the endpoints that say so.
            false => {
                let matches =
                    json!([{"name": "tls", "match": {"tls": true}, "transport_socket": tls}]);
                put(&mut cluster, "transport_socket_matches", matches);
            }
        }
    }
    cluster
}

fn locality(priority: usize, target: &Target, here: &str) -> Value {
    let (_, rest) = target.provider.base_url.split_once("://").unwrap_or_default();
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().unwrap_or(80)),
        None => (authority, if secure(target) { 443_u16 } else { 80 }),
    };
    let mut metadata = json!({"tollgate": {"target": target.provider.name}});
    if secure(target) {
        put(&mut metadata, "envoy.transport_socket_match", json!({"tls": true}));
    }
    json!({"priority": priority, "lb_endpoints": [{
        "endpoint": {
            "hostname": host,
            "address": {"socket_address": {
                "address": if host == "localhost" { here } else { host },
                "port_value": port,
            }},
        },
        "metadata": {"filter_metadata": metadata},
    }]})
}

fn secure(target: &Target) -> bool {
    target.provider.base_url.starts_with("https://")
}

/// The translator's targets.
fn configured(targets: &[Target]) -> Value {
    let mut all = json!({});
    for target in targets {
        let credential = match local(target) {
            true => json!("none"),
            false => json!({ "env": key(target) }),
        };
        let mut one = json!({"provider": target.provider.name, "credential": credential});
        if let Some(model) = &target.model {
            put(&mut one, "models", json!([{"prefix": "", "to": model}]));
        }
        put(&mut all, target.provider.name, one);
    }
    all
}

/// What runs on this machine needs no key.
pub(super) fn local(target: &Target) -> bool {
    !secure(target)
}

/// The environment variable of a provider's key.
fn key(target: &Target) -> String {
    format!("{}_API_KEY", target.provider.name.to_uppercase().replace('-', "_"))
}

/// The environment variables of all keys.
pub(super) fn keys(targets: &[Target]) -> Vec<String> {
    targets.iter().filter(|target| !local(target)).map(key).collect()
}

fn wasm(name: &str, config: &Value, modules: &str, keys: &[String]) -> Value {
    let mut vm = json!({
        "vm_id": name,
        "runtime": "envoy.wasm.runtime.v8",
        "code": {"local": {"filename": format!("{modules}/{name}.wasm")}},
    });
    if !keys.is_empty() {
        put(&mut vm, "environment_variables", json!({ "host_env_keys": keys }));
    }
    let plugin = json!({
        "name": name,
        "root_id": name,
        "failure_policy": "FAIL_RELOAD",
        "allow_on_headers_stop_iteration": true,
        "vm_config": vm,
        "configuration": {
            "@type": "type.googleapis.com/google.protobuf.StringValue",
            "value": serde_json::to_string_pretty(config).unwrap_or_default() + "\n",
        },
    });
    json!({
        "name": "envoy.filters.http.wasm",
        "typed_config": typed("extensions.filters.http.wasm.v3.Wasm", json!({ "config": plugin })),
    })
}
