"""The outbox loses nothing, doubles nothing that a receiver could not tell apart, and keeps each recipient's order."""

from __future__ import annotations

import re
import socket
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from app.commands.housekeeping import SendDigests
from app.commands.person.access import AskForNewSecret, CloseAccess, OpenPersonalLink, ReplaceSecret
from app.commands.person.accounts import ChooseLanguage, SetSubstitute
from app.domain.pulse import LONGEST_SILENCE, Pulse
from app.domain.roles import SYSTEM
from app.domain.tracking import shown
from app.jobs.executor import Executor
from app.jobs.outbox import Outbox
from app.queries.complaint.tracking import authenticate
from app.senders.letter import Letter, NotSent, PutOff, Unsendable
from app.senders.smtp import Smtp
from app.store.access import PersonalLink
from app.store.complaints import ConversationLine
from app.store.database import reading
from app.store.outbox import OutboxMessage
from app.store.people import holders
from app.store.reporters import Reporter
from tests.senders.test_senders import Mailbox
from tests.world import ANSWERS, IDENTITY, VISITOR, World


@dataclass
class Post:
    """A receiver that can be down, or refuse."""

    letters: list[Letter] = field(default_factory=list)
    error: Exception | None = None
    name: str = "post"
    real: bool = True

    def takes(self, address: str) -> bool:
        return "@" in address

    def send(self, letter: Letter) -> None:
        if self.error is not None:
            raise self.error
        self.letters.append(letter)


def test_the_receipt_goes_to_the_reporter_with_number_and_link(service: World) -> None:
    filed, post = service.file(), Post()
    assert Outbox(service.toolbox, [post]).deliver() == 1
    (letter,) = post.letters
    assert letter.to == IDENTITY["email"] and shown(filed.tracking_id) in letter.subject
    assert re.search(r"http://localhost/tautan/[0-9A-Z]{26}\n", letter.body)
    assert "{" not in letter.body and "+00:00" not in letter.body and "WIB" in letter.body
    (row,) = service.rows(OutboxMessage)
    assert (row.state, row.transport, row.sent_at) == ("sent", "post", service.clock.now())
    assert Outbox(service.toolbox, [post]).deliver() == 0


def test_a_letter_to_a_reporter_says_what_it_is_about_and_who_signs_but_a_confidential_one_only_its_number(
    service: World,
) -> None:
    open_, hidden, post = service.file(), service.file(answers={"is_confidential": True}), Post()
    Outbox(service.toolbox, [post]).deliver()
    about = {
        shown(each.tracking_id): [one for one in post.letters if shown(each.tracking_id) in one.subject]
        for each in (open_, hidden)
    }
    (plain,), (secret,) = about.values()
    assert str(ANSWERS["title"]) in plain.body and "(0285) 421243" in plain.body and "Hormat kami" in plain.body
    assert str(ANSWERS["title"]) not in str(secret) and shown(hidden.tracking_id) in secret.body


def test_officers_of_the_chosen_office_are_told_in_service_hours(service: World) -> None:
    service.clock.advance(timedelta(hours=12))  # 21.00
    service.at_opd()
    post = Post()
    outbox = Outbox(service.toolbox, [post])
    outbox.deliver()
    assert {letter.to for letter in post.letters} == {IDENTITY["email"]}  # the receipt of what was just filed
    service.clock.advance(timedelta(hours=11))  # 08.00 the next day
    outbox.deliver()
    forward = next(letter for letter in post.letters if letter.to == "pupr@example.com")
    assert "Dinas Pekerjaan Umum" in forward.body


def test_english_reporters_are_written_to_in_english(service: World) -> None:
    service.file(lang="en")
    post = Post()
    Outbox(service.toolbox, [post]).deliver()
    assert "Dear reporter" in post.letters[0].body


def test_T13_a_receiver_that_is_down_for_an_hour_misses_nothing_and_the_order_stays(service: World) -> None:
    filed = service.answered()
    post = Post(error=NotSent("down"))
    outbox = Outbox(service.toolbox, [post])
    for _ in range(12):
        outbox.deliver()
        service.clock.advance(timedelta(minutes=5))
    assert post.letters == [] and {row.state for row in service.rows(OutboxMessage)} == {"waiting"}
    post.error = None
    for _ in range(30):
        outbox.deliver()
        service.clock.advance(timedelta(minutes=5))
    mine = [letter.subject for letter in post.letters if letter.to == IDENTITY["email"]]
    assert ["terima" in mine[0], "diteruskan" in mine[1], "Laporan" in mine[2]] == [True] * 3 and len(mine) == 3
    assert len({letter.key for letter in post.letters}) == len(post.letters) == len(service.rows(OutboxMessage))
    assert shown(filed.tracking_id) in mine[-1]


