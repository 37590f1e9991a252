"""Every role of every office asks every address for every kind of complaint, and sees what is settled and no word more.

The table of addresses is complete by a test: a new page that nobody has thought about fails here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.commands.housekeeping import SendDigests
from app.domain.roles import SYSTEM, Grant
from app.jobs.executor import Executor
from app.jobs.outbox import Outbox
from app.queries.verify.verify import counts, verify
from app.senders.chosen import senders
from app.store.database import reading
from app.store.schema import metadata
from tests.rules.test_sight import CITY, HAS, MEANT, OTHER, PER_OFFICE, expected
from tests.web.offices import CONTENT, OWN, PERSON, SEALED_FACTS, TITLE, Known, enter, house
from tests.web.test_w1_rights import rules
from tests.world import World

# endpoint -> what it is about: one case, lists of cases, or nothing of a case at all
CASE = {
    "attachments.download", "attachments.small", "board.acknowledge", "board.free", "board.remind",
    "complaint_file.erase_identity", "complaint_file.open_identity", "complaint_file.show",
    "inbox.claim", "inbox.release", "operations.cancel",
    "operations.instance", "task.complete", "task.draft", "task.due_times", "task.foresee",
    "task.show",
}  # fmt: skip
LISTS = {
    "account.home", "board.show", "inbox.tasks", "operations.incidents", "operations.listing", "operations.outbox",
    "operations.open_as_addressee", "operations.overview", "operations.resend", "operations.retry", "operations.trail",
}  # fmt: skip
REPORTER = {
    "personal_link.new_secret", "tracking.ask_to_erase", "tracking.close", "tracking.due_times",
    "tracking.duty", "tracking.erase", "tracking.message",
    "tracking.page", "tracking.withdraw",
}  # fmt: skip
NOTHING = {
    "account.change_password", "account.choose_language", "account.forgotten", "account.new_password", "account.own",
    "account.send_link", "account.set_password", "account.sign_in", "account.sign_out", "account.sign_out_elsewhere",
    "account.signing_in", "citizen.privacy", "citizen.receipt", "citizen.report", "citizen.send_report",
    "cases.begin", "cases.show", "cases.start", "citizen.start",
    "definitions.activate", "definitions.diagram", "definitions.download", "definitions.picture",
    "definitions.procedure", "definitions.scenarios", "definitions.shelf", "uploads.upload",
    "definitions.version", "health.favicon", "health.healthz", "health.readyz", "health.robots",
    "health.security_txt",
    "house.emblem", "language.choose", "people.activate", "people.add", "people.end_grant",
    "people.end_substitute", "people.everybody", "people.grant", "people.one", "people.substitute",
    "personal_link.ask", "personal_link.enter", "personal_link.replace", "personal_link.send", "personal_link.show",
    "personal_link.show_replacing",
    "standard.standard", "tracking.find", "tracking.open_page",
    "proposals.approve", "proposals.reject", "proposals.show",
    "trials.back", "trials.clock", "trials.delete", "trials.end", "trials.scenario",
    "trials.show", "trials.start", "trials.step",
}  # fmt: skip
FILTERS = {
    "inbox.tasks": ["saring=free", "saring=mine", "saring=soon", "saring=late", "saring=waiting"],
    "operations.listing": ["terlambat=1", f"unit={HAS}", "keadaan=active"],
    "operations.outbox": ["keadaan=sent", "keadaan=waiting"],
    "board.show": [f"unit={HAS}"],
}
PEOPLE = [
    None,
    ("ministry_admin", "KEMENPANRB"),
    ("dinkominfo_admin", "DINKOMINFO"),
    *product(PER_OFFICE, (HAS, MEANT, OTHER)),
    *((role, None) for role in CITY),
]
WORDS_OF_REASON = "perlu menghubungi pelapor"
TITLE_TAG = re.compile(r"<title>(.*?)</title>", re.S)


def test_every_address_is_in_the_table(app: Flask) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules()} - {"static"}
    assert known == CASE | LISTS | REPORTER | NOTHING
    assert len(known) == sum(map(len, (CASE, LISTS, REPORTER, NOTHING)))


def addresses(app: Flask, cases: list[Known]) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of everything that could show something of a case, lists last."""
    for rule, endpoint, method in rules(app):
        if endpoint in CASE | REPORTER:
            for case in cases:
                for task in case.tasks if "task_id" in rule.arguments or "of" in rule.arguments else [""]:
                    yield endpoint, method, _address(app, endpoint, rule.arguments, case, task)
    for rule, endpoint, method in rules(app):
        if endpoint in LISTS:
            path = _address(app, endpoint, rule.arguments, cases[0], "")
            yield endpoint, method, path
            if method == "GET":
                yield from ((endpoint, method, f"{path}?{each}") for each in FILTERS.get(endpoint, ()))


