"""What `tollgate init` writes for each surface: a resource as its CRD demands, a config that Envoy takes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict

import pytest
import yaml
from assemble import EXAMPLES, MOUNTED, resources
from crds import errors
from harness import client
from harness.config import relocate
from harness.envoy import Envoy, validate
from harness.provider import Provider, tollgate
from harness.published import simulated, without_modules
from harness.session import KEYS
from harness.wires import CHAT, MESSAGES

SURFACES = ("compose", "envoy", "envoy-gateway", "istio", "kong-mesh")
BUILT = "target/wasm32-wasip1/release"
PROVIDERS = f"openai,anthropic={MESSAGES.served}"
STAGES = "pii-redactor,prompt-guard,token-counter"


def initial(surface: str, providers: str = PROVIDERS, stages: str = "none") -> Dict[str, Any]:
    """What `tollgate init` writes."""
    command = [str(tollgate()), "init", "--surface", surface]
    command += ["--providers", providers, "--stages", stages]
    ran = subprocess.run(command, capture_output=True, timeout=10)
    assert ran.returncode == 0, ran.stderr
    written: Dict[str, Any] = yaml.safe_load(ran.stdout)
    return written


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_gets_the_same_gateway(surface: str) -> None:
    written = initial(surface, stages=STAGES)
    if surface != "envoy":
        assert errors(written) == []
    # Where it listens and where the modules are is the surface's.
    plain = json.dumps(resources(initial("envoy", stages=STAGES)))
    if surface != "envoy":
        plain = plain.replace(BUILT, MOUNTED).replace('"127.0.0.1", "port_value": 10000', '"0.0.0.0", "port_value": 10000')
    assert resources(written) == json.loads(plain)


def test_every_surface_has_its_example() -> None:
    assert all((EXAMPLES / surface / "README.md").is_file() for surface in SURFACES if surface != "envoy")


@pytest.mark.parametrize("providers", [PROVIDERS, f"{PROVIDERS},ollama=qwen3", "ollama"])
def test_envoy_takes_it(envoy_binary: Path, providers: str) -> None:
    """Whether its modules load what it writes for them is a test of `tollgate init` itself."""
    written = initial("envoy", providers, STAGES)
    (listener,) = written["static_resources"]["listeners"]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    names = [filter["name"].rpartition(".")[2] for filter in manager["http_filters"]]
    assert names == ["wasm", "router"]
    validate(envoy_binary, relocate(without_modules(json.dumps(written))))


def test_it_serves_and_fails_over(
    start_envoy: Callable[..., Envoy], start_provider: Callable[..., Provider], modules: Path
) -> None:
    openai, anthropic = start_provider(CHAT.dialect), start_provider(MESSAGES.dialect)
    text = simulated(json.dumps(initial("envoy")), openai.port, anthropic.port)
    ports = {port: port for port in (openai.port, anthropic.port)}
    envoy = start_envoy(relocate(text, ports, modules), env=KEYS)
    for failing, served in ((None, CHAT.served), (openai, MESSAGES.served)):
        if failing:
            failing.switch(status=503)
        answer = client.post_json(
            envoy.port, CHAT.path, CHAT.request(model=CHAT.served), CHAT.client_headers()
        )
        assert (answer.status, answer.json()["model"]) == (200, served), answer.body
