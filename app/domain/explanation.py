"""Explains a due time in plain words, line by line, so that anybody can check it against a wall calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from app.domain.calendar import CountingClock, Due, ReasonLine
from app.domain.days import Day
from app.domain.durations import Duration
from app.domain.text import Text
from app.domain.words import count_en, date_text, dates_text, instant_text, span_text, time_text

if TYPE_CHECKING:
    from app.domain.calendar import Calendar

DAILY = 16  # up to so many dates a line for each day; a longer span is told by week, then month, then year
WEEKLY = 200
MONTHLY = 1500
_NOTED = ("period", "workday", "closure")
_NAMED = ("holiday", "joint_leave", "local_holiday", "closure")


@dataclass(frozen=True, slots=True)
class _Date:
    """One date of the span: its plan, what was counted on it, and which working day it is (0: not counted)."""

    day: date
    plan: Day
    at: datetime
    pieces: tuple[tuple[datetime, datetime], ...]
    worked: timedelta
    left: timedelta
    nth: int
    usual: bool  # whether its weekday is open as a rule
    stopped: bool = False  # open, but the clock stood still: not counted

    @property
    def closed(self) -> bool:
        return not self.plan.hours

    @property
    def missed(self) -> bool:
        """Closed although its weekday is open as a rule."""
        return self.closed and self.usual and self.plan.code in _NAMED


@dataclass(frozen=True, slots=True)
class Stops:
    """What stood still in between: the spans of it, in order, and the days that a day limit does not count for it."""

    spans: tuple[tuple[datetime, datetime], ...] = ()
    days: frozenset[date] = frozenset()


NO_STOPS = Stops()


def explanation(
    calendar: Calendar, start: datetime, span: Duration, clock: CountingClock, due: Due, stops: Stops = NO_STOPS
) -> tuple[ReasonLine, ...]:
    """The lines from the start to the due time; their instants are in UTC."""
    steps = [_start(calendar, start, span, clock)]
    if clock == "wall":
        pass
    elif span.is_zero:
        steps += _zero(calendar, start, due)
    elif clock == "calendar":
        steps += _rolled(calendar, start, span, due, stops)
    else:
        by_day = span.days > 0
        steps += _lines(list(_dates(calendar, start, due.at, stops, by_day)), by_day)
    return (*steps, *_end(calendar, start, due, closing=clock != "wall" and span.whole_days > 0))


def _start(calendar: Calendar, start: datetime, span: Duration, clock: CountingClock) -> ReasonLine:
    """The whole rule in one sentence; the lines after it are its proof."""
    at, limit, rule = _instant(calendar, start), _limit(span, clock), _rule(span, clock)
    said = Text(f"Mulai {at.id}; batas {limit.id}: {rule.id}.", f"Start {at.en}; limit {limit.en}: {rule.en}.")
    return ReasonLine(start.astimezone(UTC), "start", said)


def _instant(calendar: Calendar, at: datetime) -> Text:
    return instant_text(calendar.local(at).replace(second=0, microsecond=0))


def _limit(span: Duration, clock: CountingClock) -> Text:
    if clock == "wall":
        return span_text(span.wall)
    if not span.whole_days:
        hours = span_text(timedelta(microseconds=span.micros))
        return Text(f"{hours.id} waktu layanan", f"{hours.en} of service time")
    if clock == "calendar":
        return Text(f"{span.whole_days} hari kalender", count_en(span.whole_days, "calendar day"))
    return Text(f"{span.days} hari kerja", count_en(span.days, "working day"))


def _rule(span: Duration, clock: CountingClock) -> Text:
    if clock == "wall":
        return Text("waktu berjalan siang dan malam", "time runs day and night")
    if not span.whole_days:
        return Text("waktu hanya berjalan pada jam layanan", "time runs in service hours only")
    if clock == "calendar":
        return Text(
            "setiap hari dihitung, dan batasnya tidak jatuh pada hari tutup",
            "every day counts, and the limit never falls on a closed day",
        )
    return Text(
        "hari mulai, akhir pekan, dan hari libur tidak dihitung",
        "the day of the start, weekends and holidays do not count",
    )


def _end(calendar: Calendar, start: datetime, due: Due, closing: bool) -> Iterator[ReasonLine]:
    at, why = _instant(calendar, due.at), Text("", "")
    if closing:
        why = Text(", saat layanan tutup", ", when service closes")
    if closing and calendar.plan(calendar.local_date(due.at)).code == "closure":
        why = Text(", jam tutup menurut jadwal", ", the closing time of the schedule")
    if not due.confirmed:
        yield ReasonLine(due.at, "unconfirmed", _unsure(calendar, start, due))
    yield ReasonLine(due.at, "due", Text(f"Jatuh tempo {at.id}{why.id}.", f"Due {at.en}{why.en}."))


def _unsure(calendar: Calendar, start: datetime, due: Due) -> Text:
    """Why the calendar is not certain that far."""
    if calendar.local_date(due.at) > calendar.confirmed_until:
        sure = date_text(calendar.confirmed_until)
        return Text(
            f"Kalender baru pasti sampai {sure.id}; hari libur sesudahnya masih dapat berubah.",
            f"The calendar is certain only up to {sure.en}; later holidays may still change.",
        )
    days = [date_text(day) for day in calendar.guesses(start, due.at)]
    return Text(
        f"Belum ada keputusan tentang hari libur {', '.join(day.id for day in days)}; tanggalnya masih dapat berubah.",
        f"No decree has settled the holiday of {', '.join(day.en for day in days)} yet; its date may still change.",
    )


def _zero(calendar: Calendar, start: datetime, due: Due) -> Iterator[ReasonLine]:
    if due.at != start:
        yield ReasonLine(
            due.at,
            "opening",
            Text(
                "Di luar jam layanan; dihitung sejak kantor buka.", "Outside service hours; counted from the opening."
            ),
        )


def _rolled(calendar: Calendar, start: datetime, span: Duration, due: Due, stops: Stops) -> Iterator[ReasonLine]:
    first, last = calendar.local_date(start), calendar.local_date(due.at)
    target, left, stopped = first, span.whole_days, 0
    while left:
        target += timedelta(days=1)
        left, stopped = (left, stopped + 1) if target in stops.days else (left - 1, stopped)
    begin, end = date_text(first), date_text(target)
    more = Text("", "")
    if stopped:
        days = count_en(stopped, "day")
        more = Text(f" dan {stopped} hari saat waktu berhenti", f" and {days} on which the clock stood still")
    yield ReasonLine(
        _midnight(calendar, target),
        "calendar_days",
        Text(
            f"{span.whole_days} hari kalender{more.id} sesudah {begin.id} adalah {end.id}; hari libur ikut dihitung.",
            f"{count_en(span.whole_days, 'calendar day')}{more.en} after {begin.en} is {end.en}; closed days count.",
        ),
    )
    between = [
        _Date(day, calendar.plan(day), _midnight(calendar, day), (), _NONE, _NONE, 0, False, day in stops.days)
        for day in (_range(target, last - timedelta(days=1)) if target < last else ())
    ]
    for stood, group in groupby(between, key=lambda entry: entry.stopped):
        run = list(group)
        yield from [_stopped_line(run)] if stood else _closed_runs(run)
    closing, final = time_text(calendar.local(due.at)), date_text(last)
    yield ReasonLine(
        due.at,
        "closing",
        Text(f"{final.id}: hari kerja, tutup {closing.id}.", f"{final.en}: working day, closes {closing.en}."),
    )


_NONE = timedelta()


def _midnight(calendar: Calendar, day: date) -> datetime:
    return datetime.combine(day, time(), calendar.zone).astimezone(UTC)


def _range(first: date, last: date) -> Iterator[date]:
    return (date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1))


def _dates(calendar: Calendar, start: datetime, due: datetime, stops: Stops, by_day: bool) -> Iterator[_Date]:
    """Every date from the start's to the due time's, with what was counted on it."""
    first, nth = calendar.local_date(start), 0
    days = list(_range(first, calendar.local_date(due)))
    pieces = {day: tuple(_pieces(calendar, day, start, due, () if by_day else stops.spans)) for day in days}
    left = sum((end - begin for each in pieces.values() for begin, end in each), _NONE)
    for day in days:
        plan, here = calendar.plan(day), pieces[day]
        worked = sum((end - begin for begin, end in here), _NONE)
        left -= worked
        if by_day:
            stopped = day in stops.days and day > first
        else:
            stopped = not here and any(True for _ in _pieces(calendar, day, start, due, ()))
        counted = bool(plan.hours) and day > first and not stopped
        nth += counted
        at = here[0][0] if here else max(_midnight(calendar, day), start)
        usual = bool(calendar.opening.usual(day).hours)
        yield _Date(day, plan, at.astimezone(UTC), here, worked, left, nth if counted else 0, usual, stopped)


def _pieces(
    calendar: Calendar, day: date, start: datetime, due: datetime, spans: tuple[tuple[datetime, datetime], ...]
) -> Iterator[tuple[datetime, datetime]]:
    """The parts of the day's hours between start and due in which the clock ran, as local instants."""
    for opened, closed in calendar.plan(day).hours:
        begin, end = _local(calendar, day, opened), _local(calendar, day, closed)
        begin, end = max(begin, calendar.local(start)), min(end, calendar.local(due))
        for stood, went_on in spans:
            if begin < (until := min(end, calendar.local(stood))):
                yield begin, until
            begin = max(begin, min(end, calendar.local(went_on)))
        if begin < end:
            yield begin, end


