"""Looks ahead: what a decision would lead to, found by letting the engine take the step on a copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.bundle.read import Bundle
from app.bundle.shelf import Shelf
from app.domain.errors import Refusal
from app.domain.limits import Limit
from app.engine.instance import Environment, Instance
from app.forms.fields import Field
from app.forms.form import Form
from app.queries.case.due import CaseClock
from app.queries.complaint.past import past_of
from app.queries.task.task import Assignment
from app.rules import assignment, facts, limits
from app.rules.advance import advance
from app.rules.limits import Past
from app.sdk import Case, Handlers, Scalar
from app.store.answers import latest_answers


@dataclass(frozen=True, slots=True)
class Next:
    """A user task that would open: for whom, and when it would be due."""

    element: str
    roles: tuple[str, ...]
    unit: str | None
    due_at: datetime | None
    promised: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What would come of one choice: new user tasks, a wait until an instant, or the end; with the status then."""

    status: str
    opened: tuple[Next, ...] = ()
    waits_until: datetime | None = None
    ended: bool = False


@dataclass(frozen=True)
class Lookahead:
    """What a look ahead needs of the outside. `now` is the instant at which the step would be taken."""

    session: Session
    bundle: Bundle
    shelf: Shelf
    handlers: Handlers
    now: datetime

    def of_choices(
        self, task: Assignment, form: Form, base: Mapping[str, Any], only: str | None = None
    ) -> dict[str, Preview]:
        """Value of the decision -> what it would lead to; nothing for a form without one, or where it is unclear.

        `only`: of this choice alone.
        """
        decision = decision_of(self.bundle, form)
        if decision is None:
            return {}
        past = past_of(self.session, task.instance_id, task.case.started_at)
        given = latest_answers(self.session.connection(), task.instance_id)
        found = {}
        for option in decision.options:
            if only not in (None, option.value):
                continue
            outcome = self._of(task, form, {**base, decision.key: option.value}, past, given)
            if outcome is not None:
                found[option.value] = outcome
        return found

    def _of(
        self,
        task: Assignment,
        form: Form,
        answers: Mapping[str, Any],
        past: Past,
        given: Mapping[str, Mapping[str, Any]],
    ) -> Preview | None:
        env = Environment(self.now, self.shelf.service(self.session).calendar, lambda key: self._limit(task.case, key))
        try:
            live = Instance.decode(self.bundle.definition, task.state_blob)
            before = {work.id for work in live.open()} | {wait.id for wait in live.waits()}
            first = live.complete(task.id, _projected(self.bundle, form, answers), env)
            ran = advance(self.bundle, live, env, self.handlers, lambda each: self._case(task, each, env, past, given))
        except (Refusal, ValueError, KeyError):
            return None  # a half-filled form may lead nowhere yet: then nothing is foretold
        status, steps = task.about.status, (first, *ran.steps)
        for step in steps:
            status = facts.status_after(self.bundle, status, step, live)
        if task.case.paused_at is not None and not limits.stands_still(self.bundle, status):
            past = replace(
                past, pauses=(*past.pauses, (task.case.paused_at, self.now))
            )  # this step would end the pause
        entering = {element for step in steps for _, element in step.entered}
        opened = [work for work in live.open() if work.kind == "user" and work.id not in before]
        dues = [wait.due for wait in live.waits() if wait.id not in before and wait.due is not None]
        accused = answers.get("accused_unit") or task.accused
        tasks = tuple(self._next(work.element, live.variables, env, past, entering, accused) for work in opened)
        return Preview(status, tasks, min(dues, default=None) if not tasks else None, live.completed)

    def _next(
        self, element: str, variables: Mapping[str, Any], env: Environment, past: Past, entering: set[str], accused: Any
    ) -> Next:
        service = self.shelf.service(self.session)
        roles, unit = assignment.candidates(self.bundle, element, variables, accused, service)
        key = limits.key_of_task(self.bundle, element)
        try:
            limit = env.limit(key) if key else None
        except KeyError:
            limit = None
        if limit is None:
            return Next(element, roles, unit, None, False)
        due = limits.of_task(limit, env.calendar, past, element, self.now, entering).due
        return Next(element, roles, unit, due.at, due.confirmed and limit.confirmed)

    def _limit(self, row: CaseClock, key: str) -> Limit:
        day = self.shelf.service(self.session).calendar.local_date(row.started_at)
        return self.shelf.limit(self.session, row.sla_digest, key, day)

    def _case(
        self, task: Assignment, live: Instance, env: Environment, past: Past, given: Mapping[str, Mapping[str, Any]]
    ) -> Case:
        about = task.about
        return Case(
            tracking_id=about.number,
            title="" if about.is_confidential else about.title,
            category=about.category,
            kelurahan=about.kelurahan,
            unit=about.unit,
            status=about.status,
            channel=about.channel,
            variables=live.variables,
            answers=given,
            now=self.now,
            due=task.case.due_at,
            until=limits.until(env, lambda _limit: past),
        )


def decision_of(bundle: Bundle, form: Form) -> Field | None:
    """The question that decides where the case goes: the first choice whose answer is a variable of the process."""
    deciding = {
        field for variable in bundle.manifest.variables.values() for key, field in variable.sources if key == form.key
    }
    return next((each for each in form.questions if each.type in ("radio", "select") and each.key in deciding), None)


def _projected(bundle: Bundle, form: Form, answers: Mapping[str, Any]) -> dict[str, Scalar]:
    """The variables these answers would set; a yes-or-no choice of a form is the text "true" or "false"."""
    return facts.project(bundle, form.key, {key: _typed(value) for key, value in answers.items()})


def _typed(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
