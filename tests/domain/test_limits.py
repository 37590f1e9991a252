"""Limits as the policy writes them: which of several versions holds on a day."""

from __future__ import annotations

from datetime import date

from app.domain.limits import Limit, in_force


def test_the_version_in_force_is_the_last_that_began() -> None:
    first, second = Limit("x", "P1D", valid_from=date(2026, 1, 1)), Limit("x", "P2D", valid_from=date(2026, 7, 1))
    assert in_force((first, second), date(2026, 6, 30)) is first
    assert in_force((second, first), date(2026, 7, 1)) is second
    assert in_force((second, first), date(2025, 1, 1)) is first
