"""Finds open tasks by the number of their case or by words in it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.domain.roles import Actor
from app.domain.tracking import is_tracking_id, normalise
from app.queries import sight
from app.queries.task.inbox import PAGE, Page, is_of, pairs_of, rows_of
from app.rules.sight import NOBODY, Viewer
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from app.store.tasks import Candidate, Task


def search(session: Session, actor: Actor, text: str, size: int = PAGE, viewer: Viewer = NOBODY) -> Page:
    """Open tasks the actor may do whose tracking id is the text, or whose subject or report contains it.

    Words are looked for only where the viewer may read them: a hit would tell what stands there.
    """
    tracking = normalise(text)
    if is_tracking_id(tracking):
        fits: ColumnElement[bool] = ProcessInstance.business_key == tracking
    else:
        found = (each.icontains(text, autoescape=True) for each in (Complaint.title, Complaint.content))
        unsealed = or_(Complaint.id.is_(None), sight.unsealed(viewer))
        fits = or_(and_(or_(*found), unsealed), ProcessInstance.title.icontains(text, autoescape=True))
    soonest = func.min(Candidate.due_at)
    query = (
        select(Task.id)
        .join(ProcessInstance, ProcessInstance.id == Task.instance_id)
        .outerjoin(Complaint, Complaint.instance_id == Task.instance_id)
        .join(Candidate, Candidate.task_id == Task.id)
        .where(fits, sight.there(viewer), Task.state == "open", or_(*(is_of(pair) for pair in pairs_of(actor))))
        .group_by(Task.id)
        .order_by(soonest.nulls_last(), Task.id)
        .limit(size)
    )
    return Page(rows_of(session, viewer, list(session.scalars(query)))) if pairs_of(actor) else Page(())
