"""The plain stages of a case: which are behind it, in which it is, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.rules.results import PASSING, Passed
from app.rules.steps import AHEAD, CURRENT, DONE, SKIPPED, STOPPED
from app.standard.statuses import DATE, Stage, Status


@dataclass(frozen=True, slots=True)
class Reached:
    """One stage, how the case stands to it (one of app.rules.steps), and when it came to it last."""

    stage: Stage
    state: str
    at: datetime | None


def stages_of(
    stages: Sequence[Stage],
    statuses: Mapping[str, Status],
    meant: Mapping[str, str],
    history: Iterable[Passed],
    status: str,
    received_at: datetime,
) -> tuple[Reached, ...]:
    """Every stage in order. `meant` maps an element or flow to the status that it gives; `status` is the present one.

    A case that ended without an answer stopped in the stage it had come to last. Where the answer is that the work is
    planned for a date, the stage before the answer still lies ahead.
    """
    now = statuses.get(status)
    first = stages[0].number if stages else 0
    since = {first: received_at}
    last = first  # to be received is to have come through the first stage
    for entry in history:
        given = statuses.get(meant.get(entry.element, "")) if entry.kind in PASSING else None
        if given is not None and given.stage and given.stage != last:
            since[given.stage] = entry.at
            last = given.stage
    over = now is not None and now.closed
    stands = (now.stage if now is not None else 0) or last
    put_off = max((each.number for each in stages if first < each.number < stands), default=None)
    put_off = put_off if now is not None and now.waits_for == DATE else None
    return tuple(
        Reached(
            each,
            DONE if each.number == first else AHEAD if each.number == put_off else _state(each, stands, over),
            since.get(each.number) if each.number <= stands and each.number != put_off else None,
        )
        for each in stages
    )


def _state(stage: Stage, stands: int, over: bool) -> str:
    if stage.number < stands:
        return DONE
    if stage.number > stands:
        return SKIPPED if over else AHEAD
    if stage.answers:
        return DONE
    return STOPPED if over else CURRENT
