"""Writes a message from its template: codes become names, instants become dates in the service's own zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from app.bundle.service import ServiceData
from app.bundle.service_rows import Wording
from app.domain.text import Text
from app.domain.words import date_text, instant_text


def worded(service: ServiceData, template: str, lang: str, fields: Mapping[str, str]) -> Wording:
    """The message in `lang`. Raises KeyError for an unknown template.

    A field `x_en` goes before `x` in English, so that whoever writes the message may give both.
    """
    return service.templates[template].render(lang, {name: _said(service, name, lang, fields) for name in fields})


def _said(service: ServiceData, name: str, lang: str, fields: Mapping[str, str]) -> str:
    value = fields.get(f"{name}_en", fields[name]) if lang == "en" else fields[name]
    if name in ("unit", "holder") and value in service.units:
        return service.units[value].name.say(lang)
    if name == "category" and value in service.categories:
        return service.categories[value].name.say(lang)
    moment = _moment(service, value)
    return value if moment is None else moment.say(lang)


def _moment(service: ServiceData, value: str) -> Text | None:
    """The words for a date or an instant in ISO 8601; None for any other text."""
    try:
        if len(value) == len("2026-11-23"):
            return date_text(date.fromisoformat(value))
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    return instant_text(at.astimezone(service.calendar.zone).replace(second=0, microsecond=0))