def test_T13_a_crash_between_sending_and_marking_sends_the_same_key_again(service: World) -> None:
    service.file()
    post = Post()
    outbox = Outbox(service.toolbox, [post])
    outbox._claim()  # the message left, and then the power went out
    service.clock.advance(timedelta(minutes=6))
    outbox.deliver()
    (row,) = service.rows(OutboxMessage)
    assert [letter.key for letter in post.letters] == [row.key]


def test_a_message_nobody_can_take_is_dropped_with_its_reason(service: World) -> None:
    service.file(identity={"name": "Siti", "phone": "081234567890"})
    Outbox(service.toolbox, [Post()]).deliver()
    service.file()
    Outbox(service.toolbox, [Post(error=Unsendable("refused"))]).deliver()
    assert {(row.state, row.last_error) for row in service.rows(OutboxMessage)} == {
        ("unreachable", "no-way"),
        ("dropped", "refused"),
    }


def test_a_message_that_cannot_be_worded_does_not_hold_up_the_next(service: World) -> None:
    with service.toolbox.database.begin() as connection:
        row = {
            "id": "f" * 32, "key": "poison", "template": "no such template", "recipient": "user:nobody", "fields": {},
            "created_at": service.clock.now(), "due_at": service.clock.now(), "state": "waiting", "attempts": 0,
        }  # fmt: skip
        connection.execute(OutboxMessage.__table__.insert(), row)
        connection.execute(
            OutboxMessage.__table__.insert(),
            {**row, "id": "e" * 32, "key": "poison2", "recipient": f"user:{service.actor('pupr').id}"},
        )
    service.file()
    post = Post()
    Outbox(service.toolbox, [post]).deliver()
    assert len(post.letters) == 1


def test_an_erased_reporter_is_written_to_no_more(service: World) -> None:
    service.file()
    with service.toolbox.database.begin() as connection:
        connection.execute(Reporter.__table__.update().values(data_key=None, sealed=None))
    post = Post()
    Outbox(service.toolbox, [post]).deliver()
    assert post.letters == []


def test_what_the_reporter_is_told_stands_in_the_conversation_too(service: World) -> None:
    service.answered()
    told = [message for message in service.rows(ConversationLine) if message.direction == "out"]
    assert [message.template for message in told] == ["receipt", "forwarded", "report"]
    assert all("{" not in message.text for message in told)


@pytest.mark.parametrize("who", ["pupr", "dinkominfo"])
def test_deputies_get_the_messages_of_those_they_stand_in_for(service: World, who: str) -> None:
    day = service.clock.now().date()
    absent, deputy = service.actor(who).id, service.actor("dinkes").id
    service.runner.run(SetSubstitute(absent, deputy, day, day, "cuti"), SYSTEM)
    role, unit = service.actor(who).grants[0].role, service.actor(who).grants[0].unit
    with service.toolbox.database.connect() as connection:
        assert {absent, deputy} <= set(holders(connection, day, role=role, unit=unit))
        assert deputy not in holders(connection, day + timedelta(days=1), role=role, unit=unit)


def test_S14_of_several_letters_about_one_limit_that_waited_only_the_strongest_leaves(service: World) -> None:
    """As after an afternoon without a mail server: what was said of a limit meanwhile leaves once, at its strongest."""
    service.at_opd()
    for _ in range(50):
        service.clock.advance(timedelta(hours=3))
        Executor(service.runner).run_due()
    post = Post()
    Outbox(service.toolbox, [post]).deliver()
    rows = [row for row in service.rows(OutboxMessage) if row.fields.get("limit")]
    said = Counter((row.recipient, row.fields["limit"], row.fields["task"]) for row in rows if row.state == "sent")
    assert said and set(said.values()) == {1}
    last = {}
    for row in sorted(rows, key=lambda row: row.created_at):
        last[row.fields["limit"], row.fields["task"]] = (row.created_at, row.template)
    for row in rows:
        newest = (row.created_at, row.template) == last[row.fields["limit"], row.fields["task"]]
        assert (row.state, row.last_error) == (("sent", None) if newest else ("skipped", "superseded"))
    assert {row.state for row in rows} == {"sent", "skipped"}
    assert {row.template for row in rows} >= {"reminder", "escalation"}