def searches(case: Known) -> Iterator[str]:
    """Addresses of searches for words that stand in a case only."""
    for stem in (TITLE, "Kenariisi", "Kenaritempat", PERSON):
        yield f"/tugas?cari={case.word(stem)}"
        yield f"/operasi/instans?cari={case.word(stem)}"
    yield f"/operasi/audit?rantai={case.filed.tracking_id}"


def _address(app: Flask, endpoint: str, arguments: set[str], case: Known, task: str) -> str:
    values = {
        "tracking_id": case.filed.tracking_id,
        "instance_id": case.filed.instance_id,
        "attachment_id": case.attachment,
        "task_id": task,
        "of": task,
        "name": "reporter_reply",
    }
    with app.test_request_context():
        return app.url_map.bind("localhost").build(endpoint, {name: values.get(name, "0" * 32) for name in arguments})


def wrong_words(case: Known, answer: TestResponse, path: str, who: tuple[str, str | None] | None) -> list[str]:
    """The words of one case that stand in an answer and are not for whoever asked."""
    body = answer.data.decode("utf-8", "replace") + str(answer.headers)
    known, content, _ = seen(case, who)
    sealed = "confidential" in case.kind or case.kind == "both"
    wrong = [word for word in case.identity if word in body]
    if not known:
        return wrong + [number for number in case.numbers if number in body and number not in path]
    if not content:
        wrong += [stem for stem in CONTENT if case.word(stem) in body]
        # The outbox shows each letter as it left, the office's answer with it, but not of a confidential case.
        told = path.startswith("/operasi/kotak-keluar") and not sealed
        if case.word(OWN) in body and not told and not (who is not None and who[1] == HAS):
            wrong.append(OWN)
        if sealed:
            wrong += [fact for fact in SEALED_FACTS if fact in body and not _reads_a_sealed_one(who)]
            wrong += ["data of the diagram"] if case.filed.instance_id in path and "<code>category" in body else []
        if sealed and case.word(TITLE) in body:
            wrong.append(TITLE)
    if case.word(PERSON) in body and not (content and path.startswith(("/aduan/", "/tugas/"))):
        wrong.append(PERSON)
    title = TITLE_TAG.search(body)
    if sealed and title and case.word(TITLE) in title[1]:
        wrong.append("title of the browser's window")
    return wrong


def _reads_a_sealed_one(who: tuple[str, str | None] | None) -> bool:
    """Whether some confidential complaint of the house is theirs to read: its facts are those of all."""
    return who is not None and (expected(*who, "confidential")[1])


def seen(case: Known, who: tuple[str, str | None] | None) -> tuple[bool, bool, bool]:
    """(known, content, identity) as the rule's own test has it by hand; after a return no office has the case."""
    if who is None:
        return False, False, False
    role, office = who
    if case.place != "back":
        return expected(role, office, case.kind)
    nowhere = OTHER if office == HAS else office
    return expected(role, nowhere, case.kind)


def ask(browser: FlaskClient, method: str, path: str) -> TestResponse:
    answer = browser.open(path, method=method, follow_redirects=True)
    assert answer.status_code < 500, f"{method} {path}"
    return answer


@pytest.mark.slow
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: "-".join(str(each) for each in who) if who else "visitor")
def test_nobody_sees_a_word_that_is_not_for_them(
    who: tuple[str, str | None] | None, app: Flask, service: World, capfd: pytest.CaptureFixture[str]
) -> None:
    cases = house(service)
    browser = enter(app, service, Grant(*who)) if who else app.test_client()
    wrong, asked = [], 0
    paths = list(addresses(app, cases))
    paths[:0] = [("", "GET", path) for case in cases for path in searches(case)]
    for _endpoint, method, path in sorted(paths, key=lambda each: each[1]):  # what changes nothing first
        answer = ask(browser, method, path)
        asked += 1
        for case in cases:
            for word in wrong_words(case, answer, path, who):
                typed = path.partition("cari=")[2]
                if not typed or typed != case.word(word):  # what one searched for stands in the search box
                    wrong.append(f"{method} {path}: {word} of {case.kind} {case.place}")
    assert wrong == [] and asked > 150
    said = capfd.readouterr()
    assert "enari" not in said.out + said.err


