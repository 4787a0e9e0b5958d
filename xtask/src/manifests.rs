//! Manifests for meshes, made of an Envoy configuration that is tested as it stands: its listeners and clusters word
//! for word, comments included; only the wrapping is the mesh's.
//!
//! - Istio's `EnvoyFilter`: <https://istio.io/latest/docs/reference/config/networking/envoy-filter/> (2026-11-21)
//! - Kuma's `MeshProxyPatch`: <https://kuma.io/docs/latest/policies/meshproxypatch/> (2026-11-21)
//! - Envoy Gateway's `EnvoyPatchPolicy`:
//!   <https://gateway.envoyproxy.io/docs/tasks/extensibility/envoy-patch-policy/> (2026-11-21)

use std::path::Path;

use crate::Generated;

const CONFIG: &str = "envoy-configs/upstream-failover.yaml";

/// Where the proxy's container has the modules.
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
    let mut resources = items(&text, "clusters", true);
    resources.extend(items(&text, "listeners", false));
    MANIFESTS
        .into_iter()
        .map(|(path, head, wrapped)| {
            let body: String = resources.iter().map(wrapped).collect();
            let made = format!("# Made of {CONFIG} by `make gen`.\n{head}{body}");
            (Path::new("examples").join(path), made)
        })
        .collect()
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

/// The items of the list `static_resources.NAME`, not indented, their comments with them.
fn items(text: &str, name: &str, cluster: bool) -> Vec<Resource> {
    let head = format!("  {name}:");
    let lines = text.lines().skip_while(|line| *line != head).skip(1);
    let block = lines.take_while(|line| line.is_empty() || line.starts_with("    "));
    let mut found: Vec<Resource> = Vec::new();
    // Comments above an item stand where its dash does.
    let mut above = String::new();
    for line in block {
        if let Some(first) = line.strip_prefix("    - ") {
            let name = first.strip_prefix("name: ").unwrap_or_default().to_owned();
            found.push(Resource { cluster, name, text: std::mem::take(&mut above) + first + "\n" });
        } else if let Some(comment) = line.strip_prefix("    #") {
            above += &format!("#{comment}\n");
        } else if let Some(item) = found.last_mut() {
            item.text += line.strip_prefix("      ").unwrap_or_default();
            item.text.push('\n');
        }
    }
    for item in &mut found {
        item.text = in_a_pod(item.text.trim_end());
    }
    found
}

/// In a pod the listener is for others, and the modules are where they are mounted.
fn in_a_pod(text: &str) -> String {
    text.replace("{address: 127.0.0.1, port_value: 10000}", "{address: 0.0.0.0, port_value: 10000}")
        .replace("target/wasm32-wasip1/release/", MODULES)
}

fn indented(text: &str, by: usize) -> String {
    let line = |line: &str| match line {
        "" => "\n".to_owned(),
        _ => format!("{:by$}{line}\n", ""),
    };
    text.lines().map(line).collect()
}
