"""`envoy-configs/minimal`: the `curl` at the head of each file shows what its filter does.

All of them stand in one Envoy, because compiling the modules takes it seconds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
import yaml

from harness import client, curl
from harness.config import LISTENER_PORT, relocate
from harness.envoy import Envoy
from harness.install import REPOSITORY
from harness.provider import Provider
from harness.session import KEYS
from harness.wires import CHAT

CONFIGS = {path.stem: path.read_text() for path in (REPOSITORY / "envoy-configs/minimal").glob("*.yaml")}


class Minimal:
    """An Envoy with the listeners of all files, and the provider behind it."""

    def __init__(self, start_envoy: Callable[..., Envoy], provider: Provider, modules: Path) -> None:
        loaded = [yaml.safe_load(text) for text in CONFIGS.values()]
        whole = loaded[0]
        resources = whole["static_resources"]
        resources["listeners"] = [one["static_resources"]["listeners"][0] for one in loaded]
        assert all(one["static_resources"]["clusters"] == resources["clusters"] for one in loaded)
        text = relocate(json.dumps(whole), {10101: provider.port, provider.port: provider.port}, modules)
        self.envoy = start_envoy(text, env=KEYS, ready_within=120)
        self.provider = provider

    def shown(self, name: str) -> client.Response:
        """The answer to the `curl` of a file."""
        (command,) = curl.commands(CONFIGS[name])
        self.provider.forget()
        return curl.run(command, {LISTENER_PORT: self.envoy.ports[name]})

    def received(self) -> List[Dict[str, Any]]:
        """The bodies that the provider received."""
        return [request["body"] for request in self.provider.requests()]


@pytest.fixture(scope="module")
def minimal(
    start_lasting_envoy: Callable[..., Envoy],
    start_lasting_provider: Callable[..., Provider],
    modules: Path,
) -> Minimal:
    return Minimal(start_lasting_envoy, start_lasting_provider(CHAT.dialect), modules)


def test_every_filter_has_its_file() -> None:
    assert set(CONFIGS) == {path.parent.name for path in (REPOSITORY / "filters").glob("*/Cargo.toml")}


@pytest.mark.parametrize("name", ["chain", "pii-redactor"])
def test_personal_data_is_masked_and_comes_back(minimal: Minimal, name: str) -> None:
    answer = minimal.shown(name)
    (received,) = minimal.received()
    assert "<EMAIL_ADDRESS_1_" in received["messages"][0]["content"]
    assert "jane.doe@" not in json.dumps(received) and "jane.doe@example.com" in answer.text
    assert (answer.header("x-tollgate-input-tokens") is not None) == (name == "chain")


def test_a_virtual_model_is_served(minimal: Minimal) -> None:
    answer = minimal.shown("model-router")
    (received,) = minimal.received()
    assert (answer.status, received["model"]) == (200, "gpt-5.4-mini")
    assert answer.header("x-tollgate-target") == "openai"


def test_an_instruction_is_added(minimal: Minimal) -> None:
    assert minimal.shown("prompt-decorator").status == 200
    (received,) = minimal.received()
    first = {"role": "system", "content": "You work for ACME. Be brief."}
    assert received["messages"] == [first, {"role": "user", "content": "Hi"}]


def test_an_attack_is_refused(minimal: Minimal) -> None:
    answer = minimal.shown("prompt-guard")
    assert (answer.status, answer.json()["error"]["code"]) == (400, "prompt_blocked")
    assert minimal.received() == []


def test_a_template_is_filled(minimal: Minimal) -> None:
    assert minimal.shown("prompt-template").status == 200
    (received,) = minimal.received()
    assert received["messages"] == [{"role": "user", "content": "Say in German: Hi"}]
    assert "properties" not in received


def test_a_client_of_another_dialect_is_served(minimal: Minimal) -> None:
    answer = minimal.shown("provider-translator")
    assert (answer.status, answer.json()["type"]) == (200, "message")
    (received,) = minimal.received()
    assert (received["model"], received["max_completion_tokens"]) == ("gpt-5.4-mini", 100)


def test_tokens_are_told(minimal: Minimal) -> None:
    answer = minimal.shown("token-counter")
    assert answer.status == 200
    for side in ("input", "output"):
        assert int(answer.header(f"x-tollgate-{side}-tokens") or 0) > 0
