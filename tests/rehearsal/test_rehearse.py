"""A rehearsal tells what went wrong and where, whatever is wrong; it never raises for a scenario."""

from __future__ import annotations

import pytest

from app.bundle.read import bundle_of
from app.bundle.scenario import WrongScenario, read_scenario
from app.rehearsal.rehearse import contains, follows, rehearse, rehearse_one
from app.sdk import Case, Result
from tests.processes.content import bundle, handlers, service

HEAD = 'title = { id = "T", en = "T" }\nstart = 2026-11-23T09:00:00+07:00\ndata = { category = "jalan" }\n'
DISPOSE = (
    '[[step]]\ntask = "ministry_disposition"\nas = "ministry_admin"\nanswers = { ministry_decision = "forward" }\n'
)


@pytest.mark.parametrize(
    ("path", "pattern", "wanted"),
    [
        ("a b c", "a b c", True),
        ("a b c", "a c", False),
        ("a b c", "a ... c", True),
        ("a b c", "...", True),
        ("a b c", "a b", False),
        ("a b c", "a b ...", True),
        ("", "", True),
        ("a", "", False),
        ("a b a b", "... a b", True),
        ("a b a c", "... a b", False),
        ("a b c", "... b ... c", True),
        ("a", "a a", False),
        ("", "...", True),
        ("a " * 40, "... " * 1_500 + "a", True),
        ("a " * 40, "... a " * 30 + "b", False),
    ],
)
def test_three_dots_stand_for_any_run_of_tasks(path: str, pattern: str, wanted: bool) -> None:
    assert follows(path.split(), pattern.split()) is wanted


def test_a_scenario_has_so_many_steps_at_most() -> None:
    assert len(read_scenario((HEAD + DISPOSE * 500).encode(), "x.toml").moves) == 500
    with pytest.raises(WrongScenario, match="500"):
        read_scenario((HEAD + DISPOSE * 501).encode(), "x.toml")


def test_messages_must_come_in_their_order_but_others_may_lie_between() -> None:
    assert contains(["receipt", "forward", "report"], ["receipt", "report"])
    assert not contains(["report", "receipt"], ["receipt", "report"])
    assert not contains(["receipt"], ["receipt", "receipt"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = 3", "title"),
        ('title = { id = "T" }', "en"),
        ('title = { id = "T", en = "T" }\nstart = 2026-11-23T09:00:00', "zone"),
        (HEAD + "colour = 1", "colour"),
        (HEAD + "similar = [{ a = 1 }]", "similar"),
        (HEAD + "[expect]\npath = [1]", "path"),
        (HEAD + "[expect]\nsent = [['a']]", "sent"),
        (HEAD.replace("2026-11-23", "0001-01-01"), "start"),
        (HEAD.replace("2026-11-23", "9999-12-31"), "start"),
        (HEAD + "[[step]]\nuntil = 9999-12-31T23:00:00+07:00", "step 1"),
        (HEAD + "[[step]]\nas = 'x'", "exactly one of"),
        (HEAD + "[[step]]\ntask = 'a'\nwait = 'P1D'", "exactly one of"),
        (HEAD + "[[step]]\ntask = 'a'\nrole = 'b'", "role"),
        (HEAD + "[expect]\nends = 'a'", "ends"),
        (HEAD + "[expect.due]\na = 'tomorrow'", "expect.due.a"),
        ("= =", "cannot be read"),
    ],
)
def test_a_scenario_that_cannot_be_read_says_where(text: str, said: str) -> None:
    with pytest.raises(WrongScenario) as refused:
        read_scenario(text.encode(), "one.toml")
    assert said in refused.value.message.en
    result = rehearse_one(bundle(), service(), handlers(), "one.toml", text.encode())
    assert not result.passed and result.failure == refused.value.message


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("[[step]]\ntask = 'follow_up'", "Step 1: nothing waits for follow_up; waiting: ministry_disposition"),
        ("[[step]]\nmessage = 'reporter_reply'", "nothing waits for reporter_reply"),
        ("[[step]]\ntask = 'ministry_disposition'\nanswers = { ministry_decision = 'x' }", "ministry_decision"),
        ("[[step]]\ntask = 'ministry_disposition'\nanswers = { strange = 'x' }", "strange"),
        ("[[step]]\nuntil = 2026-11-22T09:00:00+07:00", "time would go back"),
        ("[[step]]\nwait = 'P1DT1H'\nclock = 'working'", "Step 1"),
        ("[[step]]\nwait = 'soon'", "Step 1"),
        ("[[step]]\nwait = 'P999999999Y'", "Step 1"),
        ("[[step]]\nwait = 'P8000Y'\n[[step]]\nwait = 'P8000Y'", "Step"),
        (DISPOSE + "status = 'closed'", "the status is disposed, expected closed"),
        (DISPOSE + "[expect]\npath = ['follow_up']", "Path:"),
        (DISPOSE + "[expect]\nend = 'end_closed'", "End: -; expected end_closed"),
        (DISPOSE + "[expect]\nsent = ['report']", "Messages:"),
        (DISPOSE + "[expect.due]\nfollow_up = 2026-11-23T09:00:00+07:00", "Due time of follow_up: -"),
    ],
)
def test_a_step_that_cannot_be_taken_is_told_with_its_number(steps: str, said: str) -> None:
    result = rehearse_one(bundle(), service(), handlers(), "one.toml", (HEAD + steps).encode())
    assert not result.passed
    assert result.failure is not None and said in result.failure.en
    assert result.failure.id


