"""Any procedure runs by its content alone: about a record, begun by the calendar, begun by another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.commands.case.beginning import StartCase, Started, StartPeriod
from app.commands.procedure.deployments import Deploy
from app.commands.runner import Runner
from app.commands.task.complete import CompleteTask
from app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from app.domain.roles import SYSTEM, Actor
from app.engine.instance import Instance
from app.engine.refusals import EngineStuck
from app.jobs.executor import Executor
from app.jobs.periods import Periods
from app.queries.task import inbox, search
from app.sdk import Case, Result, StartProcess
from app.store.audit import AuditEntry
from app.store.database import reading
from app.store.instances import ProcessInstance
from app.store.starts import CaseStart
from app.store.tasks import Task
from tests.engine import diagrams
from tests.jobs.recounts import load
from tests.procedures import PERIODIC, RECORD, REQUEST, bundle, deploy, handlers
from tests.world import VISITOR, World


@pytest.fixture
def office(service: World) -> World:
    """The city's service with two procedures more, and their handler."""
    toolbox = replace(service.toolbox, handlers=handlers())
    made = World(toolbox, Runner(toolbox))
    deploy(made, RECORD, PERIODIC)
    return made


def start(office: World, who: str = "dinkominfo", **more: object) -> Started:
    answers = {**REQUEST, **more.pop("answers", {})}  # type: ignore[dict-item]
    started: Started = office.runner.run(StartCase(RECORD, answers, **more), office.actor(who))  # type: ignore[arg-type]
    return started


def do(office: World, instance: str, element: str, who: str, answers: dict[str, object]) -> None:
    (task,) = office.open(instance, element)
    office.runner.run(CompleteTask(task, answers), office.actor(who))


def case(office: World, instance: str) -> ProcessInstance:
    (row,) = office.rows(ProcessInstance, id=instance)
    found: ProcessInstance = row
    return found


def test_an_officer_begins_a_record_and_it_runs_to_its_end(office: World) -> None:
    started = start(office)
    assert case(office, started.instance_id).title == REQUEST["judul"]
    do(office, started.instance_id, "answer_request", "pupr", {"isi": "Ada seribu."})
    do(office, started.instance_id, "review_answer", "dinkominfo", {"cukup": False})
    do(office, started.instance_id, "answer_request", "pupr", {"isi": "Ada 1.024, 37 padam."})
    do(office, started.instance_id, "review_answer", "dinkominfo", {"cukup": True})
    row = case(office, started.instance_id)
    assert (row.state, row.end_event) == ("completed", "request_answered")


def test_its_tasks_stand_in_the_lists_of_those_they_are_for_under_the_title_of_the_record(office: World) -> None:
    started = start(office)
    with reading(office.toolbox.database) as session:
        (row,) = inbox.listing(session, office.actor("pupr"), inbox.Span()).rows
        assert (row.tracking_id, row.title, row.step) == (started.number, REQUEST["judul"], "Menjawab permohonan data")
        assert row.clock is not None and row.clock.due_at is not None and row.case.due_at is not None
        assert inbox.listing(session, office.actor("dinkes"), inbox.Span()).rows == ()
        (found,) = search.search(session, office.actor("pupr"), started.number).rows
        assert found.task_id == row.task_id
        assert [each.task_id for each in search.search(session, office.actor("pupr"), "lampu").rows] == [row.task_id]


def test_only_the_roles_that_the_manifest_names_begin_it(office: World) -> None:
    start(office, "kabid")
    with pytest.raises(Forbidden):
        start(office, "pupr")
    with pytest.raises(Forbidden):
        office.runner.run(StartCase(RECORD, REQUEST), VISITOR)
    with pytest.raises(Forbidden):  # the calendar's own
        office.runner.run(StartCase(PERIODIC, {}), office.actor("dinkominfo"))


def test_what_is_wrong_in_its_form_is_said_at_the_field_and_nothing_begins(office: World) -> None:
    for answers, field in (({"judul": "Ya"}, "judul"), ({"kantor": "MARS"}, "kantor"), ({"asing": 1}, "asing")):
        with pytest.raises(Invalid) as refused:
            start(office, answers=answers)
        assert list(refused.value.errors) == [field]
    assert office.rows(CaseStart) == []


def test_a_form_that_is_sent_twice_begins_one_case(office: World) -> None:
    first, second = start(office, submission="token-1"), start(office, submission="token-1")
    assert (first.instance_id, first.number) == (second.instance_id, second.number)
    assert start(office, submission="token-2").instance_id != first.instance_id
    assert len(office.rows(CaseStart)) == 2


