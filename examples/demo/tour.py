"""The translator's steps: what a client sends, what the provider receives, what comes back; all checked.

`steps.py` has those of the other filters.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Callable, List, Mapping, Optional, Tuple

from gateway import CLAUDE, GPT, TARGETS, Gateway, Target
from harness import client
from show import Screen, cut, laid_out

CLIENT_KEY = "the-clients-own-key"
# Headers that matter here; the rest is curl's and Envoy's business.
SHOWN = ("authorization", "x-api-key", "anthropic-version")
# A real model may think for a while.
PATIENCE = 120.0
PIECES_SHOWN = 6
# What an answer has besides what it says.
LEFT_OUT = ("id", "created", "service_tier", "system_fingerprint")


@dataclass(frozen=True)
class Call:
    """A request as a client sends it."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


CHAT = Call(
    "/v1/chat/completions",
    {"authorization": f"Bearer {CLIENT_KEY}"},
    {
        "model": "gpt-5.4-mini",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Why Envoy?"},
        ],
        "max_completion_tokens": 500,
        "stop": ["END"],
    },
)
STREAMED_CHAT = Call(CHAT.path, CHAT.headers, {**CHAT.body, "stream": True})
MESSAGES = Call(
    "/v1/messages",
    {"x-api-key": CLIENT_KEY, "anthropic-version": "2023-06-01"},
    {
        "model": "claude-haiku-5-5",
        "max_tokens": 500,
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "Why Envoy?"}],
        "stop_sequences": ["END"],
    },
)


class Tour:
    """Walks through a gateway and remembers whether all of it was as it should be."""

    def __init__(self, gateway: Gateway, screen: Screen) -> None:
        self.passed = True
        self.gateway = gateway
        self.screen = screen
        self._took = 0.0

    def walk(self) -> None:
        """Takes all steps."""
        # Here, because these steps are made with what is in this file.
        from steps import STEPS

        steps: List[Tuple[str, Callable[[], None]]] = [
            ("1. A Chat Completions client, answered by Anthropic", self._chat),
            ("2. The same as a stream", self._streamed_chat),
            ("3. A Messages client, answered by OpenAI", self._messages),
            ("4. The first provider is overloaded, the second answers", self._failover),
        ]
        steps = [(f"{title} · provider-translator", step) for title, step in steps]
        steps += [
            (f"{number}. {title} · {step.__doc__}", lambda step=step: step(self))
            for number, (title, step) in enumerate(STEPS, len(steps) + 1)
        ]
        for title, step in steps:
            self.screen.heading(title)
            for provider in self.gateway.simulated.values():
                provider.forget()
            try:
                step()
            except (client.ClientError, OSError, ValueError, LookupError) as problem:
                self.check(False, f"the answer can be read: {type(problem).__name__}: {problem}")

    def _chat(self) -> None:
        status, answer = self._buffered(CHAT, CLAUDE)
        self._check_chat(status, answer)
        self._check_received(CLAUDE)

    def _messages(self) -> None:
        status, answer = self._buffered(MESSAGES, GPT)
        self._check_messages(status, answer)
        self._check_received(GPT)

    def _streamed_chat(self) -> None:
        self.screen.say('sent: the same with "stream": true', "cyan")
        with self.send(STREAMED_CHAT) as answer:
            chunks = list(answer)
        self.screen.say(f"the client got, piece by piece: {answer.status}", "cyan")
        for chunk in chunks[:PIECES_SHOWN]:
            for line in chunk.data.decode(errors="replace").split("\n"):
                if line:
                    at = f"{chunk.at * 1000:6.0f} ms  "
                    self.screen.say(at + cut(essence(line), self.screen.width - 13))
        if len(chunks) > PIECES_SHOWN:
            more, last = len(chunks) - PIECES_SHOWN, chunks[-1].at * 1000
            self.screen.say(f"           … {more} more, the last after {last:.0f} ms")
        events = [data for _, data in client.events(chunks)]
        deltas = [json.loads(data) for data in events if data != "[DONE]"]
        text = "".join(
            choice["delta"].get("content") or "" for delta in deltas for choice in delta["choices"]
        )
        self.screen.say(f"together: {cut(text, self.screen.width - 12)}")
        self.check(answer.status == 200 and bool(text), "it is answered with 200 and a text")
        pieces = len({chunk.at for chunk in chunks})
        spread = chunks[-1].at - chunks[0].at if chunks else 0
        self.check(pieces > 1 and spread > 0, f"it came in {pieces} pieces, as it was generated")
        self.check(events[-1:] == ["[DONE]"] and answer.complete, "it ends with [DONE]")
        self._check_received(CLAUDE)

    def _failover(self) -> None:
        simulated = [target for target in (CLAUDE, GPT) if self.gateway.provider(target)]
        if not simulated:
            self.screen.say("Left out: both providers are real, and those do not fail on demand.")
            self.screen.say("Without one of the two keys this step can be seen.")
            return
        first = simulated[0]
        second = GPT if first is CLAUDE else CLAUDE
        failing = self.gateway.simulated[first.name]
        failing.switch(status=529)
        try:
            call = CHAT if first is CLAUDE else MESSAGES
            self.screen.say(f"sent: to {call.path} as before; {first.title} answers 529", "cyan")
            self.screen.say()
            status, answer = self._answer(call)
            self.screen.beside(self.received(first, 1), self.received(second, 2))
            self._show_answer(status, answer)
        finally:
            failing.switch(status=None)
        if first is CLAUDE:
            self._check_chat(status, answer)
        else:
            self._check_messages(status, answer)
        tried = [request["status"] for request in failing.requests()]
        self.check(tried == [529], f"{first.title} was tried once, and failed")
        self._check_received(first, accepted=False)
        self._check_received(second)

    def send(self, call: Call) -> client.Stream:
        """Sends a request; its answer's head is there."""
        port = self.gateway.port
        return client.stream_json(port, call.path, call.body, call.headers, timeout=PATIENCE)

    def _answer(self, call: Call) -> Tuple[int, Any]:
        began = time.monotonic()
        response = self.send(call).read()
        self._took = time.monotonic() - began
        return response.status, response.json()

    def _buffered(self, call: Call, target: Target) -> Tuple[int, Any]:
        status, answer = self._answer(call)
        self._show_sent(call, target)
        self._show_answer(status, answer)
        return status, answer

    def _show_sent(self, call: Call, target: Target) -> None:
        sent = ["the client sent", f"POST {call.path}", *headers(call.headers)]
        sent += laid_out(call.body, self.screen.column)
        self.screen.beside(sent, self.received(target))

    def _show_answer(self, status: int, answer: Any) -> None:
        self.screen.say()
        took = f"{self._took * 1000:.0f} ms"
        self.screen.say(f"the client got (shortened): {status} after {took}", "cyan")
        for line in laid_out(shortened(answer), self.screen.width - 2):
            self.screen.say(cut(line, self.screen.width - 2))

    def received(self, target: Target, attempt: Optional[int] = None) -> List[str]:
        """What arrived at `target` last, as lines for a column."""
        title = f"{target.title} received" + (f" (attempt {attempt})" if attempt else "")
        provider = self.gateway.provider(target)
        if provider is None:
            return [title, "(it is the real one and does not tell)"]
        requests = provider.requests()
        if not requests:
            return [title, "nothing"]
        request = requests[-1]
        lines = [title, f"{request['method']} {request['path']}", *headers(request["headers"])]
        return lines + laid_out(request["body"], self.screen.column)

    def _check_chat(self, status: int, answer: Any) -> None:
        chat = answer.get("object") == "chat.completion"
        text = chat and answer["choices"][0]["message"]["content"]
        self.check(status == 200 and bool(text), "it is answered with 200 and a chat.completion")

    def _check_messages(self, status: int, answer: Any) -> None:
        message = answer.get("type") == "message"
        text = message and any(block.get("text") for block in answer["content"])
        self.check(status == 200 and bool(text), "it is answered with 200 and a message")

    def _check_received(self, target: Target, accepted: bool = True) -> None:
        """What arrived at the simulated `target`: its own dialect, its own key, nobody else's."""
        provider = self.gateway.provider(target)
        if provider is None:
            return
        received = provider.requests()
        ok = len(received) == 1 and is_native(target, received[0])
        if accepted:
            ok = ok and received[0]["accepted"] and received[0]["status"] == 200
        self.check(ok, f"{target.title} received its own API, with its own key and no other")
        if not ok:
            problems = [request.get("problem") for request in received]
            self.screen.say(f"{len(received)} requests; problems: {problems}", "dim")

    def check(self, ok: bool, text: str) -> None:
        """Shows the result of a check, and remembers it."""
        self.passed = self.passed and ok
        self.screen.checked(ok, text)


