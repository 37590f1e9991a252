"""From an empty folder to the first answered page, and the memory that takes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, sleep

from tests.benchmarks.measure import Figure, at_most
from tests.benchmarks.world import ROOT, fresh_folder


def figures() -> Iterator[Figure]:
    """Seconds and mebibytes of `alur serve --demo` on an empty folder."""
    took, memory = _serve(fresh_folder())
    yield at_most("empty database to first answered page", took, "s", 3)
    yield at_most("memory after the first pages", memory, "MiB", 150)


def _serve(folder: Path) -> tuple[float, float]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "ALUR_VAR_DIR": str(folder)}
    environment.pop("ALUR_DATABASE_URL", None)
    command = [Path(sys.executable).with_name("alur"), "serve", "--demo"]
    began = perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            while not _answers(port, "/"):
                if process.poll() is not None or perf_counter() - began > 60:
                    raise RuntimeError("the server did not start")
                sleep(0.02)
            took = perf_counter() - began
            for address in ("/lapor", "/lacak", "/standar", "/masuk", "/healthz"):
                _answers(port, address)
            return took, _resident(process.pid)
        finally:
            process.terminate()


def _answers(port: int, address: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{address}", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
