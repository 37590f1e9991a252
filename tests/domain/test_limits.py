"""Limits: reminder and escalations at shares of working time, what a pause moves, how much time is left in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.limits import Limit, in_force, remaining, schedule, shifted
from tests.domain.offices import WIB, city, wib

HOURS = Limit("direct_response", "PT10H")
DAYS = Limit("ministry", "P3D")
CALENDAR_DAYS = Limit("completion", "P10D", "calendar")
WALL = Limit("breach", "PT72H", "wall", escalations=(1.0,))
instants = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1), timezones=st.just(WIB))  # noqa: DTZ001


def test_reminder_and_escalations_are_shares_of_working_time() -> None:
    plan = schedule(HOURS, city(), wib("2026-11-23 08:00"))
    assert plan.due.at == wib("2026-11-24 11:15")
    assert plan.reminder == wib("2026-11-23 15:00")  # 6 of 10 hours
    assert plan.escalations == (wib("2026-11-24 11:15"), wib("2026-11-25 09:30"))  # 10 and 15 hours


def test_shares_of_a_day_limit_count_the_hours_that_really_lie_before_it() -> None:
    plan = schedule(DAYS, city(), wib("2026-11-23 15:45"))
    assert plan.due.at == wib("2026-11-26 15:45")
    assert plan.reminder == wib("2026-11-25 14:24")  # 0.6 of 3 x 405 minutes = 729
    assert plan.escalations[1] == wib("2026-12-01 08:22:30")  # 607.5 minutes after the due time


def test_a_share_of_one_is_the_due_time_even_outside_hours() -> None:
    plan = schedule(WALL, city(), wib("2026-11-26 16:00"))
    assert plan.due.at == wib("2026-11-29 16:00")
    assert plan.escalations == (plan.due.at,)
    assert plan.reminder <= plan.due.at


@given(instants, st.sampled_from([HOURS, DAYS, CALENDAR_DAYS, WALL]))
def test_reminder_due_and_escalations_follow_each_other(start: datetime, limit: Limit) -> None:
    plan = schedule(limit, city(), start)
    assert start <= plan.reminder <= plan.due.at
    assert list(plan.escalations) == sorted(plan.escalations)
    assert plan.escalations[0] == plan.due.at


@given(instants, st.integers(0, 20 * 86400), st.integers(0, 20 * 86400))
def test_a_pause_leaves_the_same_working_time_to_a_limit_in_hours(start: datetime, before: int, length: int) -> None:
    due = schedule(HOURS, city(), start).due.at
    paused, resumed = start + timedelta(seconds=before), start + timedelta(seconds=before + length)
    moved = shifted(city(), HOURS, due, paused, resumed)
    if due <= paused:
        assert moved == due
    else:
        left = city().working_time_between(paused, due)
        assert city().working_time_between(resumed, moved) == left


@pytest.mark.parametrize(
    ("limit", "due", "pause", "moved"),
    [
        (DAYS, "2026-11-26 15:45", ("2026-11-23 10:00", "2026-11-25 10:00"), "2026-11-30 15:45"),
        (DAYS, "2026-11-26 15:45", ("2026-11-23 10:00", "2026-11-23 14:00"), "2026-11-26 15:45"),
        (DAYS, "2026-11-26 15:45", ("2026-11-23 10:00", "2026-11-24 09:00"), "2026-11-27 11:00"),
        (DAYS, "2026-12-01 15:45", ("2026-11-27 10:00", "2026-11-29 10:00"), "2026-12-01 15:45"),
        (CALENDAR_DAYS, "2026-12-03 15:45", ("2026-11-24 10:00", "2026-11-26 09:00"), "2026-12-07 15:45"),
        (WALL, "2026-11-29 16:00", ("2026-11-27 10:00", "2026-11-27 12:30"), "2026-11-29 18:30"),
        (DAYS, "2026-11-26 15:45", ("2026-11-27 10:00", "2026-11-30 10:00"), "2026-11-26 15:45"),
        (DAYS, "2026-11-26 15:45", ("2026-11-25 10:00", "2026-11-24 10:00"), "2026-11-26 15:45"),
    ],
    ids=["two days", "same day", "over a night", "weekend", "calendar days", "wall", "already late", "turned round"],
)
def test_a_pause_moves_day_limits_by_whole_days(limit: Limit, due: str, pause: tuple[str, str], moved: str) -> None:
    assert shifted(city(), limit, wib(due), wib(pause[0]), wib(pause[1])) == wib(moved)


@given(instants, st.sampled_from([DAYS, CALENDAR_DAYS]), st.integers(0, 20 * 86400), st.integers(1, 20 * 86400))
def test_a_day_limit_stays_at_a_closing_time(start: datetime, limit: Limit, before: int, length: int) -> None:
    due = schedule(limit, city(), start).due.at
    paused = start + timedelta(seconds=before)
    moved = shifted(city(), limit, due, paused, paused + timedelta(seconds=length))
    assert moved >= due
    assert city().is_open(moved - timedelta(microseconds=1))
    assert not city().is_open(moved)


def test_the_version_in_force_is_the_last_that_began() -> None:
    first, second = Limit("x", "P1D", valid_from=date(2026, 1, 1)), Limit("x", "P2D", valid_from=date(2026, 7, 1))
    assert in_force((first, second), date(2026, 6, 30)) is first
    assert in_force((second, first), date(2026, 7, 1)) is second
    assert in_force((second, first), date(2025, 1, 1)) is first


@pytest.mark.parametrize(
    ("now", "due", "indonesian", "english"),
    [
        ("2026-11-23 12:45", "2026-11-24 15:45", "sisa 1 hari kerja 2 jam", "1 working day 2 hours left"),
        ("2026-11-23 16:00", "2026-11-26 15:45", "sisa 3 hari kerja", "3 working days left"),
        ("2026-11-23 09:00", "2026-11-23 10:20", "sisa 1 jam 20 menit", "1 hour 20 minutes left"),
        ("2026-11-23 15:44:30", "2026-11-23 15:45", "sisa kurang dari 1 menit", "less than 1 minute left"),
        ("2026-11-23 12:30", "2026-11-23 13:00", "jatuh tempo sekarang", "due now"),
        ("2026-11-23 15:45", "2026-11-23 15:45", "jatuh tempo sekarang", "due now"),
        ("2026-11-23 20:00", "2026-11-23 15:45", "baru saja lewat", "just past due"),
        ("2026-11-24 10:00", "2026-11-23 15:45", "terlambat 2 jam", "2 hours late"),
        ("2026-12-23 16:00", "2026-11-23 15:45", "terlambat 22 hari kerja", "22 working days late"),
        ("2026-11-28 10:00", "2026-12-01 10:00", "sisa 1 hari kerja 2 jam", "1 working day 2 hours left"),
        ("2026-11-27 10:00", "2026-11-29 16:00", "sisa 1 jam", "1 hour left"),
    ],
)
def test_what_is_left_in_words(now: str, due: str, indonesian: str, english: str) -> None:
    found = remaining(city(), wib(now), wib(due))
    assert (found.text.id, found.text.en) == (indonesian, english)


@given(instants, instants)
def test_what_is_left_is_signed_working_time(now: datetime, due: datetime) -> None:
    found = remaining(city(), now, due)
    assert found.time == city().working_time_between(now, due)
    assert (found.time < timedelta()) <= ("terlambat" in found.text.id)
