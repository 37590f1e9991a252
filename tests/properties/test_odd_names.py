"""Names mean nothing: random diagrams run the same, and are refused alike, whatever their parts are called."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from app.domain.errors import InvalidDiagram
from app.domain.findings import errors
from app.engine.check.run import check_files
from app.engine.definition import define
from app.engine.instance import Environment, Instance
from app.engine.names import BEHIND_AN_ID, KEPT
from app.engine.refusals import EngineStuck, NotOpen
from app.engine.xml import FLOW_NODES, local_name
from tests.engine.worlds import CALENDAR, LIMITS, START
from tests.properties.drawings import LIST, VARIABLES, Drawing
from tests.properties.sketches import Sketch
from tests.scale import scaled

LENGTH = 40
ODD = (*KEPT, "root", "Task", "None", "self", "data", "x", "_", "a-b", "a.b", "end.1", "N" * 200)
FILE = "drawing.bpmn"


class Renamed:
    """A drawing whose boxes have odd names and most of whose arrows have none; `names`: plain name -> odd name."""

    def __init__(self, data: bytes, seed: int, more: tuple[str, ...] = ()) -> None:
        chance = random.Random(f"names {seed}")
        root = etree.fromstring(data)
        boxes = [node for node in root.iter() if local_name(node) in FLOW_NODES]
        plain = [node.get("id") for node in boxes]
        odd = chance.sample(ODD + more, min(len(ODD + more), len(plain)))
        given = dict(zip(chance.sample(plain, len(odd)), odd, strict=True))
        for name in chance.sample(plain, len(plain)):  # some are called as the library calls what stands behind another
            if name not in given and chance.random() < 0.5:
                behind = chance.choice([other for other in plain if other != name] or [name])
                called = given.get(behind, behind) + chance.choice([end for end in BEHIND_AN_ID if " " not in end])
                if called not in given.values():
                    given[name] = called
        self.names: Mapping[str, str] = {name: given.get(name, name) for name in plain}
        self._write(root, given)
        self._forget_arrows(root, chance)
        self.data = etree.tostring(root)

    def _write(self, root: Any, given: Mapping[str, str]) -> None:
        for node in root.iter():
            for name in ("id", "sourceRef", "targetRef", "attachedToRef"):
                if node.get(name) in given and (name != "id" or local_name(node) in FLOW_NODES):
                    node.set(name, given[node.get(name)])

    def _forget_arrows(self, root: Any, chance: random.Random) -> None:
        kept = {node.get("default") for node in root.iter()}
        for arrow in root.iter("{*}sequenceFlow"):
            if arrow.get("id") not in kept and chance.random() < 0.8:
                del arrow.attrib["id"]


def seen(live: Instance, names: Mapping[str, str]) -> dict[str, Any]:
    """What stands open, as the odd drawing calls it."""
    return {
        "open": Counter((work.kind, names[work.element]) for work in live.open()),
        "waits": Counter((wait.kind, names[wait.element], wait.due) for wait in live.waits()),
        "ended": [names[element] for element in live.ended],
        "variables": {k: v for k, v in live.variables.items() if not k.startswith("item")},
    }


def walk(seed: int) -> int:
    """Lead the plain and the odd drawing along one random way; how many steps it had."""
    plain = Drawing(seed).data
    odd = Renamed(plain, seed, ("main", "called0"))  # boxes called like a process
    itself = {name: name for name in odd.names.values()}
    chance, now = random.Random(f"walk {seed}"), START
    given: dict[str, Any] = {name: chance.randrange(3) for name in VARIABLES} | {LIST: "x,y"}
    definitions = [define({FILE: data}, "main", checked=True) for data in (plain, odd.data)]
    both = [Instance.start(each, given, Environment(now, CALENDAR, LIMITS.__getitem__))[0] for each in definitions]
    for number in range(LENGTH):
        assert seen(both[0], odd.names) == seen(both[1], itself), f"seed {seed}, step {number}"
        both = [Instance.decode(each.definition, each.encode()) for each in both]
        can = sorted({("complete", work.element) for work in both[0].open()})
        can += sorted({("deliver" if wait.due is None else "fire", wait.element) for wait in both[0].waits()})
        if both[0].completed or not can:
            return number
        act, element = chance.choice(can)
        answers = {name: chance.randrange(3) for name in VARIABLES}
        stuck = [stepped(live, act, name, answers, now) for live, name in zip(both, (element, odd.names[element]),
                                                                             strict=True)]  # fmt: skip
        assert stuck[0][0] == stuck[1][0], f"seed {seed}, step {number}: only one of both goes on"
        if stuck[0][0]:
            return number
        now = max(now, stuck[0][1])
    return LENGTH


def stepped(live: Instance, act: str, element: str, answers: Mapping[str, Any], now: Any) -> tuple[bool, Any]:
    """Take the step; whether the instance is stuck, and the time afterwards."""
    standing = live.open() if act == "complete" else [w for w in live.waits() if (w.due is None) == (act == "deliver")]
    found = min((each for each in standing if each.element == element), key=_due)
    at = max(now, found.due + timedelta(milliseconds=1)) if act == "fire" else now  # type: ignore[union-attr,operator]
    env = Environment(at, CALENDAR, LIMITS.__getitem__)
    try:
        if act == "fire":
            live.fire(found.id, env)
        else:
            getattr(live, act)(found.id, answers, env)
    except (EngineStuck, NotOpen):  # a timer that is due as well may have been first
        return True, at
    return False, at


def _due(each: Any) -> Any:
    return getattr(each, "due", None) or START


def walks(first: int, count: int) -> list[int]:
    found: list[int] = []
    for seed in range(first, first + count):
        try:
            found.append(walk(seed))
        except InvalidDiagram as refused:
            assert refused.findings[0].rule == "xml-too-many-nodes"
    return found


def test_a_few_drawings_run_the_same_under_other_names() -> None:
    assert sum(walks(0, 25)) > 100


@pytest.mark.slow
@pytest.mark.long
def test_drawings_run_the_same_under_other_names() -> None:
    count = scaled(600)
    assert sum(walks(1_000, count)) > 4 * count


def refused(data: bytes) -> Counter[tuple[str, str | None]]:
    return Counter((each.rule, each.element) for each in errors(check_files({FILE: data})))


def in_plain_words(found: Counter[tuple[str, str | None]], back: Mapping[str, str]) -> Counter[tuple[str, str | None]]:
    """The findings with the plain names of boxes; arrows without a name are called by their ends."""

    def plain(element: str | None) -> str | None:
        if element is None or element in back:
            return back.get(element or "")
        ends = re.fullmatch(r"Flow_(.+)", element)
        if ends is None:
            return element
        split = [(a, b) for a in back for b in back if f"{a}_{b}" == ends[1]]
        return "_".join(back[each] for each in split[0]) if len(split) == 1 else "?"

    return Counter((rule, plain(element)) for rule, element in found.elements())


@pytest.mark.parametrize("first", range(0, 120, 40))
def test_sketches_are_refused_alike_under_other_names_naming_what_is_drawn(first: int) -> None:
    for seed in range(first, first + 40):
        sketch = Sketch(seed).data
        odd = Renamed(sketch, seed)
        there, here = refused(sketch), refused(odd.data)
        back = {new: old for old, new in odd.names.items()}
        told = in_plain_words(here, back)
        unclear = sum(number for (_, element), number in told.items() if element == "?")
        assert (there - told).total() == (told - there).total() == unclear, f"seed {seed}: {there} {here}"
        drawn = {node.get("id") for node in etree.fromstring(odd.data).iter() if node.get("id")}
        assert all(element is None or element in drawn or element.startswith("Flow_") for _, element in here), seed
