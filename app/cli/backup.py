"""The commands `alur backup` and `alur restore`: one sealed file that was tried out before it is called good."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.common import JSON, print_json, said
from app.domain.text import Text
from app.settings import Settings

if TYPE_CHECKING:
    from app.store.keys import KeyRing
    from app.toolbox import Toolbox

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@JSON
def backup(file: Path, as_json: bool) -> None:
    """Write all data into FILE while people work, sealed with ALUR_IDENTITY_KEY (never in it), and try it out."""
    from app.store import backup as copies

    settings = _settings()
    part = file.with_name(f"{file.name}.sementara")
    try:
        part.unlink(missing_ok=True)  # of a run that was killed
        copies.write(settings.database_url, settings.attachments_dir, part, _keys(settings))
        with copies.workshop(file.parent) as folder:
            counted = _tried(part, folder, settings)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    _answer(as_json, file, counted, Text(f"Cadangan {file} baik", f"The backup {file} is good"))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--replace", is_flag=True, help="Keep the database that stands here under another name, and take its place."
)
@JSON
def restore(file: Path, replace: bool, as_json: bool) -> None:
    """Lay out the backup FILE where this installation looks for its data; Alur must not run meanwhile."""
    from app.domain.clock import SystemClock
    from app.store import backup as copies

    settings = _settings()
    if copies.is_occupied(settings.database_url) and not replace:
        raise copies.NoBackup(copies.OCCUPIED)
    with copies.workshop(copies.file_of(settings.database_url).parent) as folder:
        counted = _tried(file, folder, settings)
        stamp = f"sebelum-{SystemClock().now():%Y%m%dT%H%M%S}"
        laid = folder / copies.DATABASE, folder / copies.ATTACHMENTS
        copies.put_in_place(*laid, settings.database_url, settings.attachments_dir, stamp)
    _answer(as_json, file, counted, Text(f"{file} sudah dipulihkan", f"{file} has been restored"))


def _tried(file: Path, folder: Path, settings: Settings) -> dict[str, int]:
    """Lay a backup out in `folder`, bring it up to date and check all its promises; how many rows it holds of what."""
    from dataclasses import replace

    from app.main import join
    from app.queries.verify import verify as checks
    from app.store import backup as copies
    from app.store import migrate
    from app.store.database import reading

    database, _ = copies.read(file, folder, _keys(settings))
    there = replace(settings, database_url=f"sqlite:///{database}", var_dir=folder)
    toolbox: Toolbox = join(there)
    try:
        migrate.upgrade(toolbox.database, keys=toolbox.keys)
        with reading(toolbox.database) as session:
            wrong, counted = checks.verify(session, toolbox), checks.counts(session)
        with toolbox.database.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        toolbox.database.dispose()
    if wrong:
        first = wrong[0]
        raise copies.NoBackup(
            Text(
                f"{len(wrong)} baris di dalamnya rusak; yang pertama: {first.table} {first.row}, {first.what.id}",
                f"{len(wrong)} rows in it are damaged; the first: {first.table} {first.row}, {first.what.en}",
            )
        )
    return dict(counted)


def _settings() -> Settings:
    return Settings.from_environment(os.environ)


def _keys(settings: Settings) -> KeyRing:
    from app.store.keys import KeyRing

    return KeyRing.of(settings.identity_key)


def _answer(as_json: bool, file: Path, counted: dict[str, int], what: Text) -> None:
    length = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "bytes": length, "rows": counted})
        return
    rows, size = ", ".join(f"{table} {count}" for table, count in counted.items()), f"{length:,}"
    shown = Text(size.replace(",", "."), size)
    click.echo(said(Text(f"{what.id}: {shown.id} bita; {rows}.", f"{what.en}: {shown.en} bytes; {rows}.")))
