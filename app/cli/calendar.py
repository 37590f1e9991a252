"""The command `alur calendar`: when is something due, and how much working time lies between two instants."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import click
from click.core import ParameterSource

from app.cli.common import CONTENT, JSON, OneLine, said
from app.domain.calendar import CLOCKS, Calendar, Due
from app.domain.calendar_data import BadCalendar, calendar_from
from app.domain.clock import SystemClock
from app.domain.durations import CalendarError
from app.domain.limits import Limit
from app.domain.text import Text
from app.domain.toml import parse_toml
from app.domain.words import instant_text, span_text
from app.settings import content_dir, database_of, terminal_language

FILE = Path("processes", "service", "calendar.toml")
SQLITE = "sqlite:///"
WRONG_INPUT = 2
LONGEST_SHOWN = 60  # characters of a wrong time that are repeated


@click.group()
def calendar() -> None:
    """Due times and working time by the service's calendar."""


@calendar.command(cls=OneLine)
@click.option("--from", "start", required=True, metavar="ISO", help="Start, with its zone: 2026-11-23T09:00:00+07:00.")
@click.option("--duration", required=True, metavar="ISO8601", help="PT4H (hours) or P3D (days).")
@click.option("--clock", type=click.Choice(CLOCKS), default="working", help="How it is counted; default: working.")
@JSON
@click.option("--explain", is_flag=True, help="Say step by step why it is due then.")
@CONTENT
def due(start: str, duration: str, clock: str, as_json: bool, explain: bool, content: Path | None) -> None:
    """Say when something is due."""
    office = load(content)
    try:
        found = office.calendar.add(instant(start), duration, clock, explain=explain or as_json)
        data = _as_data(office, found, Limit("", duration, clock)) if as_json else {}
    except CalendarError as error:
        refuse(error.message)
    _answer(office, data if as_json else _as_text(office.calendar, found))


@calendar.command(cls=OneLine)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@JSON
@CONTENT
def between(first: str, second: str, as_json: bool, content: Path | None) -> None:
    """Say how much working time lies between two instants; negative when B comes before A."""
    office = load(content)
    try:
        span = office.calendar.working_time_between(instant(first), instant(second))
    except CalendarError as error:
        refuse(error.message)
    if as_json:
        _answer(office, {"working_seconds": _seconds(span), "calendar": office.origin})
    else:
        sign = "-" if span < timedelta() else ""
        _answer(office, f"{sign}{said(span_text(abs(span)))} ({_seconds(span)} s)")


@dataclass(frozen=True)
class Office:
    """The calendar that is asked, and where it comes from: for people and for programs."""

    calendar: Calendar
    told: Text
    origin: Mapping[str, str]


def load(content: Path | None) -> Office:
    """The calendar that the application goes by: that of its database, else of the content folder.

    The option --content asks for a folder's instead. Ends the command with one line when it cannot be read.
    """
    asked = click.get_current_context().get_parameter_source("content") is ParameterSource.COMMANDLINE
    address = None if asked else database_of(os.environ)
    return (_from_database(address) if address else None) or _from_file((content or content_dir()) / FILE)


def _from_database(address: str) -> Office | None:
    """The calendar in force in this installation's database; None where none was loaded into it yet."""
    from sqlalchemy.exc import SQLAlchemyError

    from app.domain.errors import Refusal
    from app.store.database import connect
    from app.store.service_data import file_in_force

    if address.startswith(SQLITE) and not Path(address.removeprefix(SQLITE)).is_file():
        return None  # opening it would make it
    try:
        engine = connect(address)
        with engine.connect() as connection:
            row = file_in_force(connection, FILE.name)
        engine.dispose()
    except (SQLAlchemyError, Refusal, ImportError):
        refuse(
            Text(
                "Basis data tidak dapat dibuka; --content menunjuk folder berkas sebagai gantinya.",
                "The database cannot be opened; --content names a folder of files instead.",
            )
        )
    if row is None:
        return None
    office = _read(Text("basis data", "database"), row.content.decode())
    since = instant_text(office.local(row.loaded_at).replace(second=0, microsecond=0))
    return Office(
        office,
        Text(f"Kalender dari basis data, berlaku sejak {since.id}.", f"Calendar of the database, since {since.en}."),
        {"from": "database", "digest": row.digest, "since": row.loaded_at.isoformat(), "reason": row.reason},
    )


def _from_file(path: Path) -> Office:
    try:
        content = path.read_bytes()
        text = content.decode()
    except OSError as error:
        refuse(Text(f"{path} tidak dapat dibaca: {error.strerror}.", f"{path} cannot be read: {error.strerror}."))
    except UnicodeDecodeError as error:
        refuse(Text(f"{path} bukan TOML yang benar: {error}.", f"{path} is not valid TOML: {error}."))
    return Office(
        _read(Text(str(path), str(path)), text),
        Text(f"Kalender dari berkas {path}.", f"Calendar of the file {path}."),
        {"from": "files", "digest": hashlib.sha256(content).hexdigest(), "path": str(path)},
    )


def _read(place: Text, content: str) -> Calendar:
    try:
        return calendar_from(parse_toml(content.encode()))
    except BadCalendar as error:
        faults = error.findings
        refuse(
            Text(
                f"{place.id}: " + " ".join(f"{fault.element}: {fault.message.id}" for fault in faults),
                f"{place.en}: " + " ".join(f"{fault.element}: {fault.message.en}" for fault in faults),
            )
        )
    except ValueError as error:
        refuse(Text(f"{place.id} bukan TOML yang benar: {error}.", f"{place.en} is not valid TOML: {error}."))


def _answer(office: Office, answer: str | Mapping[str, object]) -> None:
    """The answer on the output, with which calendar gave it: within JSON, else on a line of the error output."""
    if isinstance(answer, str):
        click.echo(said(office.told), err=True)
    click.echo(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False))


def instant(text: str) -> datetime:
    """An instant from its ISO 8601 text; ends the command with one line when it is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
        refuse(
            Text(
                f"“{shown}” bukan waktu ISO 8601 seperti 2026-11-23T09:00:00+07:00.",
                f"“{shown}” is not an ISO 8601 time such as 2026-11-23T09:00:00+07:00.",
            )
        )


def refuse(message: Text) -> NoReturn:
    """End the command because its input is wrong: one line on the error output, exit code 2."""
    click.echo(" ".join(said(message).split()), err=True)
    raise click.exceptions.Exit(WRONG_INPUT)


def _seconds(span: timedelta) -> int | float:
    whole, rest = divmod(span, timedelta(seconds=1))
    return whole if not rest else span.total_seconds()


def _as_data(office: Office, found: Due, limit: Limit) -> dict[str, object]:
    """`left` is the due object of every page and answer."""
    from app.rules.remaining import deadline

    calendar = office.calendar
    told = deadline(limit, calendar, SystemClock().now(), found.at, found.confirmed)
    return {
        "due": calendar.local(found.at).isoformat(),
        "confirmed": found.confirmed,
        "left": told.as_json(terminal_language(os.environ)),
        "steps": [
            {"at": calendar.local(step.at).isoformat(), "code": step.code, "text": said(step.text)}
            for step in found.steps
        ],
        "calendar": office.origin,
    }


def _as_text(office: Calendar, found: Due) -> str:
    if found.steps:
        return "\n".join(said(step.text) for step in found.steps)
    at = instant_text(office.local(found.at))
    if found.confirmed:
        return said(at)
    return said(Text(f"{at.id} (kalender belum pasti)", f"{at.en} (calendar not yet certain)"))