def _local(calendar: Calendar, day: date, minute: int) -> datetime:
    return datetime.combine(day + timedelta(days=minute // 1440), time(minute // 60 % 24, minute % 60), calendar.zone)


def _lines(dates: list[_Date], by_day: bool) -> Iterator[ReasonLine]:
    if len(dates) <= DAILY:
        for (closed, stopped), group in groupby(dates, key=lambda entry: (entry.closed, entry.stopped)):
            run = list(group)
            if stopped:
                yield _stopped_line(run)
            else:
                yield from _closed_runs(run) if closed else (_open_line(entry, by_day) for entry in run)
        return
    if by_day and not dates[0].closed:
        yield _open_line(dates[0], by_day)  # so that nobody wonders whether the day of the start counts
        dates = dates[1:]
    for _, group in groupby(dates, key=lambda entry: _bucket(entry.day, len(dates))):
        yield _group_line(list(group), by_day, named=len(dates) <= WEEKLY)


def _bucket(day: date, length: int) -> tuple[int, ...]:
    if length <= WEEKLY:
        return day.isocalendar()[:2]
    return (day.year, day.month) if length <= MONTHLY else (day.year,)


def _closed_runs(dates: list[_Date]) -> Iterator[ReasonLine]:
    """Closed dates that follow each other for the same reason share a line."""
    for _, group in groupby(dates, key=lambda entry: (entry.plan.code, entry.plan.reason)):
        run = list(group)
        when, why = dates_text(run[0].day, run[-1].day), _why(run[0].plan)
        yield ReasonLine(run[0].at, "closed", Text(f"{when.id}: {why.id}, tutup.", f"{when.en}: {why.en}, closed."))


def _stopped_line(run: list[_Date]) -> ReasonLine:
    when = dates_text(run[0].day, run[-1].day)
    said = Text(f"{when.id}: waktu berhenti, tidak dihitung.", f"{when.en}: the clock stood still, not counted.")
    return ReasonLine(run[0].at, "stopped", said)


def _why(plan: Day) -> Text:
    name = plan.reason or Text("tutup", "closed")
    if plan.code == "joint_leave":
        return Text(f"cuti bersama ({name.id.removeprefix('Cuti Bersama ')})", f"collective leave ({name.en})")
    if plan.code == "holiday":
        return Text(f"hari libur ({name.id})", f"public holiday ({name.en})")
    return name


def _open_line(entry: _Date, by_day: bool) -> ReasonLine:
    when, note = date_text(entry.day), _note(entry.plan)
    if by_day:
        line = _nth_text(entry.nth, entry.nth)
        return ReasonLine(entry.at, "day", Text(f"{when.id}: {line.id}{note.id}.", f"{when.en}: {line.en}{note.en}."))
    if not entry.pieces:
        return ReasonLine(
            entry.at,
            "after_hours",
            Text(
                f"{when.id}: jam layanan hari ini sudah lewat{note.id}.",
                f"{when.en}: today's service hours are over{note.en}.",
            ),
        )
    hours, worked, left = _hours(entry.pieces), span_text(entry.worked), span_text(entry.left)
    rest = Text(f"; masih {left.id}", f"; {left.en} to go") if entry.left else Text("", "")
    return ReasonLine(
        entry.at,
        "hours",
        Text(
            f"{when.id}: {hours.id}, {worked.id}{note.id}{rest.id}.",
            f"{when.en}: {hours.en}, {worked.en}{note.en}{rest.en}.",
        ),
    )


def _hours(pieces: Iterable[tuple[datetime, datetime]]) -> Text:
    shown = [(time_text(begin), time_text(end)) for begin, end in pieces]
    return Text(
        " dan ".join(f"{begin.id}-{end.id}" for begin, end in shown),
        " and ".join(f"{begin.en}-{end.en}" for begin, end in shown),
    )


def _note(plan: Day) -> Text:
    if plan.code in _NOTED and plan.reason:
        return Text(f" ({plan.reason.id})", f" ({plan.reason.en})")
    return Text("", "")


def _nth_text(first: int, last: int) -> Text:
    if last == 0:
        return Text("hari mulai, tidak dihitung", "day of the start, not counted")
    if first == last:
        return Text(f"hari kerja ke-{last}", f"working day {last}")
    return Text(f"hari kerja ke-{first} sampai ke-{last}", f"working days {first} to {last}")


def _group_line(dates: list[_Date], by_day: bool, named: bool) -> ReasonLine:
    """One line for a week, month or year; in weeks the closed dates are named, else they are counted."""
    when = dates_text(dates[0].day, dates[-1].day)
    if by_day:
        counted = [entry.nth for entry in dates if entry.nth and not entry.closed]
        body = _nth_text(counted[0], counted[-1]) if counted else Text("tidak ada hari kerja", "no working day")
    else:
        worked = sum((entry.worked for entry in dates), _NONE)
        body = span_text(worked) if worked else Text("tidak ada jam layanan", "no service hours")
    rest, stood = _closed_names(dates) if named else _closed_count(dates), _stopped_count(dates)
    return ReasonLine(
        dates[0].at,
        "group",
        Text(f"{when.id}: {body.id}{rest.id}{stood.id}.", f"{when.en}: {body.en}{rest.en}{stood.en}."),
    )


def _stopped_count(dates: list[_Date]) -> Text:
    stopped = sum(1 for entry in dates if entry.stopped)
    if not stopped:
        return Text("", "")
    return Text(
        f"; waktu berhenti {stopped} hari kerja", f"; the clock stood still on {count_en(stopped, 'working day')}"
    )


def _closed_names(dates: list[_Date]) -> Text:
    shown = [(date_text(entry.day), _why(entry.plan)) for entry in dates if entry.missed]
    if not shown:
        return Text("", "")
    return Text(
        "; tutup: " + ", ".join(f"{day.id[:-5]} {why.id}" for day, why in shown),
        "; closed: " + ", ".join(f"{day.en[:-5]} {why.en}" for day, why in shown),
    )


def _closed_count(dates: list[_Date]) -> Text:
    closed = sum(1 for entry in dates if entry.missed)
    return Text(f"; {closed} hari libur", f"; {count_en(closed, 'holiday')}") if closed else Text("", "")
