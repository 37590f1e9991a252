"""Which procedures begin otherwise than by a complaint, and with which answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.bundle.manifest import COMPLAINT
from app.bundle.read import Bundle
from app.commands.storable import refuse_strange
from app.commands.transaction import Transaction
from app.domain.errors import Invalid, NotFound
from app.domain.text import Text
from app.sdk import StartProcess

UNKNOWN = Text("Prosedur itu tidak terpasang.", "That procedure is not deployed.")
FILED = Text("Prosedur itu dimulai dengan mengirim aduan.", "That procedure begins with a complaint being filed.")
NO_FORM = Text("Prosedur ini dimulai tanpa isian.", "This procedure begins without fields.")


def live(tx: Transaction, key: str) -> tuple[str, Bundle]:
    """Deployment and bundle on which new cases of a procedure begin; NotFound where only a complaint begins it."""
    deployment = tx.toolbox.shelf.live(tx.connection).get(key)
    if deployment is None:
        raise NotFound(UNKNOWN)
    bundle = tx.toolbox.bundle(tx.connection, deployment)
    if bundle.manifest.subject == COMPLAINT:
        raise NotFound(FILED)
    return deployment, bundle


def loaded(tx: Transaction, bundle: Bundle, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of the start form as they are kept. Raises Invalid with the errors of each field."""
    refuse_strange(answers)
    form = bundle.manifest.start_form
    if form is None:
        if answers:
            raise Invalid(errors={"": [NO_FORM]})
        return {}
    return bundle.forms[form].load(answers, tx.sources, {})


def look_at(tx: Transaction, start: StartProcess) -> None:
    """Refuse a start that a handler asks for and that would fail."""
    _, bundle = live(tx, start.key)
    loaded(tx, bundle, start.answers)
