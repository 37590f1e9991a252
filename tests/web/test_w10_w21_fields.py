"""W10, W21: a line break in a field forges no header and loses no letter; fields nobody asked for change nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.jobs.outbox import Outbox
from app.senders.letter import Letter
from app.senders.smtp import compose
from app.store.accounts import RoleGrant, User
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from tests.web.conftest import Visit
from tests.web.test_citizen import codes, send
from tests.web.test_citizen_tracking import enter
from tests.world import ANSWERS, ASSIGN, FORWARD, IDENTITY, World

BREAKS = ("\r\nBcc: evil@example.org", "\nBcc: evil@example.org", "\rBcc: evil@example.org", "%0d%0aBcc: e@example.org")
FIELDS = tuple({**ANSWERS, **IDENTITY})


class Composing:
    """A way out that makes real e-mails of all letters and keeps them."""

    name = "composing"
    real = True

    def __init__(self) -> None:
        self.mails: list[tuple[str, str | None, list[str]]] = []

    def takes(self, _address: str) -> bool:
        return True

    def send(self, letter: Letter) -> None:
        mail = compose(letter, "alur@pekalongan.example")
        assert bytes(mail).partition(b"\n\n")[0].lower().count(b"\nbcc:") == 0
        self.mails.append((mail["To"], mail["Bcc"], mail.get_all("To", [])))


def delivered(service: World) -> list[tuple[str, str | None, list[str]]]:
    way = Composing()
    Outbox(service.toolbox, [way]).deliver()
    return way.mails


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("line_break", BREAKS)
def test_W10_a_line_break_in_the_citizens_form_forges_nothing_and_loses_nothing(
    visit: Visit, service: World, field: str, line_break: str
) -> None:
    value = {**ANSWERS, **IDENTITY}[field]
    status, _ = send(visit(None), **{field: f"{value}{line_break}"})
    assert status in (200, 400)
    if status == 200:
        (complaint,) = service.rows(Complaint)
        assert "\n" not in complaint.title and "\r" not in complaint.title + complaint.content
        assert delivered(service) == [(IDENTITY["email"], None, [IDENTITY["email"]])]
        assert {row.state for row in service.rows(OutboxMessage)} == {"sent"}
    else:
        assert service.rows(Complaint) == []


@pytest.mark.parametrize("line_break", BREAKS)
def test_W10_a_line_break_in_an_officers_form_forges_nothing_and_loses_nothing(
    visit: Visit, service: World, line_break: str
) -> None:
    filed = service.file()
    (task,) = service.open(filed.instance_id)
    noted = {**FORWARD, "note": f"Catatan{line_break}"}
    assert visit("menteri").post(f"/tugas/{task}", data=noted).status_code in (200, 400)
    (task,) = service.open(filed.instance_id)
    because = {**ASSIGN, "reason": f"Karena letaknya di kota{line_break}"}
    visit("dinkominfo").post(f"/tugas/{task}", data=because)
    mails = delivered(service)
    assert mails and all(bcc is None and len(to) == 1 for _, bcc, to in mails)
    assert {row.state for row in service.rows(OutboxMessage)} == {"sent"}


@pytest.mark.parametrize("line_break", BREAKS[:3])
def test_W10_an_address_with_a_line_break_is_nobodys(visit: Visit, service: World, line_break: str) -> None:
    people = len(service.rows(User))
    bad = f"baru@example.com{line_break}"
    assert visit("admin").post("/orang", data={"name": "Orang Baru", "email": bad}).status_code == 400
    assert visit(None).post("/sandi", data={"email": bad}).status_code == 200  # the same answer for every address
    assert len(service.rows(User)) == people and delivered(service) == []


def test_W10_even_an_address_that_came_in_another_way_forges_nothing(service: World) -> None:
    service.at_opd()
    with service.toolbox.database.begin() as connection:
        connection.execute(update(User).where(User.id == service.actor("pupr").id).values(email="a@b.c\r\nBcc: x@y.z"))
    assert all(bcc is None for _, bcc, _ in delivered(service))
    (dropped,) = service.rows(OutboxMessage, state="dropped")
    assert dropped.recipient == f"user:{service.actor('pupr').id}"


EXTRA = ("status", "state", "role", "roles", "due_at", "unit", "outcome", "version", "instance_id", "complaint_id")


def test_W21_a_reporters_message_takes_its_own_fields_only(visit: Visit, service: World) -> None:
    filed, browser = service.answered(), visit(None)
    enter(browser, filed)
    address = f"/lacak/{filed.tracking_id}/pesan/reporter_reply"
    good = {"reply_decision": "redo", "text": "Masih padam sampai malam ini."}
    for name in EXTRA:
        assert browser.post(address, data={**good, name: "closed"}).status_code == 400, name
    assert service.rows(ProcessInstance)[0].status == "answered"
    assert browser.post(address, data=good).status_code == 302


def test_W21_nobody_gives_themselves_a_role_with_a_field_more(visit: Visit, service: World) -> None:
    grants = len(service.rows(RoleGrant))
    more = {"role": "administrator", "roles": "administrator", "active": "0", "demo": "1", "password_hash": "x"}
    visit("admin").post("/orang", data={"name": "Orang Baru", "email": "baru@example.com", **more, "id": "0" * 32})
    visit("dinkominfo").post("/akun/sandi", data={"current": "x", "password": "y", "again": "y", **more})
    assert len(service.rows(RoleGrant)) == grants
    for person in service.rows(User, email="baru@example.com"):
        assert person.id != "0" * 32 and not person.demo


def test_W21_the_complaint_belongs_where_the_service_says(visit: Visit, service: World) -> None:
    for name in EXTRA:
        assert send(visit(None), **{name: "closed"})[0] == 400, name
    assert codes(send(visit(None))[1])[0] == service.rows(Complaint)[0].id
