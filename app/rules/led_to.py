"""What a completed task set in motion: the entries of the history between it and the next completed one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import dropwhile
from typing import Protocol, TypeVar

E = TypeVar("E", bound="Entry")


class Entry(Protocol):
    """As much of a history's entry as is looked at."""

    @property
    def at(self) -> datetime:
        """When it happened."""

    @property
    def kind(self) -> str:
        """entered, left, flow, ..."""

    @property
    def element(self) -> str:
        """The element or flow."""

    @property
    def task_id(self) -> str | None:
        """The engine's task."""


def led_to(history: Sequence[E], task_id: str, tasks: Collection[str]) -> list[E]:
    """The entries that one task's completion caused, in order; `tasks` are all user tasks of the case.

    Two people may complete two tasks at the same instant, so the order counts and not the time alone.
    """
    found: list[E] = []
    for entry in dropwhile(lambda each: each.kind != "left" or each.task_id != task_id, history):
        if found and (entry.at != found[0].at or (entry.kind == "left" and entry.task_id in tasks)):
            break
        found.append(entry)
    return found


def statuses_after(
    history: Sequence[Entry], task_id: str, tasks: Collection[str], statuses: Mapping[str, str]
) -> list[str]:
    """The statuses given by what one task's completion passed, in order."""
    return [statuses[entry.element] for entry in led_to(history, task_id, tasks) if entry.element in statuses]
