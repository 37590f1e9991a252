"""NOTICE names every part that Alur is delivered with, and says what the licences ask for."""

from __future__ import annotations

import importlib.metadata
import json
import re

from packaging.requirements import Requirement

from tests.promises.files import ROOT

NOTICE = (ROOT / "app/packaging/NOTICE").read_text("utf-8")
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
LINES = {line.split()[0]: line.split()[1] for line in NOTICE.splitlines() if line.startswith("  ")}
BROWSER = {"@tabler/core", "@tabler/icons", "htmx.org"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def delivered() -> set[str]:
    """The packages that an installation needs, with PostgreSQL; what only developers need is not delivered."""
    found: set[tuple[str, str]] = set()
    todo = [("alur", ""), ("alur", "postgres")]
    while todo:
        name, extra = todo.pop()
        if (name, extra) in found:
            continue
        try:
            wanted = importlib.metadata.distribution(name).requires or []
        except importlib.metadata.PackageNotFoundError:
            continue  # for other systems or versions of Python
        found.add((name, extra))
        for each in map(Requirement, wanted):
            if each.marker is None or each.marker.evaluate({"extra": extra}):
                todo += [(plain(each.name), more) for more in ("", *each.extras)]
    return {name for name, _ in found} - {"alur"}


def test_every_package_stands_in_the_notice_with_its_licence() -> None:
    locked = {plain(name) for name in re.findall(r"(?m)^([A-Za-z0-9._-]+)==", LOCK)}
    named = {plain(name) for name in LINES} - {plain(name) for name in BROWSER} - {"public"}
    assert delivered() <= named <= locked  # an older Python needs a few more
    assert all(licence for licence in LINES.values())


def test_what_browsers_load_stands_there_too() -> None:
    needed = json.loads((ROOT / "app/web/assets/package.json").read_text("utf-8"))
    wanted = {**needed.get("dependencies", {}), **needed.get("devDependencies", {})}
    shipped = {name for name in wanted if name.startswith(("@tabler/", "htmx"))}
    assert shipped == BROWSER <= LINES.keys()


def test_the_libraries_under_the_lgpl_are_named_with_what_their_licence_asks_for() -> None:
    under = {name for name, licence in LINES.items() if "GPL" in licence}
    assert under == {"SpiffWorkflow", "psycopg", "psycopg-binary"}
    assert "SpiffWorkflow and psycopg are under the GNU Lesser General Public License" in NOTICE
    assert "may replace them" in NOTICE