def test_complaints_begin_by_being_filed_and_in_no_other_way(office: World) -> None:
    for key in ("pengaduan_sp4n", "tidak_ada"):
        with pytest.raises(NotFound):
            office.runner.run(StartCase(key, {}), SYSTEM)
    assert office.open(office.file().instance_id, "ministry_disposition")


def quarter(office: World, on: datetime) -> int:
    office.clock.advance(on - office.clock.now())
    return Periods(office.runner).begin_due()


def test_the_calendar_begins_one_case_in_each_period_whoever_looks_and_however_often(office: World) -> None:
    """New Year's Day is a holiday and 2 and 3 January 2027 a weekend: the first working day is Monday the fourth."""
    assert quarter(office, datetime(2027, 1, 4, 0, 59, tzinfo=UTC)) == 0
    assert quarter(office, datetime(2027, 1, 4, 1, 0, tzinfo=UTC)) == 1
    assert Periods(office.runner).begin_due() == Periods(Runner(office.toolbox)).begin_due() == 0
    (begun,) = office.rows(CaseStart, key=PERIODIC)
    assert (begun.cause, begun.at) == ("period:2027-Q1", datetime(2027, 1, 4, 1, 0, tzinfo=UTC))
    (task,) = office.open(begun.instance_id, "write_report")
    with reading(office.toolbox.database) as session:
        listed = inbox.listing(session, office.actor("dinkominfo"), inbox.Span()).rows
    assert [(row.task_id, row.title) for row in listed] == [(task, "")]  # the page names the procedure


def test_what_came_due_while_nothing_ran_begins_late_with_its_true_date(office: World) -> None:
    assert quarter(office, datetime(2027, 8, 18, 3, 0, tzinfo=UTC)) == 3
    begun = sorted(office.rows(CaseStart, key=PERIODIC), key=lambda row: row.at)
    assert [row.cause for row in begun] == ["period:2027-Q1", "period:2027-Q2", "period:2027-Q3"]
    assert [row.at for row in begun] == [case(office, row.instance_id).started_at for row in begun]
    assert begun[0].at == datetime(2027, 1, 4, 1, 0, tzinfo=UTC)


def test_a_handler_begins_another_procedure_in_the_same_transaction(office: World) -> None:
    quarter(office, datetime(2027, 1, 4, 1, 0, tzinfo=UTC))
    (begun,) = office.rows(CaseStart, key=PERIODIC)
    do(office, begun.instance_id, "write_report", "dinkominfo", {"ringkasan": "Dua belas aduan."})
    do(office, begun.instance_id, "approve_report", "kabid", {"disetujui": True})
    assert case(office, begun.instance_id).state == "completed"
    (other,) = office.rows(CaseStart, key=RECORD)
    assert other.cause.startswith(f"case:{begun.instance_id}:")
    assert case(office, other.instance_id).title == "Data sesudah 2027-Q1"
    assert office.open(other.instance_id, "answer_request")
    (entry,) = office.rows(AuditEntry, chain=other.instance_id)
    assert (entry.seq, entry.command, entry.actor) == (1, "StartByHandler", "system")


@pytest.mark.parametrize("wrong", [StartProcess("tidak_ada"), StartProcess(RECORD, {"judul": "Ya"})])
def test_a_handler_that_asks_for_what_cannot_begin_holds_up_nobody_and_becomes_an_incident(
    office: World, wrong: StartProcess
) -> None:
    def asks(_case: Case) -> Result:
        return Result(starts=(wrong,))

    toolbox = replace(office.toolbox, handlers={**office.toolbox.handlers, "minta_data": asks})
    hurt = World(toolbox, Runner(toolbox))
    quarter(hurt, datetime(2027, 1, 4, 1, 0, tzinfo=UTC))
    (begun,) = hurt.rows(CaseStart)
    do(hurt, begun.instance_id, "write_report", "dinkominfo", {"ringkasan": "Dua belas aduan."})
    do(hurt, begun.instance_id, "approve_report", "kabid", {"disetujui": True})
    assert hurt.rows(CaseStart, key=RECORD) == [] and case(hurt, begun.instance_id).state == "active"
    Executor(office.runner).run_due()  # the handler has been mended
    office.clock.advance(timedelta(days=1))
    Executor(office.runner).run_due()
    assert case(office, begun.instance_id).state == "completed" and len(office.rows(CaseStart, key=RECORD)) == 1


