"""Takes the answers to a form: checks them, keeps them, and gives the engine the few values that it may know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from app.bundle import facts
from app.bundle.forms import Form
from app.commands import complaint_rows
from app.commands.casefile import CaseFile
from app.commands.plain import refuse_strange
from app.domain.errors import Invalid
from app.domain.text import Text
from app.rules import accusation
from app.sdk import Scalar
from app.store.base import table_of
from app.store.fingerprints import answers_digest
from app.store.quick import Quick
from app.store.tasks import Answer

_add = Quick(insert(table_of(Answer)), *table_of(Answer).c.keys())
NEVER_KEPT = frozenset({"related_person"})  # stands in the complaint's guarded row only


def take(file: CaseFile, form_key: str | None, element: str, answers: Mapping[str, Any], task_id: str | None) -> Any:
    """Check and keep the answers; returns (answers as kept, variables for the engine). Raises Invalid."""
    refuse_strange(answers)
    if form_key is None:
        if answers:
            fault = Text("Langkah ini tidak memiliki isian.", "This step has no fields.")
            raise Invalid(errors={"": [fault]})
        return {}, {}
    form = file.bundle.forms[form_key]
    kept = form.load(answers, file.unit.sources, file.instance.variables)
    if wrong := accusation.faults(file.bundle, file.unit.service, form, kept, file.accused):
        raise Invalid(errors=wrong)
    complaint_rows.take_attachments(file, form_key, files_of(form, kept), place(file), task_id)
    complaint_rows.mend(file, form_key, kept)
    keep(file, form_key, element, kept, task_id)
    return kept, projected(file, form_key, kept)


def files_of(form: Form, answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Question -> the files that were chosen for it."""
    asked = (question.key for question in form.questions if question.type == "filepicker")
    return {key: list(answers[key]) for key in asked if answers.get(key)}


def place(file: CaseFile) -> int:
    """The number in the case's answers of those that are being taken in now."""
    return int(file.row["history_count"]) + len(file.events)


def keep(file: CaseFile, form_key: str, element: str, answers: Mapping[str, Any], task_id: str | None) -> None:
    """Store answers as they were given, with their fingerprint in the audit."""
    data = {name: value for name, value in answers.items() if name not in NEVER_KEPT and value is not None}
    row = {
        "instance_id": file.id,
        "task_id": task_id,
        "element": element,
        "form": form_key,
        "data": data,
        "seq": place(file),
        "at": file.unit.now,
        "by": file.unit.actor,
    }
    _add.run(file.unit.connection, row)
    file.given = (form_key, data)
    file.unit.details["answer"] = row["seq"]
    file.unit.details["digest"] = answers_digest(data, file.unit.parts.keys.current)


def projected(file: CaseFile, form_key: str, answers: Mapping[str, Any]) -> dict[str, Scalar]:
    """The decision variables these answers set; Invalid where the manifest's type does not fit."""
    try:
        return facts.project(file.bundle, form_key, answers)
    except ValueError as error:
        fault = Text(
            f"Jawaban tidak sesuai dengan prosedur: {error}.", f"An answer does not fit the procedure: {error}."
        )
        raise Invalid(errors={"": [fault]}) from error
