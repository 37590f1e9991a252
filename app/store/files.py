"""Keeps attachments as files under random names, outside every web root; a crash leaves no half file."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from app.domain.errors import StorageFull
from app.store.faults import faultpoint

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def path_of(folder: Path, attachment_id: str) -> Path:
    """Where the content of an attachment lies."""
    return folder / attachment_id[:2] / attachment_id


def write(folder: Path, attachment_id: str, content: bytes) -> None:
    """Write the content durably; StorageFull when there is no room."""
    path = path_of(folder, attachment_id)
    draft = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        faultpoint("after_file_write")
        os.replace(draft, path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        if error.errno in FULL:
            raise StorageFull() from error
        raise
    faultpoint("after_file_rename")


def read(folder: Path, attachment_id: str) -> bytes:
    """The content; FileNotFoundError when it is gone."""
    return path_of(folder, attachment_id).read_bytes()


def remove(folder: Path, names: Iterable[str]) -> None:
    """Delete contents, those that are there."""
    for name in names:
        path_of(folder, name).unlink(missing_ok=True)


def older_than(folder: Path, instant: datetime) -> Iterator[str]:
    """The names of all files written before an instant, half-written ones included."""
    for path in folder.glob("??/*"):
        if path.stat().st_mtime < instant.timestamp():
            yield path.name
