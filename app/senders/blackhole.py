"""Sends nothing: writes each message into a local folder, where the demo's outbox page shows it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from app.senders.letter import Letter, NotSent

FOLDER = "outbox"  # below the folder for changing data


@dataclass(frozen=True)
class Blackhole:
    """Takes messages to any address and keeps them on this machine."""

    folder: Path
    name: str = "blackhole"
    real: bool = False

    def takes(self, address: str) -> bool:
        """Every address."""
        return bool(address)

    def send(self, letter: Letter) -> None:
        """Write it down; the same letter again replaces itself. Raises NotSent when there is no room."""
        path = _place(self.folder, letter.key)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = path.with_suffix(".part")
            with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(asdict(letter), file, ensure_ascii=False)
            os.replace(draft, path)
        except OSError as error:
            raise NotSent(type(error).__name__) from error


def kept(folder: Path, key: str) -> Letter | None:
    """The letter that was kept under `key`; None when it never was, or was thrown away since."""
    try:
        return Letter(**json.loads(_place(folder, key).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def empty(folder: Path) -> int:
    """Throw all letters away: they hold addresses and links. How many there were."""
    found = [*folder.glob("*.json"), *folder.glob("*.part")]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def letters(folder: Path, most: int = 100) -> Iterator[Letter]:
    """The letters written last, newest first."""
    newest = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in newest[:most]:
        yield Letter(**json.loads(path.read_text(encoding="utf-8")))


def _place(folder: Path, key: str) -> Path:
    return folder / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.json"
