"""The settings of one installation, read from the environment once; nothing else looks there."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("ALUR_SECRET_KEY", "ALUR_IDENTITY_KEY", "ALUR_DATABASE_URL", "ALUR_BASE_URL")
KEY_BYTES = 32


class SettingsError(Exception):
    """A setting is missing or cannot be used; the message names it and says what it must be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs. Keys are secret: never log or show this object's fields."""

    database_url: str
    secret_key: str  # signs cookies and links
    identity_key: bytes  # 32 bytes; wraps the data keys of reporters' identities
    base_url: str  # the address people use, without a slash at the end
    var: Path  # attachments and, in demo mode, database and keys
    content: Path = ROOT  # folder that holds processes/, forms/ and the tasks package
    tasks_package: str = "tasks"
    demo: bool = False
    smtp_url: str | None = None  # smtp://user:password@host:port ; None: mail goes to the blackhole
    mail_from: str = "alur@localhost.localdomain"
    trusted_proxy: str | None = None  # address of the reverse proxy whose forwarding headers count

    def __repr__(self) -> str:
        return f"Settings(base_url={self.base_url!r}, demo={self.demo})"

    @property
    def https(self) -> bool:
        """Whether people reach the service over https."""
        return urlsplit(self.base_url).scheme == "https"

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """The settings of a production installation; SettingsError names everything that is missing."""
        missing = [name for name in NEEDED if not environ.get(name)]
        if missing:
            raise SettingsError(f"not set: {', '.join(missing)}")
        if len(environ["ALUR_SECRET_KEY"]) < KEY_BYTES:
            raise SettingsError(f"ALUR_SECRET_KEY must have at least {KEY_BYTES} characters")
        return cls(
            database_url=environ["ALUR_DATABASE_URL"],
            secret_key=environ["ALUR_SECRET_KEY"],
            identity_key=identity_key(environ["ALUR_IDENTITY_KEY"]),
            base_url=environ["ALUR_BASE_URL"].rstrip("/"),
            var=Path(environ.get("ALUR_VAR", "var")).absolute(),
            content=Path(environ.get("ALUR_CONTENT", ROOT)).absolute(),
            tasks_package=environ.get("ALUR_TASKS", "tasks"),
            smtp_url=environ.get("ALUR_SMTP_URL") or None,
            mail_from=environ.get("ALUR_MAIL_FROM", "alur@localhost.localdomain"),
            trusted_proxy=environ.get("ALUR_TRUSTED_PROXY") or None,
        )


def identity_key(text: str) -> bytes:
    """The master key from its base64 text; SettingsError unless it is 32 bytes."""
    try:
        key = base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingsError("ALUR_IDENTITY_KEY must be 32 bytes as url-safe base64")
    return key


def terminal_language(environ: Mapping[str, str]) -> str:
    """The language of the command line: "en" when ALUR_LANG or the terminal's own setting asks for it, else "id"."""
    chosen = environ.get("ALUR_LANG") or environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return "en" if chosen.lower().startswith("en") else "id"
