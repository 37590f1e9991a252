"""What an installation may choose, and how a wrong choice is told."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from app.settings import Settings, WrongSettings, identity_key, kept_key, new_key, terminal_language

PRODUCTION = {
    "ALUR_SECRET_KEY": "k" * 32,
    "ALUR_IDENTITY_KEY": new_key(),
    "ALUR_DATABASE_URL": "postgresql+psycopg://alur@db/alur",
    "ALUR_BASE_URL": "https://pengaduan.example/",
}


def test_production_names_everything_that_is_missing_at_once() -> None:
    with pytest.raises(WrongSettings) as caught:
        Settings.from_environment({"ALUR_SECRET_KEY": "short", "PORT": "many", "ALUR_LOG_LEVEL": "loud"})
    message = str(caught.value)
    for name in ("ALUR_IDENTITY_KEY", "ALUR_DATABASE_URL", "ALUR_BASE_URL"):
        assert f"{name} belum diatur" in message
        assert f"{name} is not set" in message
    assert "ALUR_SECRET_KEY must have at least 32 characters" in message
    assert "PORT must be a whole number from 1 to 65535" in message
    assert "ALUR_LOG_LEVEL must be" in message
    assert "\n" not in message


def test_production_starts_with_the_four_that_it_needs() -> None:
    settings = Settings.from_environment(PRODUCTION)
    assert settings.base_url == "https://pengaduan.example"
    assert settings.https
    assert not settings.demo
    assert len(settings.identity_key) == 32
    assert (settings.processes_dir.name, settings.tasks_package) == ("processes", "tasks")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "²"),
        ("ALUR_BASE_URL", "javascript:alert(1)"),
        ("ALUR_IDENTITY_KEY", "not base64!"),
        ("ALUR_IDENTITY_KEY", "c2hvcnQ="),
        ("ALUR_SMTP_PORT", "-1"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(WrongSettings, match=name):
        Settings.from_environment(PRODUCTION | {name: value})


def test_demo_makes_its_keys_once_and_only_its_owner_can_read_them(tmp_path: Path) -> None:
    environ = {"ALUR_VAR_DIR": str(tmp_path / "var"), "PORT": "8123"}
    first = Settings.from_environment(environ, demo=True)
    assert first == Settings.from_environment(environ, demo=True)
    assert first.base_url == "http://127.0.0.1:8123"
    assert first.database_url == f"sqlite:///{tmp_path}/var/alur.db"
    for name in ("secret.key", "identity.key"):
        assert stat.S_IMODE((tmp_path / "var" / name).stat().st_mode) == 0o600
    assert sorted(path.name for path in (tmp_path / "var").iterdir()) == ["identity.key", "secret.key"]


def test_starts_at_the_same_moment_agree_on_one_key(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(kept_key(tmp_path / "key"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(identity_key(found[0])) == 32


def test_no_secret_is_shown_with_the_settings() -> None:
    environ = PRODUCTION | {"ALUR_SMTP_PASSWORD": "rahasia-surat", "ALUR_DATABASE_URL": "postgresql://u:rahasia-db@h/d"}
    shown = repr(Settings.from_environment(environ))
    assert "rahasia" not in shown
    assert environ["ALUR_SECRET_KEY"] not in shown


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "id_ID.UTF-8"}, "id"),
        ({"LANG": "id_ID.UTF-8", "ALUR_LANGUAGE": "en"}, "en"),
    ],
)
def test_the_command_line_speaks_the_language_of_the_terminal(environ: dict[str, str], language: str) -> None:
    assert terminal_language(environ) == language
