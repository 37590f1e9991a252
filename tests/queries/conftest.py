"""The same service as for the commands."""

from __future__ import annotations

from tests.commands.conftest import ready, service

__all__ = ["ready", "service"]