@pytest.mark.slow
@pytest.mark.parametrize("who", PEOPLE[1:], ids=lambda who: "-".join(str(each) for each in who))
def test_everybody_sees_what_is_theirs(who: tuple[str, str | None], app: Flask, service: World) -> None:
    browser = enter(app, service, Grant(*who))
    role, office = who
    for case in house(service):
        known, content, identity = seen(case, who)
        number = case.filed.tracking_id
        page = browser.get(f"/aduan/{number}")
        served = case.place == "back" and office == HAS and role in PER_OFFICE
        readers = ("ministry_admin", "dinkominfo_admin", "officer", "official", "division_head", "leader")
        if content:
            # A picture is shown, not named.
            words = [case.attachment, *(case.word(stem) for stem in (TITLE, *CONTENT[:-1], PERSON))]
            assert page.status_code == 200 and [word for word in words if word not in page.text] == []
        elif role not in (*readers, "opd_admin", "liaison"):
            assert page.status_code == 403  # no right to read complaints at all
        elif known and (served or role in readers):
            assert page.status_code == 200 and (case.word(OWN) in page.text) is served
            assert "Aduan rahasia" in page.text
        else:
            assert page.status_code == 404
        assert content or case.attachment not in page.text
        assert browser.get(f"/lampiran/{case.attachment}").status_code == (200 if content else 404)
        assert content or browser.get(f"/lampiran/{case.attachment}/kecil").status_code == 404
        opened = browser.post(f"/aduan/{number}/identitas", data={"reason": WORDS_OF_REASON})
        shown = [word for word in case.identity if word in opened.text]
        assert len(shown) == (3 if identity else 0), (case, opened.status_code)
        offered = f'action="/aduan/{number}/identitas"' in page.text
        assert offered is identity
        if content and not identity and case.kind in ("anonymous", "both"):
            assert "Pelapor memilih anonim" in page.text


@pytest.mark.slow
def test_a_deputy_and_a_second_grant_see_no_more_than_their_offices_allow(app: Flask, service: World) -> None:
    cases = house(service)
    lent = enter(app, service, Grant("opd_admin", MEANT), stands_in="dinkominfo")
    at_home = enter(app, service, Grant("dinkominfo_admin", "DINKOMINFO"), home=MEANT)
    both = enter(app, service, Grant("opd_admin", HAS), Grant("dinkominfo_admin", "DINKOMINFO"))
    for case in cases:
        number = case.filed.tracking_id
        for browser in (lent, at_home):
            assert browser.get(f"/aduan/{number}").status_code == 404
            assert browser.post(f"/aduan/{number}/identitas", data={"reason": WORDS_OF_REASON}).status_code == 404
            lists = [browser.get(path).text for path in ("/tugas", "/operasi/instans", "/operasi", "/operasi/audit")]
            assert not any(each in page for page in lists for each in case.numbers)
        opened = both.post(f"/aduan/{number}/identitas", data={"reason": WORDS_OF_REASON})
        anonymous = case.kind in ("anonymous", "both")
        assert (case.identity[0] in opened.text) is (not anonymous or case.place == "back")


def test_no_row_letter_log_or_report_tells_of_a_confidential_case(
    service: World, capfd: pytest.CaptureFixture[str]
) -> None:
    cases = [case for case in house(service) if case.kind in ("confidential", "both")]
    service.runner.run(SendDigests(), SYSTEM)
    service.clock.advance(timedelta(days=30))
    Executor(service.runner).run_due()
    Outbox(service.toolbox, senders(service.toolbox.settings)).deliver()
    with service.toolbox.database.connect() as connection:
        for table in metadata.sorted_tables:
            rows = [
                b"|".join(each if isinstance(each, bytes) else str(each).encode() for each in row)
                for row in connection.execute(text(f'SELECT * FROM "{table.name}"'))
            ]
            for case in cases:
                for stem in (TITLE, *CONTENT, OWN, PERSON):
                    held = any(case.word(stem).encode() in row for row in rows)
                    assert not held or table.name in {"complaint", "answer", "message", "attachment"}, table.name
                    assert not held or stem != PERSON, table.name
    letters = [path.read_text("utf-8") for path in service.toolbox.settings.var_dir.rglob("*.json")]
    assert len(letters) > 20
    with reading(service.toolbox.database) as session:
        reports = [str(verify(session, service.toolbox)), str(counts(session))]
    said = capfd.readouterr()
    for case in cases:
        for where in (*letters, *reports, said.out + said.err):
            assert [stem for stem in (TITLE, *CONTENT, OWN, PERSON) if case.word(stem) in where] == []
