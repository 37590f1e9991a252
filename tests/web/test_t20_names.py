"""T20: names of fields that mean something to the machine are refused or kept as plain data; every case reloads."""

from __future__ import annotations

import builtins

import pytest

from app.engine.expressions.functions import SIGNATURES
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from app.store.tasks import Answer, Draft
from tests.web.conftest import Visit
from tests.world import ANSWERS, ASSIGN, FORWARD, IDENTITY, World

INSIDE = (
    "typename", "__builtins__", "__class__", "__init__", "__dict__", "__proto__", "prototype", "constructor",
    "toString", "self", "data", "task", "workflow", "spec", "id", "version", "blob", "state", "status", "unit",
    "lane", "due_at", "instance_id", "definition_key", "origin", "channel", "mode", "test", "true", "null", "and",
    "not", "None", "True", "eval", "exec", "import", "lambda", "0", "", "a.b", "a[0]", "a[]", "{{7*7}}", "%s", "{0}",
)  # fmt: skip
NAMES = tuple(dict.fromkeys((*INSIDE, *SIGNATURES, *vars(builtins))))


def every_name(service: World) -> list[str]:
    """The names above, and every variable, limit, decision and element of the procedure that no form asks for."""
    with service.toolbox.database.connect() as connection:
        bundle = service.toolbox.bundle(connection, service.toolbox.shelf.live(connection)["pengaduan_sp4n"])
        limits = service.toolbox.service(connection).limit_versions
    asked = {key for form in bundle.forms.values() for key in form.by_key}
    return sorted({*NAMES, *bundle.manifest.variables, *limits, *bundle.ids, *bundle.decisions} - asked)


@pytest.mark.slow
def test_T20_the_citizens_form_refuses_every_name_it_does_not_ask_for(visit: Visit, service: World) -> None:
    browser, names = visit(None), every_name(service)
    assert len(names) > 250
    taken = [
        name for name in names if browser.post("/lapor", data={**ANSWERS, **IDENTITY, name: "x"}).status_code != 400
    ]
    assert taken == [] == service.rows(Complaint)


@pytest.mark.slow
@pytest.mark.parametrize("action", ["", "/draf", "/akibat"])
def test_T20_an_officers_form_refuses_or_keeps_every_name_as_plain_data(
    visit: Visit, service: World, action: str
) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    (task,) = service.open(filed.instance_id)
    browser, before = visit("dinkominfo"), service.rows(ProcessInstance)[0]
    for name in every_name(service):
        status = browser.post(f"/tugas/{task}{action}", data={**ASSIGN, name: "x"}).status_code
        assert status == 400 or (action and status in (200, 302)), name
    assert all(isinstance(row.data, dict) for row in service.rows(Draft))
    assert browser.get(f"/tugas/{task}").status_code == 200
    after = service.rows(ProcessInstance)[0]
    assert (after.version, after.blob) == (before.version, before.blob)
    service.toolbox.cache.drop(filed.instance_id)
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)


def test_T20_words_that_mean_something_are_plain_answers(visit: Visit, service: World) -> None:
    for value in (
        "typename",
        "__class__",
        "constructor",
        "sla('verify_opd')",
        "now()",
        '{"typename": "Jalan"}',
        "${x}",
    ):
        said = f"{value} jalan di depan rumah kami berlubang besar sekali"
        filed = service.file(answers={"title": said[:150], "chronology": said})
        service.do(filed, "ministry_disposition", "menteri", {**FORWARD, "note": said})
        service.toolbox.cache.drop(filed.instance_id)
        service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
        kept = [row.data for row in service.rows(Answer, instance_id=filed.instance_id)]
        assert kept[0]["chronology"] == said and kept[1]["note"] == said
