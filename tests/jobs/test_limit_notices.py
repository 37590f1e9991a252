"""What a limit says: one waiting job a limit; of several things due only the strongest, as it is when it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.commands.procedure.service import LoadService
from app.commands.task.complete import ClaimTask, CompleteTask
from app.jobs.executor import Executor
from app.jobs.outbox import Outbox
from app.jobs.recounter import Recounter
from app.queries.verify.verify import verify
from app.store.audit import AuditEntry
from app.store.database import reading
from app.store.instances import History, ProcessInstance
from app.store.jobs import Job
from app.store.outbox import OutboxMessage
from app.store.service_data import ServiceFile
from app.store.tasks import Task
from tests.jobs.test_outbox import Post
from tests.world import FORWARD, World

KINDS = ("reminder", "overdue", "escalation")
WAITING = ("waiting", "paused")
DAY = timedelta(days=1)


def run_due(service: World) -> int:
    return Executor(service.runner).run_due()


def notices(service: World, **where: Any) -> list[OutboxMessage]:
    return [row for row in service.rows(OutboxMessage, **where) if row.template in KINDS]


def of_the_task(service: World) -> list[OutboxMessage]:
    return [row for row in notices(service) if row.fields["task"]]


def told(rows: list[OutboxMessage], service: World) -> set[tuple[str, str]]:
    """Template and whom it is for, by name."""
    names = {
        f"user:{service.actor(name).id}": name for name in ("menteri", "dinkominfo", "dinkominfo2", "kabid", "pimpinan")
    }
    return {(row.template, names[row.recipient]) for row in rows}


def waiting(service: World, task: str | None) -> list[Job]:
    return [job for job in service.rows(Job, task_id=task) if job.state in WAITING and job.kind in KINDS]


@pytest.fixture
def open_task(service: World) -> Iterator[Task]:
    """A complaint that waits for the ministry's disposition, due on Thursday at 15.45."""
    service.file()
    (task,) = service.rows(Task)
    assert task.due_at == datetime(2026, 11, 26, 8, 45, tzinfo=UTC)
    yield task


def test_a_limit_has_one_waiting_job_which_carries_no_list(service: World, open_task: Task) -> None:
    for owner, key in ((open_task.id, "ministry_disposition"), (None, "overall")):
        (job,) = waiting(service, owner)
        assert (job.kind, job.payload) == ("reminder", {"limit": key, "level": None})
    service.clock.at = open_task.due_at + timedelta(days=30)
    for _ in range(10):
        run_due(service)
        assert len(waiting(service, open_task.id)) <= 1
    assert waiting(service, open_task.id) == []  # it has said everything


def test_it_reminds_then_tells_that_it_is_over_then_escalates(service: World, open_task: Task) -> None:
    service.clock.at = waiting(service, open_task.id)[0].due_at
    assert run_due(service) == 1
    assert told(of_the_task(service), service) == {("reminder", "menteri")}
    Outbox(service.toolbox, [Post()]).deliver()
    service.clock.at = open_task.due_at
    run_due(service)
    assert service.rows(Task)[0].overdue
    # Overdue and the first escalation fall on one instant: one letter, to everybody concerned.
    assert told(of_the_task(service), service) == {
        ("reminder", "menteri"), ("escalation", "menteri"), ("escalation", "kabid"),
    }  # fmt: skip
    service.clock.at += DAY
    Outbox(service.toolbox, [Post()]).deliver()
    (job,) = waiting(service, open_task.id)
    assert (job.kind, job.payload["level"]) == ("escalation", 1)
    service.clock.at = job.due_at
    run_due(service)
    assert len(of_the_task(service)) == 4 and ("escalation", "pimpinan") in told(of_the_task(service), service)


@pytest.mark.parametrize(
    ("downtime", "expected"),
    [
        (timedelta(seconds=3), {"menteri", "kabid"}),
        (timedelta(hours=1), {"menteri", "kabid"}),
        (timedelta(days=3), {"menteri", "kabid"}),
        (timedelta(days=9), {"menteri", "kabid", "pimpinan"}),
    ],
)
def test_T6_after_downtime_only_the_strongest_leaves_once(
    service: World, open_task: Task, downtime: timedelta, expected: set[str]
) -> None:
    service.clock.at = open_task.due_at + downtime
    assert run_due(service) == len({job.id for job in service.rows(Job, state="done") if job.instance_id}) >= 1
    assert run_due(service) == 0
    assert told(of_the_task(service), service) == {("escalation", name) for name in expected}
    assert {row.fields["due"] for row in of_the_task(service)} == {open_task.due_at.isoformat()}
    ran = [entry.fields for entry in service.rows(AuditEntry, command="RunJob") if entry.fields["element"]]
    assert len(ran) == 1  # one look at the limit said all there was to say
    with reading(service.toolbox.database) as session:
        assert verify(session, service.toolbox) == []


