//! Manifests for meshes and the Envoys of `examples/compose` and `examples/func-e`, made of an Envoy configuration that is
//! tested as it stands: its listeners and clusters; only the wrapping is the mesh's, only addresses are the examples'.
//!
//! - Istio's `EnvoyFilter`: <https://istio.io/latest/docs/reference/config/networking/envoy-filter/> (2026-11-21)
//! - Kuma's `MeshProxyPatch`: <https://kuma.io/docs/latest/policies/meshproxypatch/> (2026-11-21)
//! - Envoy Gateway's `EnvoyPatchPolicy`:
//!   <https://gateway.envoyproxy.io/docs/tasks/extensibility/envoy-patch-policy/> (2026-11-21)

use std::path::Path;

use serde_yaml_ng::Value;

use crate::Generated;

const CONFIG: &str = "envoy-configs/full.yaml";

/// Where the configuration has the modules.
const BUILT: &str = "target/wasm32-wasip1/release/";

/// Where the proxy's container has them.
const MODULES: &str = "/etc/tollgate/";

/// A resource of Envoy: its kind, its name and its text.
struct Resource {
    cluster: bool,
    name: String,
    text: String,
}

/// A manifest: its path, what it begins with, and how it wraps a resource.
type Manifest = (&'static str, &'static str, fn(&Resource) -> String);

const MANIFESTS: [Manifest; 4] = [
    ("istio/envoyfilter.yaml", ISTIO, istio),
    ("kong-mesh/meshproxypatch.yaml", KUMA, kuma),
    ("kong-mesh/universal.yaml", KUMA_UNIVERSAL, kuma),
    ("envoy-gateway/envoypatchpolicy.yaml", GATEWAY, gateway),
];

pub(crate) fn generated(root: &Path) -> Vec<Generated> {
    let text = std::fs::read_to_string(root.join(CONFIG)).unwrap_or_default();
    let config: Value = serde_yaml_ng::from_str(&text).unwrap_or_default();
    let mut resources = resources(&config, "clusters");
    resources.extend(self::resources(&config, "listeners"));
    MANIFESTS
        .into_iter()
        .map(|(path, head, wrapped)| {
            let body: String = resources.iter().map(wrapped).collect();
            let made = format!("# Made of {CONFIG} by `make gen`.\n{head}{body}");
            (Path::new("examples").join(path), made)
        })
        .chain(SIMULATED.iter().map(|one| simulated(one, config.clone())))
        .collect()
}

