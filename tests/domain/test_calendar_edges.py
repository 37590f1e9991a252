"""The edge cases of DOMAIN 4.5, one by one and in their order."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest

from app.domain.calendar import Calendar, NaiveInstant, TooFar, UnknownClock
from app.domain.calendar_data import WEEKDAYS, calendar_from
from app.domain.durations import BadDuration, MixedDuration
from tests.domain.offices import WIB, city, data, wib

HALF_HOUR = timedelta(minutes=30)


def after(start: str, duration: str, clock: str = "working", office: Calendar | None = None) -> str:
    return (office or city()).add(wib(start), duration, clock).at.astimezone(WIB).strftime("%Y-%m-%d %H:%M")


def test_01_start_inside_the_break() -> None:
    assert after("2026-11-23 12:30", "PT1M") == "2026-11-23 13:01"


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-23 12:00", "2026-11-23 13:30"),
        ("2026-11-23 13:00", "2026-11-23 13:30"),
        ("2026-11-23 15:45", "2026-11-24 08:30"),
        ("2026-11-27 11:00", "2026-11-30 08:30"),
    ],
)
def test_02_start_exactly_at_an_edge_is_half_open(start: str, due: str) -> None:
    assert after(start, "PT30M") == due
    assert city().is_open(wib(start)) is (start.endswith("13:00"))


@pytest.mark.parametrize(
    "start", ["2026-11-23 15:46", "2026-11-23 23:59", "2026-11-24 00:00", "2026-11-24 03:00", "2026-11-24 07:59"]
)
def test_03_start_outside_hours_waits_for_the_opening(start: str) -> None:
    assert after(start, "PT30M") == "2026-11-24 08:30"


def test_03_start_at_the_weekend() -> None:
    assert after("2026-11-28 10:00", "PT30M") == "2026-11-30 08:30"


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        ("2026-11-23 13:00", "PT165M", "2026-11-23 15:45"),
        ("2026-11-23 08:00", "PT4H", "2026-11-23 12:00"),
        ("2026-11-27 08:00", "PT3H", "2026-11-27 11:00"),
    ],
)
def test_04_a_span_that_ends_at_a_closing_time_stays_there(start: str, duration: str, due: str) -> None:
    assert after(start, duration) == due


def test_05_friday_is_short() -> None:
    assert after("2026-11-27 08:00", "PT181M") == "2026-11-30 08:01"


def test_06_thursday_evening_then_friday_then_monday() -> None:
    assert after("2026-11-26 17:00", "PT4H") == "2026-11-30 09:00"


def test_07_a_chain_of_seven_closed_days() -> None:
    assert after("2026-03-17 15:30", "PT30M") == "2026-03-25 08:15"
    assert all(not city().plan(date(2026, 3, day)).hours for day in range(18, 25))


def test_08_year_end_over_a_holiday() -> None:
    assert after("2026-12-31 15:30", "PT30M") == "2027-01-04 08:15"


@pytest.mark.parametrize("start", ["2026-12-24 09:00", "2026-12-25 09:00"])
def test_09_start_on_collective_leave_or_a_holiday(start: str) -> None:
    assert after(start, "PT30M") == "2026-12-28 08:30"


def test_10_the_date_counts_in_local_time_not_in_utc() -> None:
    evening_utc = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # Tuesday 01:00 in Pekalongan
    assert city().add(evening_utc, "P1D").at == wib("2026-11-25 15:45")
    assert city().add(evening_utc, "P1D", "calendar").at == wib("2026-11-25 15:45")


class OddZone(tzinfo):
    """A zone of somebody's own making."""

    def utcoffset(self, at: datetime | None) -> timedelta:
        return timedelta(hours=5, minutes=30)

    def dst(self, at: datetime | None) -> timedelta:
        return timedelta()


@pytest.mark.parametrize(
    "zone",
    [UTC, timezone(timedelta(hours=7)), timezone(-timedelta(hours=9, minutes=30)), OddZone()]
    + [ZoneInfo(name) for name in ("UTC", "Asia/Jakarta", "America/St_Johns", "Pacific/Kiritimati")],
)
def test_11_every_kind_of_zone_is_taken(zone: tzinfo) -> None:
    start = wib("2026-11-23 11:30").astimezone(zone)
    assert city().add(start, "PT1H").at == wib("2026-11-23 13:30")
    assert city().add(start, "PT1H").at.tzinfo is UTC


@pytest.mark.parametrize("clock", ["working", "calendar", "wall"])
def test_11_an_instant_without_a_zone_is_refused(clock: str) -> None:
    with pytest.raises(NaiveInstant):
        city().add(wib("2026-11-23 09:00").replace(tzinfo=None), "P1D", clock)


@pytest.mark.parametrize("day", [date(1932, 10, 31), date(1942, 3, 23), date(1945, 9, 24), date(1963, 12, 31)])
def test_12_old_changes_of_the_zone_do_not_disturb(day: date) -> None:
    office = calendar_from(data(holidays={}))
    start = datetime.combine(day - timedelta(days=3), time(9), WIB)
    for hours in range(1, 60):
        due = office.add(start, f"PT{hours}H").at
        assert office.working_time_between(start, due) == timedelta(hours=hours)
        assert office.is_open(due) or office.is_open(due - timedelta(microseconds=1))


