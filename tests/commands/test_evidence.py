"""A file hangs on the answer it came with, and carries who sent it, in which step and when."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.commands.attachment.attachments import StoreAttachment, SweepAttachments
from app.commands.complaint.filing import Filed
from app.commands.letter.messages import SendMessage
from app.domain.errors import Invalid
from app.domain.roles import SYSTEM, Actor
from app.store import files
from app.store.complaints import Attachment, ConversationLine
from app.store.database import reading
from app.store.tasks import Answer
from tests.commands.test_attachments import jpeg, png
from tests.world import ACCEPT, RESULT, VISITOR, World

SWEPT_AFTER = timedelta(days=2)
REPLY = {"reply_decision": "redo", "text": "Lampunya padam lagi sejak semalam."}


def upload(service: World, by: Actor, filed: Filed | None = None, task: str | None = None) -> str:
    """A photo that somebody has chosen and not sent yet."""
    complaint = filed.tracking_id if filed else None
    kept: str = service.runner.run(StoreAttachment("a.jpg", jpeg(), complaint, task), by)
    return kept


def followed_up(service: World, more: Mapping[str, Any], filed: Filed) -> None:
    """The office's result with files."""
    service.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    service.do(filed, "follow_up", "pupr", {**RESULT, **more})


def row(service: World, attachment: str) -> Attachment:
    """The row of a file."""
    found: Attachment = service.rows(Attachment, id=attachment)[0]
    return found


def of_answer(service: World, attachment: str) -> Answer:
    """The answers that a file came with."""
    kept = row(service, attachment)
    with reading(service.toolbox.database) as session:
        found = session.scalars(select(Answer).where(Answer.seq == kept.answer_seq)).all()
        return next(each for each in found if attachment in str(each.data))


def test_photos_before_and_after_hang_on_the_result(service: World) -> None:
    filed = service.at_opd()
    sent = {
        name: upload(service, service.actor("pupr"), filed) for name in ("photos_before", "photos_after", "evidence")
    }
    followed_up(service, {name: [kept] for name, kept in sent.items()}, filed)
    kinds = {name: row(service, kept).kind for name, kept in sent.items()}
    assert kinds == {"photos_before": "before", "photos_after": "after", "evidence": None}
    for kept in sent.values():
        answer = of_answer(service, kept)
        assert answer.form == "tindak_lanjut"
        assert row(service, kept).task_id == answer.task_id


def test_photos_of_the_report_and_of_a_reply_hang_on_them(service: World) -> None:
    first = upload(service, VISITOR)
    filed = service.answered(service.file(answers={"attachments": [first]}))
    second = upload(service, service.reporter(filed), filed)
    service.runner.run(
        SendMessage(filed.tracking_id, "reporter_reply", {**REPLY, "attachments": [second]}), service.reporter(filed)
    )
    assert (of_answer(service, first).form, of_answer(service, second).form) == ("pengaduan", "tanggapan")
    (line,) = (said for said in service.rows(ConversationLine) if said.direction == "in")
    assert line.answer_seq == row(service, second).answer_seq


def test_a_file_keeps_its_author_whoever_names_it_later(service: World) -> None:
    filed = service.at_opd()
    photo = upload(service, service.actor("pupr"), filed)
    followed_up(service, {"photos_after": [photo]}, filed)
    service.do(filed, "confirm_result", "dinkominfo", {"result_accepted": True})
    service.do(filed, "verify_result", "menteri", {"result_proper": True})
    before = row(service, photo).answer_seq
    with pytest.raises(Invalid) as refused:
        service.runner.run(
            SendMessage(filed.tracking_id, "reporter_reply", {**REPLY, "attachments": [photo]}), service.reporter(filed)
        )
    assert set(refused.value.errors) == {"attachments"}
    assert row(service, photo).answer_seq == before


def test_nobody_sends_what_somebody_else_has_chosen(service: World) -> None:
    filed = service.answered()
    chosen = upload(service, service.actor("dinkominfo"), filed)
    with pytest.raises(Invalid):
        service.runner.run(
            SendMessage(filed.tracking_id, "reporter_reply", {**REPLY, "attachments": [chosen]}),
            service.reporter(filed),
        )
    assert row(service, chosen).answer_seq is None


def test_a_file_that_is_not_there_is_named_at_its_own_field(service: World) -> None:
    filed = service.at_opd()
    service.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    with pytest.raises(Invalid) as refused:
        service.do(filed, "follow_up", "pupr", {**RESULT, "photos_after": ["0" * 32]})
    assert set(refused.value.errors) == {"photos_after"}


def test_a_picture_gets_a_small_copy_that_is_swept_with_it(service: World) -> None:
    small, large = service.toolbox.settings.thumbnails_dir, service.toolbox.settings.attachments_dir
    kept = upload(service, VISITOR)
    assert files.read(small, kept)[:3] == b"\xff\xd8\xff"
    transparent = service.runner.run(StoreAttachment("b.png", png()), VISITOR)
    assert files.path_of(small, transparent).exists()
    files.remove(large, [kept])
    for folder in (small, large):
        for path in folder.glob("??/*"):
            os.utime(path, (0, 0))
    service.clock.advance(SWEPT_AFTER)
    service.runner.run(SweepAttachments(), SYSTEM)
    assert list(small.glob("??/*")) == []
