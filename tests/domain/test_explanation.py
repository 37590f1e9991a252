"""The explanation of a due time is short, in order, in both languages, and adds up."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import Due
from app.domain.calendar_data import calendar_from
from tests.domain.offices import WIB, city, data, ramadan, wib


def explained(start: str, duration: str, clock: str = "working") -> Due:
    return city().add(wib(start), duration, clock, explain=True)


def indonesian(due: Due) -> list[str]:
    return [step.text.id for step in due.steps]


def test_working_time_over_christmas() -> None:
    assert indonesian(explained("2026-12-23 15:15", "PT1H")) == [
        "Mulai Rab 23 Des 2026 15.15 WIB; batas 1 jam waktu layanan: waktu hanya berjalan pada jam layanan.",
        "Rab 23 Des 2026: 15.15-15.45, 30 menit; masih 30 menit.",
        "Kam 24 Des 2026: cuti bersama (Hari Raya Natal), tutup.",
        "Jum 25 Des 2026: hari libur (Hari Raya Natal), tutup.",
        "Sab 26 - Min 27 Des 2026: akhir pekan, tutup.",
        "Sen 28 Des 2026: 08.00-08.30, 30 menit.",
        "Jatuh tempo Sen 28 Des 2026 08.30 WIB.",
    ]


def test_english_says_the_same() -> None:
    english = [step.text.en for step in explained("2026-11-23 11:30", "PT1H").steps]
    assert english == [
        "Start Mon 23 Nov 2026 11:30 WIB; limit 1 hour of service time: time runs in service hours only.",
        "Mon 23 Nov 2026: 11:30-12:00 and 13:00-13:30, 1 hour.",
        "Due Mon 23 Nov 2026 13:30 WIB.",
    ]


def test_working_days_are_numbered() -> None:
    assert indonesian(explained("2026-11-26 16:30", "P3D")) == [
        "Mulai Kam 26 Nov 2026 16.30 WIB; batas 3 hari kerja: hari mulai, akhir pekan, dan hari libur tidak dihitung.",
        "Kam 26 Nov 2026: hari mulai, tidak dihitung.",
        "Jum 27 Nov 2026: hari kerja ke-1.",
        "Sab 28 - Min 29 Nov 2026: akhir pekan, tutup.",
        "Sen 30 Nov 2026: hari kerja ke-2.",
        "Sel 1 Des 2026: hari kerja ke-3.",
        "Jatuh tempo Sel 1 Des 2026 15.45 WIB, saat layanan tutup.",
    ]


def test_calendar_days_tell_why_the_date_moved() -> None:
    lines = indonesian(explained("2026-12-14 10:00", "P10D", "calendar"))
    assert lines[1] == "10 hari kalender sesudah Sen 14 Des 2026 adalah Kam 24 Des 2026; hari libur ikut dihitung."
    assert lines[2] == "Kam 24 Des 2026: cuti bersama (Hari Raya Natal), tutup."
    assert lines[-2] == "Sen 28 Des 2026: hari kerja, tutup 15.45."


def test_start_after_hours_and_nothing_to_wait() -> None:
    assert "jam layanan hari ini sudah lewat" in indonesian(explained("2026-11-23 16:00", "PT1H"))[1]
    assert indonesian(explained("2026-11-23 16:00", "PT0S"))[1].startswith("Di luar jam layanan")


def test_wall_time_says_that_it_runs_day_and_night() -> None:
    assert "siang dan malam" in indonesian(explained("2026-11-23 16:00", "PT72H", "wall"))[0]


def test_a_short_friday_ends_when_service_closes() -> None:
    lines = indonesian(explained("2026-11-24 10:27", "P3D"))
    assert lines[-1] == "Jatuh tempo Jum 27 Nov 2026 11.00 WIB, saat layanan tutup."


def test_the_day_of_the_start_has_its_own_line_in_a_long_span_too() -> None:
    lines = indonesian(explained("2026-11-27 10:30", "P14D"))
    assert lines[1:4] == [
        "Jum 27 Nov 2026: hari mulai, tidak dihitung.",
        "Sab 28 - Min 29 Nov 2026: tidak ada hari kerja.",
        "Sen 30 Nov - Min 6 Des 2026: hari kerja ke-1 sampai ke-5.",
    ]


def test_seconds_are_left_out() -> None:
    start = wib("2026-11-24 10:27") + timedelta(seconds=12)
    assert "10.27 WIB" in indonesian(city().add(start, "P3D", explain=True))[0]


def test_a_long_span_is_told_by_week_and_names_the_closed_days() -> None:
    lines = indonesian(explained("2026-11-26 16:30", "P60D"))
    assert len(lines) <= 17
    assert "Sen 21 - Min 27 Des 2026: hari kerja ke-17 sampai ke-19; tutup: Kam 24 Des cuti bersama" in " ".join(lines)


@pytest.mark.parametrize("duration", ["PT1000H", "P1000D", "PT40000H", "P30000D"])
def test_even_years_stay_readable(duration: str) -> None:
    due = explained("2026-11-26 16:30", duration)
    assert len(due.steps) < 140
    assert max(len(line) for line in indonesian(due)) < 400


def test_beyond_the_horizon_a_line_says_so() -> None:
    due = explained("2027-12-30 15:00", "P5D")
    assert not due.confirmed
    assert due.steps[-2].code == "unconfirmed"
    assert "Jum 31 Des 2027" in due.steps[-2].text.id


def test_other_hours_and_closures_are_noted() -> None:
    due = ramadan().add(wib("2026-03-09 11:45"), "PT30M", explain=True)
    assert "(jam Ramadan)" in due.steps[1].text.id
    flood = data(closure=[{"date": "2026-11-23", "hours": "11:00-15:45", "name": {"id": "rob", "en": "tidal flood"}}])
    due = calendar_from(flood).add(wib("2026-11-23 10:30"), "PT1H", explain=True)
    assert "08" not in due.steps[1].text.id.split(":")[1]
    assert due.steps[1].text.en == "Mon 23 Nov 2026: 10:30-11:00, 30 minutes (tidal flood); 30 minutes to go."


def test_seconds_and_microseconds_are_shown() -> None:
    start = datetime(2026, 11, 23, 9, 0, 0, 250_000, tzinfo=WIB)
    due = city().add(start, "PT1.5S", explain=True)
    assert due.steps[1].text.id == "Sen 23 Nov 2026: 09.00.00,25-09.00.01,75, 1,5 detik."


def test_years_and_months_are_named_where_a_run_crosses_them() -> None:
    lines = " ".join(indonesian(explained("2026-12-30 15:00", "P20D")))
    assert "Kam 31 Des 2026 - Min 3 Jan 2027" in lines


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1), timezones=st.just(WIB)),  # noqa: DTZ001
    st.integers(0, 60),
    st.sampled_from(["working", "calendar", "wall"]),
    st.booleans(),
)
def test_lines_are_in_order_and_end_with_the_due_time(start: datetime, amount: int, clock: str, hours: bool) -> None:
    duration = f"PT{amount}H" if hours and clock != "calendar" else f"P{amount}D"
    due = city().add(start, duration, clock, explain=True)
    plain = city().add(start, duration, clock)
    assert (due.at, due.confirmed) == (plain.at, plain.confirmed)
    moments = [step.at for step in due.steps]
    assert moments == sorted(moments)
    assert (due.steps[0].code, due.steps[-1].code) == ("start", "due")
    assert all(step.text.id.endswith(".") and step.text.en.endswith(".") for step in due.steps)
    assert due.steps[0].at == start
    assert due.steps[-1].at == due.at
    assert due.at - start >= timedelta()
