"""Putting requests and answers on a terminal."""

from __future__ import annotations

import json
import os
import shutil
import sys
from itertools import zip_longest
from typing import Any, List, Sequence

COLOURS = {"bold": "1", "dim": "2", "green": "32", "red": "31", "cyan": "36"}


class Screen:
    """Standard output: at most 100 columns, coloured only on a terminal that wants it."""

    def __init__(self) -> None:
        plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
        self._coloured = sys.stdout.isatty() and not plain
        self.width = max(60, min(100, shutil.get_terminal_size((100, 24)).columns))
        # A terminal without UTF-8 gets question marks, not a traceback.
        getattr(sys.stdout, "reconfigure", lambda **_: None)(errors="replace")

    def say(self, text: str = "", style: str = "") -> None:
        """Prints `text`, indented by two, and shows it at once."""
        print(self._styled(f"  {text}" if text else "", style), flush=True)

    def heading(self, text: str) -> None:
        """A title with a rule that fills its line."""
        rule = "─" * max(3, self.width - len(text) - 1)
        print("\n" + self._styled(text, "bold") + " " + self._styled(rule, "dim"), flush=True)

    def checked(self, ok: bool, text: str) -> None:
        """The result of a check."""
        self.say(("✓ " if ok else "✗ ") + text, "green" if ok else "red")

    def beside(self, left: Sequence[str], right: Sequence[str]) -> None:
        """Two columns; the first line of each is its title. Lines that are too long are cut."""
        width = self.column
        for row, (one, two) in enumerate(zip_longest(left, right, fillvalue="")):
            style = "cyan" if row == 0 else ""
            cells = [self._styled(cut(cell, width).ljust(width), style) for cell in (one, two)]
            print(f"  {cells[0]}{self._styled(' │ ', 'dim')}{cells[1]}".rstrip(), flush=True)

    @property
    def column(self) -> int:
        """The width of each of two columns."""
        return (self.width - 5) // 2

    def _styled(self, text: str, style: str) -> str:
        return f"\x1b[{COLOURS[style]}m{text}\x1b[0m" if style and text and self._coloured else text


def cut(text: str, width: int) -> str:
    """`text` in at most `width` characters."""
    return text if len(text) <= width else text[: width - 1] + "…"


def laid_out(value: Any, width: int, indent: str = "", lead: str = "") -> List[str]:
    """`value` as JSON behind `lead`: in one line where it fits into `width`, else spread."""
    line = indent + lead + json.dumps(value, ensure_ascii=False)
    # One character is kept for a comma.
    if len(line) < width or not isinstance(value, (dict, list)) or not value:
        return [line]
    if isinstance(value, list) and len(value) == 1:
        lines = laid_out(value[0], width - 1, indent, lead + "[")
        return [*lines[:-1], lines[-1] + "]"]
    if isinstance(value, dict):
        parts = [(json.dumps(name) + ": ", part) for name, part in value.items()]
    else:
        parts = [("", part) for part in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    lines = [indent + lead + opening]
    for name, part in parts:
        lines += laid_out(part, width, indent + "  ", name)
        lines[-1] += ","
    lines[-1] = lines[-1][:-1]
    return [*lines, indent + closing]
