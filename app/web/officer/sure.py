"""Asks once before a decision that cannot be taken back: on a page of its own, which works without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import render_template, request

from app.forms.fields import Field, Option
from app.forms.form import Form
from app.standard.sources import sources_of
from app.web.current import now, service
from app.web.officer.verbs import chosen, verb

ACKNOWLEDGED = "yakin"  # holds the choice that was acknowledged, so that it stands for no other


def to_acknowledge(decision: Field | None, typed: Mapping[str, Any]) -> Option | None:
    """The choice, unless whoever sends it has just acknowledged it."""
    option = chosen(decision, typed, sources_of(service(), now()))
    return None if option is None or option.value == request.form.get(ACKNOWLEDGED) else option


def page(form: Form, option: Option, typed: Mapping[str, Any], **about: Any) -> str:
    """The question, with all that was typed in hidden fields: it is sent again, or becomes the draft of the form."""
    words = verb(form, option, typed, sources_of(service(), now()))
    kept = [*_pairs(typed), (ACKNOWLEDGED, option.value)]
    return render_template("officer/sure.html", verb=words, option=option, kept=kept, **about)


def _pairs(typed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in typed.items():
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                yield name, str(each)
