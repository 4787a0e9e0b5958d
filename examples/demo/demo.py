"""`make demo`: a tour on a real Envoy.

Starts Envoy with envoy-configs/demo.yaml on 127.0.0.1:10000 and a simulated OpenAI and Anthropic
behind it, shows every filter at work, and stays up until Ctrl-C. Python 3.9, standard library
only.

  DEMO_ONCE=1          leave after the tour, with 1 if a check has failed
  DEMO_PORT=10080      another port
  OPENAI_API_KEY, ANTHROPIC_API_KEY
                       the real provider in place of the simulated one
  ENVOY=/path/to/envoy that Envoy, else `envoy` on PATH, func-e's, or one installed into .tools/
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Optional

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "e2e"))

from gateway import CLAUDE, CONFIG, GPT, TARGETS, DemoError, Gateway, is_free, modules
from harness import config, install
from harness.install import EnvoyError
from harness.provider import ProviderError, tollgate
from show import Screen
from tour import Tour


class Stopped(BaseException):
    """Somebody has asked for the end."""


def main() -> int:
    """Runs the demo; the exit code."""
    screen = Screen()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # What whoever started this chose to ignore (nohup) stays ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)
    tour: Optional[Tour] = None
    try:
        with ExitStack() as stack:
            try:
                gateway = start(stack, screen)
                tour = Tour(gateway, screen)
                tour.walk()
                conclude(tour, gateway, screen)
                if once():
                    return 0 if tour.passed else 1
                invite(gateway, screen)
                wait(gateway)
            finally:
                # What was started is ended next, and a second Ctrl-C must not interrupt that.
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)
    except Stopped:
        screen.say()
        screen.say("Stopped.")
        return 0 if tour and tour.passed and not once() else 1
    except BrokenPipeError:
        # Nobody reads any more; Python itself must not try at its exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (DemoError, EnvoyError, ProviderError) as problem:
        print(f"demo: {problem}", file=sys.stderr)
        return 1
    return 0


def start(stack: ExitStack, screen: Screen) -> Gateway:
    """Everything that the tour needs, on `stack`."""
    port = wanted_port()
    modules()
    tollgate()
    screen.heading("Tollgate on a stock Envoy")
    binary = install.find()
    version = install.dotted(install.version_of(binary))
    screen.say(f"Envoy      {version}, {shortened(binary)}")
    screen.say(f"config     {shortened(CONFIG)}")
    gateway = Gateway(stack, binary, port)
    for target in TARGETS:
        provider = gateway.provider(target)
        where = f"the real one, {target.host}"
        if provider:
            where = f"simulated, 127.0.0.1:{provider.port}"
        screen.say(f"{target.title:10} {where}")
    screen.say(f"listening  http://127.0.0.1:{port}")
    return gateway


def conclude(tour: Tour, gateway: Gateway, screen: Screen) -> None:
    """Says how the tour went; where it failed, with what Envoy had to say."""
    screen.say()
    if tour.passed:
        screen.say("All checks passed.", "bold")
        return
    for target in TARGETS:
        if target.is_real:
            wanted = f"{target.variable} must be a key of it, and {target.host} must be reached"
            screen.say(f"{target.title} is the real one: {wanted}.", "red")
    screen.say("Some checks failed. The end of Envoy's log:", "red")
    for line in gateway.envoy.log().rstrip().split("\n")[-15:]:
        screen.say(line, "dim")


def invite(gateway: Gateway, screen: Screen) -> None:
    """What to try next."""
    address = f"http://127.0.0.1:{gateway.port}"
    admin = f"http://127.0.0.1:{gateway.admin_port}"
    options = "-H 'content-type: application/json' \\"
    hello = '"messages":[{"role":"user","content":"Hi"}]'
    screen.heading("Your turn (Ctrl-C ends it)")
    lines = [
        "# chat, answered by Anthropic",
        f"curl {address}/v1/chat/completions {options}",
        f'  -d \'{{"model":"gpt-5.4-mini",{hello}}}\'',
        "# the same as a stream",
        f"curl -N {address}/v1/chat/completions {options}",
        f'  -d \'{{"model":"gpt-5.4-mini","stream":true,{hello}}}\'',
        "# Messages, answered by OpenAI",
        f"curl {address}/v1/messages {options}",
        f'  -d \'{{"model":"claude-haiku-5-5","max_tokens":500,{hello}}}\'',
    ]
    for target, other in ((CLAUDE, GPT), (GPT, CLAUDE)):
        provider = gateway.provider(target)
        if provider:
            control = f"http://127.0.0.1:{provider.port}/__mock"
            lines += [
                f"# what {target.title} received last",
                f"curl {control}/last",
                f"# let it fail, so that {other.title} answers; and let it be",
                f"curl {control}/switches -d '{{\"status\": 529}}'",
                f"curl {control}/switches -d '{{\"status\": null}}'",
            ]
    program = shortened(tollgate())
    lines += [
        "# what each filter does to a request, and a configuration of your own",
        f"echo '{{\"model\":\"gpt-5.4-mini\",{hello}}}' |",
        f"  {program} replay --config {shortened(CONFIG)}",
        f"{program} init",
        "# Envoy's counters, and its access log",
        f"curl -s {admin}/stats/prometheus | grep provider_translator",
        f"tail -f {gateway.envoy.log_path}",
        "# the official SDKs",
        f"export OPENAI_BASE_URL={address}/v1 ANTHROPIC_BASE_URL={address}",
    ]
    for line in lines:
        screen.say(line, "dim" if line.startswith("#") else "")


def wait(gateway: Gateway) -> None:
    """Until somebody asks for the end (`Stopped`). Raises DemoError where a part dies before."""
    while True:
        time.sleep(0.5)
        failure = gateway.failure()
        if failure:
            raise DemoError(f"{failure}. The end of its log:\n{gateway.envoy.log()[-2000:]}")


def wanted_port() -> int:
    """The port that Envoy shall listen on. Raises DemoError where that cannot be."""
    text = os.environ.get("DEMO_PORT") or str(config.LISTENER_PORT)
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise DemoError(f"DEMO_PORT must be a port between 1024 and 65535, not {text!r}")
    # Envoy itself would share the port with another Envoy, and half of the requests would be gone.
    if not is_free(int(text)):
        raise DemoError(f"Port {text} is taken. Choose another: DEMO_PORT=10080 make demo")
    return int(text)


def once() -> bool:
    """Whether to leave after the tour."""
    return os.environ.get("DEMO_ONCE", "") not in ("", "0")


def shortened(path: Path) -> str:
    """`path` relative to the repository, where it lies in it."""
    inside = install.REPOSITORY in path.parents
    return str(path.relative_to(install.REPOSITORY)) if inside else str(path)


def stop(number: int, frame: Optional[FrameType]) -> None:
    """Signal handler."""
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
