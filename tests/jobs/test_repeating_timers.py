"""A drawn timer that repeats, through rows and jobs: so often, each with its own due time, late or not."""

from __future__ import annotations

from datetime import timedelta

from app.bundle.read import read_folder
from app.commands.procedure.deployments import Deploy
from app.domain.roles import SYSTEM
from app.jobs.executor import Executor
from app.store.instances import History
from app.store.jobs import Job
from tests.world import ACCEPT, PROCESS, ROOT, World

DRAWING = "pengaduan_sp4n.bpmn"
REMINDER = """
    <bpmn:boundaryEvent id="nudge" name="Ingatkan" attachedToRef="verify_disposition_opd" cancelActivity="false">
      <bpmn:timerEventDefinition><bpmn:timeCycle>R3/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:endEvent id="nudged" name="Diingatkan"/>
    <bpmn:sequenceFlow id="f_nudged" sourceRef="nudge" targetRef="nudged"/>
  </bpmn:process>"""


def with_reminder(service: World) -> None:
    """Put the city's procedure live with a reminder drawn beside step 4."""
    bundle = read_folder(PROCESS, ROOT / "forms")
    drawn = bundle.files[DRAWING].decode().replace("</bpmn:process>", REMINDER)
    service.runner.run(Deploy({**bundle.files, DRAWING: drawn.encode()}, "uji"), SYSTEM)


def nudges(service: World, state: str) -> list[Job]:
    return sorted(service.rows(Job, element="nudge", state=state), key=lambda job: job.due_at)


def test_each_time_is_a_job_with_its_own_due_time(service: World) -> None:
    with_reminder(service)
    filed = service.at_opd()
    opened = service.clock.now()
    for number in (1, 2, 3):
        (waiting,) = nudges(service, "waiting")
        assert waiting.due_at == opened + timedelta(hours=number)
        service.clock.at = waiting.due_at
        Executor(service.runner).run_due()
    assert nudges(service, "waiting") == [] and len(nudges(service, "done")) == 3
    service.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    passed = [row for row in service.rows(History, instance_id=filed.instance_id) if row.element == "f_nudged"]
    assert len(passed) == 3


def test_after_a_downtime_all_come_with_the_times_they_had(service: World) -> None:
    with_reminder(service)
    service.at_opd()
    opened = service.clock.now()
    service.clock.advance(timedelta(days=2))
    Executor(service.runner).run_due()
    assert [job.due_at for job in nudges(service, "done")] == [opened + timedelta(hours=each) for each in (1, 2, 3)]


def test_the_end_of_the_step_ends_the_reminders(service: World) -> None:
    with_reminder(service)
    filed = service.at_opd()
    service.clock.at = nudges(service, "waiting")[0].due_at
    Executor(service.runner).run_due()
    service.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    assert nudges(service, "waiting") == [] and len(nudges(service, "done")) == 1
    service.clock.advance(timedelta(hours=3))
    Executor(service.runner).run_due()
    assert len(nudges(service, "done")) == 1
