"""What the person who installs Alur may choose, read once from the environment and from nowhere else."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

REQUIRED = ("ALUR_SECRET_KEY", "ALUR_IDENTITY_KEY", "ALUR_DATABASE_URL", "ALUR_BASE_URL")
KEY_BYTES = 32
MEBIBYTE = 1024 * 1024
PROJECT = Path(__file__).resolve().parent.parent
INSTALLED_CONTENT = Path(sys.prefix) / "share" / "alur"


class WrongSettings(ValueError):
    """Settings are missing or cannot be used; the text names all of them at once, in both languages."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All choices of one installation; README.md explains each. Its keys are secret: `repr` does not show them."""

    database_url: str
    secret_key: str  # signs cookies and links; at least 32 characters
    identity_key: bytes  # 32 bytes; wraps the data keys of reporters' identities
    base_url: str = "http://127.0.0.1:8000"  # the address people use, without a slash at the end
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    var_dir: Path = Path("var")  # attachments and, in demo mode, database and keys
    processes_dir: Path = PROJECT / "processes"
    forms_dir: Path = PROJECT / "forms"
    diagrams_dir: Path = PROJECT / "diagrams"
    tasks_package: str = "tasks"
    smtp_host: str = ""  # empty: mail goes to the local outbox page only
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = "alur@localhost.localdomain"
    log_level: str = "INFO"
    trust_proxy: int = 0  # how many reverse proxies in front of us may set forwarding headers
    attachment_bytes: int = 10 * MEBIBYTE  # of one file
    attachment_count: int = 5  # of one message or complaint
    threads: int = 4  # that answer pages
    workers: int = 2  # that run due jobs; 0 on a node that only answers pages

    def __repr__(self) -> str:
        return f"Settings(base_url={self.base_url!r}, demo={self.demo})"

    @property
    def https(self) -> bool:
        """Whether people reach the service over https."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def attachments_dir(self) -> Path:
        """Where the files of complaints are kept, outside every web root."""
        return self.var_dir / "attachments"

    @property
    def thumbnails_dir(self) -> Path:
        """Where small copies of photos are kept; whatever is missing there is made anew."""
        return self.var_dir / "thumbnails"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], *, demo: bool = False) -> Settings:
        """Read the environment; WrongSettings names all that is missing or wrong.

        In demo mode (the argument, or ALUR_DEMO=1) nothing is required, and keys are made once in `var_dir`.
        """
        source = _Source(environ)
        demo = demo or source.flag("ALUR_DEMO")
        if not demo:
            source.require(*REQUIRED)
        settings = cls._read(source, demo)
        source.refuse_faults()
        return settings._with_demo_keys() if demo else settings

    @classmethod
    def _read(cls, source: _Source, demo: bool) -> Settings:
        var = Path(source.text("ALUR_VAR_DIR", "var")).absolute()
        content = Path(source.text("ALUR_CONTENT_DIR", str(content_dir()))).absolute()
        host, port = source.text("ALUR_HOST", "127.0.0.1"), source.number("PORT", 8000, 1, 65535)
        return cls(
            database_url=source.text("ALUR_DATABASE_URL", f"sqlite:///{(var / 'alur.db').as_posix()}"),
            secret_key=source.secret("ALUR_SECRET_KEY"),
            identity_key=source.key("ALUR_IDENTITY_KEY"),
            base_url=source.address("ALUR_BASE_URL", f"http://{host}:{port}"),
            host=host,
            port=port,
            demo=demo,
            var_dir=var,
            processes_dir=content / "processes",
            forms_dir=content / "forms",
            diagrams_dir=content / "diagrams",
            tasks_package=source.text("ALUR_TASKS_PACKAGE", "tasks"),
            smtp_host=source.text("ALUR_SMTP_HOST", ""),
            smtp_port=source.number("ALUR_SMTP_PORT", 587, 1, 65535),
            smtp_user=source.text("ALUR_SMTP_USER", ""),
            smtp_password=source.text("ALUR_SMTP_PASSWORD", ""),
            smtp_from=source.text("ALUR_SMTP_FROM", "alur@localhost.localdomain"),
            log_level=source.level("ALUR_LOG_LEVEL"),
            trust_proxy=source.number("ALUR_TRUST_PROXY", 0, 0, 5),
            attachment_bytes=source.number("ALUR_ATTACHMENT_MIB", 10, 1, 100) * MEBIBYTE,
            attachment_count=source.number("ALUR_ATTACHMENT_COUNT", 5, 0, 50),
            threads=source.number("ALUR_THREADS", 4, 1, 64),
            workers=source.number("ALUR_WORKERS", 2, 0, 32),
        )

    def _with_demo_keys(self) -> Settings:
        return replace(
            self,
            secret_key=self.secret_key or kept_key(self.var_dir / "secret.key"),
            identity_key=self.identity_key or identity_key(kept_key(self.var_dir / "identity.key")),
        )


def identity_key(text: str) -> bytes:
    """The master key from its base64 text (either alphabet); WrongSettings unless it is 32 bytes."""
    try:
        key = base64.b64decode(text.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise WrongSettings("harus 32 bita dalam base64 / must be 32 bytes in base64")
    return key


def new_key() -> str:
    """A fresh key: 32 random bytes as url-safe base64 text."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def kept_key(path: Path) -> str:
    """The key in the file `path`, made with mode 0600 if it is not there; two starts at once agree on one key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(new_key())
        try:
            # A link, unlike a rename, never replaces the key that another start has just written.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()


def database_of(environ: Mapping[str, str]) -> str | None:
    """The address of this installation's database: the one that is set, else the demo's once there is one; or None."""
    source = _Source(environ)
    demo = Path(source.text("ALUR_VAR_DIR", "var")).absolute() / "alur.db"
    there = f"sqlite:///{demo.as_posix()}" if demo.is_file() else ""
    return source.text("ALUR_DATABASE_URL", there) or None


def terminal_language(environ: Mapping[str, str]) -> str:
    """The language of the command line: ALUR_LANGUAGE, else the locale's if it is Indonesian, else English."""
    names = ("ALUR_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((environ[name] for name in names if environ.get(name)), "")
    return "id" if chosen.lower().startswith("id") else "en"


def content_dir() -> Path:
    """Where processes, forms and diagrams stand: beside the product, or where the wheel put them."""
    beside = (PROJECT / "processes").is_dir() or not INSTALLED_CONTENT.is_dir()
    return PROJECT if beside else INSTALLED_CONTENT


class _Source:
    """Reads variables and remembers every fault, so that all are told at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._indonesian: list[str] = []
        self._english: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def flag(self, name: str) -> bool:
        return self.text(name, "0").lower() in {"1", "true", "yes", "on"}

    def require(self, *names: str) -> None:
        for name in names:
            if not self.text(name, ""):
                self._fault(name, "belum diatur", "is not set")

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.text(name, str(default))
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        indonesian = f"harus bilangan bulat {least} sampai {most}"
        self._fault(name, indonesian, f"must be a whole number from {least} to {most}")
        return default

    def secret(self, name: str) -> str:
        text = self.text(name, "")
        if text and len(text) < KEY_BYTES:
            self._fault(
                name, f"harus paling sedikit {KEY_BYTES} karakter", f"must have at least {KEY_BYTES} characters"
            )
        return text

    def key(self, name: str) -> bytes:
        text = self.text(name, "")
        try:
            return identity_key(text) if text else b""
        except WrongSettings:
            self._fault(name, "harus 32 bita dalam base64", "must be 32 bytes in base64")
            return b""

    def address(self, name: str, default: str) -> str:
        text = self.text(name, default).rstrip("/")
        parts = urlsplit(text)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            self._fault(name, "harus alamat http atau https", "must be an http or https address")
        return text

    def level(self, name: str) -> str:
        text = self.text(name, "INFO").upper()
        if text not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            self._fault(name, "harus DEBUG, INFO, WARNING, atau ERROR", "must be DEBUG, INFO, WARNING or ERROR")
        return text

    def refuse_faults(self) -> None:
        """Raise WrongSettings when anything is missing or wrong."""
        if self._english:
            raise WrongSettings(f"{'; '.join(self._indonesian)}. / {'; '.join(self._english)}.")

    def _fault(self, name: str, indonesian: str, english: str) -> None:
        self._indonesian.append(f"{name} {indonesian}")
        self._english.append(f"{name} {english}")
