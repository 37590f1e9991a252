"""The command `alur doctor`: contradictions of the source document, data nobody confirmed, and what runs out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import click

from app.cli.common import CONTENT, FORMAT, JSON, OneLine, print_json
from app.domain.clock import SystemClock
from app.domain.findings import Finding, errors
from app.domain.text import Text
from app.domain.words import count_en, date_text
from app.settings import Settings, WrongSettings, content_dir, terminal_language
from app.standard.service import FOLDER, ServiceData, inspect_service, read_contents

NOTICE = timedelta(days=100)  # the longest limit, 60 working days, and two weeks to act


@click.command(cls=OneLine)
@JSON
@FORMAT
@CONTENT
def doctor(as_json: bool, shape: str, content: Path | None) -> None:
    """Say what contradicts, what nobody confirmed and what runs out; exit code 1 when the service cannot run so."""
    language = terminal_language(os.environ)
    service, findings = inspect_service(read_contents((content or content_dir()) / FOLDER))
    if service is not None:
        findings += ageing(service, service.calendar.local_date(SystemClock().now()))
    findings += _settings()
    if as_json or shape == "json":
        print_json([finding.as_dict(language) for finding in findings])
    else:
        click.echo("\n".join(_lines(findings, language)))
    if errors(findings):
        raise click.exceptions.Exit(1)


def ageing(service: ServiceData, today: date) -> list[Finding]:
    """What has run out or soon will: the calendar's certainty, laws and decrees."""
    return [*_horizon(service, today), *_guesses(service, today), *_outdated(service, today)]


def _horizon(service: ServiceData, today: date) -> Iterator[Finding]:
    until = service.calendar.confirmed_until
    if until - today < NOTICE:
        day = date_text(until)
        yield Finding(
            "calendar.toml",
            "confirmed_until",
            "calendar-horizon",
            "warning",
            Text(f"Kalender hanya pasti sampai {day.id}.", f"The calendar is certain only up to {day.en}."),
            Text(
                "Periksa hari libur yang sudah diputuskan, lalu majukan confirmed_until.",
                "Check the holidays that have been decreed, then move confirmed_until on.",
            ),
        )


def _guesses(service: ServiceData, today: date) -> Iterator[Finding]:
    """Holidays within the certain time whose dates are only reckoned."""
    calendar = service.calendar
    start, end = (datetime.combine(day, time(12), calendar.zone) for day in (today, calendar.confirmed_until))
    if days := calendar.guesses(start, end):
        texts = [date_text(day) for day in days]
        yield Finding(
            "calendar.toml",
            "decree",
            "calendar-guessed",
            "warning",
            Text(
                f"Hari libur yang masih perkiraan: {', '.join(day.id for day in texts)}; batas sesudahnya belum pasti.",
                f"Holidays only reckoned so far: {', '.join(day.en for day in texts)}; what is due later is not sure.",
            ),
            Text(
                "Setelah ada keputusannya, cantumkan tanggalnya di bawah [[decree]] dengan number dan dates.",
                "Once there is a decree, list the dates below [[decree]] with number and dates.",
            ),
        )


def _outdated(service: ServiceData, today: date) -> Iterator[Finding]:
    bases = service.standard.legal_basis
    named = {f"{basis.kind} {basis.number}/{basis.year}" for basis in bases}
    for basis in bases:
        if basis.in_force(today) or basis.replaced_by in named:
            continue
        ended = basis.replaced_by or str(basis.valid_to or basis.valid_from)
        yield Finding(
            "standard.toml",
            f"legal_basis {basis.kind} {basis.number}/{basis.year}",
            "legal-basis-outdated",
            "warning",
            Text(f"{basis.title.id}: tidak berlaku ({ended}).", f"{basis.title.en}: not in force ({ended})."),
            Text("Cantumkan penggantinya.", "Name its successor."),
        )


def _settings() -> Iterator[Finding]:
    """In demo mode nothing is required; otherwise everything that production needs and the environment lacks."""
    if os.environ.get("ALUR_DEMO"):
        return
    try:
        Settings.from_environment(os.environ)
    except WrongSettings as error:
        said = " ".join(str(error).split())
        yield Finding(
            "environment",
            None,
            "settings",
            "warning",
            Text(f"Belum siap untuk produksi: {said}", f"Not ready for production: {said}"),
            Text("Atur variabel itu, atau pakai --demo.", "Set these variables, or use --demo."),
        )


def _lines(findings: list[Finding], language: str) -> Iterator[str]:
    for finding in findings:
        mark = Text("GALAT", "ERROR") if finding.severity == "error" else Text("peringatan", "warning")
        place = f"{finding.file}, {finding.element}" if finding.element else finding.file
        yield f"{mark.say(language)} {place}: {finding.message.say(language)}"
        yield f"  {finding.fix.say(language)}"
    faults = len(errors(findings))
    rest = len(findings) - faults
    yield Text(f"{faults} galat, {rest} peringatan.", f"{count_en(faults, 'error')}, {count_en(rest, 'warning')}.").say(
        language
    )
