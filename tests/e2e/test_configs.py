"""What Envoy says to a config when it loads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional

import pytest

from harness.config import relocate
from harness.envoy import Envoy, validate
from harness.gateway import Cluster, Endpoint, Listener, config, wasm
from harness.install import REPOSITORY, EnvoyError
from harness.session import KEYS, TARGETS

CONFIGS = sorted((REPOSITORY / "envoy-configs").glob("*.yaml"))


def gateway(
    module: Path,
    configuration: Any,
    placement: str = "downstream",
    environment: Optional[Mapping[str, str]] = None,
) -> str:
    """A config with one filter."""
    filters = [wasm(module, configuration, environment=KEYS if environment is None else environment)]
    upstream = placement == "upstream"
    return config(
        [Listener("front", "back", [] if upstream else filters)],
        [Cluster("back", [Endpoint(9)], filters if upstream else [])],
    )


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_config_of_the_repository_loads(
    envoy_binary: Path, modules: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Paths in the configs are relative to the repository.
    monkeypatch.chdir(REPOSITORY)
    keys = {"OPENAI_API_KEY": "dummy", "ANTHROPIC_API_KEY": "dummy"}
    validate(envoy_binary, relocate(path.read_text(), modules=modules), keys)


def test_there_are_configs() -> None:
    assert len(CONFIGS) >= 4


CLAUDE: Dict[str, Any] = {"provider": "anthropic", "credential": "none"}

# A wrong configuration, and the lines that Envoy's log must have.
REFUSED: Dict[str, tuple[Any, List[str]]] = {
    "an unknown provider": (
        {"targets": {"a": {"provider": "klingon"}}},
        ["targets.a.provider: unknown provider `klingon`", '"provider": "klingon"', "^"],
    ),
    "an unknown field": (
        {"targets": {"a": {**CLAUDE, "modells": []}}},
        ["targets.a", "unknown field `modells`", "^"],
    ),
    "a wrong type": (
        {"targets": {"a": {**CLAUDE, "models": [{"prefix": 5, "to": "m"}]}}},
        ["targets.a.models[0].prefix: invalid type", '"prefix": 5', "^"],
    ),
    "a missing field": (
        {"targets": {"a": {"credential": "none"}}},
        ["targets.a: missing field `provider`", "^"],
    ),
    "a broken regex": (
        {"targets": {"a": {**CLAUDE, "models": [{"regex": "(", "to": "m"}]}}},
        ["targets.a.models[0].regex:", '"regex": "("', "^"],
    ),
    "everything that is wrong at once": (
        {
            "targets": {
                "a": {**CLAUDE, "base_url": "nowhere"},
                "b": {**CLAUDE, "max_output_tokens": 0},
            },
            "default_target": "c",
        },
        [
            "targets.a.base_url: must be like",
            "targets.b.max_output_tokens: must be greater than 0",
            "default_target: no target is named `c`",
        ],
    ),
    "no target": ({"targets": {}}, ["targets: must name at least one target"]),
    "no configuration": ("", ["missing field `targets`"]),
    "no JSON": ('{"targets": ', ["line 1"]),
    "a key twice": ('{"targets": {}, "targets": {}}', ["targets"]),
    "a variable that is not set": (
        {"targets": {"a": {"provider": "anthropic", "credential": {"env": "NOWHERE_KEY"}}}},
        ["targets.a.credential.env: environment variable `NOWHERE_KEY` is not set", "^"],
    ),
    "headers that are not held": (
        {"targets": {"a": CLAUDE}, "host": {"headers": "continue"}},
        ["host.headers:", "allow_on_headers_stop_iteration: true", '"headers": "continue"', "^"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("placement", ["downstream", "upstream"])
def test_a_wrong_configuration_is_refused_with_its_place(
    envoy_binary: Path, modules: Path, placement: str, case: str
) -> None:
    configuration, lines = REFUSED[case]
    text = gateway(modules / "provider_translator.wasm", configuration, placement)
    with pytest.raises(EnvoyError) as refused:
        validate(envoy_binary, text)
    said = str(refused.value)
    for line in lines:
        assert line in said
    assert "provider-translator: " in said
    assert "panicked" not in said


def test_envoy_does_not_start_with_a_wrong_configuration(
    envoy_binary: Path, modules: Path, tmp_path: Path
) -> None:
    configuration, lines = REFUSED["an unknown provider"]
    text = gateway(modules / "provider_translator.wasm", configuration)
    log = tmp_path / "envoy.log"
    with pytest.raises(EnvoyError, match="unknown provider"):
        Envoy(envoy_binary, text, log=log)
    said = log.read_text()
    line, caret = said.split("\n")[next_line(said, '"provider": "klingon"') :][:2]
    # The caret stands under the key.
    assert line[caret.index("^") :].startswith('"provider"')
    assert lines[0] in said


def next_line(text: str, part: str) -> int:
    """The number of the line with `part`."""
    return next(number for number, line in enumerate(text.split("\n")) if part in line)


CHAINS: Dict[str, tuple[Any, str]] = {
    "no stages": ({}, "missing field `stages`"),
    "an unknown stage": ({"stages": [{"klingon": {}}]}, "stages[0].klingon: unknown stage"),
    "an error in a stage": (
        {"stages": [{"provider-translator": {"targets": {"a": {"provider": "x"}}}}]},
        "stages[0].provider-translator.targets.a.provider: unknown provider `x`",
    ),
    "a stage behind the translator": (
        {"stages": [{"provider-translator": {"targets": {"a": CLAUDE}}}] * 2},
        "stages[0].provider-translator: must be the last stage",
    ),
}


@pytest.mark.parametrize("case", CHAINS)
def test_a_wrong_chain_is_refused_with_its_place(
    envoy_binary: Path, modules: Path, case: str
) -> None:
    configuration, line = CHAINS[case]
    with pytest.raises(EnvoyError) as refused:
        validate(envoy_binary, gateway(modules / "chain.wasm", configuration))
    assert line in str(refused.value)


@pytest.mark.parametrize("value", ["", "  ", "two words", "schlüssel"])
def test_a_variable_that_is_no_key_is_refused_without_its_value(
    envoy_binary: Path, modules: Path, value: str
) -> None:
    text = gateway(
        modules / "provider_translator.wasm",
        {"targets": {"claude": TARGETS["claude"]}},
        environment={"ANTHROPIC_API_KEY": value},
    )
    with pytest.raises(EnvoyError) as refused:
        validate(envoy_binary, text)
    said = str(refused.value)
    assert "targets.claude.credential.env: environment variable `ANTHROPIC_API_KEY` does not" in said
    assert "two words" not in said and "schlüssel" not in said


def test_a_key_of_envoys_own_environment_is_read(
    start_envoy: Callable[..., Envoy], modules: Path
) -> None:
    """`host_env_keys` hands variables of Envoy's process to the VM."""
    plain = gateway(modules / "provider_translator.wasm", {"targets": {"c": TARGETS["claude"]}})
    handed = json.loads(plain)
    (listener,) = handed["static_resources"]["listeners"]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    plugin = manager["http_filters"][0]["typed_config"]["config"]
    plugin["vm_config"]["environment_variables"] = {"host_env_keys": ["ANTHROPIC_API_KEY"]}
    start_envoy(json.dumps(handed), env={"ANTHROPIC_API_KEY": "sk-from-outside"})
    with pytest.raises(EnvoyError, match="`ANTHROPIC_API_KEY` is not set"):
        start_envoy(json.dumps(handed), env={"ANTHROPIC_API_KEY": ""})
