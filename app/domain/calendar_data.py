"""Turns the calendar a city wrote (calendar.toml) into a Calendar, naming every fault of it at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from app.domain.days import Closure, Holiday, Hours, Opening, Period, Week, Workday, no_holidays
from app.domain.findings import Finding
from app.domain.holidays import UnknownCountry, national_holidays
from app.domain.text import Text

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KEYS = {
    "zone", "confirmed_until", "holidays", "week", "period", "holiday", "workday", "closure", "decree", "source",
    "confirmed",
}  # fmt: skip
_INTERVAL = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_FULL_DAY = (0, 1440)


class BadCalendar(ValueError):
    """The calendar's data has faults; `findings` lists all of them."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("; ".join(f"{finding.element}: {finding.message.en}" for finding in findings))


def calendar_from(data: Mapping[str, Any]) -> Calendar:
    """The calendar that `data` describes; raises BadCalendar with all findings."""
    calendar, findings = read_calendar(data)
    if calendar is None:
        raise BadCalendar(findings)
    return calendar


def read_calendar(data: Mapping[str, Any], file: str = "calendar.toml") -> tuple[Calendar | None, list[Finding]]:
    """The calendar (None when there are faults) and every finding."""
    reader = _Reader(file)
    calendar = reader.calendar(data)
    return (None if reader.findings else calendar), reader.findings


def _minute(hour: str, minute: str) -> int | None:
    value = int(hour) * 60 + int(minute)
    return value if int(minute) < 60 and value <= 1440 else None