def test_born_late_it_says_only_the_strongest(service: World, open_task: Task) -> None:
    """The case's limit is over before another one begins to count."""
    overdue = service.rows(ProcessInstance)[0].due_at
    service.clock.at = overdue + timedelta(days=60)
    run_due(service)
    mine = [row for row in notices(service) if not row.fields["task"]]
    assert {row.template for row in mine} == {"escalation"}
    assert len({row.recipient for row in mine}) == len(mine)


def test_a_held_letter_tells_the_time_as_it_is_when_it_leaves(service: World, open_task: Task) -> None:
    """Written at closing time, when it says "due now"; sent the next morning, when it is over."""
    service.clock.at = open_task.due_at
    run_due(service)
    post = Post()
    Outbox(service.toolbox, [post]).deliver()
    assert not [letter for letter in post.letters if "Eskalasi" in letter.subject]
    service.clock.at = open_task.due_at.replace(hour=1) + DAY  # Friday 08.00
    Outbox(service.toolbox, [post]).deliver()
    letters = [letter for letter in post.letters if "Eskalasi" in letter.subject]
    assert len(letters) == 2
    assert all("lewat sejak Kam 26 Nov 15.45" in letter.body for letter in letters), letters[0].body


def test_a_task_that_was_done_meanwhile_sends_nothing(service: World, open_task: Task) -> None:
    service.clock.at = open_task.due_at
    run_due(service)
    held = [row.id for row in of_the_task(service)]
    (task,) = service.open(open_task.instance_id)
    service.runner.run(CompleteTask(task, FORWARD), service.actor("menteri"))
    service.clock.at += DAY
    post = Post()
    Outbox(service.toolbox, [post]).deliver()
    assert not [letter for letter in post.letters if "Eskalasi" in letter.subject]
    states = {row.id: (row.state, row.last_error) for row in service.rows(OutboxMessage)}
    assert {states[each] for each in held} == {("skipped", "done-before")}


def test_a_held_letter_gives_way_to_a_stronger_one(service: World, open_task: Task) -> None:
    """A reminder that fell into the night is not sent beside the news that it is over."""
    service.clock.at = open_task.due_at - timedelta(minutes=1)
    run_due(service)  # the reminder, in service hours, not picked up by the outbox yet
    assert told(of_the_task(service), service) == {("reminder", "menteri")}
    service.clock.at = open_task.due_at
    run_due(service)
    assert told(notices(service, state="waiting"), service) >= {("escalation", "menteri"), ("escalation", "kabid")}
    assert told(notices(service, state="skipped"), service) == {("reminder", "menteri")}
    service.clock.at += DAY
    post = Post()
    Outbox(service.toolbox, [post]).deliver()
    assert not [
        letter for letter in post.letters if "jatuh tempo" in letter.subject.lower() and "Pengingat" in letter.subject
    ]


def test_a_letter_that_a_moved_due_time_made_untrue_does_not_leave(service: World, open_task: Task) -> None:
    service.clock.at = open_task.due_at
    run_due(service)
    closed(service, "2026-11-25")
    assert Recounter(service.runner).run_due() == 1
    (task,) = service.rows(Task)
    assert task.due_at > service.clock.now() and not task.overdue
    service.clock.at = task.due_at - timedelta(hours=2)
    post = Post()
    Outbox(service.toolbox, [post]).deliver()
    assert not [letter for letter in post.letters if "Eskalasi" in letter.subject]


def test_before_the_recount_comes_by_nothing_is_said_at_the_old_time(service: World, open_task: Task) -> None:
    closed(service, "2026-11-25")
    service.clock.at = open_task.due_at
    run_due(service)
    assert [row.template for row in of_the_task(service)] == ["reminder"]
    (job,) = waiting(service, open_task.id)
    assert job.kind == "overdue" and job.due_at == datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
    Recounter(service.runner).run_due()
    assert [job.due_at for job in waiting(service, open_task.id)] == [service.rows(Task)[0].due_at]


