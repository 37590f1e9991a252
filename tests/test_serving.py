"""`alur serve --demo` and `alur user`: a demo that loses nothing, and a production that wants its keys and no demo."""

from __future__ import annotations

import gzip
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from email.message import Message
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner
from sqlalchemy import func, select

from app.cli.serve import log_from, make_ready, serve
from app.cli.user import user
from app.demo import has_demo_people
from app.main import join
from app.settings import Settings, WrongSettings
from app.store.accounts import User
from app.store.base import Base
from app.store.complaints import Complaint
from app.store.database import reading
from app.store.tasks import Task

KEYS = {
    "ALUR_SECRET_KEY": "s" * 32,
    "ALUR_IDENTITY_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "ALUR_BASE_URL": "http://127.0.0.1:8000",
}


def counts(settings: Settings) -> dict[str, int]:
    """Rows of each table."""
    with reading(join(settings).database) as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


@pytest.mark.slow
def test_a_second_start_of_the_demo_loses_and_doubles_nothing(tmp_path: Path) -> None:
    settings = Settings.from_environment({"ALUR_VAR_DIR": str(tmp_path)}, demo=True)
    make_ready(join(settings))
    before = counts(settings)
    with reading(join(settings).database) as session:
        steps = set(session.scalars(select(Task.element).where(Task.state == "open")))
        units = set(session.scalars(select(Task.unit).where(Task.state == "open")))
        complaints = session.scalar(select(func.count()).select_from(Complaint))
    assert complaints == 8
    assert len(steps) >= 4
    assert len(units) >= 3
    again = Settings.from_environment({"ALUR_VAR_DIR": str(tmp_path)}, demo=True)
    assert (again.secret_key, again.identity_key) == (settings.secret_key, settings.identity_key)
    make_ready(join(again))
    after = counts(again)
    assert {name: after[name] for name in before if name not in ("audit_entry", "audit_head")} == {
        name: before[name] for name in before if name not in ("audit_entry", "audit_head")
    }
    for name in ("secret.key", "identity.key", "alur.db"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_production_refuses_a_database_with_demo_people(tmp_path: Path) -> None:
    demo = Settings.from_environment({"ALUR_VAR_DIR": str(tmp_path)}, demo=True)
    make_ready(join(demo))
    environ = KEYS | {"ALUR_VAR_DIR": str(tmp_path), "ALUR_DATABASE_URL": demo.database_url}
    with pytest.raises(WrongSettings, match="demo people"):
        make_ready(join(Settings.from_environment(environ)))


@pytest.mark.slow
def test_production_starts_without_demo_people(tmp_path: Path) -> None:
    environ = KEYS | {"ALUR_VAR_DIR": str(tmp_path), "ALUR_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}
    toolbox = join(Settings.from_environment(environ))
    make_ready(toolbox)
    assert not has_demo_people(toolbox)


@pytest.mark.parametrize("missing", ["ALUR_SECRET_KEY", "ALUR_IDENTITY_KEY", "ALUR_BASE_URL", "ALUR_DATABASE_URL"])
def test_production_does_not_start_without_its_keys(missing: str, tmp_path: Path) -> None:
    environ = KEYS | {"ALUR_VAR_DIR": str(tmp_path), "ALUR_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}
    answer = CliRunner().invoke(serve, [], env={**environ, missing: ""})
    assert isinstance(answer.exception, WrongSettings)
    assert missing in str(answer.exception)


@pytest.mark.slow
def test_the_command_serves_pages_on_the_port_it_is_given(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {**os.environ, "ALUR_VAR_DIR": str(tmp_path), "PORT": str(port), "ALUR_LANGUAGE": "id"}
    command = [sys.executable, "-c", "from app.cli.main import main; main()", "serve", "--demo"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            page = _first_page(f"http://127.0.0.1:{port}/masuk")
            sent = {coding: _sent(port, page, coding) for coding in ("br", "gzip", "identity")}
        finally:
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=20)
    assert "Akun contoh" in page
    assert {headers["Content-Encoding"] for headers, _ in sent.values()} == {"br", "gzip", None}
    assert gzip.decompress(sent["gzip"][1]) == sent["identity"][1]
    assert len(sent["br"][1]) < len(sent["gzip"][1]) < len(sent["identity"][1])
    assert {(headers["Content-Length"], headers["Vary"]) for headers, _ in sent.values()} == {
        (str(len(body)), "Accept-Encoding") for _, body in sent.values()
    }
    assert f"http://127.0.0.1:{port}/" in said.decode()
    assert "dinkominfo@contoh.example" in said.decode()
    assert "Traceback" not in said.decode()


def test_the_command_line_adds_grants_lists_and_closes(tmp_path: Path) -> None:
    environ = {
        "ALUR_VAR_DIR": str(tmp_path),
        "ALUR_DEMO": "1",
        "ALUR_LANGUAGE": "en",
        "ALUR_PASSWORD": "empat kata acak ini",
    }

    def alur(*words: str) -> tuple[int, str]:
        answer = CliRunner().invoke(user, words, env=environ)
        return answer.exit_code, answer.output

    decree = ("--decree", "SK 1/2026")
    assert alur("add", "adi@example.com", "--name", "Adi", "--role", "administrator", *decree)[0] == 0
    assert alur("add", "adi@example.com", "--name", "Adi") == (
        1,
        "Error: email: Another account already has this e-mail address.\n",
    )
    assert alur("grant", "adi@example.com", "opd_admin", *decree)[0] == 1
    assert alur("grant", "adi@example.com", "opd_admin", "--unit", "DPUPR", *decree)[0] == 0
    assert "adi@example.com" in alur("list")[1]
    assert "opd_admin@DPUPR" in alur("list")[1]
    assert alur("password", "adi@example.com")[0] == 0
    assert alur("password", "siapa@example.com")[0] == 1
    assert alur("disable", "adi@example.com", "--reason", "pensiun")[0] == 0
    assert "[closed]" in alur("list")[1]
    with reading(join(Settings.from_environment(environ)).database) as session:
        assert session.scalar(select(User.demo)) is False


def _sent(port: int, page: str, coding: str) -> tuple[Message, bytes]:
    """The styles that a page names, as the server sends them to whoever takes this coding."""
    found = re.search(r'href="(/static/bundle/app\.[^"]+\.css)"', page)
    assert found is not None
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{found.group(1)}", headers={"Accept-Encoding": coding})
    with urllib.request.urlopen(asked) as answer:
        return answer.headers, answer.read()


def _first_page(address: str) -> str:
    """The page, as soon as the server answers."""
    for _ in range(150):
        try:
            with urllib.request.urlopen(address) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server never answered")


@pytest.mark.parametrize(("level", "said"), [("DEBUG", 3), ("INFO", 2), ("WARNING", 1), ("ERROR", 0)])
def test_the_log_says_what_is_grave_enough(level: str, said: int, capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().level
    try:
        log_from(level)
        log = structlog.get_logger("test")
        for say in (log.debug, log.info, log.warning):
            say("a line of the log")
    finally:
        structlog.reset_defaults()
        logging.getLogger().setLevel(before)
    assert capsys.readouterr().out.count("a line of the log") == said
