"""What app/README.md tells a newcomer is so: every room stands in it, and every path and test that it names exists."""

from __future__ import annotations

import re

from tests.world import ROOT

HOUSE = (ROOT / "app/README.md").read_text("utf-8")


def test_every_room_is_described() -> None:
    rooms = {path.parent.name for path in (ROOT / "app").glob("*/__init__.py")}
    assert {room for room in rooms if f"| `{room}/` |" not in HOUSE} == set()


def test_every_path_that_it_names_exists() -> None:
    named = set(re.findall(r"`([\w./<>*-]+(?:\.py|\.html|/))`", HOUSE))
    plain = {path for path in named if not re.search(r"[<*N]", path)}
    at = {path: [ROOT / "app" / path, ROOT / path, *(ROOT / "app").glob(f"*/{path}")] for path in plain}
    assert {path for path, places in at.items() if not any(place.exists() for place in places)} == set()
    assert len(plain) > 50
