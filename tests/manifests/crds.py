"""What manifests are checked against: CRDs as JSON Schemas in `schemas/`, and Compose's own; each has its source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Tuple

from jsonschema import Draft7Validator, Draft202012Validator

JSON = Dict[str, Any]


def schemas() -> Dict[Tuple[str, str], JSON]:
    """The schema of each version and kind."""
    found = {}
    for path in (Path(__file__).parent / "schemas").glob("*.json"):
        schema = json.loads(path.read_text())
        named = schema["properties"]
        found[named["apiVersion"]["const"], named["kind"]["const"]] = schema
    return found


SCHEMAS = schemas()
COMPOSE: JSON = json.loads((Path(__file__).parent / "compose-spec.json").read_text())


def errors(manifest: JSON) -> List[str]:
    """What is wrong with a manifest or a compose file."""
    if "services" in manifest:
        validator = Draft7Validator(COMPOSE)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(manifest)]
    if "type" in manifest:
        # Kuma's universal form: the same `spec`, its head without a version.
        head = {"apiVersion": "kuma.io/v1alpha1", "kind": manifest["type"]}
        assert manifest["mesh"]
        manifest = {**head, "metadata": {"name": manifest["name"]}, "spec": manifest["spec"]}
    validator = Draft202012Validator(SCHEMAS[manifest["apiVersion"], manifest["kind"]])
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(manifest)]
