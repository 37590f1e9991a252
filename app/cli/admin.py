"""The commands `alur db`, `alur deploy`, `alur seed` and `alur verify`: what the person at the machine does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.common import JSON, not_known, print_json, said
from app.domain.text import Text
from app.settings import Settings, WrongSettings

if TYPE_CHECKING:
    from app.queries.verify.violation import Violation
    from app.toolbox import Toolbox

MOST_LINES = 200


@click.group()
def db() -> None:
    """Create the database's tables or bring them up to date."""


@db.command()
@JSON
def upgrade(as_json: bool) -> None:
    """Run the migrations that are missing; the rows stay."""
    from app.store import migrate

    toolbox = _toolbox()
    before = migrate.current(toolbox.database)
    migrate.upgrade(toolbox.database, keys=toolbox.keys)
    after = migrate.current(toolbox.database)
    if as_json:
        print_json({"before": before, "after": after})
    else:
        click.echo(said(Text(f"Tabel: {before or 'belum ada'} -> {after}.", f"Tables: {before or 'none'} -> {after}.")))


@db.command()
@JSON
def state(as_json: bool) -> None:
    """Say at which revision the tables stand, and which one this program needs; exit code 1 when they differ."""
    from app.store import migrate

    current, head = migrate.current(_toolbox().database), migrate.head()
    if as_json:
        print_json({"current": current, "needed": head})
    else:
        there = Text(f"Tabel: {current or 'belum ada'}", f"Tables: {current or 'none'}")
        click.echo(said(Text(f"{there.id}; dibutuhkan: {head}.", f"{there.en}; needed: {head}.")))
    if current != head:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--reason", required=True, help="Why this version goes live; kept for ever.")
@JSON
def deploy(folder: Path, reason: str, as_json: bool) -> None:
    """Put the procedure in FOLDER live as a new version; running cases stay on theirs."""
    from app.bundle.read import read_folder
    from app.commands.procedure.deployments import Deploy

    toolbox = ready()
    bundle = read_folder(folder, toolbox.settings.forms_dir)
    done = _run(toolbox, Deploy(bundle.files, reason))
    live = Text(f"{bundle.key} versi {done.version} berlaku.", f"{bundle.key} version {done.version} is live.")
    if as_json:
        print_json({"key": bundle.key, "version": done.version})
    else:
        click.echo(said(live))


@click.command()
def seed() -> None:
    """Load demo people and complaints (demo mode only)."""
    from app import demo

    toolbox = ready()
    if not toolbox.settings.demo:
        raise WrongSettings("Hanya dalam mode percobaan (ALUR_DEMO=1). / Only in demo mode (ALUR_DEMO=1).")
    made = demo.seed(toolbox)
    there = Text("Sudah ada sebelumnya.", "They were there already.")
    click.echo(said(Text("Orang dan aduan contoh dimuat.", "Demo people and complaints loaded.") if made else there))


@click.command()
@click.option("--only", help="One invariant, for instance INV5.")
@JSON
def verify(only: str | None, as_json: bool) -> None:
    """Check what is stored: seven invariants, with them the audit chain; exit code 1 names every row that is wrong."""
    from app.queries.verify import verify as checks
    from app.store.database import reading

    codes = [invariant.code for invariant in checks.INVARIANTS]
    if only is not None and only not in codes:
        raise not_known(Text(f"--only: tidak ada “{only}”.", f"--only: there is no “{only}”."), only, codes)
    toolbox = _toolbox()
    with reading(toolbox.database) as session:
        found = checks.verify(session, toolbox, only)
        counted = checks.counts(session)
    toolbox.database.dispose()
    wrong = {each.invariant for each in found}
    promised = {each.code: said(each.promise) for each in checks.INVARIANTS if only in (None, each.code)}
    if as_json:
        held = [{"code": code, "promise": promise, "holds": code not in wrong} for code, promise in promised.items()]
        print_json({"invariants": held, "rows": dict(counted), "wrong": [_as_data(each) for each in found]})
    else:
        for code, promise in promised.items():
            mark = said(Text("RUSAK", "BROKEN")) if code in wrong else "ok"
            click.echo(f"{code} {mark:6} {promise}")
        click.echo(", ".join(f"{table} {count}" for table, count in counted.items()))
        _tell(found)
    if found:
        raise click.exceptions.Exit(1)


def _as_data(each: Violation) -> dict[str, str]:
    return {"invariant": each.invariant, "table": each.table, "row": str(each.row), "what": said(each.what)}


def _tell(found: list[Violation]) -> None:
    for each in found[:MOST_LINES]:
        click.echo(f"{each.invariant} {each.table} {each.row}: {said(each.what)}", err=True)
    if len(found) > MOST_LINES:
        rest = len(found) - MOST_LINES
        click.echo(said(Text(f"... dan {rest} lagi.", f"... and {rest} more.")), err=True)


def _toolbox() -> Toolbox:
    from app.main import join

    return join(Settings.from_environment(os.environ))


def ready() -> Toolbox:
    """The parts, with tables, service data and procedures up to date."""
    from app.main import prepare

    toolbox = _toolbox()
    prepare(toolbox)
    return toolbox


def _run(toolbox: Toolbox, command: Any) -> Any:
    from app.commands.runner import Runner
    from app.domain.roles import SYSTEM

    return Runner(toolbox).run(command, SYSTEM)
