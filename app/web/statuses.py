"""The public words for where a complaint stands, as the service's own data give them."""

from __future__ import annotations

from app.bundle.service_statuses import Status
from app.domain.text import Text
from app.web.current import service


def status_of(code: str) -> Status:
    """The status of a code; a code that the service's data do not know shows as it is written."""
    return service().statuses.get(code) or Status(code, Text(code, code), 0)
