"""The city's own procedure, service data and handlers, read once for all tests of this folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from app.bundle.read import Bundle, read_folder
from app.rehearsal.rehearse import Rehearsed, rehearse
from app.sdk import Handlers, handlers_of
from app.standard.service import ServiceData, read_service

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "processes" / "pengaduan_sp4n"


@cache
def bundle() -> Bundle:
    """The seven steps."""
    return read_folder(FOLDER, ROOT / "forms")


@cache
def service() -> ServiceData:
    """Calendar, limits, units and messages."""
    return read_service(ROOT / "processes" / "service")


@cache
def handlers() -> Handlers:
    """The city's handlers by topic."""
    return handlers_of("tasks")


@cache
def rehearsed() -> Rehearsed:
    """All scenarios, played once."""
    return rehearse(bundle(), service(), handlers())
