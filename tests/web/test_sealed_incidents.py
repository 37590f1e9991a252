"""What went wrong in a confidential case is told to operators by its kind; no words out of the case go with it."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from app.store.base import table_of
from app.store.jobs import Incident, Job
from tests.web.conftest import Visit
from tests.world import World

CANARY = "Kenari Rahasia Tujuh"


@pytest.mark.parametrize("secret", [True, False])
def test_no_error_text_of_a_confidential_case_is_on_any_page(service: World, visit: Visit, secret: bool) -> None:
    filed = service.at_opd(service.file(answers={"is_confidential": secret}))
    now, case = service.clock.now(), filed.instance_id
    told = {"instance_id": case, "code": "job-failed", "message_id": CANARY, "message_en": CANARY, "raised_at": now}
    ended = {**told, "resolved_at": now, "resolution": f"{CANARY} diperbaiki", "resolved_by": service.actor("ops").id}
    blank = {"resolved_at": None, "resolution": None, "resolved_by": None}
    with service.toolbox.database.begin() as connection:
        connection.execute(insert(table_of(Incident)), [{"id": "a" * 32, **told, **blank}, {"id": "b" * 32, **ended}])
        job = table_of(Job)
        connection.execute(update(job).where(job.c.instance_id == case).values(last_error=CANARY))
    pages = ("/operasi", "/operasi/insiden", f"/operasi/instans/{case}")
    shown = {page: CANARY in visit("ops").get(page).text for page in pages}
    assert shown == dict.fromkeys(pages, not secret)
    if secret:
        assert "aduan ini rahasia" in visit("ops").get("/operasi/insiden").text
