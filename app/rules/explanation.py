"""Tells how a limit was counted, line by line, so that its last line is the due time that is stored and shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import cast

from app.domain.calendar import Calendar, CountingClock, ReasonLine
from app.domain.durations import parse_duration
from app.domain.explanation import Stops, explanation
from app.domain.limits import Limit
from app.domain.text import Text
from app.domain.words import count_en, instant_text, span_text
from app.rules.limits import due_from
from app.rules.pauses import Pause, paused_days, since
from app.rules.remaining import unit_of

REMOVED = Text(
    "Batas ini sudah tidak ada dalam kebijakan waktu; jatuh tempo yang tercatat tetap berlaku.",
    "This limit is no longer in the policy of limits; the due time on record stays in force.",
)
WITHDRAWN = Text(
    "Batas ini sudah dicabut dari kebijakan waktu; aduan ini tetap dihitung menurut angka saat aduan dimulai.",
    "This limit was taken out of the policy; this complaint is still counted by the figure of its beginning.",
)


def told(
    limit: Limit | None,
    calendar: Calendar,
    start: datetime,
    stored: datetime,
    pauses: Iterable[Pause] = (),
    paused_at: datetime | None = None,
    withdrawn: bool = False,
) -> tuple[ReasonLine, ...]:
    """Why a limit that counts from `start` is due at `stored`, by the figure in force when the case began.

    Every pause that touched it is told, with what it moved; one that goes on since `paused_at` moves nothing yet.
    """
    if limit is None:
        return (ReasonLine(stored, "removed", REMOVED),)
    pauses = sorted(pauses)
    span, due = parse_duration(limit.limit), due_from(limit, calendar, start, pauses)
    stops = Stops(since(start, pauses), paused_days(limit, calendar, start, pauses))
    steps = [*explanation(calendar, start, span, cast(CountingClock, limit.clock), due, stops)]
    steps += _pauses(limit, calendar, start, pauses)
    if withdrawn:
        steps.append(ReasonLine(start, "dropped", WITHDRAWN))
    if paused_at is not None and start <= paused_at < due.at:
        steps.append(ReasonLine(paused_at, "pause", _goes_on(calendar, paused_at)))
    steps.sort(key=lambda step: step.at)
    if due.at != stored:
        steps.append(ReasonLine(stored, "pending", _pending(calendar, stored)))
    return tuple(steps)


def _pauses(limit: Limit, calendar: Calendar, start: datetime, pauses: Sequence[Pause]) -> Iterator[ReasonLine]:
    """One line for each pause that began before the limit was over; of a day both fill together, the last says it."""
    before = due_from(limit, calendar, start).at
    for number, (began, ended) in enumerate(pauses, 1):
        after = due_from(limit, calendar, start, pauses[:number]).at
        if ended > start and began < before:
            first, last = _instant(calendar, began), _instant(calendar, ended)
            moved = _moved(limit, calendar, before, after)
            said = Text(
                f"Waktu berhenti dari {first.id} sampai {last.id}; {moved.id}.",
                f"The clock stood still from {first.en} to {last.en}; {moved.en}.",
            )
            yield ReasonLine(max(began, start), "pause", said)
        before = after


def _moved(limit: Limit, calendar: Calendar, before: datetime, after: datetime) -> Text:
    if before == after:
        return Text("batasnya tidak bergeser", "the limit did not move")
    unit = unit_of(limit)
    if unit == "working_days":
        days = calendar.working_days_between(before, after)
        amount = Text(f"{days} hari kerja", count_en(days, "working day"))
    elif unit == "days":
        days = (calendar.local_date(after) - calendar.local_date(before)).days
        amount = Text(f"{days} hari", count_en(days, "day"))
    elif unit == "minutes":
        amount = span_text(after - before)
    else:
        time = span_text(calendar.working_time_between(before, after))
        amount = Text(f"{time.id} waktu layanan", f"{time.en} of service time")
    return Text(f"batasnya bergeser {amount.id}", f"the limit moved by {amount.en}")


def _goes_on(calendar: Calendar, paused_at: datetime) -> Text:
    since_when = _instant(calendar, paused_at)
    return Text(
        f"Waktu berhenti sejak {since_when.id}; batasnya bergeser setelah waktu berjalan lagi.",
        f"The clock has stood still since {since_when.en}; the limit moves once it runs again.",
    )


def _pending(calendar: Calendar, stored: datetime) -> Text:
    at = _instant(calendar, stored)
    return Text(
        f"Kalender atau aturannya baru saja berubah; sampai dihitung ulang, batas yang tercatat {at.id}.",
        f"The calendar or the rule has just changed; until it is counted again the limit on record is {at.en}.",
    )


def _instant(calendar: Calendar, at: datetime) -> Text:
    return instant_text(calendar.local(at).replace(second=0, microsecond=0))
