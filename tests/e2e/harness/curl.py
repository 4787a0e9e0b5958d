"""Does what a `curl` of the docs says."""

from __future__ import annotations

import re
import shlex
from typing import List, Mapping, Optional
from urllib.parse import urlsplit

from . import client


def commands(text: str) -> List[str]:
    """The `curl`s in a text whose lines may end in a backslash and may be comments."""
    lines = re.sub(r"\\\n[#\s]*", "", text).split("\n")
    return [line.lstrip("# ") for line in lines if line.lstrip("# ").startswith("curl ")]


def run(command: str, ports: Optional[Mapping[int, int]] = None) -> client.Response:
    """The answer to a `curl` to a port of 127.0.0.1, or to the one that `ports` has in its place."""
    words = [word for word in shlex.split(command.partition(" | ")[0]) if word not in ("-i", "-N", "-s")]
    assert words[0] == "curl", command
    url = urlsplit(words[1])
    options = list(zip(words[2::2], words[3::2]))
    headers = dict(value.split(": ", 1) for option, value in options if option == "-H")
    bodies = [value for option, value in options if option == "-d"]
    assert url.hostname == client.HOST and url.port and len(words) == 2 + 2 * len(options), command
    assert len(options) == len(headers) + len(bodies) and len(bodies) < 2, command
    port = (ports or {}).get(url.port, url.port)
    method = "POST" if bodies else "GET"
    return client.request(port, url.path, "".join(bodies).encode(), headers, method)
