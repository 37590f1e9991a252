"""What operators and owners do to instances: start a trial, cancel one, try again what stopped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import insert, select, update

from app.bundle import facts
from app.bundle.service_statuses import CANCELLED
from app.commands import complaint_rows, history, incidents, merging, notices, recount, status_letters
from app.commands.casefile import NO_COMPLAINT, CaseFile
from app.commands.reasons import need_reason
from app.commands.recount import FAILED
from app.commands.settlement import Standing, settle, take_step
from app.commands.starting import new_row
from app.commands.unit import Unit
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.permissions import Permission
from app.domain.text import Text
from app.engine.instance import Instance
from app.engine.refusals import EngineStuck
from app.rules.statuses import status_of
from app.sdk import Outgoing
from app.store.base import table_of
from app.store.fingerprints import state_digest
from app.store.instances import ProcessInstance
from app.store.jobs import Incident, Job
from app.store.tasks import Candidate, Task

_incident, _job, _task, _candidate = table_of(Incident), table_of(Job), table_of(Task), table_of(Candidate)


@dataclass(frozen=True)
class StartTest:
    """A trial of one version: only its owner sees the tasks, and nothing is sent to anybody."""

    permission: ClassVar[Permission] = Permission.DEFINITION_DEPLOY
    deployment_id: str

    def execute(self, unit: Unit) -> str:
        """The id of the new instance. Raises NotFound, EngineStuck."""
        bundle = unit.parts.bundle(unit.connection, self.deployment_id)
        row = new_row(unit, self.deployment_id, bundle, f"TEST-{unit.parts.chance.code(8)}", test=True)
        file = CaseFile(unit, row, dict(NO_COMPLAINT), fresh=True)
        unit.execute(insert(table_of(ProcessInstance)), row)
        history.add(file, [("started", bundle.key, None)])
        first = {"text": "", "unit": None, "number": 0, "boolean": False, "date": None}
        variables: dict[str, Any] = {name: first[each.type] for name, each in bundle.manifest.variables.items()}
        instance, step = Instance.start(bundle.definition, variables, file.env)
        file.begin(instance)
        settle(file, Standing(), [step])
        return file.id


@dataclass(frozen=True)
class CancelInstance:
    """End an instance for a reason; works also when its state can no longer be read.

    `reason` is for the audit alone; `category` says which of the service's reasons the reporter reads.
    """

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE
    instance_id: str
    reason: str
    category: str = ""

    def execute(self, unit: Unit) -> None:
        """Raises NotFound, Conflict when it has ended already, Invalid without a reason or what the reporter reads."""
        need_reason(self.reason)
        file = CaseFile.of_instance(unit, self.instance_id)
        if file.ended:
            raise Conflict(Text("Aduan ini sudah berakhir.", "This complaint has ended already."))
        letters = self._letters(file)
        complaint_rows.note_cancellation(file, self.category)
        try:
            assert file.instance is not None
        except EngineStuck:
            self._without_engine(file, letters)
        else:
            take_step(file, lambda live: live.cancel(CANCELLED, file.env), outgoing=letters)
        table = table_of(ProcessInstance)
        unit.execute(update(table).where(table.c.id == file.id).values(state=CANCELLED))
        resolved = {"resolved_at": unit.now, "resolved_by": unit.actor, "resolution": self.reason}
        still = update(_incident).where(_incident.c.instance_id == file.id, _incident.c.resolved_at.is_(None))
        unit.execute(still.values(**resolved))

    def _letters(self, file: CaseFile) -> tuple[tuple[str, Outgoing], ...]:
        """What the reporter is told: the reason of the chosen category, and what they can do."""
        if file.complaint_id is None:
            return ()
        told = file.unit.service.cancellations.get(self.category)
        if told is None:
            fault = Text("Pilih alasan yang dibaca pelapor.", "Choose the reason that the reporter reads.")
            raise Invalid(errors={"category": [fault]})
        letter = status_of(file.unit.service, facts.cancelled_status(file.bundle)).letter
        if letter is None or letter not in file.unit.service.templates:
            return ()
        fields = {"reason": told.reason.id, "reason_en": told.reason.en}
        fields |= {"advice": told.advice.id, "advice_en": told.advice.en}
        return ((CANCELLED, Outgoing(letter, "reporter", fields)),)

    def _without_engine(self, file: CaseFile, letters: Iterable[tuple[str, Outgoing]]) -> None:
        """The state is damaged: close its rows; the state itself stays for whoever looks into it."""
        unit, table = file.unit, table_of(ProcessInstance)
        unit.details["state"] = state_digest(file.row["blob"], unit.parts.keys.current)  # put on record as it was found
        tasks = select(_task.c.id).where(_task.c.instance_id == file.id)
        unit.execute(_candidate.delete().where(_candidate.c.task_id.in_(tasks)))
        file.row["status"] = facts.cancelled_status(file.bundle)
        for _, letter in letters:
            notices.send(file, letter)
        status_letters.of_end(file, unit.connection.scalars(tasks.where(_task.c.state == "open")))
        file.row["state"] = CANCELLED
        merging.tell(file, file.row["status"], ())
        notices.write(file)
        history.flush(file)
        complaint_rows.close(file)
        unit.execute(
            update(_task).where(_task.c.instance_id == file.id, _task.c.state == "open").values(state=CANCELLED)
        )
        waiting = _job.c.state.in_(("waiting", "paused"))
        unit.execute(update(_job).where(_job.c.instance_id == file.id, waiting).values(state=CANCELLED))
        ended = {"ended_at": unit.now, "end_event": CANCELLED, "version": table.c.version + 1}
        ended |= {name: file.row[name] for name in ("status", "history_count")}
        unit.execute(update(table).where(table.c.id == file.id).values(**ended))


@dataclass(frozen=True)
class RetryIncident:
    """Try again what stopped: its job or its recount runs anew at once; any other incident is marked as mended."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE
    incident_id: str
    reason: str

    def execute(self, unit: Unit) -> None:
        """Raises NotFound, Conflict naming whoever resolved it first, Invalid without a reason."""
        need_reason(self.reason)
        found = unit.execute(select(_incident).where(_incident.c.id == self.incident_id).with_for_update()).first()
        if found is None:
            raise NotFound()
        if found.instance_id is not None:
            unit.chain = found.instance_id
        if found.resolved_at is not None:
            what = Text("menyelesaikan insiden ini", "resolved this incident")
            raise Conflict(who=found.resolved_by, when=found.resolved_at, what=what)
        if found.code == FAILED and found.instance_id is not None:
            recount.begin_for(unit, found.instance_id)
        if found.job_id is not None:
            again = {"state": "waiting", "attempts": 0, "due_at": unit.now, "locked_until": None, "locked_by": None}
            unit.execute(update(_job).where(_job.c.id == found.job_id, _job.c.state == "failed").values(**again))
        done = {"resolved_at": unit.now, "resolved_by": unit.actor, "resolution": self.reason}
        unit.execute(update(_incident).where(_incident.c.id == self.incident_id).values(**done))
        if found.instance_id is not None:
            incidents.clear_mark(unit, found.instance_id)
