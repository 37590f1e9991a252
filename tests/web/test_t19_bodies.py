"""T19: what is too large is refused before it is read, and what nothing can keep is never stored, at any form."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask

from app.store.complaints import Complaint
from app.store.tasks import Answer, Draft
from tests.web.conftest import Visit
from tests.world import ANSWERS, ASSIGN, FORWARD, IDENTITY, World

LARGE = 3_000_000
FORM = "application/x-www-form-urlencoded"


class Counting(io.BytesIO):
    """A body that knows how much of it was read."""

    taken = 0

    def readinto(self, buffer: Any, /) -> int:
        found = super().readinto(buffer)
        self.taken += found
        return found

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


@pytest.mark.parametrize("content_type", [FORM, "application/json", "text/plain", ""])
@pytest.mark.parametrize("path", ["/lapor", "/masuk", "/tugas/" + "0" * 32])
def test_T19_a_large_body_without_files_is_refused_before_it_is_read(app: Flask, content_type: str, path: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True  # the token stands in the form: whoever looks for it reads the body
    body = Counting(b"title=" + b"a" * LARGE)
    answer = app.test_client().post(path, input_stream=body, content_type=content_type, content_length=LARGE + 6)
    assert answer.status_code in (400, 404, 413)
    assert body.taken == 0


def test_T19_a_body_of_unknown_length_is_read_to_the_limit_and_no_further(app: Flask) -> None:
    body = Counting(b"title=" + b"a" * 30_000_000)
    ended = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    answer = app.test_client().post("/lapor", input_stream=body, content_type=FORM, environ_overrides=ended)
    assert answer.status_code in (400, 413)
    assert 0 < body.taken <= LARGE


HARMFUL: dict[str, dict[str, str]] = {
    "NUL": {"note": "catatan\x00tersembunyi", "reason": "alasan\x00tersembunyi"},
    "a megabyte": {"note": "a" * 1_000_000, "reason": "a" * 1_000_000},
    "ten thousand fields": {f"field{number}": "1" for number in range(10_000)},
    "not a number": {"ministry_decision": "NaN", "authority_decision": "NaN"},
    "too large a number": {"ministry_decision": "1e308", "authority_decision": "1e308"},
    "deep": {"ministry_decision": "[" * 10_000, "authority_decision": "{" * 10_000},
}


@pytest.mark.parametrize("kind", HARMFUL)
@pytest.mark.parametrize("step", ["ministry_disposition", "verify_disposition_dinkominfo"])
def test_T19_an_officers_form_refuses_what_nothing_can_keep(visit: Visit, service: World, kind: str, step: str) -> None:
    filed = service.file()
    who, good = "menteri", FORWARD
    if step != "ministry_disposition":
        service.do(filed, "ministry_disposition", "menteri", FORWARD)
        who, good = "dinkominfo", {**ASSIGN, "authority_decision": "no", "reason_code": "other", "reason": "x" * 20}
    (task,) = service.open(filed.instance_id, step)
    before = len(service.rows(Answer))
    for path in (f"/tugas/{task}", f"/tugas/{task}/draf"):
        answer = visit(who).post(path, data={**good, **HARMFUL[kind]})
        assert answer.status_code in (400, 413) or (path.endswith("draf") and answer.status_code == 302)
        assert "Traceback" not in answer.text
    assert len(service.rows(Answer)) == before and service.open(filed.instance_id, step) == [task]
    assert "\x00" not in str([row.data for row in service.rows(Draft)])


LONE = b"%ED%A0%80"  # half a character: a lone surrogate, as bytes that no UTF-8 text has


@pytest.mark.parametrize("raw", [LONE, b"%FF%FE", b"%00", b"%ED%B0%80%ED%A0%80"])
def test_T19_bytes_that_are_no_text_are_refused_or_become_text(visit: Visit, service: World, raw: bytes) -> None:
    typed = {**ANSWERS, **IDENTITY}
    body = b"&".join(name.encode() + b"=" + str(value).encode().replace(b" ", b"+") for name, value in typed.items())
    answer = visit(None).post("/lapor", data=body + b"&title=" + raw, content_type=FORM)
    assert answer.status_code in (302, 400)
    for complaint in service.rows(Complaint):
        assert complaint.title.encode() and "\x00" not in complaint.title


def test_T19_letters_that_turn_the_line_around_never_reach_a_page(visit: Visit, service: World) -> None:
    turned = "Lampu \u202egnp.exe\u202c \u2066padam\u2069 di jalan kami"
    filed = service.file(answers={"title": turned})
    (task,) = service.open(filed.instance_id)
    for path in (f"/tugas/{task}", f"/aduan/{filed.tracking_id}", "/tugas"):
        page = visit("menteri").get(path).text
        assert "padam" in page and not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068") & set(page)
