"""Amazon Bedrock, by signature and by key, as `envoy-configs/bedrock.yaml` shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from harness import client
from harness.config import relocate
from harness.envoy import Envoy
from harness.install import REPOSITORY
from harness.provider import Provider
from harness.published import at_ports
from harness.wires import WIRES, events

HOST = "bedrock-runtime.us-east-1.amazonaws.com"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    "AWS_BEARER_TOKEN_BEDROCK": "an-api-key",
}


def test_bedrock_is_asked_with_a_signature_or_with_a_key(
    start_envoy: Callable[..., Envoy],
    start_provider: Callable[..., Provider],
    modules: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(REPOSITORY)
    bedrock = start_provider("bedrock-converse")
    text = (REPOSITORY / "envoy-configs" / "bedrock.yaml").read_text()
    config = relocate(at_ports(text, {HOST: bedrock.port}), {bedrock.port: bedrock.port}, modules)
    envoy = start_envoy(config, env=CREDENTIALS)

    for wire in WIRES:
        for asked, scheme in (({}, "AWS4-HMAC-SHA256 "), ({"x-credentials": "key"}, "Bearer ")):
            headers = {**wire.client_headers(), **asked}
            answer = client.post_json(envoy.port, wire.path, wire.request(), headers)
            assert answer.status == 200, answer.body
            assert wire.text(answer.json()).startswith("You said: Hello.")
            sent = bedrock.last()
            assert sent["path"].startswith("/model/") and sent["path"].endswith("/converse")
            assert sent["headers"]["authorization"].startswith(scheme)
            assert "x-api-key" not in sent["headers"]
            signed = sent["headers"].get("x-amz-content-sha256")
            assert (signed is not None) == (scheme == "AWS4-HMAC-SHA256 ")
        # Binary frames there, the client's own events here.
        answer = client.post_json(
            envoy.port, wire.path, wire.request(stream=True), wire.client_headers()
        )
        assert answer.status == 200, answer.body
        assert wire.stream_text(events(answer)).startswith("You said: Hello.")
        assert bedrock.last()["path"].endswith("/converse-stream")
