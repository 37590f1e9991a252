"""What is left of a limit, as a number in its own unit and in words, and how near it is: the one way to say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal, cast, get_args

from app.domain.calendar import Calendar, ReasonLine
from app.domain.durations import parse_duration
from app.domain.limits import Limit
from app.domain.text import Text
from app.domain.words import MINUTE, count_en, moment_text, span_text, time_text

Unit = Literal["working_days", "days", "service_minutes", "minutes"]
UNITS: tuple[str, ...] = get_args(Unit)
Nearness = Literal["late", "soon", "fine", "paused"]


@dataclass(frozen=True, slots=True)
class Remaining:
    """How much is left: `number` of `unit`, below zero once it is late, and the phrase that tells it to people."""

    unit: Unit
    number: int
    late: bool
    text: Text


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due time as every page, list, letter and answer tells it.

    `promised`: limit and calendar are both confirmed. `removed`: the policy in force does not have the limit any more.
    `paused`: the case's clock stands still. `explanation` has lines only where they were asked for.
    """

    at: datetime
    left: Remaining
    nearness: Nearness
    promised: bool
    removed: bool = False
    paused: bool = False
    explanation: tuple[ReasonLine, ...] = ()

    def as_json(self, lang: str) -> dict[str, Any]:
        """The due object of every machine-readable answer."""
        said = {"unit": self.left.unit, "number": self.left.number, "phrase": self.left.text.say(lang)}
        standing = {"nearness": self.nearness, "paused": self.paused, "promised": self.promised}
        return {"at": self.at.isoformat(), **said, **standing}


def unit_of(limit: Limit | None) -> Unit:
    """In what a limit is counted; working days where the limit itself is not known any more."""
    if limit is None:
        return "working_days"
    days = parse_duration(limit.limit).whole_days
    if limit.clock == "wall":
        return "minutes"
    if not days:
        return "service_minutes"
    return "days" if limit.clock == "calendar" else "working_days"


def remaining(tx: Unit, calendar: Calendar, now: datetime, due: datetime) -> Remaining:
    """What is left at `now`: “sisa 3 hari kerja”, “hari ini sampai 15.45”, “terlambat 2 hari kerja”.

    Days are counted by their dates, whatever the hour: those after today up to the due date, or those after the due
    date up to today. Once it is over and not one such day has ended since, it says from when it is over.
    """
    if tx in ("working_days", "days"):
        return _late_days(tx, calendar, now, due) if now > due else _days_left(tx, calendar, now, due)
    return _time_left(tx, calendar, now, due)


def deadline(
    limit: Limit | None,
    calendar: Calendar,
    now: datetime,
    due: datetime,
    confirmed: bool,
    paused_at: datetime | None = None,
    removed: bool = False,
) -> Deadline:
    """A stored due time as it stands at `now`; while the case's clock stands still, as it stood when that began."""
    left = remaining(unit_of(limit), calendar, min(now, paused_at or now), due)
    promised = confirmed and limit is not None and limit.confirmed
    if paused_at is not None:
        return Deadline(due, _still(left), "late" if left.late else "paused", promised, removed, True)
    return Deadline(due, left, nearness(calendar, now, due), promised, removed)


def nearness(calendar: Calendar, now: datetime, due: datetime) -> Nearness:
    """Late, soon (due today or on the next working day) or fine."""
    if now > due:
        return "late"
    return "soon" if due < soon_until(calendar, now) else "fine"


def soon_until(calendar: Calendar, now: datetime) -> datetime:
    """Whatever is due before this instant is due soon: the midnight that ends the next working day."""
    following = calendar.local_date(calendar.add_working_days(now, 1).at) + timedelta(days=1)
    return datetime.combine(following, time(), calendar.zone).astimezone(UTC)


def letter_fields(calendar: Calendar, now: datetime, fields: Mapping[str, str]) -> dict[str, str]:
    """The fields of a letter about a limit with what is left when it leaves; other letters stay as they are.

    `due` (an instant) and `due_unit` are written when the letter is; the words only now, since letters are held until
    the office opens.
    """
    if fields.get("due_unit") not in UNITS:
        return dict(fields)
    tx = cast(Unit, fields["due_unit"])
    text = remaining(tx, calendar, now, datetime.fromisoformat(fields["due"])).text
    return {**fields, "remaining": text.id, "remaining_en": text.en}


def _still(left: Remaining) -> Remaining:
    """What was left when the clock stopped; “today” would be another day by now."""
    if left.number == 0 and not left.late:
        text = Text("waktu berhenti pada hari terakhir", "clock stopped on the last day")
    else:
        text = Text(f"waktu berhenti, {left.text.id}", f"clock stopped, {left.text.en}")
    return Remaining(left.unit, left.number, left.late, text)


def _days_left(tx: Unit, calendar: Calendar, now: datetime, due: datetime) -> Remaining:
    number = _days(tx, calendar, now, due)
    if calendar.local_date(now) == calendar.local_date(due):
        hour = time_text(calendar.local(due).replace(second=0, microsecond=0))
        return Remaining(tx, 0, False, Text(f"hari ini sampai {hour.id}", f"today until {hour.en}"))
    amount = _day_text(tx, number)
    return Remaining(tx, number, False, Text(f"sisa {amount.id}", f"{amount.en} left"))


def _late_days(tx: Unit, calendar: Calendar, now: datetime, due: datetime) -> Remaining:
    number = _days(tx, calendar, due, now)
    if number <= 0 or (tx == "working_days" and calendar.add_working_days(due, 1).at > now):
        return Remaining(tx, 0, True, _over_since(calendar, due))
    amount = _day_text(tx, number)
    return Remaining(tx, -number, True, Text(f"terlambat {amount.id}", f"{amount.en} late"))


def _days(tx: Unit, calendar: Calendar, first: datetime, last: datetime) -> int:
    if tx == "working_days":
        return calendar.working_days_between(first, last)
    return (calendar.local_date(last) - calendar.local_date(first)).days


def _day_text(tx: Unit, number: int) -> Text:
    shown = f"{number:,}".replace(",", ".")
    if tx == "days":
        return Text(f"{shown} hari", count_en(number, "day"))
    return Text(f"{shown} hari kerja", count_en(number, "working day"))


def _time_left(tx: Unit, calendar: Calendar, now: datetime, due: datetime) -> Remaining:
    first, last, late = (due, now, True) if now > due else (now, due, False)
    span = last - first if tx == "minutes" else calendar.working_time_between(first, last)
    minutes = span // MINUTE
    if late and not minutes:
        return Remaining(tx, 0, True, _over_since(calendar, due))
    if not span:
        return Remaining(tx, 0, False, Text("jatuh tempo sekarang", "due now"))
    amount = _time_text(tx, minutes)
    if late:
        return Remaining(tx, -minutes, True, Text(f"terlambat {amount.id}", f"{amount.en} late"))
    return Remaining(tx, minutes, False, Text(f"sisa {amount.id}", f"{amount.en} left"))


def _time_text(tx: Unit, minutes: int) -> Text:
    amount = span_text(minutes * MINUTE) if minutes else Text("kurang dari 1 menit", "less than 1 minute")
    if tx == "minutes":
        return amount
    return Text(f"{amount.id} waktu layanan", f"{amount.en} of service time")


def _over_since(calendar: Calendar, due: datetime) -> Text:
    moment = moment_text(calendar.local(due).replace(second=0, microsecond=0))
    return Text(f"lewat sejak {moment.id}", f"over since {moment.en}")
