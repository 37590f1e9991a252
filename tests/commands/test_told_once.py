"""Whatever ends or goes back in any scenario is told to its reporter, once, in words that hold in both languages."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from app.bundle.scenario import read_scenario
from app.commands.complaint.filing import Filed
from app.standard.rows import Wording
from app.standard.statuses import Status
from app.standard.wording import letter
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from tests.commands.test_rehearsal_agrees import SCENARIOS, begin, make, real
from tests.processes.content import service as data
from tests.world import World

__all__ = ["real"]
SERVICE = data()


def standing(world: World, filed: Filed) -> tuple[str, list[OutboxMessage]]:
    """The status of the case and all that was written to its reporter so far."""
    (instance,) = world.rows(ProcessInstance, id=filed.instance_id)
    told = world.rows(OutboxMessage, recipient=f"reporter:{filed.tracking_id}")
    return instance.status, sorted(told, key=lambda row: row.created_at)


def said(row: OutboxMessage, lang: str) -> Wording:
    """The whole letter in a language, as it would leave."""
    fields = {"link": "https://alur.example/x", "track": "https://alur.example/lacak", "days": "30",
              "report": "https://alur.example/lapor", "title": "Lampu padam"}  # fmt: skip
    return letter(SERVICE, row.template, lang, "reporter", {**fields, **row.fields})


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_each_end_and_each_return_is_told_once_in_both_languages(real: World, name: str) -> None:
    scenario = read_scenario(SCENARIOS[name], name)
    filed = begin(real, scenario)
    status, before = standing(real, filed)
    for move in scenario.moves:
        make(real, filed, move)
        now, told = standing(real, filed)
        fresh = told[len(before) :]
        meaning = SERVICE.statuses.get(now, Status(now, *2 * [SERVICE.statuses["received"].name]))
        if now != status and (meaning.closed or meaning.returned):
            assert fresh, f"{move.target}: {now} was told by nothing"
        assert max(Counter(row.template for row in fresh).values(), default=0) <= 1, [row.template for row in fresh]
        for row in fresh:
            in_both(row)
        status, before = now, told
    keys = [row.key for row in before]
    assert len(keys) == len(set(keys)) and before


def in_both(row: OutboxMessage) -> None:
    """Each language is whole: nothing is left to fill in, no double stop, and none of the other's frame."""
    indonesian, english = said(row, "id"), said(row, "en")
    assert indonesian.body != english.body and indonesian.subject != english.subject
    for words, own, foreign in (
        (indonesian, "Hormat kami", "Yours sincerely"),
        (english, "Yours sincerely", "Hormat kami"),
    ):
        assert own in words.body and foreign not in words.body
        assert not re.search(r"[{}]|[^.]\.\.(?!\.)|“”", f"{words.subject}\n{words.body}", re.M), words.body
