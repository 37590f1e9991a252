"""`/healthz` names what does not live, and `/readyz` says whether this node takes requests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask

from app.domain.pulse import LONGEST_SILENCE, Pulse
from app.main import create_app
from app.store.database import connect
from tests.served import served
from tests.world import World

PARTS = ("ticker", "database", "disk", "senders")


class Seconds:
    """A clock of seconds that the test moves."""

    at = 50.0

    def __call__(self) -> float:
        return self.at


class Usage(NamedTuple):
    """What a full disk says of itself."""

    total: int = 10**9
    used: int = 10**9
    free: int = 1_000


def living(service: World, **changes: Any) -> tuple[Flask, Pulse, Seconds]:
    """Pages of a node whose schedules have just ticked."""
    seconds = Seconds()
    pulse = Pulse(seconds)
    pulse.beat("due jobs")
    pulse.beat("outbox")
    toolbox = replace(service.toolbox, pulse=pulse, **changes)
    return create_app(toolbox.settings, toolbox=toolbox), pulse, seconds


def failing(app: Flask, path: str = "/healthz") -> set[str]:
    """The parts that do not live; the status agrees with them."""
    answer = app.test_client().get(path)
    said = answer.get_json()
    found = {name for name, state in said.items() if state == "failing"} - {"status"}
    assert (answer.status_code, said["status"]) == ((503, "failing") if found else (200, "ok"))
    assert ("Retry-After" in answer.headers) == bool(found)
    return found


def test_a_node_that_lives_says_so_of_each_part(service: World) -> None:
    app, _, _ = living(service)
    assert app.test_client().get("/healthz").get_json() == {"status": "ok", **dict.fromkeys(PARTS, "ok")}
    assert app.test_client().get("/readyz").get_json() == {"status": "ok", "database": "ok"}


def test_a_node_that_only_answers_pages_says_who_does_the_rest(app: Flask) -> None:
    said = app.test_client().get("/healthz")
    assert said.status_code == 200
    assert {name for name, state in said.get_json().items() if state == "elsewhere"} == {"ticker", "senders"}


def test_a_schedule_that_is_silent_for_long_is_dead_whatever_the_others_do(service: World) -> None:
    app, pulse, seconds = living(service)
    seconds.at += LONGEST_SILENCE
    assert failing(app) == set()
    seconds.at += 1
    pulse.beat("outbox")
    assert failing(app) == {"ticker"} and failing(app, "/readyz") == set()
    pulse.beat("due jobs")
    assert failing(app) == set()


def test_a_way_by_which_nothing_leaves_for_long_is_dead_until_something_does(service: World) -> None:
    app, pulse, seconds = living(service)
    for _ in range(3):
        pulse.lost("smtp")
        seconds.at += LONGEST_SILENCE / 2
    pulse.beat("due jobs")
    pulse.beat("outbox")
    assert failing(app) == {"senders"} and failing(app, "/readyz") == set()
    pulse.reached("smtp")
    assert failing(app) == set()


def gone(*_: object) -> Usage:
    """A folder that is not there any more."""
    raise FileNotFoundError


@pytest.mark.parametrize(
    ("module", "name", "instead"),
    [(shutil, "disk_usage", lambda _: Usage()), (shutil, "disk_usage", gone), (os, "access", lambda *_: False)],
)
def test_a_disk_that_is_full_gone_or_cannot_be_written_is_told(
    service: World, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, instead: Callable[..., object]
) -> None:
    app, _, _ = living(service)
    monkeypatch.setattr(module, name, instead)
    assert failing(app) == {"disk"} and failing(app, "/readyz") == set()


def test_the_disk_of_a_database_that_lies_elsewhere_counts_too(service: World, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(service.toolbox.settings, var_dir=service.toolbox.settings.var_dir / "own")
    settings.var_dir.mkdir()
    app, _, _ = living(service, settings=settings)
    usage = shutil.disk_usage
    monkeypatch.setattr(shutil, "disk_usage", lambda at: usage(at) if Path(at) == settings.var_dir else Usage())
    assert failing(app) == {"disk"}


@pytest.mark.parametrize("url", ["postgresql+psycopg://nobody@127.0.0.1:1/none", "sqlite:///{folder}/torn.db"])
def test_a_database_that_does_not_answer_is_told(service: World, tmp_path: Path, url: str) -> None:
    (tmp_path / "torn.db").write_text("no database " * 100)
    app, _, _ = living(service, database=connect(url.format(folder=tmp_path)))
    assert failing(app) == {"database"} and failing(app, "/readyz") == {"database"}


@pytest.mark.slow
@pytest.mark.parametrize(("workers", "ticker"), [("1", "ok"), ("0", "elsewhere")])
def test_the_real_server_tells_both(tmp_path: Path, workers: str, ticker: str) -> None:
    with served(tmp_path, ALUR_WORKERS=workers) as server:
        said = server.ask("/healthz")
        assert (said.status, f'"ticker":"{ticker}"' in said.text) == (200, True)
        assert server.ask("/readyz").status == 200
