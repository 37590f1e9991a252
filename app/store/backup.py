"""Copies a database and its attachments into one sealed file while people work, and lays them out again."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import make_url

from app.domain.errors import Refusal
from app.domain.text import Text
from app.store.archive import CHANGED, BadArchive, SealedReader, SealedWriter
from app.store.keys import KeyRing

DATABASE, ATTACHMENTS = "database.sqlite", "attachments"
WORKSHOP = ".alur-cadangan-"  # folders beside the file while it is made; the number of the process follows


class NoBackup(Refusal):
    """A backup cannot be made or laid out here; nothing was changed."""

    code = "no-backup"
    status = 409
    title = Text("Cadangan tidak dapat dibuat atau dipulihkan di sini.", "No backup can be made or restored here.")


POSTGRESQL = Text(
    "Basis data PostgreSQL dicadangkan dengan pg_dump dan dipulihkan dengan pg_restore (paket postgresql-client); "
    "salin juga folder lampiran.",
    "A PostgreSQL database is backed up with pg_dump and restored with pg_restore (package postgresql-client); copy "
    "the folder of attachments too.",
)
OCCUPIED = Text(
    "Di sini sudah ada basis data. Hentikan Alur, lalu ulangi dengan --replace: yang lama disimpan di sebelahnya.",
    "There is a database here already. Stop Alur, then repeat with --replace: the old one is kept beside it.",
)


NOTHING = Text(
    "Belum ada basis data di tempat yang disebut ALUR_DATABASE_URL.",
    "There is no database yet where ALUR_DATABASE_URL says.",
)


def file_of(url: str) -> Path:
    """The file of a SQLite database; NoBackup for any other."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        raise NoBackup(POSTGRESQL)
    return Path(address.database)


def write(url: str, attachments: Path, target: Path, keys: KeyRing) -> None:
    """Write everything that was acknowledged before this began into `target`, readable by its owner only.

    The database is copied in one reading transaction, which holds up nobody who writes; the attachments after it, so
    that each one the database names is there. `target` must not exist.
    """
    if not is_occupied(url):
        raise NoBackup(NOTHING)
    with workshop(target.parent) as folder:
        copy = folder / DATABASE
        with closing(sqlite3.connect(file_of(url))) as source, closing(sqlite3.connect(copy)) as made:
            source.backup(made)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            sealed = SealedWriter(file, keys)
            with tarfile.open(fileobj=sealed, mode="w|", format=tarfile.PAX_FORMAT) as archive:
                archive.add(copy, DATABASE)
                if attachments.is_dir():
                    for each in sorted(attachments.rglob("*")):
                        _add(archive, each, f"{ATTACHMENTS}/{each.relative_to(attachments)}")
            sealed.close()
            file.flush()
            os.fsync(file.fileno())


def read(source: Path, folder: Path, keys: KeyRing) -> tuple[Path, Path]:
    """Lay a backup out in an empty folder: (database, attachments). Raises BadArchive for anything but a whole one."""
    found: set[str] = set()
    with source.open("rb") as file, SealedReader(file, keys) as opened:
        try:
            with tarfile.open(fileobj=opened, mode="r|") as archive:
                for member in archive:
                    found.add(member.name)
                    archive.extract(member, folder, set_attrs=False, filter="data")
        except tarfile.TarError as error:
            raise BadArchive(CHANGED) from error
    if DATABASE not in found:
        raise BadArchive(CHANGED)
    (folder / ATTACHMENTS).mkdir(exist_ok=True)
    for each in (folder / ATTACHMENTS).rglob("*"):
        each.chmod(0o700 if each.is_dir() else 0o600)
    (folder / ATTACHMENTS).chmod(0o700)
    (folder / DATABASE).chmod(0o600)
    return folder / DATABASE, folder / ATTACHMENTS


def put_in_place(database: Path, attachments: Path, url: str, folder: Path, stamp: str) -> None:
    """Move what was laid out to where this installation looks for it; what stood there gets the name's `stamp`."""
    target = file_of(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    for old in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))):
        if old.exists():
            old.replace(old.with_name(f"{old.name}.{stamp}"))
    if folder.exists():
        folder.replace(folder.with_name(f"{folder.name}.{stamp}"))
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(attachments, folder)
    shutil.move(database, target)


def is_occupied(url: str) -> bool:
    """Whether a database stands where the backup would go."""
    target = file_of(url)
    return target.exists() and target.stat().st_size > 0


@contextmanager
def workshop(beside: Path) -> Iterator[Path]:
    """A folder for work that nobody else may read, on the same disk; those of processes that were killed go."""
    beside.mkdir(parents=True, exist_ok=True)
    for left in beside.glob(f"{WORKSHOP}*"):
        process = left.name.removeprefix(WORKSHOP).partition("-")[0]
        if not process.isdigit() or not Path("/proc", process).exists():
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{WORKSHOP}{os.getpid()}-", dir=beside) as folder:
        yield Path(folder)


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    """Add one file or folder; one that was swept out meanwhile belonged to nothing."""
    try:
        archive.add(path, name, recursive=False)
    except FileNotFoundError:
        return
