"""How pages write instants, days, working time and sentences in two languages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from babel.numbers import format_decimal
from flask import Flask, g
from flask_babel import ngettext

from app.domain.text import Text
from app.domain.tracking import shown, shown_secret
from app.domain.words import date_text, time_text
from app.web import statuses
from app.web.current import now, service
from app.web.language import language
from app.web.officer import due

FAR = 5  # working days from which nobody asks for the hours


def install(app: Flask) -> None:
    """Give the filters and due times to every template."""
    app.jinja_env.filters.update(instant=instant, day=day, local_date=local_date, duration=duration)
    app.jinja_env.filters.update(size=size, text=text, number=number, office=office)
    app.jinja_env.filters.update(case_number=shown, case_numbers=case_numbers, secret=shown_secret)
    app.jinja_env.globals.update(
        estimate=due.estimate,
        estimates_shown=due.estimates,
        step_name=due.step_name,
        WHOLE=due.WHOLE,
        status_of=statuses.status_of,
    )


def instant(at: datetime | None) -> str:
    """`Sen, 23 Nov 2026 14.00 WIB`, in the zone of the service; nothing for None."""
    if at is None:
        return ""
    local = at.astimezone(service().calendar.zone)
    return f"{day(local.date())} {time_text(local.replace(second=0, microsecond=0)).say(language())} {local.tzname()}"


def day(value: date | datetime | None) -> str:
    """`Sen, 23 Nov 2026`; an instant is taken in the zone of the service."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(service().calendar.zone).date()
    weekday, _, rest = date_text(value).say(language()).partition(" ")
    return f"{weekday}, {rest}"


def local_date(at: datetime) -> date:
    """The date of an instant in the zone of the service."""
    return service().calendar.local_date(at)


def duration(span: timedelta) -> str:
    """Working time as days and hours, `1 hari kerja 3 jam`, and days alone from five on; a day is a full one."""
    days, rest = divmod(max(span, timedelta(0)), _full_day())
    hours, minutes = divmod(rest // timedelta(minutes=1), 60)
    words = []
    if days:
        words.append(ngettext("%(num)d hari kerja", "%(num)d hari kerja", days))
    if hours and days < FAR:
        words.append(ngettext("%(num)d jam", "%(num)d jam", hours))
    if minutes and not days:
        words.append(ngettext("%(num)d menit", "%(num)d menit", minutes))
    return " ".join(words) or ngettext("%(num)d menit", "%(num)d menit", 0)


def number(count: int) -> str:
    """`10.000`, in English `10,000`."""
    return format_decimal(count, locale=language())


def _full_day() -> timedelta:
    """The longest working day of the seven days that begin today; eight hours where none is open."""
    if "full_day" not in g:
        calendar = service().calendar
        today = calendar.local_date(now())
        g.full_day = max(_open_time(today + timedelta(days=ahead)) for ahead in range(7)) or timedelta(hours=8)
    found: timedelta = g.full_day
    return found


def _open_time(day: date) -> timedelta:
    return sum((timedelta(minutes=end - start) for start, end in service().calendar.plan(day).hours), timedelta())


def size(count: int) -> str:
    """`940 B`, `2,2 kB`, `10 MB`; in English with a point."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{format_decimal(value, format='0.#', locale=language())} {unit}"


def case_numbers(value: Any) -> str:
    """A value in which numbers of complaints may stand, parted by blanks, each as people read it."""
    return " ".join(shown(word) for word in str(value).split(" "))


def office(code: str | None) -> str:
    """The full name of an office; its code where it is not on the list."""
    unit = service().units.get(code or "")
    return text(unit.name) if unit else code or ""


def text(value: Text | Any) -> str:
    """A two-language sentence in the language of the reader; anything else as it is."""
    return value.say(language()) if isinstance(value, Text) else str(value or "")
