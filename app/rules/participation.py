"""Who reads the file of a case that is no complaint: whoever may begin such cases, and whoever does its steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from app.bundle.read import Bundle
from app.domain.roles import Actor
from app.rules import facts


class Step(Protocol):
    """What is asked of a task, open or over."""

    @property
    def element(self) -> str: ...
    @property
    def unit(self) -> str | None: ...


def takes_part(actor: Actor, bundle: Bundle, steps: Iterable[Step]) -> bool:
    """Whether the actor may begin cases of this procedure, or holds a role (and unit) of a step that this one had."""
    if any(role in bundle.manifest.start.roles for role in actor.roles):
        return True
    return any(
        actor.holds(role, step.unit) for step in steps for role in facts.candidates(bundle, step.element, {}).roles
    )
