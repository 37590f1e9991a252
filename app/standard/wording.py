"""Writes a letter from its template and its frame: codes become names, instants dates in the service's own zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from app.domain.text import Text
from app.domain.tracking import shown
from app.domain.words import date_text, instant_text
from app.standard.contact import contact_of
from app.standard.frames import BARE
from app.standard.rows import Wording, filled_lines
from app.standard.service import ServiceData

LINK = Text("[tautan pribadi]", "[personal link]")  # what everybody but the addressee reads in the link's place


def pages(base_url: str) -> dict[str, str]:
    """The pages that letters may name without telling anything about a case."""
    return {"track": f"{base_url}/lacak", "report": f"{base_url}/lapor"}


def worded(service: ServiceData, template: str, lang: str, fields: Mapping[str, str]) -> Wording:
    """The letter's own words in `lang`, without its frame. Raises KeyError for an unknown template.

    A field `x_en` goes before `x` in English, so that whoever writes the message may give both.
    """
    return service.templates[template].render(lang, {name: _said(service, name, lang, fields) for name in fields})


def around(base_url: str, link: str, days: int | None) -> dict[str, str]:
    """What the product adds to every letter; `days`: how long its link works after the end, None where it does not."""
    return {**pages(base_url), "link": link, "days": "" if days is None else str(days)}


def staff_page(base_url: str, fields: Mapping[str, str]) -> str:
    """Where a member of staff goes on after a letter: the file of its case, or the task list."""
    number = fields.get("tracking_id")
    return f"{base_url}/aduan/{number}" if number else f"{base_url}/tugas"


def told(service: ServiceData, template: str, lang: str, base_url: str, fields: Mapping[str, str]) -> str:
    """What the conversation shows of a letter: its own words, with a mark where its personal link stands."""
    known = {**pages(base_url), "link": LINK.say(lang), **fields}
    return worded(service, template, lang, known).body.strip()


def letter(service: ServiceData, template: str, lang: str, audience: str, fields: Mapping[str, str]) -> Wording:
    """The whole letter: its words in the frame of its readers (`audience`: reporter or staff)."""
    words = worded(service, template, lang, fields)
    contact = contact_of(service)
    around = {
        "tracking_id": shown(fields.get("tracking_id", "")),
        "title": fields.get("title", ""),
        # Whoever put the link into the words themselves does not want it twice.
        "link": "" if "{link}" in service.templates[template].say(lang).body else fields.get("link", ""),
        "days": fields.get("days", ""),
        "track": fields.get("track", ""),
        "office": contact.office.say(lang),
        "address": contact.address,
        "phone": ", ".join(contact.phones),
        "email": contact.email,
        "service": service.standard.title.say(lang),
        "body": words.body.strip(),
    }
    frame = service.frames.get(audience, BARE).body.say(lang)
    return Wording(words.subject, filled_lines(frame, around), words.short)


def _said(service: ServiceData, name: str, lang: str, fields: Mapping[str, str]) -> str:
    value = fields.get(f"{name}_en", fields[name]) if lang == "en" else fields[name]
    if name in ("unit", "holder") and value in service.units:
        return service.units[value].name.say(lang)
    if name == "category" and value in service.categories:
        return service.categories[value].name.say(lang)
    if name == "status" and value in service.statuses:
        return service.statuses[value].name.say(lang)
    moment = _moment(service, value)
    return shown(value) if moment is None else moment.say(lang)


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
