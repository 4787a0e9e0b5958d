"""Reduces Kubernetes CRDs to the JSON Schemas in `schemas/`: what may be written, without the prose.

    python3 tests/manifests/reduce.py SOURCE KIND… < crd.yaml

SOURCE is what stands in the schema's `$comment`: project, version and path. A field that the CRD does not
know is refused, as `kubectl apply --validate=strict` does. Rules in CEL are left out: nothing here runs them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

KEPT = {
    "additionalProperties", "allOf", "anyOf", "enum", "items", "maxItems", "maxLength", "maxProperties",
    "maximum", "minItems", "minLength", "minProperties", "minimum", "not", "oneOf", "pattern", "properties",
    "required", "type",
}  # fmt: skip


def reduced(schema: Any, closed: bool = True) -> Any:
    """`schema` without what does not decide; `closed`: unknown fields are refused."""
    if not isinstance(schema, dict):
        return schema
    kept = {name: value for name, value in schema.items() if name in KEPT}
    if schema.get("x-kubernetes-int-or-string"):
        kept = {"type": ["integer", "string"]}
    for name in ("allOf", "anyOf", "oneOf"):
        if name in kept:
            kept[name] = [reduced(part, closed=False) for part in kept[name]]
    for name in ("items", "not", "additionalProperties"):
        if name in kept:
            kept[name] = reduced(kept[name], closed and name != "not")
    if "properties" in kept:
        fields = kept["properties"].items()
        kept["properties"] = {name: reduced(value, closed) for name, value in fields}
        open_ = schema.get("x-kubernetes-preserve-unknown-fields")
        if closed and not open_ and "additionalProperties" not in kept:
            kept["additionalProperties"] = False
    return kept


def main() -> None:
    """Writes a schema for each of the kinds."""
    source, kinds = sys.argv[1], sys.argv[2:]
    folder = Path(__file__).parent / "schemas"
    for crd in yaml.safe_load_all(sys.stdin):
        if not crd or crd["kind"] != "CustomResourceDefinition":
            continue
        kind = crd["spec"]["names"]["kind"]
        if kind not in kinds:
            continue
        group = crd["spec"]["group"]
        # The most stable one: `v1` before `v1beta1` before `v1alpha3`, as they sort.
        for version in sorted(crd["spec"]["versions"], key=lambda each: each["name"])[:1]:
            schema = reduced(version["schema"]["openAPIV3Schema"])
            schema["properties"].update(
                apiVersion={"const": f"{group}/{version['name']}"},
                kind={"const": kind},
                metadata={"type": "object", "required": ["name"]},
            )
            schema["required"] = sorted({*schema.get("required", []), "apiVersion", "kind", "metadata"})
            schema = {"$comment": f"{source}, reduced by tests/manifests/reduce.py", **schema}
            path = folder / f"{group}_{version['name']}_{kind}.json"
            path.write_text(json.dumps(schema, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
