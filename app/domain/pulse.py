"""Signs of life of what runs by itself in this process: schedules that tick, and ways by which letters leave."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Literal

LONGEST_SILENCE = 120.0  # seconds without a good tick, or without a success after a failure
State = Literal["ok", "failing", "elsewhere"]  # elsewhere: another node's work


class Pulse:
    """Written by the schedules, read by whoever asks whether they live; all threads share it."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._beats: dict[str, float] = {}  # schedule -> its last sign of life
        self._lost: dict[str, float] = {}  # way -> since when nothing leaves by it

    def beat(self, schedule: str) -> None:
        """It has started, has done a part of its work, or has come to its end; a tick that failed says nothing."""
        self._beats[schedule] = self._clock()

    def lost(self, way: str) -> None:
        """A letter could not leave, through no fault of its own."""
        self._lost.setdefault(way, self._clock())

    def reached(self, way: str) -> None:
        """The other end answered."""
        self._lost.pop(way, None)

    @property
    def ticker(self) -> State:
        """Whether every schedule of this process has lately shown that it lives."""
        return self._state(self._beats)

    @property
    def senders(self) -> State:
        """Whether letters leave by every way that was tried."""
        return self._state(self._lost)

    def _state(self, since: dict[str, float]) -> State:
        if not self._beats:
            return "elsewhere"
        now = self._clock()
        return "failing" if any(now - at > LONGEST_SILENCE for at in list(since.values())) else "ok"
