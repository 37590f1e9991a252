"""`make bench`: measures, prints a table and writes results.json beside this file."""

from __future__ import annotations

import gc
import json
import shutil
import sys
from importlib import import_module
from pathlib import Path
from time import perf_counter

from tests.benchmarks.measure import Figure
from tests.benchmarks.world import ROOT

PARTS = ("start_up", "calculation", "completion", "timers", "recounts", "inbox")


def main(wanted: list[str]) -> int:
    """Run all parts, or those named; the exit status is that of the measuring, never of the aims."""
    began, found = perf_counter(), []
    for part in wanted or PARTS:
        gc.collect()
        for figure in import_module(f"tests.benchmarks.{part}").figures():
            print(_line(figure), flush=True)
            found.append(figure.as_dict())
    if not wanted:
        Path(__file__).with_name("results.json").write_text(json.dumps(found, indent=2) + "\n")
    shutil.rmtree(ROOT / "var" / "benchmarks", ignore_errors=True)
    print(f"{len(found)} figures in {perf_counter() - began:.0f} s")
    return 0


def _line(figure: Figure) -> str:
    verdict = {True: "ok", False: "MISSED", None: ""}[figure.ok]
    return f"{figure.name:<44} {figure.value:>12,.3f} {figure.unit:<6} {figure.aim or '':<8} {verdict}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
