"""The fixtures are those of `tests/e2e`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))

PLUGIN = "harness.fixtures"


def pytest_configure(config: pytest.Config) -> None:
    """`tests/e2e` does the same, and both may be in one run."""
    if not config.pluginmanager.has_plugin(PLUGIN):
        config.pluginmanager.import_plugin(PLUGIN)