class _Reader:
    """Reads the parts one after another and collects what is wrong instead of stopping at the first fault."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def fault(self, element: str, rule: str, message: Text, fix: Text) -> None:
        self.findings.append(Finding(self.file, element, rule, "error", message, fix))

    def calendar(self, data: Mapping[str, Any]) -> Calendar | None:
        for key in sorted(set(data) - KEYS):
            self.fault(
                key,
                "calendar-key",
                Text(f"Bagian “{key}” tidak dikenal.", f"The part “{key}” is unknown."),
                Text(f"Pakai hanya: {', '.join(sorted(KEYS))}.", f"Use only: {', '.join(sorted(KEYS))}."),
            )
        zone = self.zone(data.get("zone"))
        confirmed_until = self.day("confirmed_until", data.get("confirmed_until"))
        opening = Opening(
            week=self.week("week", data.get("week")),
            holidays=self.holidays(data.get("holidays")),
            local_holidays={
                day: Holiday("local_holiday", self.name(where, row))
                for where, row, day in self.rows(data, "holiday")
                if day
            },
            workdays={
                day: Workday(
                    self.hours(f"{where}.hours", row["hours"]) if "hours" in row else None, self.name(where, row)
                )
                for where, row, day in self.rows(data, "workday")
                if day
            },
            periods=self.periods(data),
            closures=self.closures(data),
            decreed=self.decreed(data),
        )
        self.check_workdays(opening)
        if self.findings or zone is None or confirmed_until is None:
            return None
        return Calendar(zone, opening, confirmed_until)

    def zone(self, value: object) -> ZoneInfo | None:
        try:
            return ZoneInfo(str(value))
        except (ValueError, OSError, KeyError):  # an unknown name is a KeyError of its own kind
            self.fault(
                "zone",
                "calendar-zone",
                Text(f"Zona waktu “{value}” tidak dikenal.", f"The time zone “{value}” is unknown."),
                Text("Tulis nama IANA, misalnya Asia/Jakarta.", "Write an IANA name such as Asia/Jakarta."),
            )
            return None

    def day(self, where: str, value: object) -> date | None:
        found: date | None = None
        if isinstance(value, str):
            try:
                found = date.fromisoformat(value)
            except ValueError:
                found = None
        elif isinstance(value, date) and not isinstance(value, datetime):
            found = value
        if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
            self.fault(
                where,
                "calendar-date",
                Text(f"“{value}” bukan tanggal yang dapat dipakai.", f"“{value}” is not a usable date."),
                Text("Tulis tanggal seperti 2026-12-24.", "Write a date such as 2026-12-24."),
            )
            return None
        return found

    def tables(self, data: Mapping[str, Any], key: str) -> list[tuple[str, Mapping[str, Any]]]:
        """The tables of a list, each with its place for findings."""
        found = data.get(key, [])
        if isinstance(found, list) and all(isinstance(row, Mapping) for row in found):
            return [(f"{key}[{index}]", row) for index, row in enumerate(found, start=1)]
        self.fault(
            key,
            "calendar-shape",
            Text(f"“{key}” harus berupa daftar [[{key}]].", f"“{key}” must be a list of [[{key}]]."),
            Text(f"Tulis setiap baris di bawah [[{key}]].", f"Write each row below [[{key}]]."),
        )
        return []

    def rows(self, data: Mapping[str, Any], key: str) -> list[tuple[str, Mapping[str, Any], date | None]]:
        """The rows of a table that have one date each, with a name for findings; a date given twice is a fault."""
        found: list[tuple[str, Mapping[str, Any], date | None]] = []
        seen: set[date] = set()
        for where, row in self.tables(data, key):
            day = self.day(where, row.get("date"))
            if day in seen and key != "closure":
                self.fault(
                    where,
                    "calendar-twice",
                    Text(f"Tanggal {day} sudah ada di “{key}”.", f"The date {day} is already in “{key}”."),
                    Text("Hapus salah satu barisnya.", "Remove one of the two rows."),
                )
            if day:
                seen.add(day)
            found.append((where, row, day))
        return found

    def name(self, where: str, row: Mapping[str, Any]) -> Text:
        name = row.get("name")
        if isinstance(name, Mapping) and isinstance(name.get("id"), str) and isinstance(name.get("en"), str):
            return Text(name["id"], name["en"])
        self.fault(
            where,
            "calendar-name",
            Text("Nama dalam kedua bahasa belum ada.", "The name in both languages is missing."),
            Text('Tulis name = { id = "…", en = "…" }.', 'Write name = { id = "…", en = "…" }.'),
        )
        return Text("", "")

    def week(self, where: str, value: object) -> Week:
        if not isinstance(value, Mapping):
            value = {}
            self.fault(
                where,
                "calendar-week",
                Text("Jam layanan mingguan belum ada.", "The weekly hours are missing."),
                Text(f"Tulis jam untuk {', '.join(WEEKDAYS)}.", f"Write the hours of {', '.join(WEEKDAYS)}."),
            )
        for key in sorted(set(value) - set(WEEKDAYS)):
            self.fault(
                f"{where}.{key}",
                "calendar-week",
                Text(f"“{key}” bukan nama hari.", f"“{key}” is not the name of a day."),
                Text(f"Pakai {', '.join(WEEKDAYS)}.", f"Use {', '.join(WEEKDAYS)}."),
            )
        return tuple(self.hours(f"{where}.{day}", value.get(day, ())) for day in WEEKDAYS)

    def hours(self, where: str, value: object) -> Hours:
        """Intervals such as "08:00-12:00", sorted; touching ones are joined, overlapping ones are a fault."""
        found: list[tuple[int, int]] = []
        for text in value if isinstance(value, (list, tuple)) else [value]:
            interval = self.interval(where, text)
            if interval:
                found.append(interval)
        joined: list[tuple[int, int]] = []
        for start, end in sorted(found):
            if joined and start < joined[-1][1]:
                self.fault(
                    where,
                    "calendar-overlap",
                    Text(
                        f"Jam {_clock(start)}-{_clock(end)} bertumpang tindih dengan jam sebelumnya.",
                        f"The hours {_clock(start)}-{_clock(end)} overlap the interval before them.",
                    ),
                    Text("Ubah jamnya agar tidak bertumpang tindih.", "Change the hours so that they do not overlap."),
                )
            elif joined and start == joined[-1][1]:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((start, end))
        return tuple(joined)

    def interval(self, where: str, text: object) -> tuple[int, int] | None:
        match = _INTERVAL.fullmatch(text) if isinstance(text, str) else None
        start = _minute(match[1], match[2]) if match else None
        end = _minute(match[3], match[4]) if match else None
        if start is None or end is None or start >= end:
            self.fault(
                where,
                "calendar-hours",
                Text(
                    f"“{text}” bukan jam layanan: jam tutup harus sesudah jam buka pada hari yang sama.",
                    f"“{text}” is not an interval: it must close after it opens, on the same day.",
                ),
                Text("Tulis misalnya 08:00-12:00.", "Write for instance 08:00-12:00."),
            )
            return None
        return start, end

    def holidays(self, value: object) -> Callable[[int], Mapping[date, Holiday]]:
        if not isinstance(value, Mapping) or not value.get("country"):
            return no_holidays
        wanted = value.get("categories", ["public"])
        source = national_holidays(str(value["country"]), map(str, wanted if isinstance(wanted, list) else [wanted]))
        try:
            source(2026)
        except UnknownCountry as fault:
            self.fault(
                "holidays",
                "calendar-holidays",
                Text(f"Hari libur “{fault}” tidak dikenal.", f"The holidays “{fault}” are unknown."),
                Text(
                    'Tulis misalnya country = "ID", categories = ["public", "government"].',
                    'Write for instance country = "ID", categories = ["public", "government"].',
                ),
            )
        return source

    def periods(self, data: Mapping[str, Any]) -> tuple[Period, ...]:
        found: list[Period] = []
        for where, row in self.tables(data, "period"):
            first, last = self.day(f"{where}.from", row.get("from")), self.day(f"{where}.to", row.get("to"))
            week, name = self.week(f"{where}.week", row.get("week")), self.name(where, row)
            if first is None or last is None:
                continue
            if first > last or any(first <= other.last and other.first <= last for other in found):
                self.fault(
                    where,
                    "calendar-period",
                    Text(
                        f"Masa {first} sampai {last} terbalik atau bertumpang tindih dengan masa lain.",
                        f"The period {first} to {last} is turned round or overlaps another.",
                    ),
                    Text("Perbaiki tanggal from dan to.", "Correct the dates from and to."),
                )
            found.append(Period(first, last, week, name))
        return tuple(found)

    def closures(self, data: Mapping[str, Any]) -> dict[date, tuple[Closure, ...]]:
        found: dict[date, tuple[Closure, ...]] = {}
        for where, row, day in self.rows(data, "closure"):
            span = self.interval(f"{where}.hours", row["hours"]) if "hours" in row else _FULL_DAY
            name = self.name(where, row)
            if day and span:
                found[day] = (*found.get(day, ()), Closure(*span, name))
        return found

    def decreed(self, data: Mapping[str, Any]) -> frozenset[date]:
        """The dates of holidays that are settled, each with the decree that says so."""
        found: set[date] = set()
        for where, row in self.tables(data, "decree"):
            number, dates = row.get("number"), row.get("dates")
            if not (isinstance(number, str) and number.strip() and isinstance(dates, list) and dates):
                self.fault(
                    where,
                    "calendar-decree",
                    Text("Nomor keputusan atau tanggalnya belum ada.", "The decree's number or dates are missing."),
                    Text('Tulis number = "…", dates = [2027-03-10].', 'Write number = "…", dates = [2027-03-10].'),
                )
                continue
            found.update(day for value in dates if (day := self.day(f"{where}.dates", value)))
        return frozenset(found)

    def check_workdays(self, opening: Opening) -> None:
        for day in opening.workdays:
            if not opening.day(day).hours and day not in opening.closures:
                self.fault(
                    f"workday {day}",
                    "calendar-workday",
                    Text(
                        f"Hari kerja {day} tidak mempunyai jam, karena hari itu biasanya tutup.",
                        f"The working day {day} has no hours, because that weekday is usually closed.",
                    ),
                    Text('Tambahkan hours = ["08:00-12:00"].', 'Add hours = ["08:00-12:00"].'),
                )


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