type Address = (&'static str, u64);

/// The same with simulated providers.
struct Simulated {
    path: &'static str,
    /// Where the configuration looks, and where it shall look.
    moved: [(Address, Address); 3],
    /// Where the modules are, if elsewhere.
    modules: Option<&'static str>,
    /// Whether what listens is for other containers.
    open: bool,
}

const SIMULATED: [Simulated; 2] = [
    Simulated {
        path: "examples/compose/envoy.yaml",
        moved: [
            (("api.openai.com", 443), ("openai", 10101)),
            (("api.anthropic.com", 443), ("anthropic", 10102)),
            (("127.0.0.1", 8081), ("ratelimit", 8081)),
        ],
        modules: Some(MODULES),
        open: true,
    },
    Simulated {
        path: "examples/func-e/envoy.yaml",
        moved: [
            (("api.openai.com", 443), ("127.0.0.1", 10101)),
            (("api.anthropic.com", 443), ("127.0.0.1", 10102)),
            (("127.0.0.1", 8081), ("127.0.0.1", 8081)),
        ],
        modules: None,
        open: false,
    },
];

fn simulated(example: &Simulated, mut config: Value) -> Generated {
    let clusters = config["static_resources"]["clusters"].as_sequence_mut();
    for cluster in clusters.into_iter().flatten().filter_map(Value::as_mapping_mut) {
        cluster.remove("transport_socket");
        cluster.insert("type".into(), "STRICT_DNS".into());
    }
    move_addresses(&mut config, example);
    let mut text = serde_yaml_ng::to_string(&config).unwrap_or_default();
    if let Some(modules) = example.modules {
        text = text.replace(BUILT, modules);
    }
    (example.path.into(), format!("# Made of {CONFIG} by `make gen`.\n{text}"))
}

fn move_addresses(value: &mut Value, example: &Simulated) {
    match value {
        Value::Sequence(items) => items.iter_mut().for_each(|item| move_addresses(item, example)),
        Value::Mapping(fields) => {
            let host = fields.get("address").and_then(Value::as_str).unwrap_or_default();
            let port = fields.get("port_value").and_then(Value::as_u64);
            let known =
                example.moved.iter().find(|((name, at), _)| *name == host && Some(*at) == port);
            let listens = example.open && host == "127.0.0.1";
            let there = match known {
                Some((_, there)) => Some(*there),
                None => port.filter(|_| listens).map(|port| ("0.0.0.0", port)),
            };
            if let Some((host, port)) = there {
                fields.insert("address".into(), host.into());
                fields.insert("port_value".into(), port.into());
            }
            fields.values_mut().for_each(|field| move_addresses(field, example));
        }
        _ => {}
    }
}

const ISTIO: &str = "\
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: tollgate, namespace: istio-system}
spec:
  workloadSelector: {labels: {istio: llm-gateway}}
  configPatches:
";

fn istio(resource: &Resource) -> String {
    let kind = if resource.cluster { "CLUSTER" } else { "LISTENER" };
    let value = indented(&resource.text, 10);
    format!(
        "    - applyTo: {kind}\n      match: {{context: GATEWAY}}\n      patch:\n        operation: ADD\n        value:\n{value}"
    )
}

const KUMA: &str = "\
apiVersion: kuma.io/v1alpha1
kind: MeshProxyPatch
metadata:
  name: tollgate
  namespace: kuma-system
  labels: {kuma.io/mesh: default}
spec:
  targetRef: {kind: Dataplane, labels: {app: llm-gateway}}
  default:
    appendModifications:
";

const KUMA_UNIVERSAL: &str = "\
type: MeshProxyPatch
name: tollgate
mesh: default
spec:
  targetRef: {kind: Dataplane, labels: {app: llm-gateway}}
  default:
    appendModifications:
";

fn kuma(resource: &Resource) -> String {
    let kind = if resource.cluster { "cluster" } else { "listener" };
    let value = indented(&resource.text, 12);
    format!("      - {kind}:\n          operation: Add\n          value: |\n{value}")
}

const GATEWAY: &str = "\
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyPatchPolicy
metadata: {name: tollgate, namespace: default}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: llm}
  type: JSONPatch
  jsonPatches:
";

fn gateway(resource: &Resource) -> String {
    let kind = if resource.cluster { "cluster.v3.Cluster" } else { "listener.v3.Listener" };
    let (name, value) = (&resource.name, indented(&resource.text, 10));
    format!(
        "    - type: type.googleapis.com/envoy.config.{kind}\n      name: {name}\n      operation:\n        op: add\n        path: \"\"\n        value:\n{value}"
    )
}

fn resources(config: &Value, kind: &str) -> Vec<Resource> {
    let list = config["static_resources"][kind].as_sequence();
    let resource = |item: &Value| {
        let mut item = item.clone();
        // In a pod a listener is for others, and the modules are where they are mounted.
        if let Some(address) = item.get_mut("address").and_then(|it| it.get_mut("socket_address")) {
            address["address"] = "0.0.0.0".into();
        }
        let text = serde_yaml_ng::to_string(&item).unwrap_or_default();
        Resource {
            cluster: kind == "clusters",
            name: item["name"].as_str().unwrap_or_default().to_owned(),
            text: text.replace(BUILT, MODULES),
        }
    };
    list.into_iter().flatten().map(resource).collect()
}

fn indented(text: &str, by: usize) -> String {
    let line = |line: &str| match line {
        "" => "\n".to_owned(),
        _ => format!("{:by$}{line}\n", ""),
    };
    text.lines().map(line).collect()
}