def night_watch(zone: str) -> Calendar:
    week = {day: ["00:00-06:00"] for day in WEEKDAYS}
    return calendar_from({"zone": zone, "confirmed_until": "2027-12-31", "week": week})


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 5), (date(2026, 10, 25), 7), (date(2026, 7, 1), 6)])
def test_12_hours_that_the_clock_skips_or_repeats_are_counted_as_they_pass(day: date, hours: int) -> None:
    office, berlin = night_watch("Europe/Berlin"), ZoneInfo("Europe/Berlin")
    midnight, noon = datetime.combine(day, time(), berlin), datetime.combine(day, time(12), berlin)
    assert office.working_time_between(midnight, noon) == timedelta(hours=hours)
    assert office.add(midnight, f"PT{hours}H").at == datetime.combine(day, time(6), berlin)


def test_13_seconds_and_microseconds_are_kept() -> None:
    start = datetime(2026, 11, 23, 11, 59, 59, 999_999, tzinfo=WIB)
    assert city().add(start, "PT0.000002S").at == datetime(2026, 11, 23, 13, 0, 0, 1, tzinfo=WIB)
    assert city().working_time_between(start, wib("2026-11-23 13:00")) == timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-23 08:00", "2026-11-23 08:00"),
        ("2026-11-23 09:17", "2026-11-23 09:17"),
        ("2026-11-23 12:00", "2026-11-23 12:00"),
        ("2026-11-23 15:45", "2026-11-23 15:45"),
        ("2026-11-23 12:01", "2026-11-23 13:00"),
        ("2026-11-23 20:00", "2026-11-24 08:00"),
        ("2026-12-24 10:00", "2026-12-28 08:00"),
    ],
)
@pytest.mark.parametrize(("duration", "clock"), [("PT0S", "working"), ("P0D", "working"), ("P0D", "calendar")])
def test_14_nothing_to_wait_stays_inside_hours_or_goes_to_the_next_opening(
    start: str, due: str, duration: str, clock: str
) -> None:
    assert after(start, duration, clock) == due


def test_14_on_the_wall_clock_nothing_to_wait_stays() -> None:
    assert after("2026-11-23 20:00", "PT0S", "wall") == "2026-11-23 20:00"


# 15, Ramadan hours: tests/domain/test_calendar_golden.py


def test_16_a_holiday_decreed_later_moves_the_due_time_of_a_new_calculation() -> None:
    decreed = data(holiday=[{"date": "2026-11-24", "name": {"id": "Pilkada", "en": "Election"}}])
    assert after("2026-11-23 15:30", "PT30M") == "2026-11-24 08:15"
    assert after("2026-11-23 15:30", "PT30M", office=calendar_from(decreed)) == "2026-11-25 08:15"


def test_17_changed_hours_give_another_calendar_and_leave_the_first_alone() -> None:
    longer = calendar_from(data(week={"monday": ["08:00-16:00"], "tuesday": ["08:00-16:00"]}))
    assert after("2026-11-23 15:30", "PT30M", office=longer) == "2026-11-23 16:00"
    assert after("2026-11-23 15:30", "PT30M") == "2026-11-24 08:15"


@pytest.mark.parametrize(("duration", "clock"), [("PT3000H", "working"), ("P500D", "working"), ("P500D", "calendar")])
def test_18_beyond_the_horizon_a_result_is_flagged_and_never_all_open(duration: str, clock: str) -> None:
    due = city().add(wib("2026-11-23 09:00"), duration, clock)
    assert not due.confirmed
    assert city().is_open(due.at - timedelta(microseconds=1))
    assert not city().plan(date(2029, 1, 1)).hours  # a holiday known in advance
    assert not city().plan(date(2150, 1, 3)).hours  # a Saturday in a year without known holidays


def test_18_the_last_confirmed_day_is_still_confirmed() -> None:
    office = calendar_from(data(confirmed_until="2026-11-24"))
    assert office.add(wib("2026-11-23 09:00"), "P1D").confirmed
    assert not office.add(wib("2026-11-23 09:00"), "P2D").confirmed
    assert office.add(wib("2026-11-23 09:00"), "P400D", "wall").confirmed


# 19, a paused clock: tests/domain/test_limits.py


def test_20_an_office_with_other_days_has_its_own_calendar() -> None:
    hospital = calendar_from(data(holidays={}, week={day: ["00:00-24:00"] for day in ("monday", "saturday", "sunday")}))
    assert after("2026-11-28 22:00", "PT50H", office=hospital) == "2026-12-01 00:00"
    assert hospital.day(date(2026, 11, 28))[0] == ((time(0), time(0)),)


def test_21_a_due_time_in_the_past_is_the_true_one() -> None:
    assert after("2020-03-02 09:00", "PT1H") == "2020-03-02 10:00"


