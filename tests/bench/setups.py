"""What is compared: filters in front of a provider.

The configurations of the filters are those of `envoy-configs/`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from harness.gateway import JSON, Cluster, Endpoint, Listener, config, wasm
from harness.wires import ANTHROPIC_KEY, CHAT, MESSAGES, OPENAI_KEY, Wire
from plugins import Lua, Plugin, loaded, published, stages

KEYS = {"OPENAI_API_KEY": OPENAI_KEY, "ANTHROPIC_API_KEY": ANTHROPIC_KEY}

FULL = published("full.yaml")
# What `full.yaml` says about memory, for every Envoy.
MEMORY = {name: loaded("full.yaml")[name] for name in ("memory_allocator_manager",)}
SEPARATE = published("separate.yaml")
PROMPTS = stages(published("prompts.yaml")["chain"])

TRANSLATOR = FULL["provider_translator"]
DECORATOR = Plugin("prompt_decorator", PROMPTS["prompt-decorator"])
TEMPLATE = Plugin("prompt_template", PROMPTS["prompt-template"])
# The largest body of a workload has to fit.
TEMPLATE.configuration["templates"]["translate"]["variables"]["text"]["max_chars"] = 1 << 20
# With the chain's rule for personal data: alone, the router is told of none by anybody.
IN_FRONT = ("pii_redactor", "prompt_guard", "model_router", "token_counter")

# A model that the router of `full.yaml` looks at the prompt for.
LOOKED_AT = "auto"
PERSONAL = " Write to jane.doe@example.com about it."


@dataclass(frozen=True)
class Setup:
    """An Envoy with filters, or none: what clients say to it and what stands behind it."""

    name: str
    # What its row says in the published table.
    does: str = ""
    client: Wire = CHAT
    provider: Wire = CHAT
    # Filters of the listener, and of the cluster.
    filters: Tuple[Plugin | Lua, ...] = ()
    upstream: Tuple[Plugin, ...] = ()
    path: Optional[str] = None
    # The model that clients ask for, where it is not their dialect's.
    model: Optional[str] = None
    # What stands at the end of each prompt.
    says: str = ""
    # Clients name a template and send its values.
    template: bool = False
    # The router's header names the cluster.
    routed: bool = False
    streams: bool = True
    # One of the published table; the others are for a closer look.
    published: bool = True

    @property
    def is_baseline(self) -> bool:
        """Whether it is the Envoy without a filter, which others are compared with."""
        return not self.filters and not self.upstream

    @property
    def modules(self) -> List[str]:
        """The modules it loads."""
        every = (*self.filters, *self.upstream)
        return [plugin.module for plugin in every if isinstance(plugin, Plugin)]

    def config(self, modules: Path, port: int) -> str:
        """Envoy's configuration, for a provider on `port`. Nothing is logged."""

        def made(plugins: Tuple[Plugin | Lua, ...]) -> List[JSON]:
            return [
                wasm(modules / f"{plugin.module}.wasm", plugin.configuration, environment=KEYS)
                if isinstance(plugin, Plugin)
                else plugin.filter()
                for plugin in plugins
            ]

        target = self.provider.target
        # Whatever the router chooses, the same provider stands there.
        clusters = ("gpt", "claude") if self.routed else ("provider",)
        route = {"match": {"prefix": "/"}, "route": {"cluster_header": "x-tollgate-target"}}
        routes = [route] if self.routed else []
        text = config(
            [Listener("in", clusters[0], made(self.filters), routes=routes)],
            [
                Cluster(name, [Endpoint(port, target)], made(self.upstream), target)
                for name in clusters
            ],
        )
        return json.dumps({**json.loads(text), **MEMORY})


def _alone(module: str, does: str) -> Setup:
    name = module.replace("_", "-")
    routes = module == "model_router"
    return Setup(
        name,
        does,
        filters=(SEPARATE[module],),
        model=LOOKED_AT if routes else None,
        routed=routes,
    )


# Everything: the chain, or the same with a module for each stage, and translation in the cluster.
_ALL: Dict[str, Any] = {"provider": MESSAGES, "upstream": (TRANSLATOR,), "model": LOOKED_AT, "routed": True}
_CHAIN = (FULL["chain"],)
_TRANSLATED: Dict[str, Any] = {"provider": MESSAGES, "upstream": (TRANSLATOR,)}

# The chain's own module as the translator: one VM for both places.
_ONE_MODULE = Plugin("chain", {"stages": [{"provider-translator": TRANSLATOR.configuration}]})

PASSTHROUGH = Setup("no filter", "an Envoy that passes everything on")
CHAIN = Setup("chain + translation", "`envoy-configs/full.yaml`: every stage, translated upstream", filters=_CHAIN, **_ALL)
SEPARATELY = Setup(
    "five separate modules",
    "`envoy-configs/separate.yaml`: the same without the chain",
    filters=tuple(SEPARATE[module] for module in IN_FRONT),
    **_ALL,
)
ONE_MODULE = Setup(
    "chain + translation, one module",
    "the same, `chain.wasm` in the cluster too",
    filters=_CHAIN,
    **{**_ALL, "upstream": (_ONE_MODULE,)},
)
TRANSLATION = Setup("provider-translator", "chat to Anthropic and back, upstream", **_TRANSLATED)
LUA = Setup(
    "Lua",
    "the same translation in Envoy's Lua filter (`tests/bench/lua/translate.lua`)",
    provider=MESSAGES,
    filters=(Lua("translate.lua"),),
    streams=False,
)

SETUPS = (
    PASSTHROUGH,
    Setup("wasm, nothing done", "a filter that lets everything pass", filters=(Plugin("probe", {}),), path="/v1/other"),
    Setup(
        "wasm, the least",
        "what every translating filter must do, without logic or SDK (`tests/least`)",
        upstream=(Plugin("least", {}),),
    ),
    Setup(
        "wasm, the least twice",
        "the same in front and upstream: what any chain and translation must do",
        filters=(Plugin("least", {}),),
        upstream=(Plugin("least", {}),),
    ),
    LUA,
    TRANSLATION,
    _alone("model_router", "the prompt decides where it goes"),
    _alone("pii_redactor", "searched, nothing found"),
    _alone("prompt_guard", "judged, harmless"),
    _alone("token_counter", "counted, three budgets kept"),
    Setup("prompt-decorator", "a house rule put in front", filters=(DECORATOR,)),
    Setup("prompt-template", "a template filled", filters=(TEMPLATE,), template=True),
    Setup("chain", "the stages of `envoy-configs/full.yaml`, not translated", filters=_CHAIN, model=LOOKED_AT, routed=True),
    SEPARATELY,
    CHAIN,
    ONE_MODULE,
    Setup("chain + translation, masking", "the same, an address masked and given back", filters=_CHAIN, says=PERSONAL, **_ALL),
    Setup("wasm, hold and parse", filters=(Plugin("probe", {}),), published=False),
    Setup(
        "chat → Anthropic, no facts",
        provider=MESSAGES,
        upstream=(TRANSLATOR.with_settings(facts=[]),),
        published=False,
    ),
    Setup("chat → Anthropic, downstream", provider=MESSAGES, filters=(TRANSLATOR,), published=False),
    Setup("no filter, Messages", client=MESSAGES, provider=MESSAGES, published=False),
    Setup("Messages → OpenAI, upstream", client=MESSAGES, upstream=(TRANSLATOR,), published=False),
)
