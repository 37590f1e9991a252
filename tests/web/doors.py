"""A server in a thread of the test, with an application of one page and a clock that the test moves."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from app.web.server import Bounds, Door
from tests.world import settings

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
HELD = GET.replace(b"/ ", b"/held ")
BOUNDS = Bounds(connections=40, look_every=0)
LARGEST = 1_000_000
ANSWER = 16_000_000  # more than the machine takes for somebody who does not read
MONITOR = GET.replace(b"/ ", b"/healthz ")


class Clock:
    """Seconds that pass when the test says so."""

    at = 100.0

    def __call__(self) -> float:
        return self.at


class Pages:
    """An application of one page, which answers `held` when it is let go on, and everything else at once."""

    def __init__(self) -> None:
        self.go_on, self.running, self.count = threading.Event(), threading.Semaphore(0), 0

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        if environ["PATH_INFO"] == "/held":
            self.running.release()
            assert self.go_on.wait(30)
        self.count += len(environ["wsgi.input"].read())
        said = b"a" * ANSWER if environ["PATH_INFO"] == "/large" else b"ok"
        start("200 OK", [("Content-Length", str(len(said)))])
        return [said]


@dataclass(frozen=True)
class House:
    """A server that runs in a thread of the test."""

    door: Door
    pages: Pages
    clock: Clock
    thread: threading.Thread

    def connect(self, sent: bytes = b"", source: str = "127.0.0.1") -> socket.socket:
        """A connection from an address of this machine on which this was sent."""
        port = int(self.door.listeners[0].effective_port)
        made = socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))
        if sent:
            made.sendall(sent)
        return made

    def ask(self, sent: bytes = GET, source: str = "127.0.0.1") -> str:
        """The whole answer."""
        with self.connect(sent, source) as made:
            return answer(made)

    def until(self, so: Callable[[], bool]) -> None:
        """Wait until it is so; every request that is answered lets the server look at all connections."""
        for _ in range(2_000):
            if so():
                return
            self.ask(MONITOR, "127.0.0.9")
        raise AssertionError("it never came to that")

    def unfinished(self) -> int:
        """How many requests have begun that are not complete."""
        return sum(each.unfinished for each in self.door.channels())


def answer(made: socket.socket) -> str:
    """What comes until the answer is complete or the connection ends; nothing where it is cut."""
    found = b""
    try:
        while not (found.endswith((b"\r\n\r\nok", b"</html>\n"))) and (part := made.recv(65_536)):
            found += part
    except ConnectionError:
        pass
    return found.decode()


def status(made: socket.socket) -> int:
    """The status of the answer; 0 where the connection ended without one."""
    return int((answer(made) or "x 0").split()[1])


@contextmanager
def house(
    tmp_path: Path, bounds: Bounds = BOUNDS, threads: int = 2, trust_proxy: int = 0, patience: float = 8
) -> Iterator[House]:
    """A server on a port that is free, stopped at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    chosen = replace(settings("sqlite://", tmp_path), port=port, threads=threads, trust_proxy=trust_proxy)
    pages, clock = Pages(), Clock()
    door = Door(pages, chosen, LARGEST, bounds, clock)
    thread = threading.Thread(target=door.run, args=(patience,))
    thread.start()
    try:
        yield House(door, pages, clock, thread)
    finally:
        pages.go_on.set()
        door.stop()
        thread.join()
