"""How much memory is free is read where the system says it, and a page that gets none says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app.domain.errors import Short
from app.web.memory import free_memory
from tests.web.conftest import Visit

MACHINE = {"proc/meminfo": "MemTotal: 2000 kB\nMemFree: 10 kB\nMemAvailable: 1000 kB\n"}
STAT = "anon 5\ninactive_file 7\n"


def group(most: str, path: str = "") -> dict[str, str]:
    """What a group of processes with this bound says of itself."""
    folder = f"sys/fs/cgroup/{path}".rstrip("/")
    own = {f"{folder}/memory.max": most, f"{folder}/memory.current": "100\n", f"{folder}/memory.stat": STAT}
    return {"proc/self/cgroup": f"4:memory:/other\n0::/{path}\n", **own}


@pytest.mark.parametrize(
    ("files", "free"),
    [
        ({}, None),
        ({"proc/meminfo": "MemTotal: 2000 kB\n"}, None),
        (MACHINE, 1_024_000),
        ({**MACHINE, **group("500\n")}, 407),
        ({**MACHINE, **group("500\n", "service/alur")}, 407),
        ({**MACHINE, **group("max\n")}, 1_024_000),
        ({**MACHINE, **group("9999999999\n")}, 1_024_000),
        ({**MACHINE, "proc/self/cgroup": "4:memory:/other\n"}, 1_024_000),
        (group("500\n"), 407),
    ],
)
def test_the_least_that_machine_and_group_leave_counts(tmp_path: Path, files: dict[str, str], free: int | None) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert free_memory(tmp_path) == free


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("can't start new thread")])
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_page_that_gets_no_memory_or_thread_answers_503_in_the_language_of_the_reader(
    app: Flask, visit: Visit, error: Exception, language: str
) -> None:
    def short(**_: object) -> str:
        raise error

    app.view_functions["inbox.tasks"] = short
    browser = visit("dinkominfo")
    browser.get(f"/bahasa/{language}")
    answer = browser.get("/tugas")
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert Short.title.say(language) in answer.text


def test_another_error_of_that_kind_is_a_fault_of_ours(app: Flask, visit: Visit) -> None:
    def broken(**_: object) -> str:
        raise RuntimeError("something else")

    app.view_functions["inbox.tasks"] = broken
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = visit("dinkominfo").get("/tugas")
    assert answer.status_code == 500 and "Nomor kejadian" in answer.text
