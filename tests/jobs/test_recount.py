"""A changed calendar or policy: one job counts everything again, each case once, whatever happens meanwhile."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.commands.case.instances import RetryIncident
from app.commands.case.recount import RecountIfChanged
from app.commands.case.recount_slices import SLICE, RecountDeadlines
from app.commands.letter.messages import SendMessage
from app.commands.procedure.service import LoadService
from app.domain.roles import SYSTEM
from app.jobs.executor import Executor
from app.jobs.recounter import Recounter
from app.queries.case.recounts import latest
from app.queries.task.effects import effect
from app.store.audit import AuditEntry
from app.store.database import reading
from app.store.instances import ProcessInstance
from app.store.jobs import Incident, Job
from app.store.service_data import ServiceFile
from app.store.tasks import Task
from tests.commands.test_messages import COMPLETION, HOLD
from tests.jobs.recounts import (
    CALENDAR,
    LIMITS,
    TUESDAY,
    closed,
    copy,
    drain,
    dues,
    empty_load,
    green,
    job,
    live,
    load,
    original,
    records,
    shape,
)  # fmt: skip
from tests.world import World


def test_loading_a_calendar_counts_nothing_itself_and_begins_one_job(service: World) -> None:
    service.file()
    before = dues(service)
    load(service, TUESDAY)
    assert dues(service) == before and job(service).state == "waiting"
    assert drain(service) == 1
    assert dues(service) != before and job(service).state == "done"
    assert drain(service) == 0


def test_every_kind_of_due_time_moves_and_the_trail_has_old_and_new(service: World) -> None:
    """A first step, a span over two steps, a case at its office, one with a drawn timer, one that is paused."""
    first, office, answered = service.file(), service.at_opd(), service.answered()
    paused = service.file()
    service.do(paused, "ministry_disposition", "menteri", HOLD)
    before = dues(service)
    load(service, TUESDAY, "2026-11-25", "2026-12-02", "2026-12-03")
    drain(service)
    after = dues(service)
    assert before.keys() == after.keys()
    moved = {key for key in before if before[key][0] != after[key][0]}
    unmoved = before.keys() - moved
    assert unmoved == {key for key in unmoved if before[key][0] is None}, {key: before[key] for key in unmoved}
    for filed in (first, office, answered, paused):
        (entry,) = records(service, filed.instance_id)
        for told in entry.fields["moved"]:
            old, new = (datetime.fromisoformat(told[name]) for name in ("old", "new"))
            assert (before[told["of"]][0], after[told["of"]][0]) == (old, new) and old < new
    green(service)


def test_what_was_counted_again_is_what_would_be_counted_fresh(ready: str, service: World, tmp_path: Path) -> None:
    """The same cases, lived once under the old calendar and recounted, once under the new from the beginning."""
    days = (TUESDAY, "2026-11-30", "2026-12-01")
    late, early = service, copy(service, tmp_path)
    early.clock.at = late.clock.now()
    empty_load(early, *days)
    live(late)
    live(early)
    load(late, *days)
    drain(late)
    assert sorted(map(str, shape(late))) == sorted(map(str, shape(early)))
    early.toolbox.database.dispose()


def test_a_case_that_moved_not_has_no_entry(service: World) -> None:
    filed = service.file()
    load(service, "2026-12-21")
    drain(service)
    assert records(service, filed.instance_id) == []
    (end,) = service.rows(AuditEntry, command="RecountDeadlines")
    assert end.fields["recount"] == {
        "change": end.fields["recount"]["change"],
        "total": 1,
        "done": 1,
        "moved": 0,
        "times": 0,
        "failed": 0,
    }


def test_a_day_that_is_open_after_all_moves_back(service: World) -> None:
    service.file()
    service.answered()
    before = dues(service)
    load(service, TUESDAY)
    drain(service)
    load(service)
    drain(service)
    assert dues(service) == before
    green(service)


def test_certainty_is_computed_anew_even_where_nothing_moves(service: World) -> None:
    service.file()
    assert {row.due_confirmed for row in service.rows(Task)} == {True}
    text = original(service, CALENDAR).replace(b"confirmed_until = 2027-12-31", b"confirmed_until = 2026-11-24")
    service.runner.run(LoadService({CALENDAR: text}, "belum ada SKB"), service.actor("pemilik"))
    drain(service)
    (task,) = service.rows(Task)
    (case,) = service.rows(ProcessInstance)
    assert (task.due_confirmed, case.due_confirmed) == (False, False)
    (entry,) = records(service, case.id)
    assert {(told["old"] == told["new"], told["certain"]) for told in entry.fields["moved"]} == {(True, False)}


@pytest.mark.parametrize("hours", ["", 'hours = "08:00-12:00"', 'hours = "14:00-15:45"', 'hours = "08:00-10:00"'])
def test_no_due_time_moves_earlier_because_of_a_closure(service: World, hours: str) -> None:
    paused = service.file()
    service.do(paused, "ministry_disposition", "menteri", HOLD)
    service.clock.at += timedelta(days=2, hours=3)
    service.runner.run(SendMessage(paused.tracking_id, "completion_received", COMPLETION), service.reporter(paused))
    service.clock.at -= timedelta(days=2, hours=3)
    service.file()
    service.at_opd()
    service.answered()
    for day in range(24, 31):
        before = dues(service)
        row = f'\n[[closure]]\ndate = 2026-11-{day}\n{hours}\nname = {{ id = "rob", en = "flood" }}\n'.encode()
        service.runner.run(LoadService({CALENDAR: original(service, CALENDAR) + row}, "rob"), service.actor("pemilik"))
        drain(service)
        after = dues(service)
        morning = datetime(2026, 11, day, 1, 0, tzinfo=UTC)
        for key, (old, *_) in before.items():
            if old is not None and not key.endswith(("reminder", "overdue", "escalation")):
                # Of the day on which the pause ended, what was paused may be less than half of what is left of it.
                assert after[key][0] >= old or day == 25, (day, key)
                assert after[key][0] == old or old > morning, (day, key)  # what is due before it stays
        load(service)
        drain(service)
        assert dues(service) == before


def test_a_limit_taken_out_of_the_policy_stops_nothing(service: World) -> None:
    filed, other = service.file(), service.at_opd()
    rows = original(service, LIMITS).decode().split("[[limit]]")
    kept = "[[limit]]".join(row for row in rows if 'key = "verify_opd"' not in row and 'key = "overall"' not in row)
    with service.toolbox.database.begin() as connection:  # cases of a release that kept no digest of their limits
        connection.execute(update(ProcessInstance).values(sla_digest=None))
    before = dues(service)
    both = {CALENDAR: original(service, CALENDAR) + closed(TUESDAY), LIMITS: kept.encode()}
    service.runner.run(LoadService(both, "kebijakan baru"), service.actor("pemilik"))
    assert drain(service) == 1
    after = dues(service)
    (first,), (office,) = service.open(filed.instance_id), service.open(other.instance_id)
    assert after[first][0] > before[first][0]
    assert after[office] == before[office] and after[filed.instance_id] == before[filed.instance_id]
    assert service.rows(Incident) == []


def test_figures_stay_those_with_which_the_case_began(service: World) -> None:
    service.file()
    before = dues(service)
    longer = original(service, LIMITS).replace(b'limit = "P3D"', b'limit = "P9D"')
    service.runner.run(LoadService({LIMITS: longer}, "angka baru"), service.actor("pemilik"))
    assert drain(service) == 1
    assert dues(service) == before
    second = service.file()
    (task,) = service.open(second.instance_id)
    assert dues(service)[task][0] > max(
        each[0] for key, each in before.items() if key in {row.id for row in service.rows(Task)}
    )


def test_a_change_while_one_runs_starts_it_anew_with_the_newest_data(service: World) -> None:
    for _ in range(5):
        service.file()
    load(service, TUESDAY)
    (begun,) = service.rows(Job, kind="recount")
    assert service.runner.run(RecountDeadlines(begun.id, 2), SYSTEM) is True
    load(service, TUESDAY, "2026-11-25")
    assert job(service).id == begun.id and job(service).payload["done"] == 0
    assert drain(service) == 1
    assert {row.due_at for row in service.rows(Task)} == {datetime(2026, 11, 30, 8, 45, tzinfo=UTC)}
    changes = {row.seq for row in service.rows(ServiceFile, name=CALENDAR)}
    for case in service.rows(ProcessInstance):
        seen = [entry.fields["change"] for entry in records(service, case.id)]
        assert len(seen) == len(set(seen)) and set(seen) <= changes and max(seen) == max(changes)
    green(service)


def test_a_bad_row_becomes_an_incident_and_the_others_go_on(service: World) -> None:
    filed = [service.answered() for _ in range(SLICE + 5)]
    bad = sorted(each.instance_id for each in filed)[SLICE // 2]
    with service.toolbox.database.begin() as connection:
        (blob,) = connection.execute(select(ProcessInstance.blob).where(ProcessInstance.id == bad)).one()
        connection.execute(update(ProcessInstance).where(ProcessInstance.id == bad).values(blob=b"damaged"))
    service.toolbox.cache.drop(bad)
    load(service, TUESDAY)
    assert drain(service) == 1
    assert (job(service).payload["done"], job(service).payload["failed"]) == (len(filed), 1)
    (incident,) = service.rows(Incident)
    assert (incident.instance_id, incident.code) == (bad, "recount-failed")
    assert {each.instance_id for each in filed if records(service, each.instance_id)} == {
        each.instance_id for each in filed
    } - {bad}
    with service.toolbox.database.begin() as connection:  # mended, as from a backup
        connection.execute(update(ProcessInstance).where(ProcessInstance.id == bad).values(blob=blob))
    service.runner.run(RetryIncident(incident.id, "keadaannya dipulihkan"), service.actor("ops"))
    assert drain(service) == 1
    assert len(records(service, bad)) == 1 and service.rows(ProcessInstance, id=bad)[0].state == "active"
    green(service)


def test_a_row_that_cannot_even_be_read_is_set_aside_alone(service: World) -> None:
    for _ in range(4):
        service.file()
    bad = sorted(row.id for row in service.rows(ProcessInstance))[1]
    with service.toolbox.database.begin() as connection:
        connection.execute(update(Task).where(Task.instance_id == bad).values(limit_key="broken"))
        broken = {"key": "broken", "limit": "not a duration"}
        text = original(service, LIMITS) + f"\n# {json.dumps(broken)}\n".encode()
        assert text
        connection.execute(
            update(Job).where(Job.instance_id == bad, Job.task_id.is_not(None)).values(payload={"limit": "broken"})
        )
        connection.execute(update(Job).where(Job.instance_id == bad, Job.task_id.is_(None)).values(payload=[]))
    load(service, TUESDAY)
    drain(service)
    (incident,) = service.rows(Incident)
    assert incident.instance_id == bad and job(service).state == "done"
    assert len({row.due_at for row in service.rows(Task) if row.instance_id != bad}) == 1
    with service.toolbox.database.begin() as connection:
        connection.execute(
            update(Job).where(Job.instance_id == bad).values(payload={"limit": "overall", "level": None})
        )


def test_a_dead_node_leaves_the_job_to_another(service: World) -> None:
    for _ in range(SLICE + 3):
        service.file()
    load(service, TUESDAY)
    claimed = Recounter(service.runner).claim()
    assert claimed is not None
    service.runner.run(RecountDeadlines(claimed), SYSTEM)  # and then the power went out
    assert drain(service) == 0
    service.clock.advance(timedelta(seconds=31))
    assert drain(service) == 1
    assert [len(records(service, row.id)) for row in service.rows(ProcessInstance)] == [1] * (SLICE + 3)


def test_thelive_instance_in_memory_knows_of_moved_timers(service: World) -> None:
    filed = service.answered()
    load(service, TUESDAY)
    drain(service)
    (timer,) = service.rows(Job, kind="timer", state="waiting")
    service.clock.at = timer.due_at - timedelta(seconds=1)
    Executor(service.runner).run_due()
    assert service.rows(ProcessInstance, id=filed.instance_id)[0].state == "active"
    service.clock.at = timer.due_at
    Executor(service.runner).run_due()
    assert service.rows(ProcessInstance, id=filed.instance_id)[0].state == "completed"
    green(service)


def test_the_effect_is_foretold_and_nothing_changes(service: World) -> None:
    service.file()
    service.answered()
    before = dues(service)
    new = {CALENDAR: original(service, CALENDAR) + closed(TUESDAY)}
    with reading(service.toolbox.database) as session:
        foretold = effect(session, service.toolbox, new, service.clock.now())
        none = effect(session, service.toolbox, {CALENDAR: original(service, CALENDAR)}, service.clock.now())
    assert (none.cases, none.moved, none.times) == (2, 0, 0)
    assert dues(service) == before
    service.runner.run(LoadService(new, "banjir"), service.actor("pemilik"))
    drain(service)
    payload = job(service).payload
    assert (foretold.cases, foretold.moved, foretold.times) == (payload["done"], payload["moved"], payload["times"])
    assert (foretold.earlier, foretold.unknown) == (0, 0) and foretold.times >= 4


def test_progress_is_told_while_it_goes_on_and_afterwards(service: World) -> None:
    for _ in range(4):
        service.file()
    load(service, TUESDAY)
    with reading(service.toolbox.database) as session:
        assert (told := latest(session)) is not None
        assert (told.going, told.total, told.done, told.causes, told.share) == (True, 4, 0, (CALENDAR,), 0)
    service.runner.run(RecountDeadlines(job(service).id, 3), SYSTEM)
    with reading(service.toolbox.database) as session:
        assert (told := latest(session)) is not None and (told.done, told.share) == (3, 75)
    service.clock.advance(timedelta(seconds=31))
    drain(service)
    with reading(service.toolbox.database) as session:
        assert (told := latest(session)) is not None
        assert (told.going, told.done, told.moved, told.times, told.share) == (False, 4, 4, 8, 100)
        assert latest(session, service.clock.now() + timedelta(days=1)) is None


def test_a_start_counts_again_only_when_the_way_of_counting_changed(
    service: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service.runner.run(RecountIfChanged(), SYSTEM) == 0  # an empty installation notes how it counts
    service.file()
    assert service.runner.run(RecountIfChanged(), SYSTEM) == 0
    assert [row.state for row in service.rows(Job, kind="recount")] == ["done"]
    monkeypatch.setattr("app.commands.case.recount.RULE", 99)
    service.clock.advance(timedelta(hours=1))
    assert service.runner.run(RecountIfChanged(), SYSTEM) == 1
    assert service.runner.run(RecountIfChanged(), SYSTEM) == 0  # it is waiting already
    drain(service)
    assert service.runner.run(RecountIfChanged(), SYSTEM) == 0


def test_an_installation_of_the_first_release_is_counted_again_at_its_next_start(service: World) -> None:
    service.file()
    assert service.runner.run(RecountIfChanged(), SYSTEM) == 1
    assert drain(service) == 1
