"""What the statuses of a complaint mean, asked by all: whose turn it is, what went back, what is over."""

from __future__ import annotations

from app.domain.text import Text
from app.standard.service import ServiceData
from app.standard.statuses import REPORTER, Status


def status_of(service: ServiceData, code: str, category: str | None = None) -> Status:
    """The status of a code, in the words of the complaint's category; a code that nobody knows stands for itself."""
    found = service.statuses.get(code)
    if found is None:
        return Status(code, Text(code, code), Text(code, code))
    kind = service.categories.get(category or "")
    return found.for_flag(kind.flag if kind else None)


def awaiting_reporter(service: ServiceData) -> tuple[str, ...]:
    """Codes of the statuses in which the next word is the reporter's."""
    return tuple(code for code, status in service.statuses.items() if status.waits_for == REPORTER)


def is_returned(service: ServiceData, code: str) -> bool:
    """Whether a case that got this status was sent back."""
    status = service.statuses.get(code)
    return status is not None and status.returned


def outcome_of(service: ServiceData, code: str) -> str | None:
    """What a case that ended with this status has as its outcome; None where that of its answer stands."""
    status = service.statuses.get(code)
    return status.outcome if status is not None else None
