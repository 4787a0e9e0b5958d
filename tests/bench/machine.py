"""The machine that a benchmark ran on, in the words that stand with its figures."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

from harness import install


def machine(envoy: Path) -> str:
    """Processor, cores, system and Envoy."""
    version = install.dotted(install.version_of(envoy))
    system = f"{platform.system()} {platform.machine()}"
    return f"Envoy {version}, {_processor()}, {os.cpu_count()} cores, {system}"


def load_average() -> str:
    """How busy the machine is, this benchmark included."""
    return "load average " + ", ".join(f"{average:.1f}" for average in os.getloadavg())


def _processor() -> str:
    try:
        said = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or "unknown processor"
    found = re.search(r"^model name\s*:\s*(.+)$", said, re.MULTILINE)
    return found[1].strip() if found else "unknown processor"
