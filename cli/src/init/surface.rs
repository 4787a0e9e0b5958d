//! How listener and cluster reach an Envoy: as its whole configuration, or inside a mesh's own resource.

use std::io;
use std::path::Path;

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
}

impl Surface {
    pub(super) fn name(self) -> &'static str {
        match self {
            Surface::Envoy => "envoy",
            Surface::Istio => "istio",
            Surface::KongMesh => "kong-mesh",
        }
    }

    /// Where the modules are by default.
    pub(super) fn modules(self) -> &'static str {
        match self {
            Surface::Envoy => "target/wasm32-wasip1/release",
            Surface::Istio | Surface::KongMesh => "/etc/tollgate",
        }
    }

    /// The whole file.
    pub(super) fn written(
        self,
        stages: &[(&str, &str)],
        targets: &[Target],
        modules: &str,
    ) -> io::Result<String> {
        // In a pod the listener is for others.
        let address = if self == Surface::Envoy { "127.0.0.1" } else { "0.0.0.0" };
        let listener = envoy::listener(address, stages, modules);
        let cluster = envoy::cluster(targets, modules);
        let value = match self {
            Surface::Envoy => json!({
                "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 9901}}},
                "static_resources": {"listeners": [listener], "clusters": [cluster]},
            }),
            Surface::Istio => istio(&listener, &cluster),
            Surface::KongMesh => kong_mesh(&listener, &cluster)?,
        };
        Ok(format!("# Made by `tollgate init`, to begin with.\n{}", yaml(&value)?))
    }

    /// What to do next.
    pub(super) fn next(self, targets: &[Target], out: Option<&Path>) -> String {
        let file = out.map_or_else(|| "FILE".to_owned(), |path| path.display().to_string());
        let keys = envoy::keys(targets);
        let set: String = keys.iter().map(|key| format!("{key}=… ")).collect();
        match self {
            Surface::Envoy => format!("next: {set}envoy -c {file}"),
            Surface::Istio | Surface::KongMesh => format!(
                "next: mount the modules into the proxy at the folder that the file names, set {} in its \
                 environment, choose its pods in the file, and kubectl apply -f {file}",
                if keys.is_empty() { "nothing".to_owned() } else { keys.join(", ") }
            ),
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
