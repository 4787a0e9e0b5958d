"""What a control plane or Compose makes of our manifests: the Envoy resources in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Iterator, List

import yaml

JSON = Dict[str, Any]

EXAMPLES = Path(__file__).parents[2] / "examples"
# Where `kong-mesh/containerpatch.yaml` mounts the modules.
MOUNTED = "/etc/tollgate"


def documents(path: str) -> List[JSON]:
    """The documents of a file below `examples/`."""
    return [doc for doc in yaml.safe_load_all((EXAMPLES / path).read_text()) if doc]


def resources(manifest: JSON) -> JSON:
    """The listeners and clusters that a manifest adds, as Envoy's `static_resources`."""
    if "services" in manifest:
        # A compose file, in which `$` begins a variable.
        manifest = yaml.safe_load(manifest["configs"]["envoy"]["content"].replace("$$", "$"))
    if "static_resources" in manifest:
        found: JSON = manifest["static_resources"]
        return found
    spec = manifest["spec"]
    kind = manifest.get("kind", manifest.get("type"))
    found = {"listeners": [], "clusters": []}
    if kind == "EnvoyFilter":
        for patch in spec["configPatches"]:
            assert patch["patch"]["operation"] == "ADD"
            found[patch["applyTo"].lower() + "s"].append(patch["patch"]["value"])
    elif kind == "MeshProxyPatch":
        for change in spec["default"]["appendModifications"]:
            ((name, change),) = change.items()
            assert change["operation"] == "Add"
            found[name + "s"].append(yaml.safe_load(change["value"]))
    else:
        for patch in spec["jsonPatches"]:
            # A patch at the root adds a resource; its name is beside it.
            assert (patch["operation"]["op"], patch["operation"]["path"]) == ("add", "")
            value = patch["operation"]["value"]
            assert value["name"] == patch["name"]
            found[patch["type"].rpartition(".")[2].lower() + "s"].append(value)
    return found


def plugin(name: str, image: str, configuration: Any, policy: str) -> JSON:
    """The filter that Istio and Envoy Gateway make of an image and its configuration."""
    module = image.rpartition("/")[2].partition(":")[0].replace("-", "_")
    config = {
        "name": name,
        "root_id": name,
        "failure_policy": policy,
        "configuration": {
            "@type": "type.googleapis.com/google.protobuf.StringValue",
            "value": json.dumps(configuration),
        },
        "vm_config": {
            "vm_id": name,
            "runtime": "envoy.wasm.runtime.v8",
            "code": {"local": {"filename": f"{MOUNTED}/{module}.wasm"}},
        },
    }
    kind = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm"
    return {
        "name": "envoy.filters.http.wasm",
        "typed_config": {"@type": kind, "config": config},
    }


def filters(path: str) -> Iterator[JSON]:
    """The HTTP filters that a manifest puts in front of the router, in their order."""
    found: List[JSON] = []
    for manifest in documents(path):
        spec = manifest["spec"]
        if manifest["kind"] == "WasmPlugin":
            url, policy = spec["url"], spec["failStrategy"]
            found.append(plugin(spec["pluginName"], url, spec["pluginConfig"], policy))
        elif manifest["kind"] == "EnvoyExtensionPolicy":
            for wasm in spec["wasm"]:
                url = wasm["code"]["image"]["url"]
                found.append(plugin(wasm["rootID"], url, wasm["config"], "FAIL_CLOSED"))
        else:
            for change in spec["default"]["appendModifications"]:
                assert change["httpFilter"]["operation"] == "AddFirst"
                found.insert(0, yaml.safe_load(change["httpFilter"]["value"]))
    return iter(found)
