"""A date that somebody typed is read in both spellings; of a wrong one it is said what is wrong."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.domain.identity import Unfit
from app.domain.typed_date import plain_date, read_date


@pytest.mark.parametrize("typed", ["2026-11-23", " 23/11/2026 ", "23-11-2026", "23.11.2026", "2026-11-23\n"])
def test_both_spellings_are_read(typed: str) -> None:
    assert read_date(typed) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-02-30", "30/2/2026 tidak ada di kalender"),
        ("31/11/2026", "31/11/2026 tidak ada di kalender"),
        ("2026-13-01", "1/13/2026 tidak ada di kalender"),
        ("0/0/2026", "0/0/2026 tidak ada di kalender"),
        ("0001-01-01", "yang tertulis 1."),
        ("9999-12-31", "yang tertulis 9999."),
        ("31/11", "hari, bulan, dan tahun"),
        ("23/11/26", "hari, bulan, dan tahun"),
        ("kemarin", "hari, bulan, dan tahun"),
        ("", "hari, bulan, dan tahun"),
        ("٢٠٢٦-11-23", "hari, bulan, dan tahun"),
        ("2026-11-23T00:00", "hari, bulan, dan tahun"),
        ("1" * 100_000, "hari, bulan, dan tahun"),
    ],
)
def test_what_is_wrong_is_said(typed: str, said: str) -> None:
    with pytest.raises(Unfit) as unfit:
        read_date(typed)
    assert said in unfit.value.text.id and unfit.value.text.en


@given(some.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_date_is_read_as_browsers_send_it_and_as_it_is_said(day: date) -> None:
    assert read_date(day.isoformat()) == read_date(plain_date(day)) == day


@given(some.text(max_size=60))
def test_any_text_is_a_date_or_refused(typed: str) -> None:
    try:
        assert 1900 <= read_date(typed).year <= 2199
    except Unfit as unfit:
        assert unfit.text.id and unfit.text.en
