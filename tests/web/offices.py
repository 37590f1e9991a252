"""A house full of complaints of every kind, each with words of its own, and people of any office to look at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.auth import sessions
from app.commands.attachment.attachments import StoreAttachment
from app.commands.complaint.filing import Filed
from app.domain.roles import Grant
from app.store.accounts import RoleGrant, Substitute, User
from app.store.complaints import Attachment, Complaint, ConversationLine
from app.store.tasks import Task
from tests.commands.test_attachments import png
from tests.rules.test_sight import HAS, KINDS, MEANT
from tests.world import ACCEPT, ASSIGN, FORWARD, PROPER, RESULT, RETURN, VISITOR, World

PLACES = ("here", "back", "done")  # at its office, sent back by it, and answered: the reporter has the next word
# What stands where: each word is followed by the code of its complaint, so that every leak names its source.
TITLE, PERSON, OWN = "Kenarijudul", "Kenariterlapor", "Kenarialasan"
CONTENT = ("Kenariisi", "Kenaritempat", "Kenaripesan", "Kenarijawab", "kenarilampiran")
SEALED_FACTS = ("Jenggot", "Pariwisata dan olahraga")  # where and what, of every confidential complaint and no other


@dataclass(frozen=True)
class Known:
    """One complaint of the house: its kind, where it stands, and what can be asked for by address."""

    kind: str
    place: str
    code: str
    filed: Filed
    attachment: str
    tasks: tuple[str, ...]

    @property
    def identity(self) -> tuple[str, ...]:
        """Words of the reporter's identity."""
        return f"Kenarinama{self.code}", f"kenarisurel{self.code}", f"81999000{ord(self.code)}"

    def word(self, stem: str) -> str:
        """A word that stands in this complaint only."""
        return stem + self.code

    @property
    def numbers(self) -> tuple[str, str]:
        """Its number, as addresses and as pages write it."""
        number = self.filed.tracking_id
        return number, f"{number[:5]}-{number[5:]}"


def house(service: World) -> list[Known]:
    """One complaint of each kind at each place, all about the same office."""
    codes = iter("qwxzvkjyfgbc")
    return [_filed(service, kind, place, next(codes)) for place in PLACES for kind in KINDS]


def _filed(service: World, kind: str, place: str, code: str) -> Known:
    anonymous, confidential = KINDS[kind]
    file = service.runner.run(StoreAttachment(f"kenarilampiran{code}.png", png()), VISITOR)
    answers = {
        "title": f"Kenarijudul{code} lampu jalan padam",
        "chronology": f"Kenariisi{code} lampu padam sejak tiga malam dan jalan gelap sekali.",
        "location_text": f"Jalan Kenaritempat{code} nomor satu",
        "related_person": f"Kenariterlapor{code}",
        **({"kelurahan": "Jenggot", "category": "pariwisata"} if confidential else {}),
        "is_anonymous": anonymous,
        "is_confidential": confidential,
    }
    who = {"name": f"Kenarinama{code}", "email": f"kenarisurel{code}@example.com", "phone": f"081999000{ord(code)}"}
    filed = service.file(answers=answers, identity=who, attachments=(file,))
    with Session(service.toolbox.database) as session, session.begin():
        session.execute(update(Complaint).where(Complaint.id == filed.tracking_id).values(accused_unit=MEANT))
        # An anonymous reporter's files lose their names; that they do has a test of its own.
        session.execute(update(Attachment).where(Attachment.id == file).values(name=f"kenarilampiran{code}.png"))
        said = {"direction": "in", "author": "reporter", "text": f"Kenaripesan{code} mohon segera."}
        session.add(ConversationLine(complaint_id=filed.tracking_id, at=service.clock.now(), **said))
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    told = {
        **ASSIGN,
        "target_opd": HAS,
        "category": answers.get("category", "jalan"),
        "public_text": f"Kenarijawab{code} lampu jalan padam.",
    }
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", told)
    if place == "back":
        why = {**RETURN, "reason": f"Kenarialasan{code} ini bukan tugas kantor kami."}
        service.do(filed, "verify_disposition_opd", "pupr", why)
    if place == "done":
        service.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
        result = {**RESULT, "result": f"Kenarialasan{code} lampu sudah diganti oleh regu kami dan menyala kembali."}
        service.do(filed, "follow_up", "pupr", result)
        service.do(filed, "confirm_result", "dinkominfo", {"result_accepted": True})
        service.do(filed, "verify_result", "menteri", PROPER)
    with Session(service.toolbox.database) as session:
        tasks = tuple(session.scalars(select(Task.id).where(Task.instance_id == filed.instance_id)))
    return Known(kind, place, code, filed, file, tasks)


def enter(app: Flask, service: World, *grants: Grant, home: str | None = None, stands_in: str = "") -> FlaskClient:
    """A browser of somebody with these grants; `stands_in`: also for one of tests.world.PEOPLE."""
    person = f"{abs(hash((grants, home, stands_in))):x}".ljust(32, "0")[:32]
    now, today = service.clock.now(), service.clock.now().date()
    with Session(service.toolbox.database) as session, session.begin():
        session.add(
            User(id=person, name="Orang Lain", email=f"{person}@example.com", unit=home, created_at=now, stamp="1")
        )
        session.flush()
        for number, grant in enumerate(grants):
            held = {"role": grant.role, "unit": grant.unit, "decree_no": "SK 1", "valid_from": date(2026, 1, 1)}
            made = {"granted_at": now, "granted_by": "system"}
            session.add(RoleGrant(id=f"{number}{person}"[:32], user_id=person, **held, **made))
        if stands_in:
            absent = service.actor(stands_in).id
            period = {"valid_from": today, "valid_to": today, "reason": "cuti", "created_by": "system"}
            session.add(Substitute(id=f"s{person}"[:32], absent_id=absent, deputy_id=person, **period))
        token = person * 2
        sessions.begin(session, token, person, now)
    client = app.test_client()
    client.set_cookie("alur-masuk", token)
    return client
