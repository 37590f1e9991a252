"""The HTTP server where memory, disk or open files are short: it says so to whom it concerns, and goes on."""

from __future__ import annotations

import os
import resource
import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest.mock import DEFAULT, Mock

import pytest
from waitress import wasyncore
from waitress.parser import HTTPRequestParser

from app.domain.errors import StorageFull
from app.web.server import SHORT, Bounds, Channel, Listener, files_for_connections
from tests.web.doors import BOUNDS, GET, POST, house, status

_taken: list[int] = []


def test_a_large_body_is_not_begun_where_memory_is_short_and_everything_else_goes_on(tmp_path: Path) -> None:
    with house(tmp_path, replace(BOUNDS, memory=2**60)) as at:
        refused = at.ask(POST % 900_000)
        assert " 503 " in refused and "Retry-After: " in refused and SHORT.id in refused and SHORT.en in refused
        with at.connect(POST % 5) as small:
            at.until(lambda: at.unfinished() == 1)
            small.sendall(b"small")
            assert status(small) == 200


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # the library's, of the file that it could not fill
def test_a_body_for_which_the_disk_has_no_room_is_refused_and_the_next_request_is_answered(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with house(tmp_path) as at:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
        try:
            said = at.ask(POST % 900_000 + b"a" * 400_000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert " 507 " in said and StorageFull.title.id in said and StorageFull.title.en in said
        assert "200 OK" in at.ask(POST % 400_000 + b"a" * 400_000)


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # of the connection that could not be taken
@pytest.mark.parametrize("where", ["parser", "channel", "loop"])
def test_a_request_for_which_there_is_no_memory_does_not_stop_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    short = Mock(side_effect=[MemoryError, *[DEFAULT] * 10_000])
    with house(tmp_path) as at:
        at.ask()
        if where == "parser":
            received = HTTPRequestParser.received
            monkeypatch.setattr(HTTPRequestParser, "received", lambda *given: (short(), received(*given))[1])
            said = at.ask(GET)
            assert " 503 " in said and "Retry-After: " in said and SHORT.id in said and SHORT.en in said
        elif where == "channel":
            made = staticmethod(lambda *given, **named: (short(), Channel(*given, **named))[1])
            monkeypatch.setattr(Listener, "channel_class", made)
            assert at.ask(GET) == ""
        else:
            loop = wasyncore.loop
            monkeypatch.setattr(wasyncore, "loop", lambda **named: (short(), loop(**named))[1])
        assert "200 OK" in at.ask()


def _highest() -> int:
    """The highest number of an open file; below it there may be free ones, which are then taken."""
    there = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    highest = next(each for each in reversed(there) if Path(f"/proc/self/fd/{each}").exists())
    while (taken := os.dup(0)) < highest:
        _taken.append(taken)
    os.close(taken)
    return highest


def test_where_the_machine_gives_no_file_for_a_connection_the_one_that_rested_longest_makes_room(
    tmp_path: Path,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with house(tmp_path) as at, closing(socket.socket()) as another, closing(socket.socket()) as third:
        resting = [at.connect() for _ in range(5)]
        at.until(lambda: len(list(at.door.channels())) >= 5)
        resource.setrlimit(resource.RLIMIT_NOFILE, (1 + _highest(), hard))
        try:
            for each in (another, third):
                each.settimeout(20)
                each.connect(("127.0.0.1", int(at.door.listeners[0].effective_port)))
                each.sendall(GET)
                assert status(each) == 200
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            while _taken:
                os.close(_taken.pop())
        for each in resting:
            each.close()


def test_more_open_files_are_asked_for_and_connections_stay_within_what_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    limits = [256, 100_000]
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", lambda _kind, chosen: limits.__setitem__(slice(2), chosen))
    assert files_for_connections() > 1_000 and limits[0] > 2_000 and limits[1] == 100_000
    limits[:] = [256, 400]
    with house(tmp_path, Bounds()) as at:
        assert limits == [400, 400]
        assert at.door.listeners[0].adj.connection_limit == 100
    limits[:] = [1_000_000, resource.RLIM_INFINITY]
    files_for_connections()
    assert limits[0] == 1_000_000
