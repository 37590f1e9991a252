"""The real server: `alur serve` in a process of its own, on a copy of the service that tests work with."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from tests.databases import copy_url
from tests.world import KEY, template

KEYS = {"ALUR_SECRET_KEY": "s" * 32, "ALUR_IDENTITY_KEY": base64.b64encode(KEY).decode()}  # as in tests.world


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *_: object) -> None:
        """Nowhere."""


_opener = urllib.request.build_opener(_Stay)


@dataclass(frozen=True)
class Answer:
    """What the server said, whatever its status."""

    status: int
    headers: Message
    text: str


@dataclass(frozen=True)
class Served:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    database_url: str

    @property
    def address(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Answer:
        """One request, without following where it leads; a body makes it a POST."""
        asked = urllib.request.Request(self.address + path, data=body, headers=dict(headers or {}))
        try:
            with _opener.open(asked, timeout=30) as answer:
                return Answer(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read().decode())

    def connect(self) -> socket.socket:
        """A connection on which nothing was sent yet."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and wait; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@contextmanager
def served(folder: Path, database_url: str | None = None, **environ: str) -> Iterator[Served]:
    """A server that answers, with these settings on top of what production needs; it is ended at the end."""
    url = database_url or copy_url(template("sqlite"), folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    named = {"ALUR_DATABASE_URL": url, "ALUR_VAR_DIR": str(folder), "PORT": str(port), "ALUR_LANGUAGE": "en"}
    address = {"ALUR_BASE_URL": f"http://127.0.0.1:{port}"}
    command = [sys.executable, "-c", "from app.cli.main import main; main()", "serve"]
    with (
        (folder / "served.log").open("wb") as log,
        subprocess.Popen(
            command, env={**os.environ, **KEYS, **named, **address, **environ}, stdout=log, stderr=log
        ) as process,
    ):
        try:
            _wait_for(process, port)
            yield Served(process, port, url)
        finally:
            process.kill()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    raise AssertionError("the server never answered")
