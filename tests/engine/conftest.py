"""Runs a test of the engine twice: with the live instance, and with one written down and read back at every step."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.worlds import World


@pytest.fixture(params=[True, False], ids=["reloaded", "live"])
def world(request: pytest.FixtureRequest) -> Any:
    """Makes a World for a definition and its first variables."""
    return lambda *args, **kwargs: World(*args, reload=request.param, **kwargs)