def is_native(target: Target, request: Mapping[str, Any]) -> bool:
    """Whether `request` is in the dialect of `target`, and carries its key alone."""
    sent, body = request["headers"], request["body"] or {}
    roles = [message.get("role") for message in body.get("messages", [])]
    other_keys = [CLIENT_KEY, *(t.simulated_key for t in TARGETS if t is not target)]
    if any(key in value for key in other_keys for value in sent.values()):
        return False
    if target is CLAUDE:
        keyed = sent.get("x-api-key") == target.simulated_key and "authorization" not in sent
        native = "system" in body and "max_tokens" in body and roles == ["user"]
        return keyed and native and request["path"] == "/v1/messages"
    keyed = sent.get("authorization") == f"Bearer {target.simulated_key}"
    native = roles[:1] in (["system"], ["developer"]) and "anthropic-version" not in sent
    return keyed and native and "x-api-key" not in sent and request["path"] == CHAT.path


def headers(sent: Mapping[str, str]) -> List[str]:
    """The headers worth showing. A key that is not one of the demo's own stays hidden."""
    harmless = [CLIENT_KEY, *(target.simulated_key for target in TARGETS), "2023-06-01"]
    known = {*harmless, *(f"Bearer {key}" for key in harmless)}
    shown = {name: sent[name] for name in SHOWN if name in sent}
    return [f"{name}: {value if value in known else '(hidden)'}" for name, value in shown.items()]


def shortened(value: Any) -> Any:
    """An answer without ids, dates, nulls, zeros and what is empty."""
    if isinstance(value, dict):
        kept = {name: shortened(part) for name, part in value.items() if name not in LEFT_OUT}
        return {name: part for name, part in kept.items() if part not in (None, 0, [], {})}
    if isinstance(value, list):
        return [shortened(part) for part in value]
    return value


def essence(line: str) -> str:
    """A line of a streamed chat with the fields that are the same in every chunk left out."""
    name, _, data = line.partition(":")
    try:
        chunk = json.loads(data)
    except ValueError:
        return line
    if name != "data" or not isinstance(chunk, dict):
        return line
    rest = {part: chunk[part] for part in ("choices", "usage", "error") if chunk.get(part)}
    return "data: {…, " + json.dumps(shortened(rest), ensure_ascii=False)[1:]
