"""A complaint about an office: it names the office, and it never goes to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.bundle.read import Bundle
from app.domain.text import Text
from app.forms.form import Form
from app.rules.assignment import starts_confidential, target_fields
from app.standard.service import ServiceData

ACCUSED = "accused_unit"
WHICH_OFFICE = Text(
    "Pilih instansi yang diadukan; aduan ini tidak boleh sampai kepadanya.",
    "Choose the office complained of; this complaint must not reach it.",
)
NOT_ITSELF = Text(
    "Ini instansi yang diadukan; aduan tentang dirinya sendiri tidak dapat diteruskan kepadanya. Pilih instansi lain.",
    "This is the office complained of; a complaint about it cannot be forwarded to it. Choose another office.",
)


def faults(
    bundle: Bundle, service: ServiceData, form: Form, kept: Mapping[str, Any], known: str | None
) -> dict[str, list[Text]]:
    """What is wrong with answers for a complaint about an office (`known`: the one named before), by field.

    It may not be handed to the office it is about, nor go on where nobody knows which office that is.
    """
    accused = kept.get(ACCUSED) or known
    if accused is None:
        asked = ACCUSED in form.by_key and ACCUSED in kept
        nameless = asked and starts_confidential(service, kept.get("category"))
        return {ACCUSED: [WHICH_OFFICE]} if nameless else {}
    return {name: [NOT_ITSELF] for name in target_fields(bundle, form.key) if kept.get(name) == accused}
