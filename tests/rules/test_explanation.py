"""The explanation of a limit ends with the due time that is stored, and tells pauses only where there were pauses."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given

from app.domain.calendar import ReasonLine
from app.domain.limits import Limit
from app.rules.explanation import told
from app.rules.limits import due_from
from app.rules.pauses import Pause
from tests.domain.offices import city, wib
from tests.rules.test_limits import between, closing, gaps, instants, laid_out, made

DAYS, HOURS = Limit("x", "P3D"), Limit("x", "PT10H")
CALENDAR_DAYS, WALL = Limit("x", "P10D", "calendar"), Limit("x", "PT72H", "wall")


def lines(limit: Limit, start: str, pauses: list[Pause]) -> list[str]:
    began = wib(start)
    return [step.text.id for step in told(limit, city(), began, due_from(limit, city(), began, pauses).at, pauses)]


def codes(steps: tuple[ReasonLine, ...]) -> list[str]:
    return [step.code for step in steps]


def test_without_pauses_none_is_told() -> None:
    assert not [line for line in lines(DAYS, "2026-11-24 10:27", []) if "berhenti" in line]


def test_paused_days_are_named_and_what_the_pause_moved() -> None:
    assert lines(DAYS, "2026-11-23 09:00", between("2026-11-23 10:00", "2026-11-25 10:00")) == [
        "Mulai Sen 23 Nov 2026 09.00 WIB; batas 3 hari kerja: hari mulai, akhir pekan, dan hari libur tidak dihitung.",
        "Sen 23 Nov 2026: hari mulai, tidak dihitung.",
        "Waktu berhenti dari Sen 23 Nov 2026 10.00 WIB sampai Rab 25 Nov 2026 10.00 WIB; "
        "batasnya bergeser 1 hari kerja.",
        "Sel 24 Nov 2026: waktu berhenti, tidak dihitung.",
        "Rab 25 Nov 2026: hari kerja ke-1.",
        "Kam 26 Nov 2026: hari kerja ke-2.",
        "Jum 27 Nov 2026: hari kerja ke-3.",
        "Jatuh tempo Jum 27 Nov 2026 11.00 WIB, saat layanan tutup.",
    ]


def test_a_short_pause_is_told_though_it_moved_nothing() -> None:
    found = lines(DAYS, "2026-11-23 09:00", between("2026-11-24 10:00", "2026-11-24 11:00"))
    assert "sampai Sel 24 Nov 2026 11.00 WIB; batasnya tidak bergeser." in " ".join(found)


def test_of_two_pauses_that_fill_a_day_together_the_second_moves_the_limit() -> None:
    pauses = between("2026-11-24 08:00", "2026-11-24 10:00", "2026-11-24 13:00", "2026-11-24 14:30")
    first, second = [line for line in lines(DAYS, "2026-11-23 09:00", pauses) if line.startswith("Waktu berhenti")]
    assert "tidak bergeser" in first and "bergeser 1 hari kerja" in second


def test_hours_that_stood_still_are_left_out_of_the_days_lines() -> None:
    assert lines(HOURS, "2026-11-23 08:00", between("2026-11-23 10:00", "2026-11-24 09:00"))[1:] == [
        "Sen 23 Nov 2026: 08.00-10.00, 2 jam; masih 8 jam.",
        "Waktu berhenti dari Sen 23 Nov 2026 10.00 WIB sampai Sel 24 Nov 2026 09.00 WIB; "
        "batasnya bergeser 5 jam 45 menit waktu layanan.",
        "Sel 24 Nov 2026: 09.00-12.00 dan 13.00-15.45, 5 jam 45 menit; masih 2 jam 15 menit.",
        "Rab 25 Nov 2026: 08.00-10.15, 2 jam 15 menit.",
        "Jatuh tempo Rab 25 Nov 2026 10.15 WIB.",
    ]


def test_a_whole_day_without_a_running_hour_says_why() -> None:
    found = lines(HOURS, "2026-11-23 15:00", between("2026-11-24 07:00", "2026-11-25 09:00"))
    assert "Sel 24 Nov 2026: waktu berhenti, tidak dihitung." in found


def test_calendar_days_and_the_wall_clock_tell_their_pauses_too() -> None:
    days = lines(CALENDAR_DAYS, "2026-11-23 09:00", between("2026-11-24 08:00", "2026-11-26 12:00"))
    assert days[2] == (
        "10 hari kalender dan 3 hari saat waktu berhenti sesudah Sen 23 Nov 2026 adalah Min 6 Des 2026; "
        "hari libur ikut dihitung."
    )
    assert days[1].endswith("bergeser 4 hari.")  # Thursday 3 December became Sunday the 6th, and that Monday the 7th
    wall = lines(WALL, "2026-11-26 16:00", between("2026-11-27 10:00", "2026-11-27 12:30"))
    assert wall[1].endswith("batasnya bergeser 2 jam 30 menit.")


def test_pauses_before_the_start_and_after_the_due_time_are_not_told() -> None:
    pauses = between("2026-11-20 08:00", "2026-11-23 08:00", "2026-11-26 15:45", "2026-11-30 14:00")
    assert not [line for line in lines(DAYS, "2026-11-23 09:00", pauses) if "berhenti" in line]


def test_a_long_span_counts_its_paused_days_by_week() -> None:
    found = lines(Limit("x", "P30D"), "2026-11-23 09:00", between("2026-12-01 08:00", "2026-12-04 08:00"))
    assert "Sen 30 Nov - Min 6 Des 2026: hari kerja ke-5 sampai ke-6; waktu berhenti 3 hari kerja." in found


def test_a_pause_that_goes_on_is_told_as_such() -> None:
    start = wib("2026-11-23 09:00")
    steps = told(DAYS, city(), start, due_from(DAYS, city(), start).at, (), wib("2026-11-24 09:00"))
    assert [step.text.en for step in steps if step.code == "pause"] == [
        "The clock has stood still since Tue 24 Nov 2026 09:00 WIB; the limit moves once it runs again."
    ]


def test_a_limit_that_is_gone_is_told_as_gone() -> None:
    start, due = wib("2026-11-23 09:00"), wib("2026-11-26 15:45")
    assert codes(told(None, city(), start, due)) == ["removed"]
    assert codes(told(DAYS, city(), start, due, withdrawn=True))[1:3] == ["day", "dropped"]


def test_a_due_time_that_waits_to_be_counted_again_is_said_to_wait() -> None:
    start, due = wib("2026-11-23 09:00"), wib("2026-11-26 15:45")
    steps = told(DAYS, closing(wib("2026-11-25 09:00").date()), start, due)
    assert (steps[-1].code, steps[-1].at) == ("pending", due)


def test_an_early_closure_does_not_call_the_due_time_an_hour_of_closing() -> None:
    office = closing(wib("2026-11-26 09:00").date(), ("11:00", "15:45"))
    start = wib("2026-11-23 09:00")
    steps = told(DAYS, office, start, due_from(DAYS, office, start).at)
    assert steps[-1].text.id == "Jatuh tempo Kam 26 Nov 2026 15.45 WIB, jam tutup menurut jadwal."


@given(made, instants, gaps)
def test_it_is_in_order_and_its_last_line_is_the_due_time(
    limit: Limit, start: datetime, steps: list[tuple[int, int]]
) -> None:
    pauses = laid_out(start, steps)
    due = due_from(limit, city(), start, pauses)
    found = told(limit, city(), start, due.at, pauses)
    assert [step.at for step in found] == sorted(step.at for step in found)
    assert (found[0].code, found[0].at, found[-1].code, found[-1].at) == ("start", start, "due", due.at)
    moving = [(began, ended) for began, ended in pauses if ended > start and began < due.at]
    told_of = [step for step in found if step.code == "pause"]
    assert len(told_of) <= len(moving)
    plain = due_from(limit, city(), start).at
    assert due.at - plain >= timedelta()
    assert bool(due.at > plain) == any("bergeser" in step.text.id and "tidak" not in step.text.id for step in told_of)
