"""The commands `alur service ...`: which service files are in force, and how a content is put in force again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any

import click

from app.cli.common import JSON, OneLine, not_known, print_json, said
from app.domain.text import Text
from app.domain.words import instant_text
from app.settings import Settings

if TYPE_CHECKING:
    from app.commands.runner import Runner
    from app.queries.case.recounts import Progress
    from app.queries.procedure.service_files import Loading
    from app.toolbox import Toolbox

MOMENT = timedelta(seconds=1)
WATCH = 0.5  # seconds between two looks at a recount that another node carries on
SHORT = 12  # characters of a digest that are shown and enough to name it
REASON = click.option("--reason", required=True, help="Why this content is put in force; kept for ever.")


@click.group()
def service() -> None:
    """The service's calendar, limits, units and other data: what is in force, and loading it."""


@service.command(name="list", cls=OneLine)
@click.argument("name", required=False)
@JSON
def list_(name: str | None, as_json: bool) -> None:
    """Show each file's content in force, or every content of the file NAME; a mark says that the disk differs."""
    from app.queries.procedure import service_files
    from app.standard.service import FOLDER, read_contents
    from app.store.database import reading

    with _installation() as parts, reading(parts.database) as session:
        found = service_files.history(session, name) if name else service_files.in_force(session)
        names = [each.name for each in service_files.in_force(session)]
        held = {each.name for each in found}
        contents = read_contents(parts.settings.processes_dir.parent / FOLDER)
        other = set(service_files.differing(session, {key: data for key, data in contents.items() if key in held}))
        zone = parts.service(session).calendar.zone if found else None
    if name and not found:
        raise not_known(Text(f"{name} tidak pernah dimuat.", f"{name} was never loaded."), name, names)
    if as_json:
        rows = [_row(each) | {"on_disk": each.name not in other} for each in found]
        print_json(rows)
        return
    for each in found:
        at = said(instant_text(each.at.astimezone(zone).replace(second=0, microsecond=0)))
        mark = "*" if each.in_force else " "
        differs = said(Text("  (berkas di disk berbeda)", "  (the file on the disk differs)"))
        end = differs if each.in_force and each.name in other else ""
        click.echo(f"{mark} {each.digest[:SHORT]}  {at}  {each.by:8.8}  {each.name}: {each.reason}{end}")


@service.command(cls=OneLine)
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--reason", help="Why this content is put in force; kept for ever.")
@click.option("--preview", is_flag=True, help="Change nothing; say how many due times would move.")
@JSON
def load(paths: tuple[Path, ...], reason: str | None, preview: bool, as_json: bool) -> None:
    """Put the service files PATHS (files, or the whole folder) in force, new contents or earlier ones again."""
    if reason is None and not preview:
        raise click.UsageError(
            said(Text("--reason belum ada: tulis alasannya.", "--reason is missing: give the reason."))
        )
    contents: dict[str, bytes] = {}
    for path in paths:
        contents |= _contents(path)
    with _installation() as parts:
        if preview:
            _foretell(parts, contents, as_json)
        else:
            _put_in_force(parts, contents, reason or "", as_json)


@service.command(cls=OneLine)
@click.argument("name")
@click.argument("digest")
@REASON
@JSON
def restore(name: str, digest: str, reason: str, as_json: bool) -> None:
    """Put an earlier content of the file NAME in force again; DIGEST as `alur service list NAME` shows it."""
    from app.queries.procedure import service_files
    from app.store.database import reading

    with _installation() as parts:
        with reading(parts.database) as session:
            found = service_files.content(session, name, digest)
        if len(found) != 1:
            raise click.UsageError(said(_not_one(len(found), name, digest)))
        _put_in_force(parts, {name: found[0]}, reason, as_json)


def _contents(path: Path) -> dict[str, bytes]:
    """Name -> content, as the service names its files."""
    from app.standard.service import TEMPLATES, read_contents

    if path.is_dir():
        return read_contents(path)
    folder = TEMPLATES if path.resolve().parent.name == TEMPLATES.strip("/") else ""
    return {f"{folder}{path.name}": path.read_bytes()}


