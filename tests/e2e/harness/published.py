"""The Envoy configs of the repository with simulated providers in place of the real ones."""

from __future__ import annotations

import json
from typing import Any, Mapping

import yaml

from . import client
from .wires import CHAT, MESSAGES


def simulated(text: str, openai: int, anthropic: int) -> str:
    """The config `text` with OpenAI's and Anthropic's hosts replaced by ports of 127.0.0.1."""
    return at_ports(text, {CHAT.host: openai, MESSAGES.host: anthropic})


def at_ports(text: str, ports: Mapping[str, int]) -> str:
    """The config `text` with these hosts replaced by ports of 127.0.0.1, without TLS."""
    loaded = yaml.safe_load(text)
    for cluster in loaded["static_resources"]["clusters"]:
        for locality in cluster["load_assignment"]["endpoints"]:
            for host in locality["lb_endpoints"]:
                address = host["endpoint"]["address"]["socket_address"]
                if address["address"] in ports:
                    address["port_value"] = ports[address["address"]]
                    address["address"] = client.HOST
                if address["address"] == client.HOST:
                    cluster.pop("transport_socket", None)
    return json.dumps(loaded)


def without_modules(text: str) -> str:
    """The config `text` without wasm filters: what is left loads in no time."""

    def kept(value: Any) -> Any:
        if isinstance(value, list):
            return [kept(item) for item in value if not is_wasm(item)]
        if isinstance(value, dict):
            return {name: kept(item) for name, item in value.items()}
        return value

    def is_wasm(item: Any) -> bool:
        return isinstance(item, dict) and item.get("name") == "envoy.filters.http.wasm"

    return json.dumps(kept(yaml.safe_load(text)))
