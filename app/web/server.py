"""The HTTP server: waitress, bounded so that slow, unfinished and too many requests stop nobody else's."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from errno import EDQUOT, EFBIG, EMFILE, ENFILE, ENOSPC
from socket import socket
from sys import exc_info
from time import monotonic
from typing import Any
from wsgiref.types import WSGIApplication

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.utilities import Error

from app.domain.errors import StorageFull
from app.domain.text import Text
from app.settings import MEBIBYTE, Settings
from app.web.errors import BROKEN, LARGE, UNREADABLE
from app.web.memory import free_memory
from app.web.security import HEADERS

RETRY_AFTER = "5"  # seconds
HEALTH, READY = "/healthz", "/readyz"
NO_FILE = frozenset({EMFILE, ENFILE})
FULL = frozenset({EDQUOT, EFBIG, ENOSPC})
FILES = 4_096  # open files that are asked of the machine: a connection may need two, one of them for a large body
OTHER_FILES = 200  # for the database, attachments and logs
IDLE = 60  # seconds that a connection on which nothing moves stays open
LARGEST_HEAD = 64 * 1024
IN_MEMORY = 64 * 1024  # of one body; what is larger is kept in a file until it has arrived
CROWDED = Text(
    "Terlalu banyak permintaan sedang berjalan; permintaan Anda belum dijalankan. Coba lagi beberapa detik lagi.",
    "Too many requests are under way; yours was not carried out. Please try again in a few seconds.",
)
CROWD = Text(
    "Terlalu banyak permintaan dari alamat internet Anda belum selesai dikirim; yang ini tidak dijalankan. "
    "Coba lagi beberapa detik lagi.",
    "Too many requests from your internet address have not arrived in full; this one was not carried out. "
    "Please try again in a few seconds.",
)
SLOW = Text(
    "Kiriman Anda datang terlalu lambat dan tidak dijalankan. Periksa sambungan internet, lalu kirim lagi; "
    "berkas yang lebih kecil lebih cepat.",
    "What you sent arrived too slowly and was not carried out. Check your connection, then send it again; "
    "smaller files are faster.",
)
SHORT = Text(
    "Memori server sedang tidak cukup; permintaan Anda belum dijalankan. Coba lagi sebentar lagi.",
    "The server is short of memory just now; your request was not carried out. Please try again shortly.",
)
HEAD = Text(
    "Alamat atau kepala permintaan ini terlalu panjang. Buka lagi halamannya dari beranda.",
    "The address or the head of this request is too long. Open the page again from the start page.",
)
BY_STATUS = {413: LARGE, 431: HEAD, 500: BROKEN}


@dataclass(frozen=True)
class Bounds:
    """How much the server takes at once and for how long it waits; times in seconds, sizes in bytes."""

    connections: int = 1_000
    of_address: int = 50  # requests of one client address that have not arrived in full
    bodies: int = 512 * MEBIBYTE  # of all requests that are under way
    memory: int = 100 * MEBIBYTE  # that must be free before a large body is taken
    waiting: int = 128  # requests that wait for a thread
    head: float = 15  # until the head of a request has arrived
    body: float = 30  # more for its body,
    pace: int = 20_000  # and a second more for each so many bytes of it
    look_every: int = 5


class Refusal(Error):  # type: ignore[misc]
    """Why a request is answered without being carried out."""

    def __init__(self, code: int, reason: str, said: Text) -> None:
        super().__init__(said.en)
        self.code, self.reason, self.said = code, reason, said


class RefusalTask(ErrorTask):  # type: ignore[misc]
    """Answers what is refused, the library's own refusals too, in both languages."""

    def execute(self) -> None:
        """Write the answer and end the connection."""
        error = self.request.error
        said = error.said if isinstance(error, Refusal) else BY_STATUS.get(error.code, UNREADABLE)
        page = (
            f'<!doctype html><html lang="id"><meta charset="utf-8"><title>Alur</title>'
            f'<p>{said.id}</p><p lang="en">{said.en}</p></html>\n'
        ).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
        self.response_headers += HEADERS.items()
        if error.code == 503:
            self.response_headers.append(("Retry-After", RETRY_AFTER))
        self.set_close_on_finish()
        self.content_length = len(page)
        self.write(page)


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection; `since` is when its last request began, or when it was last seen being answered."""

    error_task_class = RefusalTask
    server: Listener
    request: Any  # the one that has not arrived in full, or None

    def __init__(self, server: Listener, *arguments: Any, **named: Any) -> None:
        self.since = server.door.clock()
        self._looked_at: tuple[HTTPRequestParser | None, bool] = (None, False)
        super().__init__(server, *arguments, **named)

    def received(self, data: bytes) -> bool:
        """Take what has come; a request that is not complete is looked at when it begins and when its head is there."""
        before, taken, refusal = self.request, True, None
        try:
            taken = super().received(data)
        except MemoryError:
            refusal = Refusal(503, "Service Unavailable", SHORT)
        except OSError as error:
            if error.errno not in FULL:
                raise
            refusal = Refusal(507, "Insufficient Storage", StorageFull.title)
        request = self.request
        if refusal is not None:
            self.refuse(refusal)
        elif request is not None:
            if request is not before:
                self.since = self.server.door.clock()
            if self._looked_at != (request, request.headers_finished):
                self._looked_at = (request, request.headers_finished)
                self.refuse(self.server.door.refusal(self))
        return taken

    def service(self) -> None:
        """Answer one request; while the server stops, the connection ends with it."""
        super().service()
        if self.server.door.stopped_at is not None:
            self.close_when_flushed = True

    def refuse(self, refusal: Refusal | None) -> None:
        """Answer what has not arrived in full; with None it goes on."""
        with self.requests_lock:
            if refusal is None or self.request is None:
                return
            self.request.error, self.request.completed = refusal, True
            self.requests.append(self.request)
            self.request = None
            if len(self.requests) == 1:
                self.server.add_task(self)

    @property
    def unfinished(self) -> bool:
        """Whether a request has begun that is not complete, with none before it that is still being answered."""
        return self.request is not None and not self.requests

    def late(self, now: float) -> bool:
        """Whether the request under way takes longer than it may, counted from its first byte."""
        if not self.unfinished:
            return False
        bounds, allowed = self.server.door.bounds, self.server.door.bounds.head
        if self.request.headers_finished:
            allowed += bounds.body + self.request.body_bytes_received / bounds.pace
        return bool(now - self.since > allowed)


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """One address on which the server listens."""

    channel_class = Channel
    door: Door

    def add_task(self, channel: Channel) -> None:
        """Have a request answered: refusals and monitors by a thread of their own, so that they wait for no page."""
        door, request = self.door, channel.requests[0]
        if not request.error and request.path != HEALTH:
            if len(door.pages.queue) >= door.bounds.waiting:
                request.error = Refusal(503, "Service Unavailable", CROWDED)
            elif request.path != READY:
                door.pages.add_task(channel)
                return
        door.aside.add_task(channel)

    def handle_accept(self) -> None:
        """Take a new connection; when the house is full the one that has rested longest goes."""
        super().handle_accept()
        if len(self._map) >= self.adj.connection_limit:
            self.door.make_room()

    def accept(self) -> tuple[socket, Any] | None:
        """The next connection; None when there is none, or where the machine gives no file for it before one goes."""
        try:
            accepted: tuple[socket, Any] | None = super().accept()
        except OSError as error:
            if error.errno not in NO_FILE:
                raise
            self.door.make_room()
            return None
        return accepted

    def handle_error(self) -> None:
        """Go on: the library would stop listening after the first error."""
        error, *_ = exc_info()  # its frames would keep the connection open
        self.logger.error("a connection was not taken: %s", error and error.__name__)

    def maintenance(self, now: float) -> None:
        """End what does not move, and what moves too slowly."""
        super().maintenance(now)
        for channel in self.door.channels():
            if channel.requests:
                channel.since = self.door.clock()  # what comes behind it cannot arrive before it is answered
            elif channel.late(self.door.clock()):
                channel.refuse(Refusal(408, "Request Timeout", SLOW))


class Door:
    """The server of one process: its listeners, its connections and the threads that answer them."""

    def __init__(
        self,
        application: WSGIApplication,
        settings: Settings,
        largest_body: int,
        bounds: Bounds | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.bounds, self.clock = bounds or Bounds(), clock
        self._proxied = settings.trust_proxy > 0
        self.stopped_at: float | None = None  # on the clock of the machine
        self._adjusted = Adjustments(
            host=settings.host,
            port=settings.port,
            ident="",
            connection_limit=min(self.bounds.connections, files_for_connections()),
            channel_timeout=IDLE,
            cleanup_interval=self.bounds.look_every,
            inbuf_overflow=IN_MEMORY,
            max_request_header_size=LARGEST_HEAD,
            max_request_body_size=largest_body,
            # Where a proxy is trusted the application itself reads as many of its headers as there are proxies.
            clear_untrusted_proxy_headers=not self._proxied,
        )
        self.pages, self.aside = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self.pages.set_thread_count(settings.threads)
        self.aside.set_thread_count(1)
        self._map: dict[int, Any] = {}
        self.listeners = [
            Listener(application, self._map, dispatcher=self.pages, adj=self._adjusted, sockinfo=each)
            for each in self._adjusted.listen
        ]
        for listener in self.listeners:
            listener.door = self

    def channels(self) -> Iterator[Channel]:
        """All open connections."""
        return (each for each in list(self._map.values()) if isinstance(each, Channel))

    def make_room(self) -> None:
        """Close the connection that has rested longest; those that are being answered stay."""
        resting = [each for each in self.channels() if not each.requests]
        if resting:
            min(resting, key=lambda each: each.since).handle_close()

    def refusal(self, channel: Channel) -> Refusal | None:
        """Why the unfinished request of `channel` may not go on; None while it may."""
        same = [each for each in self.channels() if each.unfinished and each.addr[0] == channel.addr[0]]
        if len(same) > self.bounds.of_address and not self._proxied:  # an office shares one address, a proxy a city
            return Refusal(503, "Service Unavailable", CROWD)
        if self._size(channel.request) <= IN_MEMORY:
            return None
        sizes = [self._size(request) for each in self.channels() for request in (each.request, *each.requests)]
        if sum(sizes) > self.bounds.bodies:
            return Refusal(503, "Service Unavailable", CROWDED)
        free = free_memory()
        if free is not None and free < self.bounds.memory:
            return Refusal(503, "Service Unavailable", SHORT)
        return None

    def _size(self, request: HTTPRequestParser | None) -> int:
        """Bytes of a body as it was announced; of one that does not say it, the most that there may be."""
        if request is None:
            return 0
        announced: int = self._adjusted.max_request_body_size if request.chunked else request.content_length
        return announced

    def run(self, patience: float = 8) -> None:
        """Answer until `stop` is called; then take nothing new and finish within `patience` seconds what is there."""
        while self.stopped_at is None:
            self._look(1)
        until = self.stopped_at + patience
        for listener in self.listeners:
            wasyncore.dispatcher.close(listener)
        while self._at_work() and monotonic() < until:
            self._look(0.1)
        for threads in (self.pages, self.aside):
            threads.shutdown(timeout=0.2)
        for channel in self.channels():
            channel.handle_close()
        wasyncore.close_all(self._map)

    def stop(self) -> None:
        """Make `run` come to its end; may be called by a signal."""
        if self.stopped_at is None:
            self.stopped_at = monotonic()
            self.listeners[0].pull_trigger()

    def _look(self, seconds: float) -> None:
        try:
            wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)
        except MemoryError:
            self.listeners[0].logger.error("no memory to look at the connections; trying again")

    def _at_work(self) -> bool:
        """Whether anything that arrived in full has not been answered in full."""
        return any(each.requests or each.total_outbufs_len for each in self.channels())


def files_for_connections() -> int:
    """Ask the machine for more open files; for how many connections those that it gives suffice."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES:
        soft = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, (soft - OTHER_FILES) // 2)
