"""The manifests of `examples/` against their CRDs, and what they make of Envoy."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict

import pytest
from assemble import EXAMPLES, documents, filters, resources
from crds import SCHEMAS, errors
from harness.config import relocate
from harness.envoy import validate
from harness.gateway import Cluster, Endpoint, Listener, config
from harness.provider import tollgate

JSON = Dict[str, Any]

MESHES = ("istio", "kong-mesh", "envoy-gateway")
FILES = sorted(str(path.relative_to(EXAMPLES)) for mesh in MESHES for path in (EXAMPLES / mesh).glob("*.yaml"))
# They add the same listeners and clusters.
ADDING = (
    "istio/envoyfilter.yaml",
    "kong-mesh/meshproxypatch.yaml",
    "kong-mesh/universal.yaml",
    "envoy-gateway/envoypatchpolicy.yaml",
)
# They put filters in front of the router.
ATTACHING = (
    "istio/wasmplugin.yaml",
    "kong-mesh/outbound-guard.yaml",
    "envoy-gateway/envoyextensionpolicy.yaml",
)


@pytest.mark.parametrize("path", FILES)
def test_a_manifest_is_as_its_crd_demands(path: str) -> None:
    for manifest in documents(path):
        assert errors(manifest) == []


def _unknown(manifest: JSON) -> None:
    manifest["spec"]["unheardOf"] = 1


def _wrong_type(manifest: JSON) -> None:
    manifest["spec"] = "text"


def _no_name(manifest: JSON) -> None:
    del manifest["metadata"]["name"]


@pytest.mark.parametrize("spoil", [_unknown, _wrong_type, _no_name])
@pytest.mark.parametrize("path", FILES)
def test_a_spoiled_manifest_is_found(path: str, spoil: Callable[[JSON], None]) -> None:
    for manifest in documents(path):
        if "kind" in manifest:
            spoiled = copy.deepcopy(manifest)
            spoil(spoiled)
            assert errors(spoiled)


def test_every_schema_is_used() -> None:
    used = {(doc["apiVersion"], doc["kind"]) for path in FILES for doc in documents(path) if "kind" in doc}
    assert used == set(SCHEMAS)


def test_both_forms_of_kuma_say_the_same() -> None:
    plain, universal = (documents(f"kong-mesh/{name}external-services.yaml") for name in ("", "universal-"))
    assert [(one["kind"], one["metadata"]["name"], one["spec"]) for one in plain] == [
        (one["type"], one["name"], one["spec"]) for one in universal
    ]


def test_every_mesh_gets_the_same_gateway() -> None:
    first, *others = [resources(*documents(path)) for path in ADDING]
    assert first["listeners"] and first["clusters"]
    assert all(other == first for other in others)


def test_other_calls_of_an_application_pass_its_guard() -> None:
    """The sidecar of `outbound-guard.yaml` sees every call, not those to models alone."""
    manifest = EXAMPLES / "kong-mesh/outbound-guard.yaml"
    for body in (b'{"order": 1}', b"no JSON"):
        command = [tollgate(), "replay", "--config", manifest, "--path", "/orders"]
        ran = subprocess.run(command, input=body, capture_output=True, timeout=10)
        assert ran.returncode == 0, ran.stdout


def test_envoy_takes_what_the_meshes_make_of_them(envoy_binary: Path, modules: Path) -> None:
    listeners = [Listener(path.partition("/")[0], "back", list(filters(path))) for path in ATTACHING]
    whole = json.loads(config(listeners, [Cluster("back", [Endpoint(9)])]))
    for kind, found in resources(*documents(ADDING[0])).items():
        whole["static_resources"][kind] += found
    keys = {"OPENAI_API_KEY": "dummy", "ANTHROPIC_API_KEY": "dummy"}
    validate(envoy_binary, relocate(json.dumps(whole), modules=modules), keys)
