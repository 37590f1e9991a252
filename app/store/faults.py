"""Named places where a test may kill the process, to prove that nothing is lost or doubled there."""

from __future__ import annotations

import os
import signal
import threading

_lock = threading.Lock()
_armed: dict[str, int] = {}


def arm(spec: str | None) -> None:
    """Arm one fault: `name:n` kills this process at the n-th passage of `name`; None or "" disarms all."""
    with _lock:
        _armed.clear()
        if spec:
            name, _, count = spec.partition(":")
            _armed[name] = int(count or 1)


def faultpoint(name: str) -> None:
    """Do nothing, unless this very point is armed: then die as in a power cut, without any clean-up."""
    if not _armed or name not in _armed:
        return
    with _lock:
        _armed[name] -= 1
        if _armed[name] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
