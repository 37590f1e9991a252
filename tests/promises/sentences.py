"""The table of sentences that promise something to a reader, each with the tests that keep it true."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("sentences")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One promise: what is said, in which file, and the tests (path::name) that fail when it is no longer kept."""

    id: str
    topic: str
    says: str
    where: str
    kept_by: tuple[str, ...]


def sentences() -> tuple[Sentence, ...]:
    """Every promise of every topic, in the order of the files."""
    return tuple(
        Sentence(id_, file.stem, entry["says"], entry["where"], tuple(entry["kept_by"]))
        for file in sorted(FOLDER.glob("*.toml"))
        for id_, entry in tomllib.loads(file.read_text("utf-8")).items()
    )


def table() -> str:
    """The promises as text: id and sentence, then where it stands and what keeps it."""
    lines = []
    for each in sentences():
        lines += [f"{each.topic}/{each.id}: {each.says}", f"    in {each.where}"]
        lines += [f"    kept by {test}" for test in each.kept_by]
    return "\n".join(lines)
