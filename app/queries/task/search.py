"""Finds tasks and cases by their number, or by words in any order, what began last first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, load_only

from app.domain.roles import Actor
from app.domain.tracking import is_tracking_id, normalise
from app.queries import sight
from app.queries.case.due import CaseClock
from app.queries.task.inbox import OF_CASE, OF_COMPLAINT, PAGE, Page, Row, is_of, pairs_of, rows_of
from app.rules.sight import NOBODY, Viewer
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from app.store.tasks import Candidate, Task
from app.store.words import NEWEST, matching

MOST = 2_000  # of the cases with these words the newest so many are looked through; more words find what lies deeper
BATCH = 250


def search(session: Session, actor: Actor, text: str, size: int = PAGE, viewer: Viewer = NOBODY) -> Page:
    """Open tasks of this number or with these words that the actor may do, and cases that the viewer may read.

    Words are looked for only where the viewer may read them: a hit would tell what stands there. A number leads to
    tasks alone. `more` of the page: there may be others besides.
    """
    number = normalise(text)
    if is_tracking_id(number):
        found = session.scalars(select(ProcessInstance.id).where(ProcessInstance.business_key == number)).all()
        return Page(rows_of(session, viewer, _tasks(session, actor, found, sight.there(viewer))))
    rows: list[Row] = []
    looked = 0
    for cases in _batches(session, text):
        looked += len(cases)
        rows += _readable(session, actor, viewer, cases)
        if len(rows) > size:
            break
    return Page(tuple(rows[:size]), more=len(rows) > size or looked >= MOST)


def _batches(session: Session, text: str) -> Iterator[list[str]]:
    before, left = NEWEST, MOST
    while left > 0 and (found := matching(session, text, before, min(BATCH, left))):
        yield [instance for _, instance in found]
        before, left = found[-1][0], left - len(found)


def _readable(session: Session, actor: Actor, viewer: Viewer, cases: Sequence[str]) -> list[Row]:
    """The lines for those of these cases that the actor works in or the viewer reads, in the same order."""
    words = or_(Complaint.id.is_(None), sight.unsealed(viewer))
    own = rows_of(session, viewer, _tasks(session, actor, cases, sight.there(viewer), words))
    of_case: dict[str, list[Row]] = {}
    for row in own:
        of_case.setdefault(row.tracking_id, []).append(row)
    named = select(ProcessInstance.id, ProcessInstance.business_key).where(ProcessInstance.id.in_(cases))
    numbers = {row.id: row.business_key for row in session.execute(named)}
    others = {row.tracking_id: row for row in _cases(session, viewer, cases)}
    found: list[Row] = []
    for number in (numbers[case] for case in cases if case in numbers):
        found += of_case.get(number, [others[number]] if number in others else [])
    return found


def _tasks(session: Session, actor: Actor, cases: Iterable[str], *conditions: ColumnElement[bool]) -> list[str]:
    """The open tasks of these cases that the actor may do."""
    pairs = pairs_of(actor)
    if not pairs:
        return []
    query = (
        select(Task.id)
        .join(ProcessInstance, ProcessInstance.id == Task.instance_id)
        .outerjoin(Complaint, Complaint.instance_id == Task.instance_id)
        .join(Candidate, Candidate.task_id == Task.id)
        .where(Task.instance_id.in_(cases), Task.state == "open", or_(*map(is_of, pairs)), *conditions)
        .group_by(Task.id)
        .order_by(Task.opened_at, Task.id)
    )
    return list(session.scalars(query))


def _cases(session: Session, viewer: Viewer, cases: Sequence[str]) -> Iterator[Row]:
    """The complaints among these cases whose content the viewer reads."""
    reads = viewer.reads
    query = (
        select(ProcessInstance, Complaint)
        .join(Complaint, Complaint.instance_id == ProcessInstance.id)
        .where(ProcessInstance.id.in_(cases), sight.unsealed(viewer))
        .options(load_only(*OF_COMPLAINT), load_only(*OF_CASE))
    )
    if not reads.everywhere:
        query = query.where(ProcessInstance.unit.in_(sorted(reads.offices)))
    for instance, complaint in session.execute(query):
        yield case_row(instance, complaint)


def case_row(instance: ProcessInstance, complaint: Complaint) -> Row:
    """The line of a case in which there is nothing for the reader to do."""
    since = instance.ended_at or instance.paused_at or instance.started_at
    about = (complaint.title, "", "", instance.deployment_id, instance.status)
    place = (complaint.category, complaint.kelurahan, instance.unit)
    row = Row(None, instance.business_key, *about, *place, None, CaseClock.of(instance), since, None, None, None)
    return replace(row, ended=instance.ended_at is not None)
