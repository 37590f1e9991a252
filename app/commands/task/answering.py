"""Takes the answers to a form: checks them, keeps them, and gives the engine the few values that it may know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from app.commands.case.at_work import CaseAtWork
from app.commands.complaint import rows as complaint_rows
from app.commands.storable import refuse_strange
from app.domain.errors import Invalid
from app.domain.text import Text
from app.forms.form import Form
from app.rules import accusation, facts
from app.sdk import Scalar
from app.store.base import table_of
from app.store.compiled import CompiledStatement
from app.store.fingerprints import answers_digest
from app.store.tasks import Answer

_add = CompiledStatement(insert(table_of(Answer)), *table_of(Answer).c.keys())
NEVER_KEPT = frozenset({"related_person"})  # stands in the complaint's guarded row only


def take_answers(
    case: CaseAtWork, form_key: str | None, element: str, answers: Mapping[str, Any], task_id: str | None
) -> Any:
    """Check and keep the answers; returns (answers as kept, variables for the engine). Raises Invalid."""
    refuse_strange(answers)
    if form_key is None:
        if answers:
            fault = Text("Langkah ini tidak memiliki isian.", "This step has no fields.")
            raise Invalid(errors={"": [fault]})
        return {}, {}
    form = case.bundle.forms[form_key]
    kept = form.load(answers, case.tx.sources, case.instance.variables)
    if wrong := accusation.faults(case.bundle, case.tx.service, form, kept, case.accused):
        raise Invalid(errors=wrong)
    complaint_rows.take_attachments(case, form_key, files_of(form, kept), place(case), task_id)
    complaint_rows.correct_complaint(case, form_key, kept)
    keep_answers(case, form_key, element, kept, task_id)
    return kept, projected(case, form_key, kept)


def files_of(form: Form, answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Question -> the files that were chosen for it."""
    asked = (question.key for question in form.questions if question.type == "filepicker")
    return {key: list(answers[key]) for key in asked if answers.get(key)}


def place(case: CaseAtWork) -> int:
    """The number in the case's answers of those that are being taken in now."""
    return int(case.row["history_count"]) + len(case.events)


def keep_answers(
    case: CaseAtWork, form_key: str, element: str, answers: Mapping[str, Any], task_id: str | None
) -> None:
    """Store answers as they were given, with their fingerprint in the audit."""
    data = {name: value for name, value in answers.items() if name not in NEVER_KEPT and value is not None}
    row = {
        "instance_id": case.id,
        "task_id": task_id,
        "element": element,
        "form": form_key,
        "data": data,
        "seq": place(case),
        "at": case.tx.now,
        "by": case.tx.actor,
    }
    _add.run(case.tx.connection, row)
    case.given = (form_key, data)
    case.tx.details["answer"] = row["seq"]
    case.tx.details["digest"] = answers_digest(data, case.tx.toolbox.keys.current)


def projected(case: CaseAtWork, form_key: str, answers: Mapping[str, Any]) -> dict[str, Scalar]:
    """The decision variables these answers set; Invalid where the manifest's type does not fit."""
    try:
        return facts.project(case.bundle, form_key, answers)
    except ValueError as error:
        fault = Text(
            f"Jawaban tidak sesuai dengan prosedur: {error}.", f"An answer does not fit the procedure: {error}."
        )
        raise Invalid(errors={"": [fault]}) from error
