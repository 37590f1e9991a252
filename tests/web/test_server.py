"""The HTTP server under slow, unfinished and too many requests: whoever asks properly is answered all the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.web.security import HEADERS
from app.web.server import BY_STATUS, CROWD, CROWDED, LARGEST_HEAD, SLOW
from tests.web.doors import ANSWER, BOUNDS, CHUNKED, GET, HELD, LARGEST, MONITOR, POST, answer, house, status

UNFINISHED = {
    "nothing of the head": b"G",
    "half of the head": GET[:-2],
    "no body": POST % 10,
    "half of the body": POST % 10 + b"12345",
    "chunks without an end": CHUNKED + b"5\r\n12345\r\n",
    "a second one after a complete one": GET + GET[:-2],
}


@pytest.mark.parametrize("kind", UNFINISHED)
def test_a_request_that_does_not_end_is_refused_in_time_and_those_that_do_are_answered(
    kind: str, tmp_path: Path
) -> None:
    with house(tmp_path) as at, at.connect(UNFINISHED[kind]) as slow:
        at.until(lambda: at.unfinished() == 1)
        if kind.startswith("a second"):
            assert "200 OK" in answer(slow)
        at.clock.at += BOUNDS.head if "head" in kind or "second" in kind else BOUNDS.head + BOUNDS.body
        at.ask()
        assert at.unfinished() == 1
        at.clock.at += 1
        at.until(lambda: at.unfinished() == 0)
        said = answer(slow)
        assert said.startswith("HTTP/1.") and " 408 " in said and SLOW.id in said and SLOW.en in said
        assert "200 OK" in at.ask()


def test_a_body_has_more_time_the_more_of_it_has_come(tmp_path: Path) -> None:
    size = 6 * BOUNDS.pace
    with house(tmp_path) as at, at.connect(POST % (size + 1) + b"a" * size) as slow:
        at.until(
            lambda: any(each.unfinished and each.request.body_bytes_received == size for each in at.door.channels())
        )
        at.clock.at += BOUNDS.head + BOUNDS.body + 6
        at.ask()
        slow.sendall(b"a")
        assert status(slow) == 200 and at.pages.count == size + 1


def test_a_connection_that_is_used_again_begins_with_all_its_time(tmp_path: Path) -> None:
    with house(tmp_path, threads=1) as at, at.connect(GET) as slow:
        assert status(slow) == 200
        at.ask()  # the one thread is done with the first when it answers this
        at.clock.at += BOUNDS.head + 1
        slow.sendall(GET[:-2])
        at.until(lambda: at.unfinished() == 1)
        at.clock.at += BOUNDS.head
        at.ask()
        slow.sendall(GET[-2:])
        assert status(slow) == 200


def test_one_address_has_so_many_unfinished_requests_and_others_are_not_touched(tmp_path: Path) -> None:
    with house(tmp_path, replace(BOUNDS, of_address=3)) as at:
        silent = [at.connect() for _ in range(5)]  # browsers open connections before they need them
        slow = [at.connect(GET[:-2]) for _ in range(3)]
        at.until(lambda: at.unfinished() == 3)
        refused = at.ask(GET[:-2])
        assert " 503 " in refused and "Retry-After: " in refused and CROWD.id in refused and CROWD.en in refused
        assert "200 OK" in at.ask()
        with at.connect(GET[:-2], "127.0.0.2") as other:
            at.until(lambda: at.unfinished() == 4)
            other.sendall(GET[-2:])
            assert status(other) == 200
        for each in slow + silent[:1]:
            each.sendall(GET[-2:] if each in slow else GET)
            assert status(each) == 200
        for each in slow + silent:
            each.close()


def test_behind_a_proxy_all_share_one_address_and_none_is_refused_for_it(tmp_path: Path) -> None:
    with house(tmp_path, replace(BOUNDS, of_address=3), trust_proxy=1) as at:
        slow = [at.connect(GET[:-2]) for _ in range(6)]
        at.until(lambda: at.unfinished() == 6)
        for each in slow:
            each.sendall(GET[-2:])
            assert status(each) == 200
            each.close()


@pytest.mark.parametrize("sent", [b"", GET[:-2], POST % 10, GET])
def test_however_many_connections_are_open_the_next_one_is_answered(sent: bytes, tmp_path: Path) -> None:
    with house(tmp_path, replace(BOUNDS, of_address=10**6)) as at, at.connect(HELD) as running:
        assert at.pages.running.acquire(timeout=20)
        many = []
        for _ in range(3 * BOUNDS.connections):
            at.clock.at += 0.001
            many.append(at.connect(sent))
        at.clock.at += 0.001
        assert "200 OK" in at.ask()
        assert len(list(at.door.channels())) <= BOUNDS.connections
        at.pages.go_on.set()
        assert status(running) == 200  # whoever is being answered stays, however long that takes
        for each in many:
            each.close()


def test_what_follows_a_request_that_takes_long_has_its_time_from_then_on(tmp_path: Path) -> None:
    with house(tmp_path) as at, at.connect(HELD + GET[:-2]) as slow:
        assert at.pages.running.acquire(timeout=20)
        at.clock.at += 1_000
        at.ask()
        at.pages.go_on.set()
        assert status(slow) == 200
        slow.sendall(GET[-2:])
        assert status(slow) == 200


@pytest.mark.parametrize("head", [POST % 900_000, CHUNKED])
def test_bodies_under_way_are_bounded_in_all_and_pages_are_still_read(head: bytes, tmp_path: Path) -> None:
    with house(tmp_path, replace(BOUNDS, bodies=2 * LARGEST)) as at:
        large = [at.connect(head) for _ in range(2)]
        at.until(lambda: at.unfinished() == 2)
        with at.connect(head[:5]) as another:
            at.until(lambda: at.unfinished() == 3)
            another.sendall(head[5:])
            refused = answer(another)
        assert " 503 " in refused and "Retry-After: " in refused and CROWDED.id in refused and CROWDED.en in refused
        with at.connect(POST % 5) as small:
            at.until(lambda: at.unfinished() == 3)
            small.sendall(b"small")
            assert status(small) == 200
        for each in large:
            each.close()


def test_when_all_threads_are_at_work_the_queue_is_bounded_and_monitors_do_not_wait(tmp_path: Path) -> None:
    with house(tmp_path, replace(BOUNDS, waiting=3)) as at:
        running = [at.connect(HELD) for _ in range(2)]
        for _ in running:
            assert at.pages.running.acquire(timeout=20)
        assert "200 OK" in at.ask(MONITOR.replace(b"health", b"ready"))
        waiting = [at.connect(HELD) for _ in range(3)]
        while len(at.door.pages.queue) < 3:
            assert "200 OK" in at.ask(MONITOR)
        refused = at.ask()
        assert " 503 " in refused and "Retry-After: " in refused and CROWDED.id in refused and CROWDED.en in refused
        assert "200 OK" in at.ask(MONITOR) and " 503 " in at.ask(MONITOR.replace(b"health", b"ready"))
        at.pages.go_on.set()
        assert [status(each) for each in running + waiting] == [200] * 5
        for each in running + waiting:
            each.close()


def test_a_server_that_stops_answers_what_has_arrived_and_takes_nothing_new(tmp_path: Path) -> None:
    with house(tmp_path, threads=1) as at, at.connect(GET) as resting, at.connect(HELD) as running:
        assert status(resting) == 200
        assert at.pages.running.acquire(timeout=20)
        with at.connect(GET) as waiting, at.connect(GET[:-2]):
            at.until(lambda: len(at.door.pages.queue) == 1 and at.unfinished() == 1)
            at.door.stop()
            with pytest.raises(ConnectionError):
                for _ in range(2_000):
                    at.connect().close()
            at.pages.go_on.set()
            assert [status(running), status(waiting)] == [200, 200]
        at.thread.join()


def test_a_connection_ends_with_its_answer_while_the_server_stops(tmp_path: Path) -> None:
    with house(tmp_path) as at, at.connect(HELD) as running, at.connect(GET[:-2]) as late:
        assert at.pages.running.acquire(timeout=20)
        at.until(lambda: at.unfinished() == 1)
        at.door.stop()
        late.sendall(GET[-2:])
        assert status(late) == 200 and late.recv(1) == b""
        assert at.thread.is_alive()
        at.pages.go_on.set()
        assert status(running) == 200


def test_a_server_that_stops_waits_no_longer_than_it_may(tmp_path: Path) -> None:
    with house(tmp_path, patience=0.1) as at, at.connect(HELD) as running:
        assert at.pages.running.acquire(timeout=20)
        at.door.stop()
        at.thread.join()
        assert status(running) == 0


def test_a_large_answer_leaves_in_full_before_the_server_stops(tmp_path: Path) -> None:
    with house(tmp_path) as at, at.connect(GET.replace(b"/ ", b"/large ")) as slow:
        at.until(lambda: any(each.total_outbufs_len and not each.requests for each in at.door.channels()))
        at.door.stop()
        at.thread.join(0.5)  # it may not end yet
        found = 0
        while part := slow.recv(1_000_000):
            found += len(part)
        assert found > ANSWER


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (POST % (LARGEST + 1), 413),
        (b"GET /" + b"a" * LARGEST_HEAD + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nwrong\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    ],
)
def test_what_the_library_refuses_is_said_in_both_languages_with_the_headers_of_every_page(
    sent: bytes, code: int, tmp_path: Path
) -> None:
    with house(tmp_path) as at:
        said = at.ask(sent)
        assert f" {code} " in said and 'lang="id"' in said and 'lang="en"' in said and "waitress" not in said.lower()
        assert code not in BY_STATUS or (BY_STATUS[code].id in said and BY_STATUS[code].en in said)
        assert all(f"{name}: {value}" in said for name, value in HEADERS.items())
