"""The public words for where a complaint stands, as the service's own data give them."""

from __future__ import annotations

from app.rules import statuses
from app.standard.statuses import Status
from app.web.current import service


def status_of(code: str, category: str | None = None) -> Status:
    """The status of a code in the words of the complaint's category; `name` is for its reporter, `staff` for staff."""
    return statuses.status_of(service(), code, category)
