"""`examples/compose`: what it mounts is there, its Envoy loads its config, its dashboard asks for what is exposed."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any, Dict, List

import pytest
import yaml
from assemble import EXAMPLES, documents
from crds import errors
from harness.config import relocate
from harness.envoy import validate
from harness.provider import tollgate
from harness.published import without_modules

COMPOSE = EXAMPLES / "compose"


def services() -> Dict[str, Any]:
    """The services of the composition."""
    found: Dict[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text())["services"]
    return found


@pytest.mark.parametrize("path", ["compose/compose.yaml", "token-budgets/compose.yaml"])
def test_compose_takes_its_file(path: str) -> None:
    (file,) = documents(path)
    assert errors(file) == []
    file["services"]["redis"]["unheardOf"] = 1
    assert "unheardOf" in "".join(errors(file))


def test_what_is_mounted_and_built_is_there() -> None:
    mounted = []
    for service in services().values():
        for volume in service.get("volumes", []):
            source, target, mode = volume.split(":")
            assert mode == "ro" and target.startswith("/")
            mounted.append(COMPOSE / source)
        if build := service.get("build"):
            assert (COMPOSE / build["context"] / build["dockerfile"]).is_file()
    # The modules are there once they are built.
    assert [path for path in mounted if not path.exists() and "target" not in path.parts] == []
    assert len(mounted) >= 7


def test_services_find_each_other() -> None:
    envoy = yaml.safe_load((COMPOSE / "envoy.yaml").read_text())
    text = json.dumps(envoy["static_resources"]["clusters"])
    hosts = set(re.findall(r'"socket_address": {"address": "([^"]+)"', text))
    assert hosts == {"openai", "anthropic", "ratelimit"} <= set(services())
    for name in ("openai", "anthropic"):
        command = services()[name]["command"]
        # The switches are those of the command line; `--help` ends before it would serve.
        ran = subprocess.run([str(tollgate()), *command, "--help"], capture_output=True, timeout=10)
        assert ran.returncode == 0, ran.stderr
        assert f'"address": "{name}", "port_value": {command[-1]}' in text
    (scraped,) = yaml.safe_load((COMPOSE / "prometheus.yaml").read_text())["scrape_configs"]
    admin = envoy["admin"]["address"]["socket_address"]
    assert scraped["static_configs"] == [{"targets": [f"envoy:{admin['port_value']}"]}]


def test_envoy_takes_its_config(envoy_binary: Path) -> None:
    # The modules' configurations are those of full.yaml, which other tests load and serve.
    validate(envoy_binary, relocate(without_modules((COMPOSE / "envoy.yaml").read_text())))


def test_the_dashboard_shows_every_stage() -> None:
    # That Envoy exposes what it asks for is a test of `tests/e2e/test_full.py`.
    panels: List[Any] = json.loads((COMPOSE / "grafana" / "dashboard.json").read_text())["panels"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    for stage in ("routed", "tokens", "cost", "guard", "pii", "limited", "first_token", "latency"):
        assert any(stage in query for query in queries), stage
    assert all("chain_" in query for query in queries), "what the other test looks for"
    # Use is told against the budget that there is.
    (used,) = [query for query in queries if "chain_tokens" in query and " / " in query]
    limit = used.rpartition(" / ")[2]
    config = (EXAMPLES.parent / "envoy-configs" / "full.yaml").read_text()
    assert f'"limit": {limit}, "window": {{"sliding": "minute"}}' in config
