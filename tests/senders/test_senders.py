"""W10: mail leaves as it was meant, to one address, and nobody can add a header; without a server it stays here."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from app.senders.blackhole import Blackhole, letters
from app.senders.chosen import senders
from app.senders.letter import Letter, NotSent, PutOff, Unsendable
from app.senders.smtp import Smtp, compose
from app.settings import Settings

LETTER = Letter(
    "k:1", "siti@example.com", "Aduan Anda diterima – nomor 7", "Yth. Pelapor,\n\nTerima kasih.\n", "singkat"
)


class Mailbox:
    """Keeps what arrives; refuses addresses that begin with "no"."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address.startswith("no"):
            return "550 no such person"
        if address.startswith("later"):
            return "451 try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def server() -> Iterator[tuple[Smtp, Mailbox]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield Smtp("127.0.0.1", port, "", "", "alur@pekalongan.example"), mailbox
    controller.stop()


def test_a_letter_arrives_with_umlauts_and_a_stable_id(server: tuple[Smtp, Mailbox]) -> None:
    smtp, mailbox = server
    smtp.send(LETTER)
    smtp.send(LETTER)
    first, second = mailbox.mails
    assert first.rcpt_tos == ["siti@example.com"]
    text = first.content.decode()
    own = next(line for line in text.splitlines() if line.startswith("Message-ID"))
    assert own in second.content.decode() and "pekalongan.example" in own


def test_a_refused_address_is_given_up_and_a_hesitant_one_is_tried_again(server: tuple[Smtp, Mailbox]) -> None:
    smtp, _ = server
    with pytest.raises(Unsendable):
        smtp.send(Letter("k", "nobody@example.com", "s", "b"))
    with pytest.raises(PutOff):
        smtp.send(Letter("k", "later@example.com", "s", "b"))


def test_a_server_that_is_down_is_tried_again() -> None:
    with pytest.raises(NotSent) as raised:
        Smtp("127.0.0.1", 1, "", "", "a@b.example").send(LETTER)
    assert not isinstance(raised.value, PutOff)


@pytest.mark.parametrize("bad", ["a@b.c\r\nBcc: x@y.z", "a@b.c\nX: y", "a@b.c\x00"])
def test_W10_a_line_break_never_becomes_a_header(bad: str) -> None:
    for letter in (Letter("k", bad, "s", "b"), Letter("k", "a@b.c", bad, "b")):
        with pytest.raises(Unsendable):
            compose(letter, "alur@city.example")
    with pytest.raises(Unsendable):
        compose(LETTER, bad)


def test_text_that_looks_like_a_template_or_header_stays_text() -> None:
    body = "{{7*7}} {0.__class__}\nBcc: x@y.z\n.\nEND"
    mail = compose(Letter("k", "a@b.c", "{{7*7}}", body), "alur@city.example")
    assert mail["Subject"] == "{{7*7}}" and mail["Bcc"] is None and "{0.__class__}" in mail.get_content()


def test_without_a_mail_server_letters_stay_on_this_machine(tmp_path: Path) -> None:
    settings = Settings("sqlite://", "s" * 32, b"k" * 32, var_dir=tmp_path)
    (way,) = senders(settings)
    assert isinstance(way, Blackhole) and way.takes("081234567890")
    way.send(LETTER)
    way.send(LETTER)
    assert list(letters(tmp_path / "outbox")) == [LETTER]


def test_with_a_mail_server_only_mail_leaves(tmp_path: Path) -> None:
    settings = Settings("sqlite://", "s" * 32, b"k" * 32, var_dir=tmp_path, smtp_host="mail.example")
    (way,) = senders(settings)
    assert way.takes("a@b.c") and not way.takes("081234567890")
