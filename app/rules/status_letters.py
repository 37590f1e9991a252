"""What a status has to say to the reporter where no task of the diagram says it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from app.bundle.read import Bundle
from app.domain.text import Text
from app.rules import assignment
from app.rules.offices import office_of
from app.rules.returns import reason_of
from app.rules.statuses import status_of
from app.sdk import Outgoing
from app.standard.service import ServiceData

REPORTER = "reporter"


def letter_of(
    bundle: Bundle,
    service: ServiceData,
    status: str | None,
    sent: Collection[str],
    source: Text,
    holder: Text | None,
    answered: tuple[str, Mapping[str, Any]] | None,
) -> Outgoing | None:
    """The letter of the status that a step gave; None where it has none, or this very step has sent it otherwise.

    It may say from where to where the case went, and why: `source` has left it, `holder` has it now, `answered` is
    the form with its answers.
    """
    letter = status_of(service, status).letter if status else None
    if letter is None or letter in sent or letter not in service.templates:
        return None
    fields = both("source", source)
    if holder is not None:
        fields |= both("target", holder)
    if why := (reason_of(bundle, *answered) if answered else None) or status_of(service, status or "").why:
        fields |= both("reason", why)
    return Outgoing(letter, REPORTER, fields)


def holder_of(
    bundle: Bundle, service: ServiceData, element: str, variables: Mapping[str, Any], accused: str | None
) -> Text:
    """Who has a user task that has opened: the office, or the role where no one office has it."""
    who = assignment.candidates(bundle, element, variables, accused, service)
    titles = [service.role_rows[role].title for role in who.roles if role in service.role_rows]
    if who.unit is None and titles:
        return titles[0]
    return office_of(service, bundle.manifest, who.unit, bundle.definition.elements[element].lane)


def both(name: str, text: Text) -> dict[str, str]:
    """A letter's field in both languages; nothing where there is nothing to say."""
    return {name: text.id, f"{name}_en": text.en} if text.id else {}