def test_procedures_that_begin_one_another_without_end_are_stopped_with_nothing_stored(office: World) -> None:
    def again(case: Case) -> Result:
        return Result(starts=(StartProcess("gema"),))

    nodes = [diagrams.start(), diagrams.service("again", "gema"), diagrams.end()]
    drawn = diagrams.file(diagrams.process("gema", nodes, diagrams.chain("start", "again", "end")))
    manifest = b'key = "gema"\ntitle = { id = "Gema", en = "Echo" }\ndiagram = "gema.bpmn"\n'
    toolbox = replace(office.toolbox, handlers={**office.toolbox.handlers, "gema": again})
    echo = World(toolbox, Runner(toolbox))
    echo.runner.run(Deploy({"manifest.toml": manifest, "gema.bpmn": drawn}, "isi uji", seed=True), SYSTEM)
    with pytest.raises(EngineStuck) as refused:
        echo.runner.run(StartCase("gema", {}), SYSTEM)
    assert "without end" in refused.value.details["reason"]
    with reading(echo.toolbox.database) as session:
        assert session.scalar(select(func.count()).select_from(CaseStart)) == 0
        assert session.scalar(select(func.count()).select_from(Task)) == 0


def test_a_holiday_decreed_after_the_day_begins_no_second_case(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Monday 4 January turns out to have been closed and the fifth is a holiday: the day is now the sixth."""
    quarter(office, datetime(2027, 1, 4, 1, 0, tzinfo=UTC))
    load(office, "2027-01-04")
    ran: list[object] = []
    monkeypatch.setattr(office.runner, "run", lambda command, by: ran.append(command))
    assert quarter(office, datetime(2027, 1, 6, 2, 0, tzinfo=UTC)) == 0 and ran == []


def test_a_period_is_begun_by_its_own_name_at_its_own_instant_and_never_before(office: World) -> None:
    office.clock.advance(datetime(2027, 1, 4, 3, 0, tzinfo=UTC) - office.clock.now())
    right = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
    wrong = [
        ("2027-Q2", right),
        ("2027-Q1", right + timedelta(minutes=1)),
        ("2027-Q2", datetime(2027, 4, 1, 1, tzinfo=UTC)),
    ]
    for period, at in wrong:
        with pytest.raises(Conflict):
            office.runner.run(StartPeriod(PERIODIC, period, at), SYSTEM)
    office.runner.run(StartPeriod(PERIODIC, "2027-Q1", right), SYSTEM)


def test_a_version_that_is_put_live_late_begins_nothing_of_the_time_before(office: World) -> None:
    office.clock.advance(datetime(2027, 2, 1, 1, 0, tzinfo=UTC) - office.clock.now())
    changed = {**bundle(PERIODIC).files, "labels.en.toml": b"# another\n"}
    office.runner.run(Deploy(changed, "uji"), SYSTEM)
    assert Periods(office.runner).begin_due() == 0
    assert quarter(office, datetime(2027, 4, 1, 1, 0, tzinfo=UTC)) == 1


def test_a_period_that_cannot_begin_holds_up_its_later_ones_and_no_other_procedure(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {name: data.replace(PERIODIC.encode(), b"laporan_lain") for name, data in bundle(PERIODIC).files.items()}
    other["laporan_lain.bpmn"] = other.pop("laporan_triwulan.bpmn")
    office.runner.run(Deploy(other, "uji"), SYSTEM)
    run = office.runner.run

    def refuse(command: StartPeriod, by: Actor) -> object:
        if command.key == "laporan_lain" and command.period == "2027-Q1":
            raise Conflict
        return run(command, by)

    monkeypatch.setattr(office.runner, "run", refuse)
    assert quarter(office, datetime(2027, 5, 1, 1, 0, tzinfo=UTC)) == 2
    assert office.rows(CaseStart, key="laporan_lain") == []


def test_what_is_known_when_it_begins_fills_the_variables_that_are_declared(office: World) -> None:
    started = start(office)
    quarter(office, datetime(2027, 1, 4, 1, 0, tzinfo=UTC))
    (begun,) = office.rows(CaseStart, key=PERIODIC)
    for instance, known in (
        (started.instance_id, {"started_by_unit": "DINKOMINFO", "holder": "DPUPR"}),
        (begun.instance_id, {"period": "2027-Q1", "period_on": "2027-01-04"}),
    ):
        row = case(office, instance)
        with reading(office.toolbox.database) as session:
            definition = office.toolbox.bundle(session, row.deployment_id).definition
        assert Instance.decode(definition, row.blob).variables.items() >= known.items()


def test_a_start_that_is_seen_again_leaves_nothing_on_record(office: World) -> None:
    started = start(office, submission="token-1")
    before = len(office.rows(AuditEntry))
    assert start(office, submission="token-1").instance_id == started.instance_id
    assert len(office.rows(AuditEntry)) == before
