"""One node of the service in a process of its own: it says that it is ready, waits for a line, and does its part."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from app.domain.clock import FrozenClock
from app.jobs.executor import Executor
from app.jobs.scheduler import Ticker
from tests.world import opened

if __name__ == "__main__":
    url, folder, at, part = sys.argv[1:]
    service = opened(url, Path(folder), FrozenClock(datetime.fromisoformat(at)))
    print("ready", flush=True)
    sys.stdin.readline()
    if part == "drain":
        print(Executor(service.runner, workers=2, batch=10).run_due(), flush=True)
    else:
        print(Ticker(service.runner, ()).greet(), flush=True)
