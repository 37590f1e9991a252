"""What pages say of due times, all of it by the one rule of limits."""

from __future__ import annotations

from typing import Any

from flask import g, get_template_attribute
from sqlalchemy.orm import Session

from app.domain.text import Text
from app.queries.case.due import DueTimes
from app.rules.remaining import Deadline
from app.standard.service import ServiceData
from app.web.current import now, service, web
from app.web.language import language

WHOLE = Text("keseluruhan", "overall")
STEP = Text("langkah ini", "this step")


def times(session: Session) -> DueTimes:
    """Due times as they stand at the instant of this request."""
    return DueTimes(session, web().toolbox.shelf, now())


def step_name(element: str) -> Text:
    """“langkah 3”: which of the procedure's steps a task belongs to; one outside them is “langkah ini”."""
    number = _numbers(service()).get(element)
    return Text(f"langkah {number}", f"step {number}") if number is not None else STEP


def as_json(step: Deadline | None, case: Deadline | None) -> dict[str, Any]:
    """The due objects of a step and its case in the reader's language, and how a page shows what is left of each."""
    chip = get_template_attribute("macros/due.html", "due_chip")
    both = {"step": step, "case": case}
    told = {name: due.as_json(language()) if due is not None else None for name, due in both.items()}
    return {**told, "chips": {name: str(chip(due)) for name, due in both.items() if due is not None}}


def estimate() -> str:
    """The mark of a figure that is not decided yet; the page then says once what the mark means."""
    g.estimates = True
    return "*"


def estimates() -> bool:
    """Whether a figure with that mark stands on the page so far."""
    return bool(g.get("estimates"))


def _numbers(data: ServiceData) -> dict[str, int]:
    return {element: step.number for step in data.steps for element in step.elements}
