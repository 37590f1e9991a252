"""How public pages say limits and opening hours."""

from __future__ import annotations

from datetime import datetime, time

from babel.dates import format_date
from flask import Flask
from flask_babel import ngettext

from app.domain.durations import parse_duration
from app.domain.limits import Limit
from app.web.current import now, service
from app.web.language import language

MINUTE = 60_000_000  # microseconds


def install(app: Flask) -> None:
    """Give the filters to every template."""
    app.jinja_env.filters.update(limit=limit, hour=hour, clock=clock, opening=opening)


def limit(each: Limit) -> str:
    """`3 hari kerja`, `10 hari kalender`, `2 jam layanan`."""
    span = parse_duration(each.limit)
    days = span.whole_days
    if days and each.clock == "working":
        return str(ngettext("%(num)d hari kerja", "%(num)d hari kerja", days))
    if days and each.clock == "calendar":
        return str(ngettext("%(num)d hari kalender", "%(num)d hari kalender", days))
    if days:
        return str(ngettext("%(num)d kali 24 jam", "%(num)d kali 24 jam", days))
    hours, rest = divmod(span.micros // MINUTE, 60)
    if rest or not hours:
        return str(ngettext("%(num)d menit layanan", "%(num)d menit layanan", hours * 60 + rest))
    if each.clock == "wall":
        return str(ngettext("%(num)d jam", "%(num)d jam", hours))
    return str(ngettext("%(num)d jam layanan", "%(num)d jam layanan", hours))


def hour(at: datetime | time) -> str:
    """`12.00`, in English `12:00`."""
    return f"{at:%H:%M}" if language() == "en" else f"{at:%H.%M}"


def clock(at: datetime) -> str:
    """`12.00 WIB`."""
    local = at.astimezone(service().calendar.zone)
    return f"{hour(local)} {local.tzname()}"


def opening(at: datetime) -> str:
    """`hari ini pukul 13.00 WIB` or `Senin 08.00 WIB`, with the date when it is more than six days away."""
    calendar = service().calendar
    day, today = calendar.local_date(at), calendar.local_date(now())
    if day == today:
        return clock(at)
    pattern = "EEEE" if (day - today).days < 7 else "EEEE d MMMM"
    return f"{format_date(day, pattern, locale=language())} {clock(at)}"
