"""What a limit says: at shares of its service time, later by what was paused, each voice stronger than the last."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.limits import Limit
from app.rules.limits import Counted, Past, due_from, of_case
from app.rules.pauses import Pause
from app.rules.voices import Voice, next_voice, strongest, voices
from tests.domain.offices import city, wib
from tests.rules.test_limits import gaps, instants, laid_out, made

HOURS, DAYS = Limit("x", "PT10H"), Limit("x", "P3D")
WALL = Limit("x", "PT72H", "wall", escalations=(1.0,))


def said(limit: Limit, start: datetime, pauses: list[Pause] | None = None) -> tuple[Voice, ...]:
    counted = of_case(limit, city(), Past(start, {}, pauses or []))
    return voices(limit, city(), counted, pauses or [])


def test_reminder_and_escalations_are_shares_of_service_time() -> None:
    assert said(HOURS, wib("2026-11-23 08:00")) == (
        Voice("reminder", None, wib("2026-11-23 15:00")),  # 6 of 10 hours
        Voice("overdue", None, wib("2026-11-24 11:15")),
        Voice("escalation", 0, wib("2026-11-24 11:15")),
        Voice("escalation", 1, wib("2026-11-25 09:30")),  # 15 hours
    )


def test_shares_of_a_day_limit_count_the_hours_that_really_lie_before_it() -> None:
    reminder, *_, last = said(DAYS, wib("2026-11-23 15:45"))
    assert reminder.at == wib("2026-11-25 14:24")  # 0.6 of 3 x 405 minutes = 729
    assert last.at == wib("2026-12-01 08:22:30")  # 607.5 minutes after the due time


def test_a_share_of_one_is_the_due_time_even_outside_hours() -> None:
    *_, overdue, escalation = said(WALL, wib("2026-11-26 16:00"))
    assert overdue.at == escalation.at == wib("2026-11-29 16:00")


def test_what_was_paused_counts_for_no_share() -> None:
    pauses = [(wib("2026-11-24 08:00"), wib("2026-12-24 08:00"))]
    reminder, overdue, *_ = said(HOURS, wib("2026-11-23 15:00"), pauses)
    assert reminder.at == wib("2026-12-28 14:15")  # 45 minutes on Monday, 5 hours 15 minutes after the pause
    assert overdue.at == wib("2026-12-29 10:30")


@given(made, instants, gaps)
def test_voices_follow_each_other(limit: Limit, start: datetime, steps: list[tuple[int, int]]) -> None:
    pauses = laid_out(start, steps)
    found = said(limit, start, pauses)
    moments = [voice.at for voice in found]
    assert moments == sorted(moments)
    assert [voice.strength for voice in found] == sorted({voice.strength for voice in found})
    (overdue,) = [voice for voice in found if voice.kind == "overdue"]
    assert overdue.at == due_from(limit, city(), start, pauses).at
    assert moments[0] >= start


@given(st.integers(-1, 4), st.integers(0, 60))
def test_the_next_voice_is_stronger_and_the_strongest_due_one_leaves(spoken: int, hours: int) -> None:
    found = said(HOURS, wib("2026-11-23 08:00"))
    following = next_voice(found, spoken)
    assert (following is None) == (spoken >= 3)
    assert following is None or following.strength == spoken + 1
    now = wib("2026-11-23 08:00") + timedelta(hours=hours)
    leaving = strongest(found, now)
    assert leaving == max((voice for voice in found if voice.at <= now), key=lambda each: each.strength, default=None)


def test_a_limit_in_a_tuple_names_start_and_due() -> None:
    counted = of_case(HOURS, city(), Past(wib("2026-11-23 08:00")))
    assert counted == Counted(wib("2026-11-23 08:00"), due_from(HOURS, city(), wib("2026-11-23 08:00")))
