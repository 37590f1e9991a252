"""T11: when nothing more can be stored, people are told so, reading goes on, and all is well once there is room."""

from __future__ import annotations

import io
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import pytest
from PIL import Image
from sqlalchemy import event

from app.commands.attachment.attachments import StoreAttachment
from app.domain.errors import StorageFull
from app.jobs.executor import Executor
from app.queries.verify.verify import verify
from app.store.complaints import Attachment, Complaint
from app.store.database import reading
from app.store.jobs import Job
from tests.web.conftest import Visit
from tests.web.test_citizen import photo
from tests.world import ANSWERS, FORWARD, IDENTITY, VISITOR, World

TYPED = {**ANSWERS, **IDENTITY}


@contextmanager
def full_database(service: World) -> Iterator[None]:
    """The database file may not grow by a single page."""
    engine = service.toolbox.database

    def refuse(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # SQLite makes that the present size

    event.listen(engine, "checkout", refuse)
    try:
        yield
    finally:
        event.remove(engine, "checkout", refuse)
        engine.dispose()  # the bound belongs to the connections


@contextmanager
def no_file_grows(_service: World) -> Iterator[None]:
    """The system refuses every write behind the first pages of a file: database, log and attachments alike."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


Trouble = Callable[[World], AbstractContextManager[None]]


@pytest.mark.parametrize("trouble", [full_database, no_file_grows])
def test_T11_a_full_disk_is_said_reading_goes_on_and_room_heals_it(
    visit: Visit, service: World, trouble: Trouble
) -> None:
    filed = service.answered()
    other = service.file()
    (task,) = service.open(other.instance_id)
    before = len(service.rows(Complaint))
    service.clock.at = service.rows(Job, kind="timer", state="waiting", instance_id=filed.instance_id)[0].due_at
    officer, citizen = visit("menteri"), visit(None)
    with trouble(service):
        sent = citizen.post("/lapor", data={**TYPED, "chronology": "Lampu padam. " * 600})
        assert sent.status_code == 507 and "Traceback" not in sent.text
        note = "Catatan panjang sekali. " * 80
        assert officer.post(f"/tugas/{task}", data={**FORWARD, "note": note}).status_code == 507
        for path in ("/tugas", f"/tugas/{task}", f"/aduan/{filed.tracking_id}"):
            assert officer.get(path).status_code == 200, path
        for path in ("/", "/lapor", "/standar", "/lacak"):
            assert citizen.get(path).status_code == 200, path
        with suppress(StorageFull):  # a tick that fails is followed by the next
            Executor(service.runner).run_due()
    assert len(service.rows(Complaint)) == before and service.open(other.instance_id) == [task]
    with reading(service.toolbox.database) as session:
        assert verify(session, service.toolbox) == []
    assert citizen.post("/lapor", data=TYPED).status_code == 302
    assert officer.post(f"/tugas/{task}", data=FORWARD).status_code == 200
    Executor(service.runner).run_due()
    with reading(service.toolbox.database) as session:
        assert verify(session, service.toolbox) == []


def test_T11_a_file_that_finds_no_room_leaves_nothing_behind(visit: Visit, service: World) -> None:
    out = io.BytesIO()
    Image.effect_noise((300, 300), 90).convert("RGB").save(out, "jpeg", quality=95)
    with no_file_grows(service), pytest.raises(StorageFull):
        service.runner.run(StoreAttachment("foto.jpg", out.getvalue()), VISITOR)
    assert service.rows(Attachment) == []
    assert [path for path in service.toolbox.settings.attachments_dir.rglob("*") if path.is_file()] == []
    service.runner.run(StoreAttachment("foto.jpg", photo()), VISITOR)
    assert len(service.rows(Attachment)) == 1
