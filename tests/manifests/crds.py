"""The CRDs that manifests are checked against: JSON Schemas in `schemas/`, each with its source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Tuple

from jsonschema import Draft202012Validator

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


def errors(manifest: JSON) -> List[str]:
    """What is wrong with a manifest."""
    if "type" in manifest:
        # Kuma's universal form: the same `spec`, its head without a version.
        head = {"apiVersion": "kuma.io/v1alpha1", "kind": manifest["type"]}
        assert manifest["mesh"]
        manifest = {**head, "metadata": {"name": manifest["name"]}, "spec": manifest["spec"]}
    validator = Draft202012Validator(SCHEMAS[manifest["apiVersion"], manifest["kind"]])
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(manifest)]
