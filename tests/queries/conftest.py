"""A whole service on each kind of database."""

from tests.commands.conftest import ready, service

__all__ = ["ready", "service"]
