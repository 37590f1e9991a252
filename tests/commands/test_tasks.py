"""User tasks: only the right person, only once, and the loser learns who was faster."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from app.commands.task.complete import ClaimTask, CompleteTask, ReleaseTask, SaveDraft
from app.domain.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from app.store.audit import AuditEntry
from app.store.instances import ProcessInstance
from app.store.tasks import Answer, Candidate, Draft, Task
from tests.scale import scaled
from tests.world import ASSIGN, FORWARD, RESULT, VISITOR, World


def task_of(service: World, element: str = "ministry_disposition") -> str:
    filed = service.file()
    (task,) = service.open(filed.instance_id, element)
    return task


def test_a_claimed_task_names_its_holder_to_others(service: World) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    (task,) = service.open(filed.instance_id)
    service.runner.run(ClaimTask(task), service.actor("dinkominfo"))
    for command in (ClaimTask(task), CompleteTask(task, ASSIGN), ReleaseTask(task)):
        with pytest.raises(Conflict) as lost:
            service.runner.run(command, service.actor("dinkominfo2"))
        assert lost.value.details["who"] == "Dinkominfo"
        assert lost.value.details["when"] == service.clock.now()
    service.runner.run(ReleaseTask(task), service.actor("dinkominfo"))
    service.runner.run(CompleteTask(task, ASSIGN), service.actor("dinkominfo2"))


def test_completing_twice_tells_who_was_first(service: World) -> None:
    task = task_of(service)
    service.runner.run(CompleteTask(task, FORWARD), service.actor("menteri"))
    with pytest.raises(Conflict) as lost:
        service.runner.run(CompleteTask(task, FORWARD), service.actor("menteri"))
    assert (lost.value.details["who"], lost.value.details["what"].en) == ("Menteri", "completed this task")


@pytest.mark.parametrize("who", ["dinkominfo", "pupr", "kabid", "pemilik", "ops", "admin"])
def test_W3_a_step_is_closed_to_every_other_role(service: World, who: str) -> None:
    task = task_of(service)
    for command in (ClaimTask(task), CompleteTask(task, FORWARD), SaveDraft(task, {})):
        with pytest.raises(Forbidden):
            service.runner.run(command, service.actor(who))
    assert service.rows(Task)[0].state == "open"


def test_W3_an_office_works_on_its_own_complaints_only(service: World) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    for who in ("dinkes", "dinkominfo", "menteri"):
        with pytest.raises(Forbidden):
            service.runner.run(CompleteTask(task, {"within_function": True}), service.actor(who))
    service.runner.run(CompleteTask(task, {"within_function": True}), service.actor("pupr"))


def test_W3_an_office_cannot_confirm_or_verify_its_own_result(service: World) -> None:
    filed = service.at_opd()
    service.do(filed, "verify_disposition_opd", "pupr", {"within_function": True})
    service.do(filed, "follow_up", "pupr", RESULT)
    (task,) = service.open(filed.instance_id, "confirm_result")
    with pytest.raises(Forbidden):
        service.runner.run(CompleteTask(task, {"result_accepted": True}), service.actor("pupr"))


def test_a_reporter_cannot_touch_an_officers_task(service: World) -> None:
    filed = service.file()
    (task,) = service.open(filed.instance_id)
    with pytest.raises(Forbidden):
        service.runner.run(CompleteTask(task, FORWARD), service.reporter(filed))
    with pytest.raises(NotFound):
        service.runner.run(CompleteTask(task, FORWARD), replace(VISITOR, complaint="0000000000"))


def test_wrong_answers_name_their_fields_and_change_nothing(service: World) -> None:
    task = task_of(service)
    with pytest.raises(Invalid) as wrong:
        service.runner.run(CompleteTask(task, {"ministry_decision": "archive"}), service.actor("menteri"))
    assert set(wrong.value.errors) == {"note"}
    assert service.rows(ProcessInstance)[0].version == 1
    (refused,) = service.rows(AuditEntry, outcome="refused")
    assert refused.fields["refusal"] == {"code": "invalid", "fields": ["note"]}


@pytest.mark.parametrize(
    "name", ["typename", "__builtins__", "__class__", "constructor", "sla", "now", "returns", "status", "SLA_DAYS"]
)
def test_T20_poisonous_field_names_are_refused(service: World, name: str) -> None:
    task = task_of(service)
    with pytest.raises(Invalid):
        service.runner.run(CompleteTask(task, {**FORWARD, name: {"typename": "Jalan"}}), service.actor("menteri"))
    service.toolbox.cache.drop(service.rows(ProcessInstance)[0].id)
    service.runner.run(CompleteTask(task, FORWARD), service.actor("menteri"))


@pytest.mark.parametrize("value", [float("nan"), 1e308, 2**80, "a\x00b", "\ud800", "x" * 30_000, [[[[["x"]]]]], b"x"])
def test_T19_values_that_nothing_can_keep_are_refused(service: World, value: object) -> None:
    task = task_of(service)
    with pytest.raises(Invalid):
        service.runner.run(CompleteTask(task, {**FORWARD, "note": value}), service.actor("menteri"))


def test_a_draft_is_kept_per_person_and_gone_with_the_task(service: World) -> None:
    task = task_of(service)
    service.runner.run(SaveDraft(task, {"note": "belum"}), service.actor("menteri"))
    service.runner.run(SaveDraft(task, {"note": "sudah"}), service.actor("menteri"))
    (draft,) = service.rows(Draft)
    assert draft.data == {"note": "sudah"}
    service.runner.run(CompleteTask(task, FORWARD), service.actor("menteri"))
    assert service.rows(Draft) == []


def test_the_next_task_is_open_for_the_office_that_was_chosen(service: World) -> None:
    filed = service.at_opd()
    rows = service.rows(Candidate)
    assert {(row.role, row.unit) for row in rows} == {("opd_admin", "DPUPR"), ("liaison", "DPUPR")}
    (instance,) = service.rows(ProcessInstance, id=filed.instance_id)
    assert (instance.unit, instance.status) == ("DPUPR", "verified")


def test_a_stale_copy_in_memory_does_no_harm(service: World) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    instance = service.rows(ProcessInstance)[0]
    stale = service.toolbox.cache.take(instance.id, instance.version)
    assert stale is not None
    service.toolbox.cache.put(instance.id, instance.version - 1, stale)  # as another node's later change would leave it
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
    assert service.rows(ProcessInstance)[0].version == instance.version + 1


@pytest.mark.long
@pytest.mark.slow
def test_T3_of_two_people_one_completes_and_the_other_learns_who(service: World) -> None:
    count = scaled(1_000)
    tasks = []
    for _ in range(count):
        filed = service.file()
        service.do(filed, "ministry_disposition", "menteri", FORWARD)
        tasks += service.open(filed.instance_id)
    outcomes: list[tuple[str, object]] = []
    barrier = threading.Barrier(2)

    def work(name: str) -> None:
        for task in tasks:
            barrier.wait()
            try:
                service.runner.run(CompleteTask(task, ASSIGN), service.actor(name))
                outcomes.append(("done", task))
            except Conflict as lost:
                outcomes.append((lost.details["who"], lost.details["when"]))
            except Refusal as other:
                outcomes.append((other.code, task))

    people = ("dinkominfo", "dinkominfo2")
    threads = [threading.Thread(target=work, args=(name,)) for name in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [each for each in outcomes if each[0] == "done"]
    lost = [each for each in outcomes if each[0] in {"Dinkominfo", "Dinkominfo2"} and each[1] is not None]
    assert (len(done), len(lost)) == (count, count), set(outcomes) - set(done) - set(lost)
    assert len([row for row in service.rows(Answer) if row.form == "verifikasi_dinkominfo"]) == count
