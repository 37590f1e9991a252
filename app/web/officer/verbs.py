"""What the button says that sends a choice: the city's own verb, with the other answers that it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.identity import Unfit
from app.domain.text import PLACEHOLDER
from app.forms.fields import Field, Option, Sources
from app.forms.form import Form
from app.forms.values import read_value
from app.web.filters import text

LONGEST = 40  # characters of another answer that a button has room for
UNITS = "units"


def chosen(question: Field | None, answers: Mapping[str, Any], sources: Sources) -> Option | None:
    """The option that was chosen; None where none was."""
    if question is None:
        return None
    try:
        value = read_value(question, answers.get(question.key), sources)
    except Unfit:
        return None
    written = str(value).lower() if isinstance(value, bool) else str(value)
    return next((option for option in question.choices(sources) if option.value == written), None)


def verb(form: Form, option: Option, answers: Mapping[str, Any], sources: Sources) -> str:
    """`Teruskan ke DPUPR`; an answer that is not there yet is called by its question."""
    said = text(option.button or option.label)
    return PLACEHOLDER.sub(lambda found: _answer(form, found[1], answers, sources), said)


def _answer(form: Form, key: str, answers: Mapping[str, Any], sources: Sources) -> str:
    question = form.by_key[key]
    option = chosen(question, answers, sources) if question.options or question.source else None
    if option is not None:
        return option.value if question.source == UNITS else text(option.label)  # offices by their short names
    written = "" if question.options or question.source else str(answers.get(key) or "").strip()
    return written if 0 < len(written) <= LONGEST else text(question.label)
