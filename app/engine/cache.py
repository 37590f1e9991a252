"""Keeps the instances used last in memory, so that the next step need not decode them; only ever a short cut."""

from __future__ import annotations

import threading
from collections import OrderedDict

from app.engine.instance import Instance


class LiveCache:
    """At most `size` live instances by id and version. Taken ones are out, so that one thread at a time has each."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[int, Instance]] = OrderedDict()

    def take(self, instance_id: str, version: int) -> Instance | None:
        """The instance, if it is held in exactly this version; it is no longer held afterwards."""
        with self._lock:
            held = self._held.pop(instance_id, None)
        return held[1] if held is not None and held[0] == version else None

    def put(self, instance_id: str, version: int, instance: Instance) -> None:
        """Hold an instance that was saved in this version; call it after the commit only."""
        with self._lock:
            self._held[instance_id] = (version, instance)
            self._held.move_to_end(instance_id)
            while len(self._held) > self._size:
                self._held.popitem(last=False)

    def drop(self, instance_id: str) -> None:
        """Forget an instance (a lost race, a failed step)."""
        with self._lock:
            self._held.pop(instance_id, None)

    def __len__(self) -> int:
        return len(self._held)
