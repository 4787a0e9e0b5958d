"""Ten thousand streamed requests through an Envoy with two workers: what was recorded is what the provider said it
sent, and a budget of requests is sold to the last one and no further.

    PYTHONPATH=tests/e2e .tools/venv/bin/python tests/e2e/many_streams.py [COUNT] [CLIENTS]
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Tuple

from harness import client, install
from harness.config import relocate
from harness.envoy import Envoy
from harness.install import REPOSITORY
from harness.provider import Provider
from harness.session import KEYS
from harness.wires import CHAT


def main(count: int, clients: int) -> int:
    """Prints what came out; 0 if all of it adds up."""
    limit = count * 9 // 10
    text = (REPOSITORY / "envoy-configs/token-budgets.yaml").read_text()
    for old, new in [
        ('"limit": 100000', '"limit": 1000000000'),
        ('"limit": 600', f'"limit": {limit}'),
        ('"fixed": "minute"', '"fixed": "month"'),
    ]:
        assert old in text
        text = text.replace(old, new)
    target = Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")
    modules = target / "wasm32-wasip1" / "release"
    with tempfile.TemporaryDirectory() as folder, Provider(CHAT.dialect) as provider:
        config = relocate(text, {10101: provider.port}, modules)
        log = Path(folder) / "envoy.log"
        with Envoy(install.find(), config, concurrency=2, env=KEYS, log=log) as envoy:
            return run(envoy, count, clients, limit)


def run(envoy: Envoy, count: int, clients: int, limit: int) -> int:
    """Sends the requests and compares."""

    def ask(number: int) -> Tuple[int, int, int]:
        words = " ".join(["word"] * (number % 40))
        body = {
            "model": "gpt-4o",
            "max_tokens": 100,
            "stream": True,
            "stream_options": {"include_usage": True},
            "messages": [{"role": "user", "content": f"Number {number}: {words}"}],
        }
        headers = {**CHAT.client_headers(), "x-team": "search"}
        answer = client.post_json(envoy.port, CHAT.path, body, headers)
        if answer.status != 200:
            return answer.status, 0, 0
        chunks = [json.loads(data) for _, data in client.events(answer.body) if data != "[DONE]"]
        usage = next(chunk["usage"] for chunk in chunks if chunk.get("usage"))
        return 200, int(usage["prompt_tokens"]), int(usage["completion_tokens"])

    start = time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        answers = list(pool.map(ask, range(count)))
    took = time.monotonic() - start
    said = sum(answer[1] for answer in answers), sum(answer[2] for answer in answers)
    statuses = {status: sum(a[0] == status for a in answers) for status in {a[0] for a in answers}}
    time.sleep(1)
    stats = envoy.stats(r"^wasmcustom\.chain\.tokens\.")
    recorded = tuple(
        sum(value for name, value in stats.items() if f".token_type.{kind}." in name)
        for kind in ("input", "output")
    )
    print(f"{count} streams by {clients} clients in {took:.1f} s: statuses {statuses}")
    print(f"tokens in and out: the provider said {said}, recorded {recorded}")
    print(f"budget of {limit} requests: {statuses.get(200, 0)} served")
    return 0 if said == recorded and statuses.get(200) == limit else 1


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(arguments + [10_000, 200][len(arguments) :])))
