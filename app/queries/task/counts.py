"""How many lines each filter of the task list has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, bindparam, false, func, select, union
from sqlalchemy.orm import Session

from app.domain.roles import Actor
from app.queries.task.inbox import (
    COUNT_CAP,
    Pair,
    Span,
    awaited_by,
    between,
    claimed,
    free_only,
    is_of,
    of_others,
    pairs_of,
    span_of,
)
from app.rules.sight import Viewer
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance
from app.store.tasks import Candidate


def counts(
    session: Session, actor: Actor, viewer: Viewer, now: datetime, soon: datetime, statuses: Sequence[str]
) -> dict[str, int]:
    """How many lines each filter has, never more than COUNT_CAP + 1; `statuses` are those that await the reporter."""
    query = _counting(pairs_of(actor), actor.offices, viewer, tuple(statuses))
    return dict(session.execute(query, {"now": now, "soon": soon, "who": actor.id}).mappings().one())


@lru_cache(maxsize=512)
def _counting(
    pairs: tuple[Pair, ...], offices: frozenset[str], viewer: Viewer, statuses: tuple[str, ...]
) -> Select[Any]:
    """One query for all filters, kept for each kind of person: putting it together takes longer than running it."""
    now, soon = (bindparam(name, type_=Candidate.due_at.type) for name in ("now", "soon"))
    spans: dict[str, Span] = {name: span_of(name, now, soon) for name in ("unit", "free", "soon", "late")}  # type: ignore[arg-type]
    awaited = select(ProcessInstance.id).join(Complaint, Complaint.instance_id == ProcessInstance.id)
    found = {name: _listed(pairs, offices, span) for name, span in spans.items()}
    found |= {"mine": claimed(bindparam("who"), offices), "waiting": awaited.where(*awaited_by(statuses, viewer))}
    counted: list[ColumnElement[int]] = [_capped(query).label(name) for name, query in found.items()]
    return select(*counted)  # type: ignore[return-value]  # of six numbers


def _listed(pairs: Iterable[Pair], offices: frozenset[str], span: Span) -> Select[Any]:
    """Tasks of all these pairs, each once; of each pair no more than are counted."""
    others, dated = of_others(offices), between(span) if span.dated else []
    parts = [
        select(Candidate.task_id).where(is_of(pair), *others, *free_only(span), *dated).limit(COUNT_CAP + 1).subquery()
        for pair in pairs
    ]
    if not parts:
        return select(Candidate.task_id).where(false())
    return select(union(*(select(part.c.task_id) for part in parts)).subquery())


def _capped(query: Select[Any]) -> ScalarSelect[int]:
    """How many rows a query has, counted up to the cap."""
    return select(func.count()).select_from(query.limit(COUNT_CAP + 1).subquery()).scalar_subquery()
