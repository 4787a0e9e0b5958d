"""The filters of the setups, configured as in `envoy-configs/`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator

import yaml
from harness.gateway import JSON, typed
from harness.install import REPOSITORY

# Budgets are multiplied by these, so that they outlast a benchmark.
_DOLLARS, _OTHERS = 1_000, 1_000_000


@dataclass(frozen=True)
class Plugin:
    """A module and its configuration."""

    module: str
    configuration: Any

    def with_settings(self, **settings: Any) -> Plugin:
        """The same with other settings of its host."""
        return Plugin(self.module, {**self.configuration, "host": settings})


@dataclass(frozen=True)
class Lua:
    """A script of this folder in Envoy's Lua filter."""

    script: str

    def filter(self) -> JSON:
        """The filter."""
        path = Path(__file__).resolve().parent / "lua" / self.script
        made = typed("extensions.filters.http.lua.v3.Lua", default_source_code={"filename": str(path)})
        return {"name": "envoy.filters.http.lua", "typed_config": made}


def loaded(name: str) -> JSON:
    """A file in `envoy-configs/`."""
    config: JSON = yaml.safe_load((REPOSITORY / "envoy-configs" / name).read_text())
    return config


def published(name: str) -> Dict[str, Plugin]:
    """The plugins of a file in `envoy-configs/`, by the names of their modules. Budgets never end."""
    found = {}
    for plugin in _plugins(loaded(name)):
        configuration = json.loads(plugin["configuration"]["value"])
        for budgets in _named("budgets", configuration):
            for budget in budgets:
                budget["limit"] *= _DOLLARS if budget.get("measure") == "cost" else _OTHERS
        found[plugin["root_id"]] = Plugin(plugin["root_id"], configuration)
    return found


def stages(chain: Plugin) -> Dict[str, Any]:
    """The configurations of a chain's stages by their names."""
    return {name: of for stage in chain.configuration["stages"] for name, of in stage.items()}


def _plugins(value: Any) -> Iterator[JSON]:
    """Every plugin's configuration anywhere in `value`."""
    if isinstance(value, dict) and "vm_config" in value:
        yield value
    for inner in _inside(value):
        yield from _plugins(inner)


def _named(name: str, value: Any) -> Iterator[Any]:
    """What every field of this name in `value` holds."""
    if isinstance(value, dict) and name in value:
        yield value[name]
    for inner in _inside(value):
        yield from _named(name, inner)


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