LOOP = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">
<process id="p" isExecutable="true"><startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="t"/>
<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>PT1S</timeDuration></timerEventDefinition>
</intermediateCatchEvent><sequenceFlow id="b" sourceRef="t" targetRef="g"/><exclusiveGateway id="g" default="c"/>
<sequenceFlow id="c" sourceRef="g" targetRef="t"/><sequenceFlow id="d" sourceRef="g" targetRef="e">
<conditionExpression>${category == 'jalan'}</conditionExpression></sequenceFlow><endEvent id="e"/>
</process></definitions>"""


LOOPING = b"""key = "p"
title = { id = "P", en = "P" }
diagram = "p.bpmn"
[variables.category]
type = "text"
"""


@pytest.mark.parametrize(("minutes", "said"), [(15, None), (60, "Step 1: more than 1000 timers fired.")])
def test_a_clock_that_runs_for_ever_is_stopped(minutes: int, said: str | None) -> None:
    looping = bundle_of({"manifest.toml": LOOPING, "p.bpmn": LOOP})
    text = HEAD.replace("jalan", "sampah") + f"[[step]]\nwait = 'PT{minutes}M'\n[expect]\npath = []"
    played = rehearse_one(looping, service(), {}, "one.toml", text.encode())
    assert (played.failure and played.failure.en) == said


def test_a_field_the_form_does_not_have_is_refused_at_the_start() -> None:
    text = HEAD.replace("category", "colour")
    result = rehearse_one(bundle(), service(), handlers(), "one.toml", text.encode())
    assert result.failure is not None and "colour" in result.failure.en


def test_waiting_counts_on_the_clock_that_is_named() -> None:
    steps = DISPOSE + "[[step]]\nwait = 'P2D'\nclock = 'working'\n[expect]\nstatus = 'disposed'"
    assert rehearse_one(bundle(), service(), handlers(), "one.toml", (HEAD + steps).encode()).passed


def test_a_handler_that_fails_is_told_by_its_topic() -> None:
    def broken(case: Case) -> Result:
        raise RuntimeError("no paper")

    result = rehearse_one(bundle(), service(), {**handlers(), "receipt": broken}, "one.toml", HEAD.encode())
    assert result.failure is not None and "the handler of receipt failed: no paper" in result.failure.en


def test_a_handler_may_not_set_what_the_manifest_does_not_declare() -> None:
    def curious(case: Case) -> Result:
        return Result({"password": "x"})

    result = rehearse_one(bundle(), service(), {**handlers(), "receipt": curious}, "one.toml", HEAD.encode())
    assert result.failure is not None and "password" in result.failure.en


def test_flows_of_failed_scenarios_do_not_count() -> None:
    from app.bundle.read import bundle_of

    kept = {name: data for name, data in bundle().files.items() if not name.startswith("scenarios/")}
    failing = (HEAD + DISPOSE + "[expect]\nend = 'end_closed'").encode()
    passing = (HEAD + DISPOSE).encode()
    none = rehearse(bundle_of(kept), service(), handlers())
    failed = rehearse(bundle_of({**kept, "scenarios/a.toml": failing}), service(), handlers())
    some = rehearse(bundle_of({**kept, "scenarios/a.toml": passing}), service(), handlers())
    assert (none.coverage, failed.coverage) == (0, 0)
    assert 0 < some.coverage < some.wanted and not some.passed
    assert some.rehearsals[0].passed and not failed.rehearsals[0].passed


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("forms/verifikasi_opd.form", None, None, "there is no form verifikasi_opd"),
        ("forms/verifikasi_opd.form", "{", "{{", "forms/verifikasi_opd.form: This file is not a readable form (JSON)."),
        ("pengaduan_sp4n.bpmn", "sla('reply')", "sla('replay')", "There is no limit “replay”."),
        ("manifest.toml", '"ministry_admin"', '"minister"', "ministry_disposition is for minister, not ministry_admin"),
    ],
)
def test_a_broken_procedure_is_told_in_plain_words(file: str, old: str | None, new: str | None, said: str) -> None:
    files = dict(bundle().files)
    text = files.pop(file).decode()
    if old is not None and new is not None:
        files[file] = text.replace(old, new, 1).encode()
        assert files[file].decode() != text
    result = rehearse(bundle_of(files), service(), handlers())
    failures = [each.failure.en for each in result.rehearsals if each.failure is not None]
    assert not result.passed and any(said in failure for failure in failures)
    assert not any("KeyError" in failure for failure in failures)
