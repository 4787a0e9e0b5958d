"""Makes the fixtures of `harness/fixtures.py` known."""

from __future__ import annotations

import pytest

PLUGIN = "harness.fixtures"


def pytest_configure(config: pytest.Config) -> None:
    """`tests/clients` does the same, and both may be in one run."""
    if not config.pluginmanager.has_plugin(PLUGIN):
        config.pluginmanager.import_plugin(PLUGIN)