def test_a_daily_summary_names_the_tasks_in_its_readers_language(service: World) -> None:
    service.at_opd()
    service.runner.run(ChooseLanguage("en"), service.actor("pupr"))
    service.runner.run(SendDigests(), SYSTEM)
    post = Post()
    service.clock.at = max(row.due_at for row in service.rows(OutboxMessage))
    Outbox(service.toolbox, [post]).deliver()
    bodies = {row.recipient: row.body for row in service.rows(OutboxMessage) if row.template == "digest"}
    english, indonesian = "4. Check the forwarded complaint", "4. Memverifikasi disposisi aduan"
    assert english in bodies[f"user:{service.actor('pupr').id}"]
    assert indonesian not in bodies[f"user:{service.actor('pupr').id}"]
    others = [body for recipient, body in bodies.items() if recipient != f"user:{service.actor('pupr').id}"]
    assert all(english not in body for body in others)


def test_S5_a_letter_that_did_not_leave_takes_its_link_back_and_one_that_left_keeps_it(service: World) -> None:
    service.file()
    for error, links in ((NotSent("down"), 0), (Unsendable("refused"), 0), (None, 1)):
        service.clock.advance(timedelta(hours=1))
        with service.toolbox.database.begin() as connection:
            connection.execute(OutboxMessage.__table__.update().values(state="waiting", locked_until=None))
        Outbox(service.toolbox, [Post(error=error)]).deliver()
        assert len(service.rows(PersonalLink)) == links


def test_S5_a_real_mail_carries_the_link_that_opens_the_complaint(service: World) -> None:
    filed, mailbox = service.file(), Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        Outbox(service.toolbox, [Smtp("127.0.0.1", port, "", "", "alur@pekalongan.example")]).deliver()
    finally:
        controller.stop()
    (mail,) = mailbox.mails
    text = message_from_bytes(mail.content, policy=default).get_content()
    (token,) = re.findall(r"http://localhost/tautan/([0-9A-Z]{26})", text)
    assert service.runner.run(OpenPersonalLink(token), VISITOR) == filed.tracking_id
    (row,) = service.rows(OutboxMessage)
    assert (row.state, row.transport) == ("sent", "smtp") and token not in row.body and "[tautan pribadi]" in row.body


def test_S5_a_lost_secret_is_replaced_by_the_verified_address_and_everything_stays_sound(service: World) -> None:
    filed, post = service.file(), Post()
    outbox = Outbox(service.toolbox, [post])
    outbox.deliver()
    (token,) = re.findall(r"/tautan/([0-9A-Z]{26})", post.letters[-1].body)
    service.runner.run(OpenPersonalLink(token), VISITOR)
    service.runner.run(AskForNewSecret(filed.tracking_id, str(IDENTITY["email"])), VISITOR)
    outbox.deliver()
    (token,) = re.findall(r"/kode/([0-9A-Z]{26})", post.letters[-1].body)
    assert "Kode rahasia baru" in post.letters[-1].subject
    number, secret = service.runner.run(ReplaceSecret(token), VISITOR)
    with reading(service.toolbox.database) as session:
        assert authenticate(session, service.toolbox, number, secret) is not None
        assert authenticate(session, service.toolbox, number, filed.secret) is None
    service.runner.run(CloseAccess(number), service.reporter(filed))
    assert all(row.revoked_at is not None for row in service.rows(PersonalLink))


def test_an_outbox_that_is_stopped_sends_the_present_letter_and_gives_the_others_back(service: World) -> None:
    for _ in range(3):
        service.file()
    post = Post()
    outbox = Outbox(service.toolbox, [post])
    send = post.send

    def send_and_stop(letter: Letter) -> None:
        outbox.stop()
        send(letter)

    post.send = send_and_stop  # type: ignore[method-assign]
    assert outbox.deliver() == 1
    left = service.rows(OutboxMessage, state="waiting")
    assert len(left) == 2 and {row.locked_until for row in left} == {None}
    assert outbox.deliver() == 0
    assert Outbox(service.toolbox, [Post()]).deliver() == 2


@pytest.mark.parametrize(
    ("error", "lives"), [(NotSent("down"), False), (PutOff("later"), True), (Unsendable("never"), True), (None, True)]
)
def test_a_way_lives_as_long_as_its_other_end_answers(service: World, error: Exception | None, lives: bool) -> None:
    seconds = [0.0]
    pulse = Pulse(lambda: seconds[0])
    toolbox = replace(service.toolbox, pulse=pulse)
    pulse.lost("post" if lives else "another")
    service.file()
    Outbox(toolbox, [Post(error=error)]).deliver()
    pulse.reached("another")
    seconds[0] += LONGEST_SILENCE + 1
    pulse.beat("outbox")
    assert pulse.senders == ("ok" if lives else "failing")
