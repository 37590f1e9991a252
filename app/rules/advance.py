"""Runs the service tasks that need nobody, until the instance waits for a person, a message, a timer or a job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.bundle.read import Bundle
from app.engine.instance import Environment, Instance, OpenWork
from app.engine.refusals import EngineStuck
from app.engine.trace import EngineStep
from app.sdk import Case, Handlers, Outgoing, Result, Scalar, StartProcess

MOST_STEPS = 200  # automatic service tasks in one go; more can only be an endless loop

CaseFor = Callable[[Instance], Case]
StartCheck = Callable[[StartProcess], None]


def _any(_start: StartProcess) -> None:
    """Where nothing is stored, any case may begin."""


class UndeclaredVariable(ValueError):
    """A handler set a variable that the manifest does not declare."""


@dataclass(frozen=True, slots=True)
class Advance:
    """What ran: the engine's steps, messages to send (with the element that asks), cases to begin, variables set.

    `failed` names the tasks whose handler raised, with the error: they stay open, to be tried again as jobs.
    """

    steps: tuple[EngineStep, ...] = ()
    outgoing: tuple[tuple[str, Outgoing], ...] = ()
    starts: tuple[StartProcess, ...] = ()
    variables: Mapping[str, Scalar] | None = None
    failed: tuple[tuple[OpenWork, Exception], ...] = ()


def advance(
    bundle: Bundle,
    instance: Instance,
    env: Environment,
    handlers: Handlers,
    case_for: CaseFor,
    look_at: StartCheck = _any,
) -> Advance:
    """Complete every open service task that has a handler and is not marked to run later (asyncBefore).

    `look_at` refuses a start that would fail, so that it counts as a failure of the handler that asked for it.

    Raises EngineStuck when the tasks never come to rest.
    """
    steps: list[EngineStep] = []
    outgoing: list[tuple[str, Outgoing]] = []
    starts: list[StartProcess] = []
    variables: dict[str, Scalar] = {}
    failed: dict[str, tuple[OpenWork, Exception]] = {}
    while ready := [each for each in runnable(bundle, instance, handlers) if each.id not in failed]:
        if len(steps) >= MOST_STEPS:
            raise EngineStuck(reason=f"{ready[0].element} repeats without waiting for anybody")
        work = ready[0]
        try:
            result = handled(bundle, handlers, work, case_for(instance), look_at)
        except Exception as error:  # whatever a city's handler raises must not block the person who acts
            failed[work.id] = (work, error)
            continue
        steps.append(instance.complete(work.id, result.variables, env))
        outgoing += [(work.element, message) for message in result.outgoing]
        starts += result.starts
        variables.update(result.variables)
    return Advance(tuple(steps), tuple(outgoing), tuple(starts), variables, tuple(failed.values()))


def runnable(bundle: Bundle, instance: Instance, handlers: Handlers) -> list[OpenWork]:
    """The open service tasks that run at once: a handler knows their topic and they need not wait for a job."""
    elements = bundle.definition.elements
    return [
        work
        for work in instance.open()
        if work.kind == "service" and work.topic in handlers and not elements[work.element].async_before
    ]


def handled(bundle: Bundle, handlers: Handlers, work: OpenWork, case: Case, look_at: StartCheck) -> Result:
    """Run the handler of one service task; raises whatever it or `look_at` raises, and UndeclaredVariable."""
    result = handlers[work.topic or ""](case)
    if unknown := sorted(set(result.variables) - set(bundle.manifest.variables)):
        raise UndeclaredVariable(f"{work.topic}: {', '.join(unknown)} is not declared in the manifest")
    for start in result.starts:
        look_at(start)
    return result
