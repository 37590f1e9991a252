"""Which steps of the procedure a case has passed: done is only what led on to a later step and did not come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.rules.led_to import Entry
from app.standard.statuses import PublicStep

DONE, CURRENT, AHEAD, SKIPPED, RETURNED, STOPPED = "done", "current", "ahead", "skipped", "returned", "stopped"


def states(
    steps: Sequence[PublicStep], history: Sequence[Entry], tasks: Mapping[str, str], current: int | None
) -> dict[int, str]:
    """Step number -> how it stands. `tasks` are the case's user tasks by id with their state.

    `current` is the step at which a running case stands; None once it has ended: then the step that it did not get
    beyond is "stopped", and one from which it had come back before is "returned".
    """
    entered = _entered(steps, history, tasks)
    passed = {number for number in entered if _passed(number, entered)}
    halted = max(((entered[number][-1][0], number) for number in entered.keys() - passed), default=(0, None))[1]
    found = {}
    for step in steps:
        number = step.number
        if number == current:
            found[number] = CURRENT
        elif current is not None and number > current:
            found[number] = AHEAD
        elif number in passed or number == steps[0].number:
            found[number] = DONE
        elif number in entered:
            found[number] = STOPPED if current is None and number == halted else RETURNED
        else:
            found[number] = SKIPPED
    return found


def _entered(
    steps: Sequence[PublicStep], history: Sequence[Entry], tasks: Mapping[str, str]
) -> dict[int, list[tuple[int, bool]]]:
    """Step number -> where in the history it was entered, each time with whether a person was to do something."""
    of = {element: step.number for step in steps for element in step.elements}
    found: dict[int, list[tuple[int, bool]]] = {}
    for place, entry in enumerate(history):
        if entry.kind == "entered" and entry.element in of:
            found.setdefault(of[entry.element], []).append((place, entry.task_id in tasks))
    return found


def _passed(number: int, entered: Mapping[int, list[tuple[int, bool]]]) -> bool:
    """What the service does by itself is done at once; a person's step when a later step came after it."""
    place, by_person = entered[number][-1]
    later = (visits[-1][0] for other, visits in entered.items() if other > number)
    return not by_person or any(each > place for each in later)
