"""The commands `alur service ...`: which service files are in force, and how a content is put in force again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli_parts import JSON, OneLine, not_known, print_json, said
from app.domain.text import Text
from app.domain.words import instant_text
from app.settings import Settings

if TYPE_CHECKING:
    from app.commands.parts import Parts
    from app.queries.service_files import Loading

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
    from app.bundle.service import FOLDER, read_contents
    from app.queries import service_files
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
@REASON
@JSON
def load(paths: tuple[Path, ...], reason: str, as_json: bool) -> None:
    """Put the service files PATHS (files, or the whole folder) in force, new contents or earlier ones again."""
    contents: dict[str, bytes] = {}
    for path in paths:
        contents |= _contents(path)
    with _installation() as parts:
        _put_in_force(parts, contents, reason, as_json)


@service.command(cls=OneLine)
@click.argument("name")
@click.argument("digest")
@REASON
@JSON
def restore(name: str, digest: str, reason: str, as_json: bool) -> None:
    """Put an earlier content of the file NAME in force again; DIGEST as `alur service list NAME` shows it."""
    from app.queries import service_files
    from app.store.database import reading

    with _installation() as parts:
        with reading(parts.database) as session:
            found = service_files.content(session, name, digest)
        if len(found) != 1:
            raise click.UsageError(said(_not_one(len(found), name, digest)))
        _put_in_force(parts, {name: found[0]}, reason, as_json)


def _contents(path: Path) -> dict[str, bytes]:
    """Name -> content, as the service names its files."""
    from app.bundle.service import TEMPLATES, read_contents

    if path.is_dir():
        return read_contents(path)
    folder = TEMPLATES if path.resolve().parent.name == TEMPLATES.strip("/") else ""
    return {f"{folder}{path.name}": path.read_bytes()}


def _not_one(count: int, name: str, digest: str) -> Text:
    return Text(f"{count} isi {name} bernomor {digest}.", f"{count} contents of {name} are numbered {digest}.")


def _put_in_force(parts: Parts, contents: Mapping[str, bytes], reason: str, as_json: bool) -> None:
    from app.commands.runner import Runner
    from app.commands.service import LoadService
    from app.domain.roles import SYSTEM

    changed = Runner(parts).run(LoadService(contents, reason), SYSTEM)
    new = Text("Berlaku mulai sekarang: ", "In force from now on: ")
    nothing = Text("Semuanya sudah berlaku; tidak ada yang berubah.", "All of it is in force already; nothing changed.")
    if as_json:
        print_json({"in_force": list(changed)})
    else:
        click.echo(said(new) + ", ".join(changed) + "." if changed else said(nothing))


@contextmanager
def _installation() -> Iterator[Parts]:
    """The parts of this installation, with its tables up to date; the database is let go at the end."""
    from app.main import join
    from app.store.migrate import upgrade

    parts = join(Settings.from_environment(os.environ))
    try:
        upgrade(parts.database)
        yield parts
    finally:
        parts.database.dispose()


def _row(each: Loading) -> dict[str, Any]:
    kept = {"name": each.name, "digest": each.digest, "at": each.at.isoformat(), "by": each.by}
    return {**kept, "reason": each.reason, "in_force": each.in_force}
