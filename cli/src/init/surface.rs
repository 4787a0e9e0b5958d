//! How listener and cluster reach an Envoy: as its whole configuration, or inside what a mesh or Compose reads.

use std::io;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::{Target, envoy};

/// Where it will run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Surface {
    /// Envoy by itself: its whole configuration
    Envoy,
    /// An Istio gateway: an EnvoyFilter
    Istio,
    /// A Kong Mesh or Kuma data plane: a MeshProxyPatch
    KongMesh,
    /// Envoy Gateway: an EnvoyPatchPolicy
    EnvoyGateway,
    /// Docker Compose 2.23 or later: a compose file with Envoy's configuration in it
    Compose,
}

/// Where modules are built.
const BUILT: &str = "target/wasm32-wasip1/release";

/// Where a container has them.
const MOUNTED: &str = "/etc/tollgate";

/// What a container calls the machine that it runs on.
const HOST: &str = "host.docker.internal";

impl Surface {
    pub(super) fn name(self) -> &'static str {
        match self {
            Surface::Envoy => "envoy",
            Surface::Istio => "istio",
            Surface::KongMesh => "kong-mesh",
            Surface::EnvoyGateway => "envoy-gateway",
            Surface::Compose => "compose",
        }
    }

    /// Where the modules are by default.
    pub(super) fn modules(self) -> &'static str {
        match self {
            Surface::Envoy => BUILT,
            _ => MOUNTED,
        }
    }

    /// The whole file.
    pub(super) fn written(
        self,
        stages: &[(&str, &str)],
        targets: &[Target],
        modules: &str,
    ) -> io::Result<String> {
        // In a pod or a container the listener is for others.
        let address = if self == Surface::Envoy { "127.0.0.1" } else { "0.0.0.0" };
        let here = if self == Surface::Compose { HOST } else { "localhost" };
        let listener = envoy::listener(address, stages, modules);
        let cluster = envoy::cluster(targets, modules, here);
        let whole = || {
            json!({
                "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 9901}}},
                "static_resources": {"listeners": [listener], "clusters": [cluster]},
            })
        };
        let value = match self {
            Surface::Envoy => whole(),
            Surface::Istio => istio(&listener, &cluster),
            Surface::KongMesh => kong_mesh(&listener, &cluster)?,
            Surface::EnvoyGateway => envoy_gateway(&listener, &cluster),
            Surface::Compose => compose(&whole(), &envoy::keys(targets), modules)?,
        };
        Ok(format!("# Made by `tollgate init`, to begin with.\n{}", yaml(&value)?))
    }

    /// What to do next.
    pub(super) fn next(self, targets: &[Target], file: &str) -> String {
        let keys = envoy::keys(targets);
        let set: String = keys.iter().map(|key| format!("{key}=… ")).collect();
        match self {
            Surface::Envoy => format!("next: {set}envoy -c {file}"),
            Surface::Compose => format!("next: make wasm && {set}docker compose -f {file} up"),
            Surface::Istio | Surface::KongMesh | Surface::EnvoyGateway => {
                let set = match keys.is_empty() {
                    true => String::new(),
                    false => format!("set {} in its environment, ", keys.join(", ")),
                };
                let local: Vec<_> = targets.iter().filter(|target| envoy::local(target)).collect();
                let moved: String = local
                    .iter()
                    .map(|target| {
                        format!("write where {} is in place of localhost, ", target.provider.name)
                    })
                    .collect();
                format!(
                    "next: mount the modules into the proxy at the folder that the file names, {set}{moved}choose {} in \
                     the file, and kubectl apply -f {file} (examples/{}/README.md)",
                    if self == Surface::EnvoyGateway { "the Gateway" } else { "its pods" },
                    self.name()
                )
            }
        }
    }
}

/// As YAML, by way of its text: numbers that keep their digits have a form of their own in between.
fn yaml(value: &Value) -> io::Result<String> {
    let plain: serde_yaml_ng::Value =
        serde_yaml_ng::from_str(&value.to_string()).map_err(io::Error::other)?;
    serde_yaml_ng::to_string(&plain).map_err(io::Error::other)
}

/// <https://istio.io/latest/docs/reference/config/networking/envoy-filter/> (read 2026-11-21)
fn istio(listener: &Value, cluster: &Value) -> Value {
    let patch = |kind: &str, value: &Value| {
        json!({
            "applyTo": kind,
            "match": {"context": "GATEWAY"},
            "patch": {"operation": "ADD", "value": value},
        })
    };
    json!({
        "apiVersion": "networking.istio.io/v1alpha3",
        "kind": "EnvoyFilter",
        "metadata": {"name": "tollgate", "namespace": "istio-system"},
        "spec": {
            "workloadSelector": {"labels": {"istio": "llm-gateway"}},
            "configPatches": [patch("CLUSTER", cluster), patch("LISTENER", listener)],
        },
    })
}

/// <https://developer.konghq.com/mesh/policies/meshproxypatch> (read 2026-11-21)
fn kong_mesh(listener: &Value, cluster: &Value) -> io::Result<Value> {
    let added = |value: &Value| -> io::Result<Value> {
        Ok(json!({"operation": "Add", "value": yaml(value)?}))
    };
    Ok(json!({
        "apiVersion": "kuma.io/v1alpha1",
        "kind": "MeshProxyPatch",
        "metadata": {
            "name": "tollgate",
            "namespace": "kuma-system",
            "labels": {"kuma.io/mesh": "default"},
        },
        "spec": {
            "targetRef": {"kind": "Dataplane", "labels": {"app": "llm-gateway"}},
            "default": {"appendModifications": [
                {"cluster": added(cluster)?},
                {"listener": added(listener)?},
            ]},
        },
    }))
}

/// <https://gateway.envoyproxy.io/docs/tasks/extensibility/envoy-patch-policy/> (read 2026-11-21)
fn envoy_gateway(listener: &Value, cluster: &Value) -> Value {
    let added = |kind: &str, value: &Value| {
        json!({
            "type": format!("type.googleapis.com/envoy.config.{kind}"),
            "name": value["name"],
            "operation": {"op": "add", "path": "", "value": value},
        })
    };
    json!({
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "EnvoyPatchPolicy",
        "metadata": {"name": "tollgate", "namespace": "default"},
        "spec": {
            "targetRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "llm"},
            "type": "JSONPatch",
            "jsonPatches": [
                added("cluster.v3.Cluster", cluster),
                added("listener.v3.Listener", listener),
            ],
        },
    })
}

/// `content` of a configuration: <https://docs.docker.com/reference/compose-file/configs/> (read 2026-11-21)
fn compose(config: &Value, keys: &[String], modules: &str) -> io::Result<Value> {
    let mut service = json!({
        "image": "envoyproxy/envoy:v1.40.0",
        "command": ["envoy", "-c", "/etc/envoy/envoy.yaml"],
        "ports": ["127.0.0.1:10000:10000"],
        "volumes": [format!("./{BUILT}:{modules}:ro")],
        "configs": [{"source": "envoy", "target": "/etc/envoy/envoy.yaml"}],
        "extra_hosts": [format!("{HOST}:host-gateway")],
    });
    if let (Some(map), false) = (service.as_object_mut(), keys.is_empty()) {
        // Without a value: that of the shell.
        map.insert("environment".to_owned(), json!(keys));
    }
    // Compose reads `$` as the beginning of a variable.
    let content = yaml(config)?.replace('$', "$$");
    Ok(json!({"services": {"envoy": service}, "configs": {"envoy": {"content": content}}}))
}
