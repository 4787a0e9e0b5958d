"""Moving an Envoy config to free ports and to freshly built modules.

Works on the text, so no YAML library is needed and the rest of the file stays as it was written.
"""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Dict, Mapping, Optional

# The ports that every file in envoy-configs/ uses.
LISTENER_PORT = 10000
ADMIN_PORT = 9901

_PORT = re.compile(r"""(\bport_value["']?\s*:\s*)(\d+)""")
_MODULE = re.compile(r"""(\bfilename["']?\s*:\s*)(["']?)[^"'\s,{}]*?([\w.-]+\.wasm)\2""")


def relocate(
    text: str, ports: Optional[Mapping[int, int]] = None, modules: Optional[Path] = None
) -> str:
    """The config `text` with its `port_value`s, and the folder of its `.wasm` files, replaced.

    `ports` maps the ports of the file to others; 0 lets Envoy choose (`Envoy.port` tells). Of the
    ports it does not name, the listener's and the admin's become 0, those below 1024 belong to real
    providers and stay, and every other becomes a free port.
    """
    mapping: Dict[int, int] = {LISTENER_PORT: 0, ADMIN_PORT: 0}
    mapping.update(ports or {})

    def moved(match: re.Match[str]) -> str:
        port = int(match[2])
        if port not in mapping:
            mapping[port] = port if port < 1024 else free_port()
        return f"{match[1]}{mapping[port]}"

    text = _PORT.sub(moved, text)
    if modules is not None:
        folder = modules
        text = _MODULE.sub(lambda match: match[1] + json.dumps(str(folder / match[3])), text)
    return text


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
