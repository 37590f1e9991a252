"""What the reporter sends into a running case: a completion, a reply, satisfaction, or the withdrawal of it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from app.commands import answering, history, notices
from app.commands.casefile import CaseFile
from app.commands.command import PERSONAL
from app.commands.settlement import take_step
from app.commands.tasks import Completed
from app.commands.unit import Unit
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

    def execute(self, unit: Unit) -> Completed:
        """Raises NotFound for somebody else's complaint, Conflict when the case does not wait for this (any more)."""
        file = own(unit, self.complaint_id)
        message = file.bundle.manifest.messages.get(self.name)
        if message is None:
            raise NotFound()
        wait = next((each for each in file.instance.waits() if each.kind == "message" and each.name == self.name), None)
        if wait is None or file.ended:
            raise too_late()
        answer = answering.place(file)
        kept, variables = answering.take(file, message.form, wait.element, self.answers, None)
        history.add(file, [("message", wait.element, None)])
        say(file, message.form, kept, answer)
        settled = take_step(file, lambda live: live.deliver(wait.id, variables, file.env))
        return Completed(file.id, settled.status, settled.opened, settled.ended)


@dataclass(frozen=True)
class Withdraw:
    """The reporter takes the complaint back: everything open is cancelled, and the case ends as withdrawn."""

    permission: ClassVar[Permission] = Permission.REPORTER
    complaint_id: str
    answers: Mapping[str, Any] = field(metadata=PERSONAL)

    def execute(self, unit: Unit) -> Completed:
        """Raises NotFound for somebody else's complaint, Conflict when the case has ended already."""
        file = own(unit, self.complaint_id)
        rule = file.bundle.manifest.instance.withdraw
        if rule is None:
            raise NotFound()
        if file.ended:
            raise too_late()
        answer = answering.place(file)
        kept, _ = answering.take(file, rule.form, rule.end, self.answers, None)
        say(file, rule.form, kept, answer)
        settled = take_step(file, lambda live: live.cancel(rule.end, file.env))
        return Completed(file.id, settled.status, settled.opened, settled.ended)


def own(unit: Unit, complaint_id: str) -> CaseFile:
    """The file of the actor's own complaint; anybody else's does not exist for them."""
    if unit.by.kind == "reporter" and unit.by.complaint != complaint_id:
        raise NotFound()
    return CaseFile.of_complaint(unit, complaint_id)


def say(file: CaseFile, form: str | None, answers: Mapping[str, Any], answer: int) -> None:
    """Put what the reporter wrote into the conversation."""
    text = file.bundle.manifest.meaning.value("said", form or "", answers)
    if text:
        notices.note(file, "in", AUTHOR, str(text), answer=answer)


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
