"""What the reporter sends into a running case: a completion, a reply, satisfaction, or the withdrawal of it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from app.commands.case import history
from app.commands.case.at_work import CaseAtWork
from app.commands.case.settlement import take_step
from app.commands.command import PERSONAL
from app.commands.letter import notices
from app.commands.task import answering
from app.commands.task.complete import Completed
from app.commands.transaction import Transaction
from app.domain.errors import Conflict, NotFound
from app.domain.permissions import Permission
from app.domain.text import Text

AUTHOR = "reporter"


@dataclass(frozen=True)
class SendMessage:
    """A message that the case waits for, with the answers of its form."""

    permission: ClassVar[Permission] = Permission.REPORTER
    complaint_id: str
    name: str
    answers: Mapping[str, Any] = field(metadata=PERSONAL)

    def execute(self, tx: Transaction) -> Completed:
        """Raises NotFound for somebody else's complaint, Conflict when the case does not wait for this (any more)."""
        case = own(tx, self.complaint_id)
        message = case.bundle.manifest.messages.get(self.name)
        if message is None:
            raise NotFound()
        wait = next((each for each in case.instance.waits() if each.kind == "message" and each.name == self.name), None)
        if wait is None or case.ended:
            raise too_late()
        answer = answering.place(case)
        kept, variables = answering.take_answers(case, message.form, wait.element, self.answers, None)
        history.add(case, [("message", wait.element, None)])
        say(case, message.form, kept, answer)
        settled = take_step(case, lambda live: live.deliver(wait.id, variables, case.env))
        return Completed(case.id, settled.status, settled.opened, settled.ended)


@dataclass(frozen=True)
class Withdraw:
    """The reporter takes the complaint back: everything open is cancelled, and the case ends as withdrawn."""

    permission: ClassVar[Permission] = Permission.REPORTER
    complaint_id: str
    answers: Mapping[str, Any] = field(metadata=PERSONAL)

    def execute(self, tx: Transaction) -> Completed:
        """Raises NotFound for somebody else's complaint, Conflict when the case has ended already."""
        case = own(tx, self.complaint_id)
        rule = case.bundle.manifest.instance.withdraw
        if rule is None:
            raise NotFound()
        if case.ended:
            raise too_late()
        answer = answering.place(case)
        kept, _ = answering.take_answers(case, rule.form, rule.end, self.answers, None)
        say(case, rule.form, kept, answer)
        settled = take_step(case, lambda live: live.cancel(rule.end, case.env))
        return Completed(case.id, settled.status, settled.opened, settled.ended)


def own(tx: Transaction, complaint_id: str) -> CaseAtWork:
    """The file of the actor's own complaint; anybody else's does not exist for them."""
    if tx.by.kind == "reporter" and tx.by.complaint != complaint_id:
        raise NotFound()
    return CaseAtWork.of_complaint(tx, complaint_id)


def say(case: CaseAtWork, form: str | None, answers: Mapping[str, Any], answer: int) -> None:
    """Put what the reporter wrote into the conversation."""
    text = case.bundle.manifest.meaning.value("said", form or "", answers)
    if text:
        notices.note(case, "in", AUTHOR, str(text), answer=answer)


def too_late() -> Conflict:
    """The case no longer waits for this."""
    return Conflict(
        Text(
            "Aduan ini sudah tidak menunggu pesan tersebut; lihat keadaan terbarunya.",
            "The complaint no longer waits for this message; please look at its present state.",
        ),
        who=None,
        when=None,
        what=Text("proses berlanjut", "the process moved on"),
    )
