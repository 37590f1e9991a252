"""Dates, instants and spans as people write them, in Indonesian and English."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.domain.text import Text

WEEKDAYS_ID = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_ID = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUTE = timedelta(minutes=1)


def date_text(day: date) -> Text:
    """A date with its weekday: “Kam 24 Des 2026”."""
    year = f" {day.year}"
    return Text(_day(day, WEEKDAYS_ID, MONTHS_ID) + year, _day(day, WEEKDAYS_EN, MONTHS_EN) + year)


def dates_text(first: date, last: date) -> Text:
    """A run of dates, naming month and year once where they are the same: “Sab 26-Min 27 Des 2026”."""
    if first == last:
        return date_text(first)
    end = date_text(last)
    if first.year != last.year:
        start = date_text(first)
        return Text(f"{start.id} - {end.id}", f"{start.en} - {end.en}")
    if first.month != last.month:
        return Text(
            f"{_day(first, WEEKDAYS_ID, MONTHS_ID)} - {end.id}", f"{_day(first, WEEKDAYS_EN, MONTHS_EN)} - {end.en}"
        )
    weekday = first.weekday()
    return Text(f"{WEEKDAYS_ID[weekday]} {first.day} - {end.id}", f"{WEEKDAYS_EN[weekday]} {first.day} - {end.en}")


def _day(day: date, weekdays: tuple[str, ...], months: tuple[str, ...]) -> str:
    return f"{weekdays[day.weekday()]} {day.day} {months[day.month - 1]}"


def time_text(local: datetime) -> Text:
    """The hour of a local instant: “15.45” and “15:45”; seconds only when there are any."""
    shown = local.strftime("%H:%M:%S" if local.second or local.microsecond else "%H:%M")
    if local.microsecond:
        shown += f".{local.microsecond:06}".rstrip("0")
    return Text(shown.replace(".", ",").replace(":", "."), shown)


def instant_text(local: datetime) -> Text:
    """A local instant with the name of its zone: “Sen 23 Nov 2026 14.00 WIB”."""
    day, hour, zone = date_text(local.date()), time_text(local), local.tzname() or ""
    return Text(f"{day.id} {hour.id} {zone}".rstrip(), f"{day.en} {hour.en} {zone}".rstrip())


def moment_text(local: datetime) -> Text:
    """A local instant near by, without year and zone: “Jum 27 Nov 11.00”."""
    day, hour = local.date(), time_text(local)
    return Text(
        f"{_day(day, WEEKDAYS_ID, MONTHS_ID)} {hour.id}",
        f"{_day(day, WEEKDAYS_EN, MONTHS_EN)} {hour.en}",
    )


def span_text(span: timedelta) -> Text:
    """A span of at least zero in hours, minutes and seconds: “6 jam 45 menit”."""
    minutes, rest = divmod(span, MINUTE)
    hours, minutes = divmod(minutes, 60)
    id_parts, en_parts = [], []
    if hours:
        id_parts.append(f"{hours} jam")
        en_parts.append(count_en(hours, "hour"))
    if minutes:
        id_parts.append(f"{minutes} menit")
        en_parts.append(count_en(minutes, "minute"))
    if rest or not id_parts:
        seconds = f"{rest.total_seconds():.6f}".rstrip("0").rstrip(".")
        id_parts.append(f"{seconds.replace('.', ',')} detik")
        en_parts.append(f"{seconds} second" + ("" if seconds == "1" else "s"))
    return Text(" ".join(id_parts), " ".join(en_parts))


def count_en(number: int, noun: str, many: str | None = None) -> str:
    """“1 hour”, “2 hours”; `many` for a noun whose plural is not formed by an s."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"
