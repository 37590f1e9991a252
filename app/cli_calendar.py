"""The command `alur calendar`: when is something due, and how much working time lies between two instants."""

from __future__ import annotations

import json
import os
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import click

from app.domain.calendar import CLOCKS, Calendar, Due
from app.domain.calendar_data import BadCalendar, calendar_from
from app.domain.durations import CalendarError
from app.domain.text import Text
from app.domain.words import instant_text, span_text
from app.settings import content_dir, terminal_language

FILE = Path("processes", "service", "calendar.toml")
WRONG_INPUT = 2
LONGEST_SHOWN = 60  # characters of a wrong time that are repeated


class OneLine(click.Command):
    """A command whose complaints about its own options are one line, without the usage around it."""

    def make_context(self, *args: object, **kwargs: object) -> click.Context:
        """Read the arguments."""
        try:
            return super().make_context(*args, **kwargs)  # type: ignore[arg-type]
        except click.UsageError as error:
            error.ctx = None
            raise


CONTENT = click.option(
    "--content",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="ALUR_CONTENT_DIR",
    help="Folder of the city's content (with processes/service); default: the one of this installation.",
)


@click.group()
def calendar() -> None:
    """Due times and working time by the service's calendar."""


@calendar.command(cls=OneLine)
@click.option("--from", "start", required=True, metavar="ISO", help="Start, with its zone: 2026-11-23T09:00:00+07:00.")
@click.option("--duration", required=True, metavar="ISO8601", help="PT4H (hours) or P3D (days).")
@click.option("--clock", type=click.Choice(CLOCKS), default="working", help="How it is counted; default: working.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.option("--explain", is_flag=True, help="Say step by step why it is due then.")
@CONTENT
def due(start: str, duration: str, clock: str, as_json: bool, explain: bool, content: Path | None) -> None:
    """Say when something is due."""
    office = load(content)
    try:
        found = office.add(instant(start), duration, clock, explain=explain or as_json)
    except CalendarError as error:
        refuse(error.message)
    click.echo(json.dumps(_as_data(office, found), ensure_ascii=False) if as_json else _as_text(office, found))


@calendar.command(cls=OneLine)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@CONTENT
def between(first: str, second: str, as_json: bool, content: Path | None) -> None:
    """Say how much working time lies between two instants; negative when B comes before A."""
    office = load(content)
    try:
        span = office.working_time_between(instant(first), instant(second))
    except CalendarError as error:
        refuse(error.message)
    if as_json:
        click.echo(json.dumps({"working_seconds": _seconds(span)}))
    else:
        sign = "-" if span < timedelta() else ""
        click.echo(f"{sign}{_say(span_text(abs(span)))} ({_seconds(span)} s)")


def load(content: Path | None) -> Calendar:
    """The calendar of a content folder; ends the command with one line when it cannot be read."""
    path = (content or content_dir()) / FILE
    try:
        return calendar_from(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        refuse(Text(f"{path} tidak dapat dibaca: {error.strerror}.", f"{path} cannot be read: {error.strerror}."))
    except BadCalendar as error:
        faults = error.findings
        refuse(
            Text(
                f"{path}: " + " ".join(f"{fault.element}: {fault.message.id}" for fault in faults),
                f"{path}: " + " ".join(f"{fault.element}: {fault.message.en}" for fault in faults),
            )
        )
    except ValueError as error:
        refuse(Text(f"{path} bukan TOML yang benar: {error}.", f"{path} is not valid TOML: {error}."))


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
    click.echo(" ".join(_say(message).split()), err=True)
    raise click.exceptions.Exit(WRONG_INPUT)


def _say(text: Text) -> str:
    return text.say(terminal_language(os.environ))


def _seconds(span: timedelta) -> int | float:
    whole, rest = divmod(span, timedelta(seconds=1))
    return whole if not rest else span.total_seconds()


def _as_data(office: Calendar, found: Due) -> dict[str, object]:
    return {
        "due": office.local(found.at).isoformat(),
        "confirmed": found.confirmed,
        "steps": [
            {"at": office.local(step.at).isoformat(), "code": step.code, "text": _say(step.text)}
            for step in found.steps
        ],
    }


def _as_text(office: Calendar, found: Due) -> str:
    if found.steps:
        return "\n".join(_say(step.text) for step in found.steps)
    at = instant_text(office.local(found.at))
    if found.confirmed:
        return _say(at)
    return _say(Text(f"{at.id} (kalender belum pasti)", f"{at.en} (calendar not yet certain)"))