def test_22_notices_wait_for_the_opening() -> None:
    assert city().next_opening(wib("2026-12-23 20:00")) == wib("2026-12-28 08:00")
    assert city().next_opening(wib("2026-12-28 09:00")) == wib("2026-12-28 09:00")
    assert city().next_opening(wib("2026-12-28 12:00")) == wib("2026-12-28 13:00")


def test_23_a_half_day_closure() -> None:
    flood = calendar_from(
        data(closure=[{"date": "2026-11-23", "hours": "11:00-15:45", "name": {"id": "rob", "en": "tidal flood"}}])
    )
    assert after("2026-11-23 10:30", "PT1H", office=flood) == "2026-11-24 08:30"
    assert after("2026-11-20 10:30", "P1D", office=flood) == "2026-11-23 15:45"  # never earlier for a closure after it
    assert after("2026-11-13 10:30", "P10D", "calendar", office=flood) == "2026-11-23 15:45"
    hours, reason = flood.day(date(2026, 11, 23))
    assert hours == ((time(8), time(11)),)
    assert reason is not None
    assert reason.en == "tidal flood"


def test_23_a_closure_of_the_whole_day_is_no_working_day() -> None:
    closed = calendar_from(data(closure=[{"date": "2026-11-24", "name": {"id": "rob", "en": "tidal flood"}}]))
    assert after("2026-11-23 10:30", "P1D", office=closed) == "2026-11-25 15:45"


# 24, the inverse: tests/domain/test_calendar_laws.py


def test_25_a_calendar_day_limit_on_a_closed_day_rolls_forward() -> None:
    assert after("2026-11-25 10:00", "P3D", "calendar") == "2026-11-30 15:45"
    assert after("2026-11-17 10:00", "P2W", "calendar") == "2026-12-01 15:45"


def test_a_declared_working_day_beats_a_holiday_and_a_weekend() -> None:
    office = calendar_from(
        data(
            workday=[
                {"date": "2026-12-24", "name": {"id": "tetap masuk", "en": "open after all"}},
                {"date": "2026-12-26", "hours": ["09:00-11:00"], "name": {"id": "pengganti", "en": "replacement"}},
            ]
        )
    )
    assert after("2026-12-23 15:30", "PT30M", office=office) == "2026-12-24 08:15"
    assert after("2026-12-24 10:00", "P1D", office=office) == "2026-12-26 11:00"


def test_wall_time_runs_day_and_night() -> None:
    assert after("2026-12-24 10:00", "PT72H", "wall") == "2026-12-27 10:00"
    assert after("2026-12-24 10:00", "P1DT2H", "wall") == "2026-12-25 12:00"


@pytest.mark.parametrize(
    ("duration", "clock", "error"),
    [
        ("P1DT2H", "working", MixedDuration),
        ("P1DT2H", "calendar", MixedDuration),
        ("PT4H", "calendar", BadDuration),
        ("P2W", "working", BadDuration),
        ("P1D", "jam", UnknownClock),
        ("PT3600000H", "working", TooFar),
        ("PT1600000H", "wall", TooFar),
        ("PT400000H", "working", TooFar),
        ("P70000D", "working", TooFar),
        ("P70000D", "calendar", TooFar),
    ],
)
def test_what_cannot_be_counted_is_refused_at_once(duration: str, clock: str, error: type[ValueError]) -> None:
    with pytest.raises(error) as caught:
        city().add(wib("2026-11-23 09:00"), duration, clock)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("start", [datetime.min.replace(tzinfo=WIB), datetime.max.replace(tzinfo=UTC)])
def test_instants_outside_the_countable_years_are_refused(start: datetime) -> None:
    for call in (city().is_open, city().next_opening, lambda at: city().working_time_between(at, at)):
        with pytest.raises(TooFar):
            call(start)


@pytest.mark.parametrize("count", [-1, -1000])
def test_negative_amounts_are_refused(count: int) -> None:
    start = wib("2026-11-23 09:00")
    with pytest.raises(BadDuration):
        city().add_working_time(start, timedelta(hours=count))
    with pytest.raises(BadDuration):
        city().add_working_days(start, count)
    with pytest.raises(BadDuration):
        city().add_calendar_days(start, count)
    with pytest.raises(BadDuration):
        city().add_wall(start, timedelta(hours=count))


def test_an_office_that_never_opens_says_so_instead_of_searching_for_ever() -> None:
    closed = calendar_from({"zone": "Asia/Jakarta", "confirmed_until": "2027-12-31", "week": {"monday": []}})
    for duration in ("PT1H", "P1D", "PT0S"):
        with pytest.raises(TooFar):
            closed.add(wib("2026-11-23 09:00"), duration)


def test_the_span_between_is_negative_when_turned_round() -> None:
    first, second = wib("2026-11-23 09:00"), wib("2026-11-24 09:00")
    assert city().working_time_between(second, first) == -city().working_time_between(first, second)
    assert city().working_days_between(second, first) == -1
