"""Answers that a form accepts, made up where nobody has said yet what to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.errors import Invalid
from app.forms.fields import CHOICES, LISTS, Field, Sources
from app.forms.form import Form

ANSWER = "Contoh jawaban untuk skenario ini."
ROUNDS = 8  # answers show and hide other questions


def samples(form: Form, sources: Sources, variables: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Answers that fit the form, one for each choice of its first question with choices; none where none is found."""
    first = next((each for each in form.questions if each.type in CHOICES - LISTS and each.options), None)
    for option in [None] if first is None else [option.value for option in first.options]:
        found = _filled(form, sources, variables, {} if first is None else {first.key: _kept(first, option or "")})
        if found is not None:
            yield found


def sample(field: Field, sources: Sources) -> Any:
    """One answer to one question; None where there is none to make up."""
    choices = field.choices(sources)
    if field.type in CHOICES:
        value = choices[0].value if choices else None
        return [value] if field.type in LISTS and value is not None else _kept(field, value)
    if field.type == "checkbox":
        return True
    if field.type == "number":
        return field.minimum if field.minimum is not None else min(1, field.maximum if field.maximum is not None else 1)
    if field.type == "datetime" and sources.today is not None:
        first, last = field.dates(sources.today)
        day = first or last or sources.today
        return {"date": day.isoformat(), "time": "09:00"}.get(field.subtype, f"{day.isoformat()}T09:00")
    if field.type in ("textfield", "textarea"):
        if field.kind == "email":
            return "contoh@contoh.example"
        if field.kind == "phone":
            return "081200000000"
        text = ANSWER
        while len(text) < (field.min_length or 0):
            text += " " + ANSWER
        return text[: field.max_length]
    return None


def _kept(field: Field, value: str | None) -> Any:
    if value is not None and field.kind_of_answer == "boolean":
        return value == "true"
    return int(value) if value is not None and field.kind_of_answer == "number" else value


def _filled(form: Form, sources: Sources, variables: Mapping[str, Any], given: dict[str, Any]) -> dict[str, Any] | None:
    answers = dict(given)
    for _ in range(ROUNDS):
        asked = form.asked(answers, sources, variables)
        answers = {key: value for key, value in answers.items() if key in asked}
        missing = [key for key, must in asked.items() if must and key not in answers]
        if not missing:
            break
        answers |= {key: sample(form.by_key[key], sources) for key in missing}
    try:
        form.load(answers, sources, variables)
    except Invalid:
        return None
    return answers
