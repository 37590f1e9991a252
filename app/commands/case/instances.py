"""What operators and owners do to instances: cancel one, try again what stopped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select, update

from app.commands.case import history, incidents, recount
from app.commands.case.at_work import CaseAtWork
from app.commands.case.recount import FAILED
from app.commands.case.settlement import take_step
from app.commands.complaint import merging
from app.commands.complaint import rows as complaint_rows
from app.commands.letter import notices, status_letters
from app.commands.reasons import need_reason
from app.commands.transaction import Transaction
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.permissions import Permission
from app.domain.text import Text
from app.engine.refusals import EngineStuck
from app.rules import facts
from app.rules.statuses import status_of
from app.sdk import Outgoing
from app.standard.statuses import CANCELLED
from app.store.base import table_of
from app.store.fingerprints import state_digest
from app.store.instances import ProcessInstance
from app.store.jobs import Incident, Job
from app.store.tasks import Candidate, Task

_incident, _job, _task, _candidate = table_of(Incident), table_of(Job), table_of(Task), table_of(Candidate)


@dataclass(frozen=True)
class CancelInstance:
    """End an instance for a reason; works also when its state can no longer be read.

    `reason` is for the audit alone; `category` says which of the service's reasons the reporter reads.
    """

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE
    instance_id: str
    reason: str
    category: str = ""

    def execute(self, tx: Transaction) -> None:
        """Raises NotFound, Conflict when it has ended already, Invalid without a reason or what the reporter reads."""
        need_reason(self.reason)
        case = CaseAtWork.of_instance(tx, self.instance_id)
        if case.ended:
            raise Conflict(Text("Aduan ini sudah berakhir.", "This complaint has ended already."))
        letters = self._letters(case)
        complaint_rows.note_cancellation(case, self.category)
        try:
            assert case.instance is not None
        except EngineStuck:
            self._without_engine(case, letters)
        else:
            take_step(case, lambda live: live.cancel(CANCELLED, case.env), outgoing=letters)
        table = table_of(ProcessInstance)
        tx.sql(update(table).where(table.c.id == case.id).values(state=CANCELLED))
        resolved = {"resolved_at": tx.now, "resolved_by": tx.actor, "resolution": self.reason}
        still = update(_incident).where(_incident.c.instance_id == case.id, _incident.c.resolved_at.is_(None))
        tx.sql(still.values(**resolved))

    def _letters(self, case: CaseAtWork) -> tuple[tuple[str, Outgoing], ...]:
        """What the reporter is told: the reason of the chosen category, and what they can do."""
        if case.complaint_id is None:
            return ()
        told = case.tx.service.cancellations.get(self.category)
        if told is None:
            fault = Text("Pilih alasan yang dibaca pelapor.", "Choose the reason that the reporter reads.")
            raise Invalid(errors={"category": [fault]})
        letter = status_of(case.tx.service, facts.cancelled_status(case.bundle)).letter
        if letter is None or letter not in case.tx.service.templates:
            return ()
        fields = {"reason": told.reason.id, "reason_en": told.reason.en}
        fields |= {"advice": told.advice.id, "advice_en": told.advice.en}
        return ((CANCELLED, Outgoing(letter, "reporter", fields)),)

    def _without_engine(self, case: CaseAtWork, letters: Iterable[tuple[str, Outgoing]]) -> None:
        """The state is damaged: close its rows; the state itself stays for whoever looks into it."""
        tx, table = case.tx, table_of(ProcessInstance)
        tx.details["state"] = state_digest(case.row["blob"], tx.toolbox.keys.current)  # put on record as it was found
        tasks = select(_task.c.id).where(_task.c.instance_id == case.id)
        tx.sql(_candidate.delete().where(_candidate.c.task_id.in_(tasks)))
        case.row["status"] = facts.cancelled_status(case.bundle)
        for _, letter in letters:
            notices.send(case, letter)
        status_letters.of_end(case, tx.connection.scalars(tasks.where(_task.c.state == "open")))
        case.row["state"] = CANCELLED
        merging.tell(case, case.row["status"], ())
        notices.write(case)
        history.flush(case)
        complaint_rows.close(case)
        tx.sql(update(_task).where(_task.c.instance_id == case.id, _task.c.state == "open").values(state=CANCELLED))
        waiting = _job.c.state.in_(("waiting", "paused"))
        tx.sql(update(_job).where(_job.c.instance_id == case.id, waiting).values(state=CANCELLED))
        ended = {"ended_at": tx.now, "end_event": CANCELLED, "version": table.c.version + 1}
        ended |= {name: case.row[name] for name in ("status", "history_count")}
        tx.sql(update(table).where(table.c.id == case.id).values(**ended))


@dataclass(frozen=True)
class RetryIncident:
    """Try again what stopped: its job or its recount runs anew at once; any other incident is marked as mended."""

    permission: ClassVar[Permission] = Permission.INSTANCE_OPERATE
    incident_id: str
    reason: str

    def execute(self, tx: Transaction) -> None:
        """Raises NotFound, Conflict naming whoever resolved it first, Invalid without a reason."""
        need_reason(self.reason)
        found = tx.sql(select(_incident).where(_incident.c.id == self.incident_id).with_for_update()).first()
        if found is None:
            raise NotFound()
        if found.instance_id is not None:
            tx.chain = found.instance_id
        if found.resolved_at is not None:
            what = Text("menyelesaikan insiden ini", "resolved this incident")
            raise Conflict(who=found.resolved_by, when=found.resolved_at, what=what)
        if found.code == FAILED and found.instance_id is not None:
            recount.begin_for(tx, found.instance_id)
        if found.job_id is not None:
            again = {"state": "waiting", "attempts": 0, "due_at": tx.now, "locked_until": None, "locked_by": None}
            tx.sql(update(_job).where(_job.c.id == found.job_id, _job.c.state == "failed").values(**again))
        done = {"resolved_at": tx.now, "resolved_by": tx.actor, "resolution": self.reason}
        tx.sql(update(_incident).where(_incident.c.id == self.incident_id).values(**done))
        if found.instance_id is not None:
            incidents.clear_mark(tx, found.instance_id)
