"""The rule of limits: starts, pauses and due times, by example and against a slow count written on its own."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import Calendar
from app.domain.calendar_data import calendar_from
from app.domain.limits import Limit
from app.rules import limits
from app.rules.limits import Past, due_from, nearest
from app.rules.pauses import Pause
from tests.domain.offices import WIB, city, data, wib
from tests.rules.oracle import SlowRule

SLOW = SlowRule()
FIRST, LAST = datetime(2025, 1, 1), datetime(2027, 6, 1)  # noqa: DTZ001 - bounds for hypothesis, made aware below
instants = st.datetimes(FIRST, LAST, timezones=st.just(WIB))
kinds = st.sampled_from([("P{}D", "working"), ("P{}D", "calendar"), ("PT{}H", "working"), ("PT{}H", "wall")])
made = st.builds(lambda kind, number: Limit("x", kind[0].format(number), kind[1]), kinds, st.integers(1, 30))
# Seconds from the start of the limit to the first pause, how long it lasts, to the next one, and so on.
gaps = st.lists(st.tuples(st.integers(-5 * 86400, 9 * 86400), st.integers(1, 9 * 86400)), max_size=4)
SPAN = Limit("follow_up", "P5D", anchor="verify")


def between(*texts: str) -> list[Pause]:
    """Pauses from pairs of local instants."""
    moments = [wib(text) for text in texts]
    return list(zip(moments[::2], moments[1::2], strict=True))


def laid_out(start: datetime, steps: list[tuple[int, int]]) -> list[Pause]:
    """Pauses one after the other, the first perhaps before the start."""
    found, at = [], start
    for gap, length in steps:
        began = at + timedelta(seconds=gap if not found else abs(gap) + 1)
        at = began + timedelta(seconds=length)
        found.append((began, at))
    return found


DAYS, HOURS = Limit("x", "P3D"), Limit("x", "PT10H")
CALENDAR_DAYS, WALL = Limit("x", "P10D", "calendar"), Limit("x", "PT72H", "wall")


@pytest.mark.parametrize(
    ("limit", "start", "pauses", "due"),
    [
        (DAYS, "2026-11-23 09:00", [], "2026-11-26 15:45"),
        (DAYS, "2026-11-23 09:00", ["2026-11-23 10:00", "2026-11-25 10:00"], "2026-11-27 11:00"),
        (DAYS, "2026-11-23 09:00", ["2026-11-24 08:00", "2026-11-24 11:22"], "2026-11-26 15:45"),
        (DAYS, "2026-11-23 09:00", ["2026-11-24 08:00", "2026-11-24 11:22:30"], "2026-11-27 11:00"),
        (
            DAYS,
            "2026-11-23 09:00",
            ["2026-11-24 08:00", "2026-11-24 10:00", "2026-11-24 13:00", "2026-11-24 14:23"],
            "2026-11-27 11:00",
        ),
        (DAYS, "2026-11-23 09:00", ["2026-11-26 09:00", "2026-11-26 14:00"], "2026-11-27 11:00"),
        (DAYS, "2026-11-23 09:00", ["2026-11-26 15:45", "2026-11-30 14:00"], "2026-11-26 15:45"),
        (DAYS, "2026-11-25 09:00", ["2026-11-27 15:00", "2026-11-30 07:00"], "2026-11-30 15:45"),
        (DAYS, "2026-11-23 09:00", ["2026-11-20 08:00", "2026-11-23 08:00"], "2026-11-26 15:45"),
        (HOURS, "2026-11-23 08:00", ["2026-11-23 10:00", "2026-11-23 11:30"], "2026-11-24 13:45"),
        (HOURS, "2026-11-23 08:00", ["2026-11-24 11:15", "2026-11-24 14:00"], "2026-11-24 11:15"),
        (CALENDAR_DAYS, "2026-11-23 09:00", ["2026-11-24 10:00", "2026-11-26 12:00"], "2026-12-07 15:45"),
        (CALENDAR_DAYS, "2026-11-23 09:00", ["2026-11-24 12:01", "2026-11-25 11:59"], "2026-12-03 15:45"),
        (CALENDAR_DAYS, "2026-11-20 09:00", ["2026-11-30 08:00", "2026-12-01 08:00"], "2026-12-01 15:45"),
        (WALL, "2026-11-26 16:00", ["2026-11-27 10:00", "2026-11-27 12:30"], "2026-11-29 18:30"),
    ],
    ids=[
        "no pause",
        "two whole days",
        "just under half a day",
        "exactly half a day",
        "two pauses make half a day",
        "the due day itself",
        "from the due time on",
        "a weekend",
        "before the start",
        "hours",
        "hours, from the due time on",
        "calendar days of twelve hours",
        "calendar days, a minute less",
        "a calendar due day that was paused",
        "wall",
    ],
)
def test_what_pauses_take_of_a_limit(limit: Limit, start: str, pauses: list[str], due: str) -> None:
    assert due_from(limit, city(), wib(start), between(*pauses)).at == wib(due)


@given(made, instants, gaps)
def test_equal_to_the_slow_rule(limit: Limit, start: datetime, steps: list[tuple[int, int]]) -> None:
    pauses = laid_out(start, steps)
    assert due_from(limit, city(), start, pauses).at == SLOW.due(limit.limit, limit.clock, start, pauses)


@given(made, instants, gaps, st.integers(0, 40))
def test_a_closure_never_makes_a_due_time_earlier(
    limit: Limit, start: datetime, steps: list[tuple[int, int]], ahead: int
) -> None:
    pauses, day = laid_out(start, steps), start.date() + timedelta(days=ahead)
    before = due_from(limit, city(), start, pauses).at
    after = due_from(limit, closing(day), start, pauses).at
    assert after >= before
    if city().local_date(before) < day:
        assert after == before


@given(
    made, instants, st.integers(0, 40), st.sampled_from([("08:00", "10:00"), ("11:00", "15:45"), ("15:00", "15:45")])
)
def test_nor_does_one_that_takes_a_part_of_a_day(
    limit: Limit, start: datetime, ahead: int, hours: tuple[str, str]
) -> None:
    day = start.date() + timedelta(days=ahead)
    assert due_from(limit, closing(day, hours), start).at >= due_from(limit, city(), start).at


@given(made, instants, gaps, instants)
def test_due_times_follow_their_starts(
    limit: Limit, start: datetime, steps: list[tuple[int, int]], other: datetime
) -> None:
    first, second = sorted((start, other))
    pauses = laid_out(start, steps)
    assert due_from(limit, city(), first, pauses).at <= due_from(limit, city(), second, pauses).at


@given(made, instants, gaps)
def test_a_pause_more_never_makes_it_earlier(limit: Limit, start: datetime, steps: list[tuple[int, int]]) -> None:
    pauses = laid_out(start, steps)
    dues = [due_from(limit, city(), start, pauses[:count]).at for count in range(len(pauses) + 1)]
    assert dues == sorted(dues)


def test_a_limit_counts_from_its_anchor_the_first_time_only() -> None:
    filed, checked, now = wib("2026-11-23 09:00"), wib("2026-11-24 10:00"), wib("2026-11-26 09:00")

    def start(limit: Limit, **entered: datetime) -> datetime:
        return limits.of_task(limit, city(), Past(filed, entered), "follow_up", now).start

    assert start(Limit("a", "P1D")) == now
    assert start(Limit("a", "P5D", anchor="instance")) == filed
    assert start(SPAN, verify=checked) == checked
    assert start(SPAN) == now  # its anchor was skipped
    assert start(SPAN, verify=checked, follow_up=checked + timedelta(hours=1)) == now  # asked for again
    assert start(SPAN, verify=checked, follow_up=checked - timedelta(hours=1)) == checked  # so was its anchor


def test_an_anchor_that_the_same_step_enters_counts_from_now() -> None:
    now = wib("2026-11-26 09:00")
    past = Past(wib("2026-11-23 09:00"), {"verify": wib("2026-11-23 10:00")})
    assert limits.of_task(SPAN, city(), past, "follow_up", now, ("verify", "follow_up")).start == now


def test_born_late_a_limit_counts_in_full_from_the_opening_of_its_task() -> None:
    checked = wib("2026-11-24 10:00")  # five working days: due Tue 1 Dec 15.45
    past = Past(wib("2026-11-23 09:00"), {"verify": checked})
    in_time = limits.of_task(SPAN, city(), past, "follow_up", wib("2026-12-01 15:44"))
    assert (in_time.start, in_time.due.at) == (checked, wib("2026-12-01 15:45"))
    late = limits.of_task(SPAN, city(), past, "follow_up", wib("2026-12-01 15:45"))
    assert (late.start, late.due.at) == (wib("2026-12-01 15:45"), wib("2026-12-08 15:45"))


def test_the_whole_case_counts_from_its_start() -> None:
    past = Past(wib("2026-11-23 09:00"), {}, between("2026-11-24 08:00", "2026-11-25 16:00"))
    assert limits.of_case(DAYS, city(), past) == (past.started, due_from(DAYS, city(), past.started, past.pauses))


def test_a_due_time_beyond_the_decreed_days_is_not_confirmed() -> None:
    assert due_from(DAYS, city(), wib("2027-12-20 09:00")).confirmed
    pauses = between("2027-12-21 08:00", "2028-01-10 09:00")
    assert not due_from(DAYS, city(), wib("2027-12-20 09:00"), pauses).confirmed
    assert not due_from(HOURS, city(), wib("2027-12-20 09:00"), pauses).confirmed


def test_the_nearest_of_several_due_times() -> None:
    early, late = wib("2026-11-24 15:45"), wib("2026-11-25 15:45")
    assert (nearest(late, early), nearest(None, late), nearest(None, None)) == (early, late, None)


def closing(day: date, hours: tuple[str, str] | None = None) -> Calendar:
    """The city's calendar with one closure more."""
    row = {"date": day.isoformat(), "name": {"id": "rob", "en": "tidal flood"}}
    return calendar_from(data(closure=[{**row, "hours": "-".join(hours)} if hours else row]))
