"""What releases stored of running instances loads and finishes with the program of today (threat T27)."""

from __future__ import annotations

import base64
import json
import lzma
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.domain.limits import Limit
from app.engine.definition import Definition, define
from app.engine.instance import Environment, Instance
from tests.engine.worlds import CALENDAR

FOLDER = Path(__file__).parent
RELEASES = sorted(path.name for path in FOLDER.glob("*.json.xz"))
Walk = dict[str, Any]


@cache
def walks(release: str) -> list[Walk]:
    found: list[Walk] = json.loads(lzma.decompress((FOLDER / release).read_bytes()))
    return found


@cache
def defined(files: tuple[tuple[str, str], ...], process: str | None) -> Definition:
    """As a deployed version is read: a check that became stricter does not stop what runs on it."""
    return define({name: data.encode() for name, data in files}, process, checked=True)


def loaded(walk: Walk, step: dict[str, Any]) -> Instance:
    definition = defined(tuple(walk["files"].items()), walk.get("process"))
    return Instance.decode(definition, base64.b64decode(step["state"]))


def seen(live: Instance) -> dict[str, Any]:
    """What pages, jobs and messages see of an instance."""
    return {
        "open": sorted([work.kind, work.element] for work in live.open()),
        "waits": sorted([w.kind, w.element, None if w.due is None else w.due.isoformat()] for w in live.waits()),
        "variables": dict(live.variables),
        # The first release took an end event called End for the library's own, and did not note that it was reached.
        "ended": [element for element in live.ended if element != "End"],
    }


def told(step: dict[str, Any]) -> dict[str, Any]:
    return {name: step[name] for name in ("open", "waits", "variables", "ended")}


def asked(walk: Walk, live: Instance, step: dict[str, Any]) -> None:
    """Take the step that the release took next."""
    limits = {key: Limit(key, **figures) for key, figures in walk["limits"].items()}
    env = Environment(datetime.fromisoformat(step["now"]), CALENDAR, limits.__getitem__)
    if step["do"] == "cancel":
        live.cancel(step["element"], env)
        return
    alike = [each.id for each in (*live.open(), *live.waits()) if each.element == step["element"]]
    target = alike[step["place"]]
    if step["do"] == "fire":
        live.fire(target, env)
    else:
        getattr(live, step["do"])(target, step["given"], env)


def cases() -> Iterator[Any]:
    for release in RELEASES:
        for number, walk in enumerate(walks(release)):
            yield pytest.param(release, number, id=f"{release.split('.')[0]} {walk['name']}")


def test_there_is_a_corpus_with_every_kind_of_waiting() -> None:
    steps = [step for release in RELEASES for walk in walks(release) for step in walk["steps"]]
    assert len(steps) > 900
    assert {kind for step in steps for kind, _ in step["open"]} == {"user", "service"}
    assert {kind for step in steps for kind, *_ in step["waits"]} == {"message", "timer"}
    assert {step["do"] for step in steps} == {"start", "complete", "fail", "deliver", "fire", "cancel"}


@pytest.mark.parametrize(("release", "number"), [*cases()])
def test_every_stored_state_loads_as_it_was_and_finishes(release: str, number: int) -> None:
    walk = walks(release)[number]
    steps = walk["steps"]
    for at, step in enumerate(steps):
        live = loaded(walk, step)
        assert seen(live) == told(step), f"as it was stored after step {at}"
        for following in steps[at + 1 :]:
            asked(walk, live, following)
            live = Instance.decode(live.definition, live.encode())
            assert seen(live) == told(following), f"loaded after step {at}, gone on with {following['do']}"


@pytest.mark.parametrize("release", RELEASES)
def test_what_is_stored_again_is_what_was_stored(release: str) -> None:
    """Another release that runs beside this one reads it too."""
    for walk in walks(release):
        for step in walk["steps"]:
            live = loaded(walk, step)
            again = Instance.decode(live.definition, live.encode())
            assert seen(again) == told(step)
