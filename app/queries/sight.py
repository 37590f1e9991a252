"""Asks the one rule of sight for cases in the database: one case, the cases of a list, and conditions for a search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.errors import NotFound
from app.rules.sight import NOTHING, Reach, Sight, Standing, Viewer
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from app.store.tasks import Task

OF_COMPLAINT = (Complaint.accused_unit, Complaint.is_anonymous, Complaint.is_confidential)
_STANDING = (Complaint.instance_id, ProcessInstance.unit, *OF_COMPLAINT)
PLAIN = Sight(known=True, content=True)  # of an instance without a complaint: a trial has nothing to hide


def standing(session: Session, tracking_id: str) -> Standing:
    """What decides who may see a complaint; NotFound when there is none."""
    query = select(*_STANDING).join(ProcessInstance, ProcessInstance.id == Complaint.instance_id)
    row = session.execute(query.where(Complaint.id == tracking_id)).first()
    if row is None:
        raise NotFound
    instance_id, assigned, accused, anonymous, confidential = row
    return Standing(assigned, accused, anonymous, confidential, answered(session, instance_id))


def answered(session: Session, instance_id: str) -> frozenset[str]:
    """The offices that did a step in a case."""
    query = select(Task.unit).where(Task.instance_id == instance_id, Task.state == "completed", Task.unit.is_not(None))
    return frozenset(unit for unit in session.scalars(query.distinct()) if unit)


def seen(session: Session, viewer: Viewer, instances: Iterable[str | None]) -> dict[str, Sight]:
    """Instance -> what the viewer may see of it, for the rows of one page (own answers are not looked up)."""
    wanted = {each for each in instances if each}
    found = dict.fromkeys(wanted, PLAIN)
    if not wanted:
        return found
    query = select(*_STANDING).join(ProcessInstance, ProcessInstance.id == Complaint.instance_id)
    for row in session.execute(query.where(Complaint.instance_id.in_(wanted))):
        instance_id, assigned, accused, anonymous, confidential = row
        found[instance_id] = viewer.sees(Standing(assigned, accused, anonymous, confidential))
    return found


def of_instance(session: Session, viewer: Viewer, instance_id: str) -> Sight:
    """What the viewer may see of one case."""
    return seen(session, viewer, [instance_id]).get(instance_id, NOTHING)


def sealed(viewer: Viewer, complaint: Complaint, instance: ProcessInstance) -> bool:
    """Whether not even the title of what stands in these rows is for the viewer."""
    case = Standing(instance.unit, complaint.accused_unit, complaint.is_anonymous, complaint.is_confidential)
    return viewer.sees(case).sealed


def unsealed(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that words of a complaint, joined with its instance, may be looked for: the rule as a query."""
    confidential = and_(_within(viewer.reads), _within(viewer.confidential))
    return and_(there(viewer), or_(Complaint.is_confidential.is_(False), confidential))


def there(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that a row of complaint exists for the viewer at all."""
    if not viewer.offices:
        return true()
    return or_(Complaint.accused_unit.is_(None), Complaint.accused_unit.not_in(sorted(viewer.offices)))


def not_about(offices: frozenset[str], instance: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """The condition that a row with this instance (or with none) is not about a complaint of one of these offices."""
    if not offices:
        return true()
    theirs = select(Complaint.instance_id).where(Complaint.accused_unit.in_(sorted(offices)))
    return or_(instance.is_(None), instance.not_in(theirs))


def _within(reach: Reach) -> ColumnElement[bool]:
    if reach.everywhere:
        return true()
    return ProcessInstance.unit.in_(sorted(reach.offices)) if reach.offices else false()
