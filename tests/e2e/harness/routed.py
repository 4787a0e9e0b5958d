"""The Envoy that the tests of the model router share: the router in front of simulated targets.

Its header picks the route, the route the cluster; a translator among every cluster's filters speaks the
dialect of the target that a request goes to. The listener `llm` stays as it is; `hot` comes from a file
that a test may replace.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping

import yaml

from . import client
from .config import free_port
from .embeddings import Embeddings
from .envoy import Envoy
from .gateway import JSON, Cluster, Endpoint, Listener, config, wasm
from .install import REPOSITORY
from .provider import Provider
from .wires import ANTHROPIC_KEY, CHAT, MESSAGES, OPENAI_KEY, Wire

KEYS = {"OPENAI_API_KEY": OPENAI_KEY, "ANTHROPIC_API_KEY": ANTHROPIC_KEY}
EMBEDDINGS_KEY = "the-key-of-the-embeddings"

# `fragile` is for tests that break it: breakers remember.
TARGETS: Dict[str, Wire] = {
    "large": CHAT,
    "next": CHAT,
    "small": CHAT,
    "claude": MESSAGES,
    "fragile": CHAT,
}

ROUTER: JSON = {
    "targets": {
        "large": {},
        "next": {},
        "small": {"model": "tiny-1"},
        "claude": {},
        "fragile": {},
    },
    "tier": {"header": "x-tier"},
    "models": {
        "fast": {"choose": {"target": "small"}},
        "quick": {"alias_of": "fast"},
        "spread": {"choose": {"weights": {"large": 70, "claude": 30}}},
        "kept": {
            "choose": {
                "sticky": {
                    "by": {"header": "x-user"},
                    "weights": {"large": 1, "next": 1, "claude": 1},
                }
            }
        },
        "trial": {
            "choose": {
                "canary": {
                    "stable": "large",
                    "canary": "next",
                    "share_percent": 20,
                    "by": {"header": "x-user"},
                    "shadow_percent": 100,
                }
            }
        },
        "safe": {"choose": {"target": "large"}, "fallbacks": ["claude"]},
        "guarded": {"choose": {"target": "fragile"}, "fallbacks": ["claude"]},
        "topical": {
            "choose": {
                "semantic": {
                    "embeddings": {
                        "cluster": "embeddings",
                        "authority": "embeddings.internal",
                        "model": "embed-1",
                        "credential_env": "EMBEDDINGS_KEY",
                        "timeout_ms": 400,
                    },
                    "routes": [
                        {
                            "name": "law",
                            "target": "claude",
                            "examples": ["Draft a contract", "May I sue my landlord over rent"],
                        },
                        {
                            "name": "code",
                            "target": "next",
                            "examples": ["Fix the bug in this program"],
                        },
                    ],
                    "min_similarity_percent": 50,
                    "otherwise": "small",
                }
            }
        },
    },
    "rules": [
        {
            "name": "header",
            "when": [{"header": {"name": "x-where", "value": {"exact": "claude"}}}],
            "choose": {"target": "claude"},
        },
        {
            "name": "content",
            "when": [{"keywords": {"any_of": ["invoice"]}}],
            "choose": {"target": "next"},
        },
        {"name": "tier", "when": [{"tier": ["gold"]}], "choose": {"target": "large"}},
    ],
    "breaker": {"min_requests": 5, "cool_down_ms": 1500, "probes": 2},
    "answer_model": "requested",
}

EXAMPLES = 3


def matching(name: str, value: str) -> JSON:
    return {"name": name, "string_match": {"exact": value}}


def routes(targets: Mapping[str, Any]) -> List[JSON]:
    """A route for every target; a copy for the shadow; the cluster with the stand-in if there is one."""
    made: List[JSON] = []
    for name in targets:
        to = [matching("x-tollgate-target", name)]
        if name in STOOD_IN_FOR:
            then = [*to, matching("x-tollgate-fallbacks", "claude")]
            stand_in = {"cluster": f"{name}-then-claude"}
            made.append({"match": {"prefix": "/", "headers": then}, "route": stand_in})
        mirrored = [*to, matching("x-tollgate-shadow", "next")]
        mirror = {"cluster": name, "request_mirror_policies": [{"cluster": "next"}]}
        made += [
            {"match": {"prefix": "/", "headers": mirrored}, "route": mirror},
            {"match": {"prefix": "/", "headers": to}, "route": {"cluster": name}},
        ]
    return made


STOOD_IN_FOR = ("large", "fragile")


class Routed:
    """The Envoy and what stands behind it."""

    def __init__(self, start_envoy: Callable[..., Envoy], modules: Path, folder: Path) -> None:
        """Starts everything. The file of the listener `hot` is in `folder`."""
        self.providers = {name: Provider(wire.dialect) for name, wire in TARGETS.items()}
        self.embeddings = Embeddings()
        self._module = modules / "model_router.wasm"
        self._folder = folder
        self._watched = folder / "listeners"
        self._watched.mkdir()
        self.hot_port = free_port()
        listener = Listener("llm", "small", self._router(ROUTER), 1, routes=routes(TARGETS))
        bootstrap = json.loads(config([listener], self._clusters(modules)))
        # The tags that the published configuration has.
        published = REPOSITORY / "envoy-configs" / "model-router.yaml"
        bootstrap["stats_config"] = yaml.safe_load(published.read_text())["stats_config"]
        bootstrap["node"] = {"id": "test", "cluster": "test"}
        watched = {"path": str(self._watched / "hot.json")}
        watched["watched_directory"] = {"path": str(self._watched)}
        bootstrap["dynamic_resources"] = {"lds_config": {"path_config_source": watched}}
        # Only two targets so far.
        self.replace_hot({"targets": {"small": {}}, "models": {"fast": ROUTER["models"]["fast"]}})
        self.envoy = start_envoy(json.dumps(bootstrap))

    def stop(self) -> None:
        """Stops what stands behind Envoy."""
        self.embeddings.stop()
        for provider in self.providers.values():
            provider.stop()

    def reset(self) -> None:
        """What stands behind Envoy does what it should, and has forgotten what came."""
        self.embeddings.reset()
        for provider in self.providers.values():
            provider.reset()

    def replace_hot(self, router: JSON) -> None:
        """Puts the listener `hot` where Envoy watches for it, in one move."""
        one = Listener("hot", "small", self._router(router), routes=routes(router["targets"]))
        (resource,) = json.loads(config([one], []))["static_resources"]["listeners"]
        resource["address"]["socket_address"]["port_value"] = self.hot_port
        kind = "type.googleapis.com/envoy.config.listener.v3.Listener"
        fresh = self._folder / "fresh.json"
        fresh.write_text(json.dumps({"resources": [{"@type": kind, **resource}]}))
        os.replace(fresh, self._watched / "hot.json")

    def post(self, body: Any, wire: Wire = CHAT, **headers: str) -> client.Response:
        """Posts as a client; `x_user="a"` is the header `x-user: a`."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        head = {**wire.client_headers(), **more}
        port = self.envoy.ports["llm"]
        return client.stream(port, wire.path, json.dumps(body).encode(), head).read()

    def ask(self, model: str, text: str = "Hello", **headers: str) -> str:
        """The target that answered."""
        answer = self.post(CHAT.request(text, model=model), **headers)
        assert answer.status == 200, answer.body
        return str(answer.header("x-tollgate-target"))

    def arrived(self) -> Dict[str, int]:
        """How many requests each provider got."""
        return {name: len(at.requests()) for name, at in self.providers.items()}

    def _router(self, router: JSON) -> List[JSON]:
        return [wasm(self._module, router, environment={"EMBEDDINGS_KEY": EMBEDDINGS_KEY})]

    def _clusters(self, modules: Path) -> List[Cluster]:
        """A cluster for each target, and those with a stand-in."""
        targets = {
            name: {
                "provider": wire.provider,
                "credential": {"env": f"{wire.provider.upper()}_API_KEY"},
                "models": [{"prefix": "", "to": wire.served}] if wire is MESSAGES else [],
            }
            for name, wire in TARGETS.items()
        }
        translator = [
            wasm(modules / "provider_translator.wasm", {"targets": targets}, environment=KEYS)
        ]
        ends = {name: Endpoint(at.port, name) for name, at in self.providers.items()}
        made = [Cluster(name, [end], translator) for name, end in ends.items()]
        for name in STOOD_IN_FOR:
            tried = [ends[name], ends["claude"]]
            made.append(Cluster(f"{name}-then-claude", tried, translator))
        return [*made, Cluster("embeddings", [Endpoint(self.embeddings.port)])]
