"""Prints an Istio EnvoyFilter: listener and cluster of envoy-configs/upstream-failover.yaml.

Made of that file, because it is tested as it stands; here only its wrapping changes. Python 3.9,
standard library only. `--label KEY=VALUE` selects the gateway's pods, `--module PATH` says where
they have the module.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from textwrap import dedent, indent

CONFIG = Path(__file__).resolve().parents[2] / "envoy-configs" / "upstream-failover.yaml"
MODULE = "/etc/tollgate/provider_translator.wasm"
PATCH = """\
    - applyTo: {kind}
      match: {{context: GATEWAY}}
      patch:
        operation: ADD
        value:
{value}"""


def main() -> None:
    """Prints the manifest."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--label", default="istio=llm-gateway", metavar="KEY=VALUE")
    parser.add_argument("--namespace", default="istio-system")
    parser.add_argument("--module", default=MODULE, metavar="PATH")
    options = parser.parse_args()
    key, _, value = options.label.partition("=")
    text = CONFIG.read_text()
    # In a pod the listener is for others.
    listener = only_item(text, "listeners").replace("127.0.0.1", "0.0.0.0")
    module = f"filename: {options.module}"
    cluster = re.sub(r"filename: [^}\s]*\.wasm", lambda _: module, only_item(text, "clusters"))
    print(f"# Made by examples/istio/envoyfilter.py of envoy-configs/{CONFIG.name}.")
    print("apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter")
    print(f"metadata: {{name: tollgate, namespace: {options.namespace}}}")
    print(f"spec:\n  workloadSelector: {{labels: {{{key}: {value}}}}}\n  configPatches:")
    for kind, part in (("CLUSTER", cluster), ("LISTENER", listener)):
        print(PATCH.format(kind=kind, value=indent(part, " " * 10)), end="")


def only_item(text: str, name: str) -> str:
    """The one item of the list `static_resources.NAME`, not indented."""
    block = re.search(rf"^  {name}:\n((?:    .*\n|\n)+)", text, re.MULTILINE)
    if block is None:
        raise SystemExit(f"{CONFIG.name} has no {name}")
    # The item's dash, and the comments before it, move to where its fields stand.
    lines = re.sub(r"^    (?:- |(?=#))", "      ", block[1], flags=re.MULTILINE)
    return dedent(lines).rstrip() + "\n"


if __name__ == "__main__":
    main()
