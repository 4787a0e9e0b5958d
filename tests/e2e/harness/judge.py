"""Services that judge texts, simulated: each takes and refuses what its documentation says.

Read 2026-11-21:

- Azure: https://learn.microsoft.com/en-us/rest/api/contentsafety/text-operations/shield-prompt?view=rest-contentsafety-2024-09-01,
  https://learn.microsoft.com/en-us/rest/api/contentsafety/text-operations/analyze-text?view=rest-contentsafety-2024-09-01,
  https://learn.microsoft.com/en-us/azure/ai-services/content-safety/overview#input-requirements
- Bedrock: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html,
  https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html
- Lakera: https://docs.lakera.ai/api-reference/api/endpoints/guard/screen-content (it documents no error
  body, so its one here is made up)
- Model Armor: https://cloud.google.com/security-command-center/docs/reference/model-armor/rest/v1/projects.locations.templates/sanitizeUserPrompt,
  https://cloud.google.com/security-command-center/docs/reference/model-armor/rest/v1/projects.locations.templates/sanitizeModelResponse
- OpenAI: https://platform.openai.com/docs/api-reference/moderations/create
- The webhook: `filters/prompt-guard/README.md`
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from .server import Received, Server
from .wires import JSON

KEY = "sk-of-the-judge"

TEMPLATE = "projects/p1/locations/europe-west4/templates/t1"


class Refused(Exception):
    """What a service does not take, and the status with which it says so."""

    def __init__(self, status: int, why: str) -> None:
        self.status = status
        super().__init__(why)


def _need(fits: bool, why: str) -> None:
    if not fits:
        raise Refused(400, why)


def _object(value: Any, required: Sequence[str], optional: Sequence[str] = ()) -> JSON:
    """An object that has these fields and no others."""
    _need(isinstance(value, dict), "not an object")
    missing, unknown = set(required) - set(value), set(value) - {*required, *optional}
    _need(not missing and not unknown, f"missing {sorted(missing)}, unknown {sorted(unknown)}")
    return dict(value)


def _array(value: Any, most: int = 1000) -> List[Any]:
    _need(isinstance(value, list) and len(value) <= most, "not an array, or too long")
    return list(value)


def _text(value: Any, most: int = 1_000_000) -> str:
    _need(isinstance(value, str) and len(value) <= most, "not a text, or too long")
    return str(value)


def _texts(value: Any, most: int = 1000) -> List[str]:
    return [_text(item) for item in _array(value, most)]


def _shield_texts(body: Any, _: str) -> List[str]:
    fields = _object(body, [], ["userPrompt", "documents"])
    prompt = [_text(fields["userPrompt"], 10_000)] if "userPrompt" in fields else []
    documents = _texts(fields.get("documents", []), 5)
    _need(sum(map(len, documents)) <= 10_000, "the documents are too long")
    _need(bool(prompt or documents), "nothing to analyse")
    return prompt + documents


def _shield_verdict(bad: List[bool], body: JSON) -> JSON:
    verdicts = [{"attackDetected": it} for it in bad]
    prompt = {"userPromptAnalysis": verdicts.pop(0)} if "userPrompt" in body else {}
    return {**prompt, "documentsAnalysis": verdicts}


def _analyze_texts(body: Any, _: str) -> List[str]:
    lists = ["categories", "blocklistNames", "haltOnBlocklistHit", "outputType"]
    fields = _object(body, ["text"], lists)
    kinds = ("FourSeverityLevels", "EightSeverityLevels")
    _need(fields.get("outputType", kinds[0]) in kinds, "no such outputType")
    return [_text(fields["text"], 10_000)]


def _analyze_verdict(bad: List[bool], body: JSON) -> JSON:
    # An odd severity, which the default output type does not tell.
    found = 5 if body.get("outputType") == "EightSeverityLevels" else 4
    severities = {"Hate": 1, "SelfHarm": 0, "Sexual": 0, "Violence": found if any(bad) else 0}
    return {
        "blocklistsMatch": [],
        "categoriesAnalysis": [
            {"category": name, "severity": number} for name, number in severities.items()
        ],
    }


def _bedrock_texts(body: Any, _: str) -> List[str]:
    fields = _object(body, ["source", "content"], ["outputScope"])
    _need(fields["source"] in ("INPUT", "OUTPUT"), "no such source")
    blocks = [_object(it, ["text"])["text"] for it in _array(fields["content"])]
    return [_text(_object(block, ["text"], ["qualifiers"])["text"]) for block in blocks]


def _bedrock_verdict(bad: List[bool], _: JSON) -> JSON:
    blocked = [{"text": "Sorry, the guardrail blocked this."}] if any(bad) else []
    return {
        "action": "GUARDRAIL_INTERVENED" if any(bad) else "NONE",
        "outputs": blocked,
        "assessments": [],
        "usage": {"contentPolicyUnits": 1, "topicPolicyUnits": 0},
    }


def _lakera_texts(body: Any, _: str) -> List[str]:
    optional = ["project_id", "payload", "breakdown", "metadata", "dev_info"]
    messages = _array(_object(body, ["messages"], optional)["messages"])
    _text(body.get("project_id", ""))
    for message in messages:
        _object(message, ["role", "content"])
        _need(message["role"] in ("user", "assistant", "system"), "no such role")
    return [_text(message["content"]) for message in messages]


def _lakera_verdict(bad: List[bool], _: JSON) -> JSON:
    return {"flagged": any(bad), "metadata": {"request_uuid": "8b2b6c1c"}}


def _armor_texts(body: Any, path: str) -> List[str]:
    field = "userPromptData" if path.endswith(":sanitizeUserPrompt") else "modelResponseData"
    optional = ["multiLanguageDetectionMetadata"]
    optional += ["userPrompt"] if field == "modelResponseData" else []
    data = _object(body, [field], optional)[field]
    return [_text(_object(data, ["text"])["text"])]


def _armor_verdict(bad: List[bool], _: JSON) -> JSON:
    state = "MATCH_FOUND" if any(bad) else "NO_MATCH_FOUND"
    attack = {"executionState": "EXECUTION_SUCCESS", "matchState": state}
    return {
        "sanitizationResult": {
            "filterMatchState": state,
            "invocationResult": "SUCCESS",
            "filterResults": {"pi_and_jailbreak": {"piAndJailbreakFilterResult": attack}},
        }
    }


def _moderation_texts(body: Any, _: str) -> List[str]:
    fields = _object(body, ["input"], ["model"])
    _text(fields.get("model", ""))
    return _texts(fields["input"])


def _moderation_verdict(bad: List[bool], body: JSON) -> JSON:
    results = [
        {"flagged": it, "categories": {"violence": it}, "category_scores": {"violence": 0.5}}
        for it in bad
    ]
    return {"id": "modr-1", "model": body.get("model", ""), "results": results}


def _webhook_texts(body: Any, _: str) -> List[str]:
    fields = _object(body, ["guard", "phase", "texts"])
    _need(fields["phase"] in ("request", "response"), "no such phase")
    texts = [_object(it, ["scope", "text"]) for it in _array(fields["texts"])]
    return [_text(it["text"]) for it in texts if _text(it["scope"])]


def _azure_refusal(status: int, why: str) -> JSON:
    code = "InvalidRequestBody" if status == 400 else str(status)
    return {"error": {"code": code, "message": why}}


def _google_refusal(status: int, why: str) -> JSON:
    names = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND"}
    return {"error": {"code": status, "message": why, "status": names.get(status, "UNAVAILABLE")}}


def _openai_refusal(status: int, why: str) -> JSON:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": why, "type": kind, "param": None, "code": None}}


@dataclass(frozen=True)
class Service:
    """A service: how the filter is told of it, what it takes and what it says."""

    # The filter's `service`, and `path` where the service has no usual one.
    settings: JSON
    # Where it is asked about requests and about answers, with the query that it requires.
    paths: Tuple[str, ...]
    # The texts of a question at a path. Raises Refused for anything that is not as documented.
    texts: Callable[[Any, str], List[str]]
    # The answer, by which of the texts are bad.
    verdict: Callable[[List[bool], JSON], JSON]
    refusal: Callable[[int, str], JSON]
    key_header: Tuple[str, str] = ("authorization", f"Bearer {KEY}")
    # The status for who has no key.
    forbidden: int = 401


_AZURE_KEY = ("ocp-apim-subscription-key", KEY)

SERVICES: Dict[str, Service] = {
    "azure-shields": Service(
        {"service": "azure_prompt_shields"},
        ("/contentsafety/text:shieldPrompt?api-version=2024-09-01",),
        _shield_texts,
        _shield_verdict,
        _azure_refusal,
        _AZURE_KEY,
    ),
    "azure-text": Service(
        {"service": {"azure_text_analysis": 5}},
        ("/contentsafety/text:analyze?api-version=2024-09-01",),
        _analyze_texts,
        _analyze_verdict,
        _azure_refusal,
        _AZURE_KEY,
    ),
    "bedrock": Service(
        {"service": {"bedrock_guardrail": {"id": "gr1", "version": "DRAFT"}}},
        ("/guardrail/gr1/version/DRAFT/apply",),
        _bedrock_texts,
        _bedrock_verdict,
        lambda _, why: {"message": why},
        forbidden=403,
    ),
    "lakera": Service(
        {"service": {"lakera": "project-1"}},
        ("/v2/guard",),
        _lakera_texts,
        _lakera_verdict,
        lambda _, why: {"error": why},
    ),
    "model-armor": Service(
        {"service": {"model_armor": TEMPLATE}},
        (f"/v1/{TEMPLATE}:sanitizeUserPrompt", f"/v1/{TEMPLATE}:sanitizeModelResponse"),
        _armor_texts,
        _armor_verdict,
        _google_refusal,
    ),
    "moderation": Service(
        {"service": {"openai_moderation": "omni-moderation-latest"}},
        ("/v1/moderations",),
        _moderation_texts,
        _moderation_verdict,
        _openai_refusal,
    ),
    "webhook": Service(
        {"service": "webhook", "path": "/hook"},
        ("/hook",),
        _webhook_texts,
        lambda bad, _: {"flagged": any(bad)},
        lambda _, why: {"error": why},
    ),
}


@dataclass(frozen=True)
class Asked:
    """A question, the status that it got, and the texts where it was one to answer."""

    service: Optional[str]
    status: int
    texts: Tuple[str, ...] = ()


class Judge(Server):
    """All services at once, told apart by their paths.

    Texts with `bad` are found. A text says what goes wrong: `slow` is not answered in time, `broken` is a
    503, `garbled` half a body, `foreign` JSON of somebody else, `revoked` a key that is none any more.
    """

    def __init__(self) -> None:
        self.asked: List[Asked] = []
        self._released = threading.Event()
        super().__init__()

    def stop(self) -> None:
        self._released.set()
        super().stop()

    def answer(self, received: Received) -> Tuple[int, Any]:
        found = [it for it in SERVICES.items() if received.path in it[1].paths]
        if not found:
            self.asked.append(Asked(None, 404))
            return 404, {"error": {"code": "404", "message": "Resource not found"}}
        ((name, service),) = found
        try:
            texts = self._texts(service, received)
        except Refused as refused:
            self.asked.append(Asked(name, refused.status))
            return refused.status, service.refusal(refused.status, str(refused))
        self.asked.append(Asked(name, 200, tuple(texts)))
        said = "\n".join(texts)
        if "slow" in said:
            self._released.wait(5)
        if "foreign" in said:
            return 200, {"result": "safe"}
        verdict = service.verdict(["bad" in text for text in texts], received.json())
        return 200, b'{"flagged": fal' if "garbled" in said else verdict

    def _texts(self, service: Service, received: Received) -> List[str]:
        """The texts to judge. Raises Refused where the service would refuse."""
        if received.method != "POST":
            raise Refused(405, "only POST")
        name, value = service.key_header
        if received.header(name) != value:
            raise Refused(service.forbidden, "no valid key")
        if received.header("content-type").split(";")[0] != "application/json":
            raise Refused(415, "not JSON")
        try:
            body = received.json()
        except ValueError as error:
            raise Refused(400, "not JSON") from error
        texts = service.texts(body, received.path)
        said = "\n".join(texts)
        if "revoked" in said:
            raise Refused(service.forbidden, "the key is revoked")
        if "broken" in said:
            raise Refused(503, "try again later")
        return texts
