"""Keeps what an officer typed into the form of a task, also when it came by another button or after the session."""

from __future__ import annotations

from collections.abc import Iterable

from app.commands.task.complete import SaveDraft
from app.domain.roles import Actor
from app.engine.instance import Instance
from app.queries.task import task as tasks
from app.web import forms
from app.web.current import read, web


def keep(actor: Actor, pairs: Iterable[tuple[str, str]], task_id: str) -> None:
    """Keep the answers among `pairs` as the draft of a person who may do the task; nothing when there are none."""
    with read() as session:
        found = tasks.assignment(session, task_id)
        bundle = web().toolbox.bundle(session, found.deployment_id)
        form = bundle.forms.get(found.form or "")
        if form is None or not found.is_for(actor):
            return
    answers = {name: value for name, value in forms.answered(form, pairs).items() if name in form.by_key}
    untouched = form.first_values(Instance.decode(bundle.definition, found.state_blob).variables)
    if any(value and value != untouched.get(name) for name, value in answers.items()):
        web().runner.run(SaveDraft(task_id, answers), actor)
