"""Durations are read exactly as ISO 8601 writes them, and everything else is refused with a reason."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.durations import BadDuration, Duration, parse_duration

SECOND = 1_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT4H", Duration(micros=4 * 3600 * SECOND)),
        ("PT1H30M", Duration(micros=5400 * SECOND)),
        ("PT0.5H", Duration(micros=1800 * SECOND)),
        ("PT1,5S", Duration(micros=1_500_000)),
        ("PT0.000001S", Duration(micros=1)),
        ("PT90M", Duration(micros=5400 * SECOND)),
        ("P3D", Duration(days=3)),
        ("P2W", Duration(weeks=2)),
        ("P1W2D", Duration(weeks=1, days=2)),
        ("P1DT2H", Duration(days=1, micros=7200 * SECOND)),
        ("P0D", Duration()),
        ("PT0S", Duration()),
    ],
)
def test_reads_weeks_days_and_times(text: str, expected: Duration) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P3DT", "T4H", "4H", "3 days", "PT4", "pt4h", "P-3D", "-P3D", "+P3D", "PT-4H", "P1Y", "P1M"),
        *("PT1.5H30M", "P1.5D", "P0.5W", "PT0.0000001S", "PT4H ", " PT4H", "PT4H\n", "PT٤H", "P3D;P4D", "PTH"),
        *("P99999999D", "PT999999999H", "P" + "9" * 5000 + "D", "PT" + "1" * 59 + "H", "PT1e3H", "PT0x10H"),
    ],
)
def test_refuses_everything_else_with_a_sentence_in_both_languages(text: str) -> None:
    with pytest.raises(BadDuration) as caught:
        parse_duration(text)
    assert "Jangka waktu" in caught.value.message.id
    assert "duration" in caught.value.message.en
    assert len(caught.value.message.en) < 250


@given(hours=st.integers(0, 9999), minutes=st.integers(0, 9999), micros=st.integers(0, 10**9))
def test_reads_back_what_was_written(hours: int, minutes: int, micros: int) -> None:
    text = f"PT{hours}H{minutes}M{micros // SECOND}.{micros % SECOND:06}S"
    assert parse_duration(text).micros == (hours * 3600 + minutes * 60) * SECOND + micros


@given(st.text(alphabet="PTYMWDHS0123456789.,-+ ", max_size=12))
def test_never_fails_in_another_way(text: str) -> None:
    with suppress(BadDuration):
        parse_duration(text)
