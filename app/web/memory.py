"""How much memory the machine, or the group of processes that this one belongs to, still has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path("/")


def free_memory(root: Path = ROOT) -> int | None:
    """Bytes that may still be used before the system ends a process; None where it does not say (not Linux)."""
    return min(_free(root), default=None)


def _free(root: Path) -> Iterator[int]:
    with suppress(OSError, KeyError, ValueError):
        yield _table(root / "proc/meminfo")["MemAvailable:"] * 1024
    with suppress(OSError, KeyError, ValueError, StopIteration):
        groups = (root / "proc/self/cgroup").read_text().splitlines()
        own = next(line.removeprefix("0::") for line in groups if line.startswith("0::"))
        folder = root / "sys/fs/cgroup" / own.strip("/")
        used, most = (int((folder / f"memory.{name}").read_text()) for name in ("current", "max"))
        yield (
            most - used + _table(folder / "memory.stat")["inactive_file"]
        )  # what was read from files can go at any time


def _table(path: Path) -> dict[str, int]:
    rows = (line.split() for line in path.read_text().splitlines())
    return {name: int(value) for name, value, *_ in rows}
