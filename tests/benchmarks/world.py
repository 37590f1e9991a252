"""A whole installation in a temporary folder: settings, database, service data, the real procedure and its people."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.bundle.read import read_folder
from app.commands.complaint.filing import FileComplaint, Filed
from app.commands.procedure.deployments import Deploy
from app.commands.procedure.service import LoadService
from app.commands.runner import Runner
from app.commands.task.complete import CompleteTask
from app.domain.chance import SeededChance
from app.domain.clock import FrozenClock
from app.domain.roles import SYSTEM, Actor, Grant
from app.main import join
from app.settings import Settings
from app.standard.service import read_contents
from app.store.database import reading
from app.store.migrate import upgrade
from app.store.tasks import Task
from app.toolbox import Toolbox

ROOT = Path(__file__).resolve().parents[2]
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 09:00 WIB
MINISTRY = Actor("user", "m" * 32, "Admin KemenPANRB", (Grant("ministry_admin", "KEMENPANRB"),))
DINKOMINFO = Actor("user", "d" * 32, "Admin Dinkominfo", (Grant("dinkominfo_admin", "DINKOMINFO"),))
VISITOR = Actor("reporter", "reporter", "Pelapor")

FORWARD = {"ministry_decision": "forward", "note": "Mohon ditangani."}
RETURN = {"authority_decision": "no", "reason_code": "not_authority", "reason": "Ruas ini jalan nasional."}


@dataclass(frozen=True)
class World:
    """The parts of one installation and the door for changes."""

    toolbox: Toolbox
    runner: Runner
    clock: FrozenClock

    @classmethod
    def build(cls, folder: Path) -> World:
        """Migrate a fresh SQLite database, load the service data and deploy the real procedure."""
        settings = Settings(
            database_url=f"sqlite:///{folder / 'alur.db'}",
            secret_key="benchmark " * 4,
            identity_key=b"b" * 32,
            var_dir=folder,
            processes_dir=ROOT / "processes",
            forms_dir=ROOT / "forms",
        )
        clock = FrozenClock(MONDAY)
        toolbox = join(settings, clock, SeededChance(1))
        upgrade(toolbox.database)
        runner = Runner(toolbox)
        runner.run(LoadService(read_contents(ROOT / "processes" / "service"), "benchmark", seed=True), SYSTEM)
        bundle = read_folder(ROOT / "processes" / "pengaduan_sp4n", ROOT / "forms")
        runner.run(Deploy(bundle.files, "benchmark", seed=True), SYSTEM)
        return cls(toolbox, runner, clock)

    def file(self, **changed: Any) -> Filed:
        """File one lifelike complaint."""
        answers = {
            "title": "Jalan berlubang di depan pasar",
            "chronology": "Lubang besar di depan pasar sudah dua minggu dan membahayakan pengendara motor.",
            "category": "jalan",
            "location_text": "Jalan Sultan Agung, depan pasar",
            "occurred_on": "2026-11-20",
        } | changed
        identity = {"name": "Siti Aminah", "phone": "081234567890"}
        filed: Filed = self.runner.run(FileComplaint(answers, identity), VISITOR)
        return filed

    def open_task(self, instance_id: str) -> str:
        """The id of the one open task of an instance."""
        with reading(self.toolbox.database) as session:
            found = session.scalars(select(Task.id).where(Task.instance_id == instance_id, Task.state == "open")).one()
        return found

    def complete(self, task_id: str, answers: Mapping[str, Any], by: Actor) -> str:
        """Complete a task; the id of the task that opened next, "" where the case waits for something else."""
        self.clock.advance(timedelta(minutes=1))
        done = self.runner.run(CompleteTask(task_id, answers), by)
        return next(iter(done.opened), "")


def fresh_folder() -> Path:
    """A new folder on the disk where the project lies, so that a durable commit is a real one."""
    base = ROOT / "var" / "benchmarks"
    base.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=base))
