"""A whole service for tests of the store and the commands: the city's content, people with roles, and short ways."""

from __future__ import annotations

import functools
import itertools
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bundle import shelf
from app.bundle.read import read_folder
from app.commands.complaint.filing import FileComplaint, Filed
from app.commands.procedure.deployments import Deploy
from app.commands.procedure.service import LoadService
from app.commands.runner import Runner
from app.commands.task.complete import Completed, CompleteTask
from app.domain.chance import Chance, SystemChance
from app.domain.clock import Clock, FrozenClock
from app.domain.roles import SYSTEM, Actor, Grant
from app.sdk import Handlers, handlers_of
from app.settings import Settings
from app.standard.service import FOLDER, ServiceData, read_contents, service_from
from app.store import migrate
from app.store.accounts import RoleGrant, User
from app.store.database import connect, reading
from app.store.keys import KeyRing
from app.store.tasks import Task
from app.toolbox import Toolbox
from tests.databases import fresh_url

ROOT = Path(__file__).parent.parent
KEY = b"k" * 32
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Jakarta"))  # a Monday, in service hours
PROCESS = ROOT / "processes" / "pengaduan_sp4n"
VISITOR = Actor("reporter", "reporter", "Pelapor")

# name -> (role, unit): everybody who takes part in the seven steps
PEOPLE = {
    "menteri": ("ministry_admin", "KEMENPANRB"),
    "dinkominfo": ("dinkominfo_admin", "DINKOMINFO"),
    "dinkominfo2": ("dinkominfo_admin", "DINKOMINFO"),
    "pupr": ("opd_admin", "DPUPR"),
    "dinkes": ("opd_admin", "DINKES"),
    "kabid": ("division_head", None),
    "pimpinan": ("leader", None),
    "pemilik": ("process_owner", None),
    "ops": ("ops", None),
    "admin": ("administrator", None),
    "pemilik2": ("process_owner", None),
}

ANSWERS: Mapping[str, Any] = {
    "title": "Lampu jalan padam di Jalan Mataram",
    "chronology": "Lampu jalan padam sejak tiga malam dan jalan menjadi gelap sekali.",
    "location_text": "Jalan Mataram, depan pasar",
    "occurred_on": "2026-11-20",
    "category": "jalan",
}
IDENTITY: Mapping[str, Any] = {"name": "Siti Rahma", "phone": "081234567890", "email": "siti@example.com"}
FORWARD = {"ministry_decision": "forward"}
ASSIGN = {
    "authority_decision": "yes",
    "target_opd": "DPUPR",
    "category": "jalan",
    "classification": "complaint",
    "nature": "ordinary",
}
REASON = "Ruas jalan itu bukan tugas kantor kami menurut peraturan."
ACCEPT = {"within_function": True}
RETURN = {"within_function": False, "reason_code": "not_function", "reason": REASON}
RESULT = {
    "outcome": "resolved",
    "result": "Lampu sudah diganti oleh regu kami dan menyala kembali sejak tadi malam.",
    "acted_on": "2026-11-23",
    "kind": "repair",
}
CONFIRM = {"result_accepted": True, "answer": "Lampu sudah menyala kembali."}
PROPER = {"result_proper": True}


_read: dict[frozenset[tuple[str, bytes]], ServiceData] = {}


def _read_once(contents: Mapping[str, bytes], stored: Collection[str] = ()) -> ServiceData:
    key = frozenset(contents.items())
    if key not in _read:
        _read[key] = service_from(contents, stored)
    return _read[key]


# Each test has a service of its own, whose memory is empty; the same files read again would be the same frozen data.
shelf.service_from = _read_once  # type: ignore[attr-defined]


