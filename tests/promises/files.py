"""Which files belong to the project: what git tracks or would track, or, without git, what lies in its folders."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project that is committed or about to be, as an absolute path."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert listed.returncode == 0, f"these tests read the list of files from git: {listed.stderr}"
    return tuple(sorted(path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()))


def python(*folders: str) -> list[Path]:
    """The Python files in these folders, without Alembic's migrations (they are history and do not change)."""
    inside = [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]
    return [path for path in inside if "versions" not in path.parts]


def name_of(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()
