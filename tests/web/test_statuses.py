"""Each status in each language: its reporter reads one text, staff another, and both pages stand."""

from __future__ import annotations

import html

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.store.base import table_of
from app.store.instances import ProcessInstance
from tests.processes.content import service as data
from tests.web.paper import entered, signed
from tests.world import World

STATUSES = data().statuses


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("code", sorted(set(STATUSES) - {"draft"}))
def test_reporter_and_staff_read_their_own_words(guarded: Flask, service: World, code: str, lang: str) -> None:
    filed = service.at_opd()
    instance = table_of(ProcessInstance)
    with Session(service.toolbox.database) as session, session.begin():
        session.execute(update(instance).where(instance.c.id == filed.instance_id).values(status=code))
    reporter, officer = entered(guarded, service, filed), signed(guarded, service, "dinkominfo")
    for browser in (reporter, officer):
        browser.get(f"/bahasa/{lang}")
    theirs = html.unescape(reporter.get(f"/lacak/{filed.tracking_id}").text)
    ours = html.unescape(officer.get(f"/aduan/{filed.tracking_id}").text)
    status = STATUSES[code]
    assert f"</svg> {status.name.say(lang)}</span>" in theirs
    assert f"</svg> {status.staff.say(lang)}</span>" in ours
    if status.name != status.staff:
        assert f"</svg> {status.staff.say(lang)}</span>" not in theirs
        assert f"</svg> {status.name.say(lang)}</span>" not in ours
    if status.note is not None:
        assert status.note.say(lang) in theirs