@dataclass
class World:
    """Parts and runner on one database, with the people above."""

    toolbox: Toolbox
    runner: Runner

    @property
    def clock(self) -> Any:
        """The clock, usually one that stands still."""
        return self.toolbox.clock

    def actor(self, name: str) -> Actor:
        """One of PEOPLE with the grant in force."""
        role, unit = PEOPLE[name]
        return Actor("user", _id(name), name.title(), (Grant(role, unit, "SK 1/2026"),))

    def file(self, **changes: Any) -> Filed:
        """A complaint from the street."""
        answers = {**ANSWERS, **changes.pop("answers", {})}
        filed: Filed = self.runner.run(FileComplaint(answers, changes.pop("identity", IDENTITY), **changes), VISITOR)
        return filed

    def reporter(self, filed: Filed) -> Actor:
        """Whoever holds this complaint's id and secret."""
        return replace(VISITOR, complaint=filed.tracking_id)

    def open(self, instance_id: str, element: str | None = None) -> list[str]:
        """Ids of the open tasks of an instance."""
        with reading(self.toolbox.database) as session:
            wanted = select(Task.id).where(Task.instance_id == instance_id, Task.state == "open")
            return list(session.scalars(wanted.where(Task.element == element) if element else wanted))

    def do(self, filed: Filed, element: str, who: str, answers: Mapping[str, Any]) -> Completed:
        """Complete the open task `element` of a complaint."""
        (task,) = self.open(filed.instance_id, element)
        done: Completed = self.runner.run(CompleteTask(task, answers), self.actor(who))
        return done

    def at_opd(self, filed: Filed | None = None) -> Filed:
        """A complaint that stands at its office (step 4)."""
        filed = filed or self.file()
        self.do(filed, "ministry_disposition", "menteri", FORWARD)
        self.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
        return filed

    def answered(self, filed: Filed | None = None) -> Filed:
        """A complaint whose report has been sent (step 7), waiting for the reporter."""
        filed = self.at_opd(filed)
        self.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
        self.do(filed, "follow_up", "pupr", RESULT)
        self.do(filed, "confirm_result", "dinkominfo", CONFIRM)
        self.do(filed, "verify_result", "menteri", PROPER)
        return filed

    def rows(self, table: Any, **where: Any) -> list[Any]:
        """Rows of a mapped class, detached."""
        with Session(self.toolbox.database, expire_on_commit=False) as session:
            found = list(session.scalars(select(table).filter_by(**where)))
            session.expunge_all()
            return found


def settings(url: str, var: Path) -> Settings:
    """Settings of a test installation."""
    return Settings(
        database_url=url, secret_key="s" * 32, identity_key=KEY, base_url="http://localhost", var_dir=var, demo=True
    )


def parts_for(
    url: str, var: Path, clock: Clock, chance: Chance | None = None, handlers: Handlers | None = None
) -> Toolbox:
    """Parts on a database that has its tables already."""
    chosen = handlers_of("tasks") if handlers is None else handlers
    engine = connect(url)
    return Toolbox(settings(url, var), clock, chance or SystemChance(), engine, chosen, KeyRing.of(KEY))


def world(url: str, var: Path, clock: Clock, chance: Chance | None = None, handlers: Handlers | None = None) -> World:
    """A database with tables, service data, the seven steps and people."""
    toolbox = parts_for(url, var, clock, chance, handlers)
    migrate.upgrade(toolbox.database)
    runner = Runner(toolbox)
    runner.run(LoadService(read_contents(ROOT / FOLDER), "awal", seed=True), SYSTEM)
    bundle = read_folder(PROCESS, ROOT / "forms")
    runner.run(Deploy(bundle.files, "awal"), SYSTEM)
    _people(toolbox)
    return World(toolbox, runner)


@functools.cache
def template(backend: str) -> str:
    """A database with the whole service in it, made once, to be copied and never used."""
    folder = Path(tempfile.mkdtemp(prefix="alur-template-"))
    made = world(fresh_url(backend, folder), folder, FrozenClock(MORNING))
    with made.toolbox.database.connect() as connection:
        if backend == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    made.toolbox.database.dispose()
    return made.toolbox.settings.database_url


def opened(url: str, var: Path, clock: Clock, handlers: Handlers | None = None) -> World:
    """The same world again, as another process finds it."""
    toolbox = parts_for(url, var, clock, None, handlers)
    return World(toolbox, Runner(toolbox))


def _id(name: str) -> str:
    return name.encode().hex().ljust(32, "0")[:32]


def _people(toolbox: Toolbox) -> None:
    now: datetime = toolbox.clock.now()
    with Session(toolbox.database) as session, session.begin():
        for number, (name, (role, unit)) in zip(itertools.count(), PEOPLE.items(), strict=False):
            session.add(
                User(id=_id(name), name=name.title(), email=f"{name}@example.com", created_at=now, stamp=f"{number}")
            )
            session.flush()
            session.add(
                RoleGrant(
                    id=f"{number:032x}",
                    user_id=_id(name),
                    role=role,
                    unit=unit,
                    decree_no="SK 1/2026",
                    valid_from=date(2026, 1, 1),
                    granted_at=now,
                    granted_by="system",
                )
            )