def test_rows_of_the_first_release_go_on(service: World, open_task: Task) -> None:
    """They carry what follows as a list; what it says is worked out now all the same."""
    then = [["overdue", None, "2026-11-26T08:45:00+00:00"], ["escalation", 0, "2026-11-26T08:45:00+00:00"]]
    old = {"limit": "ministry_disposition", "due": "2026-11-26T08:45:00+00:00", "level": None, "then": then}
    with service.toolbox.database.begin() as connection:
        connection.execute(update(Job).where(Job.task_id == open_task.id).values(payload=old))
    service.clock.at = waiting(service, open_task.id)[0].due_at
    run_due(service)
    assert told(of_the_task(service), service) == {("reminder", "menteri")}
    (job,) = waiting(service, open_task.id)
    assert (job.kind, job.due_at, job.payload) == (
        "overdue", open_task.due_at, {"limit": "ministry_disposition", "level": None},
    )  # fmt: skip


def test_a_limit_that_was_taken_out_of_the_policy_says_nothing_and_stops_nothing(
    service: World, open_task: Task
) -> None:
    with service.toolbox.database.begin() as connection:
        connection.execute(update(Task).where(Task.id == open_task.id).values(limit_key="gone"))
        gone = {"limit": "gone", "level": None}
        connection.execute(update(Job).where(Job.task_id == open_task.id).values(payload=gone))
    service.clock.at = open_task.due_at + timedelta(days=9)
    run_due(service)
    assert of_the_task(service) == []
    assert {job.state for job in service.rows(Job, task_id=open_task.id)} == {"done"}


def test_a_claimed_tasks_letter_goes_to_its_holder(service: World) -> None:
    filed = service.file()
    service.do(filed, "ministry_disposition", "menteri", FORWARD)
    (task,) = service.open(filed.instance_id)
    service.runner.run(ClaimTask(task), service.actor("dinkominfo2"))
    service.clock.at = service.rows(Task, id=task)[0].due_at
    run_due(service)
    assert told(of_the_task(service), service) == {("escalation", "dinkominfo2"), ("escalation", "kabid")}


def test_letters_of_one_case_keep_their_order(service: World) -> None:
    """While the receipt cannot leave, what was written after it waits."""
    filed = service.answered()
    to = f"reporter:{filed.tracking_id}"
    hold(service, to, "receipt")
    Outbox(service.toolbox, [Post()]).deliver()
    mine = sorted(service.rows(OutboxMessage, recipient=to), key=lambda row: row.created_at)
    assert len(mine) == 3 and {row.state for row in mine} == {"waiting"}
    service.clock.at += 3 * DAY
    post = Post()
    for _ in mine:
        Outbox(service.toolbox, [post]).deliver()
    assert [row.state for row in service.rows(OutboxMessage, recipient=to)] == ["sent"] * 3


def test_a_letter_waits_for_no_other_case(service: World) -> None:
    first, second = service.answered(), service.answered()
    to = f"user:{service.actor('pupr').id}"
    hold(service, to, "forward", first.instance_id)
    Outbox(service.toolbox, [Post()]).deliver()
    states = {row.instance_id: row.state for row in service.rows(OutboxMessage, recipient=to, template="forward")}
    assert states == {first.instance_id: "waiting", second.instance_id: "sent"}


def hold(service: World, recipient: str, template: str, case: str | None = None) -> None:
    """Let a letter leave in three days only."""
    late = service.clock.now() + 3 * DAY
    held = update(OutboxMessage).where(OutboxMessage.recipient == recipient, OutboxMessage.template == template)
    with service.toolbox.database.begin() as connection:
        done = connection.execute((held.where(OutboxMessage.instance_id == case) if case else held).values(due_at=late))
    assert done.rowcount == 1


def test_every_notice_has_its_line_in_the_history(service: World, open_task: Task) -> None:
    service.clock.at = open_task.due_at + timedelta(days=9)
    run_due(service)
    lines = {row.task_id for row in service.rows(History, kind="notice")}
    assert {row.id for row in notices(service)} <= lines


def closed(service: World, day: str) -> None:
    """The office is closed on one day more."""
    (row,) = service.rows(ServiceFile, name="calendar.toml")
    closure = f'\n[[closure]]\ndate = {day}\nname = {{ id = "rob", en = "tidal flood" }}\n'
    changed = {"calendar.toml": row.content + closure.encode()}
    service.runner.run(LoadService(changed, "banjir"), service.actor("pemilik"))
