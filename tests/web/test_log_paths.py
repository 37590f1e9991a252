"""No log of the server tells the secret part of a link, not even when a browser goes away in the middle."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from waitress import create_server

from app.cli.serve import log_from
from app.web.log_paths import hushed

TOKEN = "ZZ9Z9Z9Z9Z9Z9Z9Z9Z9Z9Z9Z9Z"


@pytest.fixture
def levels() -> Iterator[None]:
    """The levels of the loggers are as they were afterwards."""
    names = (None, "waitress", "waitress.queue")
    before = {name: logging.getLogger(name).level for name in names}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize("folder", ["tautan", "kode", "sandi"])
@pytest.mark.parametrize("text", ["Exception while serving /{}/{}", "GET /bahasa/en?next=/{}/{} HTTP/1.1", "'/{}/{}'"])
def test_the_secret_is_left_out_wherever_it_stands(folder: str, text: str) -> None:
    said = hushed(text.format(folder, TOKEN))
    assert TOKEN not in said and f"/{folder}/[tautan pribadi]" in said


def test_other_addresses_stay_as_they_are() -> None:
    assert (
        hushed("Exception while serving /lacak/W5QNMT8AQ5/cabut") == "Exception while serving /lacak/W5QNMT8AQ5/cabut"
    )


def test_a_browser_that_goes_away_and_a_page_that_breaks_leave_no_secret_in_the_log(
    app: Flask, levels: None, caplog: pytest.LogCaptureFixture
) -> None:
    log_from("DEBUG")

    def slow_and_broken(environ: dict[str, object], start: object) -> list[bytes]:
        time.sleep(0.2)
        raise OSError("broken while working")

    server = create_server(slow_and_broken, host="127.0.0.1", port=0, threads=1)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        for stays in (True, False):
            with socket.create_connection(("127.0.0.1", server.effective_port)) as browser:
                browser.sendall(f"GET /tautan/{TOKEN} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                if stays:
                    browser.recv(1000)
        time.sleep(0.5)
    finally:
        server.close()
        thread.join(5)
    assert "/tautan/[tautan pribadi]" in caplog.text  # the log was really looked at
    assert TOKEN not in caplog.text
