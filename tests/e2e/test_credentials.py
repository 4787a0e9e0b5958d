"""Whose key goes to the provider, and in which way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from harness import client
from harness.config import relocate
from harness.envoy import Envoy
from harness.install import REPOSITORY
from harness.provider import Provider
from harness.session import Gateway
from harness.wires import CHAT, CLIENT_KEY, CREDENTIALS, MESSAGES, WIRES, Wire, other

CONFIG = "envoy-configs/credential-injector.yaml"
SECRET = "envoy-configs/secrets/anthropic.yaml"

both_clients = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.dialect)
both_dialects = pytest.mark.parametrize("same", [False, True], ids=["translated", "same dialect"])


def sent(gateway: Gateway, wire: Wire) -> Dict[str, Any]:
    """Every header with a credential that the provider got."""
    headers = gateway.provider(wire).last()["headers"]
    return {name: headers[name] for name in CREDENTIALS if name in headers}


@both_dialects
@both_clients
def test_the_gateways_key_replaces_the_clients(gateway: Gateway, wire: Wire, same: bool) -> None:
    far = wire if same else other(wire)
    both = {**CHAT.key(CLIENT_KEY), **MESSAGES.key(CLIENT_KEY)}
    for headers in ({}, both):
        answer = gateway.post(f"downstream-{far.provider}", wire, wire.request(), headers)
        assert answer.status == 200
        assert sent(gateway, far) == {far.key_header: far.demands[far.key_header]}


@both_dialects
@both_clients
def test_the_clients_key_is_sent_in_the_providers_way(
    gateway: Gateway, wire: Wire, same: bool
) -> None:
    far = wire if same else other(wire)
    answer = gateway.post(f"own-key-{far.provider}", wire, wire.request())
    assert answer.status == 200, answer.body
    assert sent(gateway, far) == far.key(CLIENT_KEY)


def test_a_bearer_token_of_a_messages_client_is_its_key_too(gateway: Gateway) -> None:
    """Anthropic's SDK has `auth_token` beside `api_key`."""
    head = {"content-type": "application/json", "authorization": "Bearer token"}
    body = MESSAGES.request()
    answer = client.post_json(gateway.port("own-key-openai"), MESSAGES.path, body, head)
    assert answer.status == 200
    assert sent(gateway, CHAT) == {"authorization": "Bearer token"}


@both_dialects
@both_clients
def test_no_key_is_sent_where_none_is_configured(
    gateway: Gateway, wire: Wire, same: bool
) -> None:
    far = wire if same else other(wire)
    answer = gateway.post(f"no-key-{far.provider}", wire, wire.request())
    # The provider's own words about a missing key, without any key.
    assert answer.status == 401
    assert sent(gateway, far) == {}
    assert CLIENT_KEY not in answer.text


@both_clients
def test_a_wrong_key_of_the_gateway_is_not_shown_to_the_client(
    gateway: Gateway, wire: Wire
) -> None:
    far = other(wire)
    gateway.provider(far).switch(api_key="another")
    answer = gateway.post(f"upstream-{far.provider}", wire, wire.request())
    assert answer.status == 401
    assert "sk-" not in answer.text
    assert far.demands[far.key_header] not in gateway.envoy.log()


def test_the_credential_injector_adds_the_key(
    start_envoy: Callable[..., Envoy],
    start_provider: Callable[..., Provider],
    modules: Path,
    tmp_path: Path,
) -> None:
    """`envoy-configs/credential-injector.yaml`, with a secret of the test's own."""
    text = (REPOSITORY / CONFIG).read_text()
    secret = (REPOSITORY / SECRET).read_text()
    assert SECRET in text
    inline = re.compile(r"inline_string: [\w-]+")
    assert len(inline.findall(secret)) == 1
    (tmp_path / "secret.yaml").write_text(inline.sub("inline_string: sk-from-a-file", secret))
    text = text.replace(SECRET, str(tmp_path / "secret.yaml"))
    provider = start_provider(MESSAGES.dialect, api_key="sk-from-a-file")
    envoy = start_envoy(relocate(text, {10102: provider.port}, modules))
    for wire in WIRES:
        body = wire.request(model="claude-sonnet-4-5")
        answer = client.post_json(envoy.port, wire.path, body, wire.client_headers())
        assert answer.status == 200, answer.body
        headers = provider.last()["headers"]
        found = {name: headers[name] for name in CREDENTIALS if name in headers}
        assert found == {"x-api-key": "sk-from-a-file"}