def _not_one(count: int, name: str, digest: str) -> Text:
    return Text(f"{count} isi {name} bernomor {digest}.", f"{count} contents of {name} are numbered {digest}.")


def _put_in_force(toolbox: Toolbox, contents: Mapping[str, bytes], reason: str, as_json: bool) -> None:
    from app.commands.procedure.service import LoadService
    from app.commands.runner import Runner
    from app.domain.roles import SYSTEM

    runner = Runner(toolbox)
    changed = runner.run(LoadService(contents, reason), SYSTEM)
    new = Text("Berlaku mulai sekarang: ", "In force from now on: ")
    nothing = Text("Semuanya sudah berlaku; tidak ada yang berubah.", "All of it is in force already; nothing changed.")
    if not as_json:
        click.echo(said(new) + ", ".join(changed) + "." if changed else said(nothing))
    ended = _recounted(toolbox, runner, as_json) if changed else None
    if as_json:
        print_json({"in_force": list(changed), "recount": _figures(ended) if ended else None})


def _recounted(toolbox: Toolbox, runner: Runner, quiet: bool) -> Progress | None:
    """Count the due times again here, or watch another node do it; None where nothing has to be counted."""
    from app.jobs.recounter import Recounter
    from app.queries.case import recounts
    from app.store.database import reading

    recounter, told = Recounter(runner), -1

    def look() -> Progress | None:
        nonlocal told
        with reading(toolbox.database) as session:
            now = recounts.latest(session, began)
        if now is not None and not quiet and now.share // 10 > told:
            told = now.share // 10
            click.echo(said(_progress(now)), err=True)
        return now

    began = toolbox.clock.now() - MOMENT
    found = look()
    while found is not None and found.going:
        if not recounter.run_due(look):
            sleep(WATCH)
        found = look()
    return found


def _progress(now: Progress) -> Text:
    known = f"{now.done}/{now.total}"
    if now.going:
        return Text(f"Aduan dihitung ulang: {known}.", f"Complaints counted again: {known}.")
    failed = (
        Text(f" Tidak dapat dihitung: {now.failed}.", f" Not countable: {now.failed}.") if now.failed else Text("", "")
    )
    return Text(
        f"Aduan dihitung ulang: {known}. Jatuh tempo bergeser: {now.times}, pada {now.moved} aduan.{failed.id}",
        f"Complaints counted again: {known}. Due times moved: {now.times} (complaints: {now.moved}).{failed.en}",
    )


def _figures(now: Progress) -> dict[str, int]:
    return {name: getattr(now, name) for name in ("total", "done", "moved", "times", "failed")}


def _foretell(toolbox: Toolbox, contents: Mapping[str, bytes], as_json: bool) -> None:
    from app.queries.task.effects import effect
    from app.store.database import reading

    with reading(toolbox.database) as session:
        found = effect(session, toolbox, contents, toolbox.clock.now())
    if as_json:
        print_json(asdict(found))
        return
    click.echo(
        said(
            Text(
                f"Akan bergeser: {found.times} jatuh tempo pada {found.moved} dari {found.cases} aduan; "
                f"lebih awal: {found.earlier}; tidak dapat dihitung: {found.unknown}.",
                f"Would move: {found.times} due times in {found.moved} of {found.cases} complaints; "
                f"earlier: {found.earlier}; not countable: {found.unknown}.",
            )
        )
    )


@contextmanager
def _installation() -> Iterator[Toolbox]:
    """The parts of this installation, with its tables up to date; the database is let go at the end."""
    from app.main import join
    from app.store.migrate import upgrade

    toolbox = join(Settings.from_environment(os.environ))
    try:
        upgrade(toolbox.database)
        yield toolbox
    finally:
        toolbox.database.dispose()


def _row(each: Loading) -> dict[str, Any]:
    kept = {"name": each.name, "digest": each.digest, "at": each.at.isoformat(), "by": each.by}
    return {**kept, "reason": each.reason, "in_force": each.in_force}
