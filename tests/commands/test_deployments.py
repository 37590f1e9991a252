"""Versions go live after every check, running cases stay on theirs, and earlier versions can be put back."""

from __future__ import annotations

import pytest

from app.bundle.read import read_folder
from app.commands.procedure.deployments import Activate, Deploy
from app.commands.procedure.service import LoadService
from app.domain.errors import Forbidden, Invalid, InvalidDiagram, NotFound
from app.domain.roles import SYSTEM
from app.store.deployments import Activation, Deployment
from app.store.instances import ProcessInstance
from app.store.service_data import ServiceFile
from tests.world import PROCESS, ROOT, World

DIAGRAM = "pengaduan_sp4n.bpmn"


def files(change: tuple[bytes, bytes] | None = None) -> dict[str, bytes]:
    """The bundle of the seven steps, one thing replaced in its diagram."""
    found = dict(read_folder(PROCESS, ROOT / "forms").files)
    if change is not None:
        assert change[0] in found[DIAGRAM]
        found[DIAGRAM] = found[DIAGRAM].replace(*change)
    return found


RENAMED = (b"2. Mendisposisi", b"2. Menyalurkan")


@pytest.mark.slow
def test_a_changed_diagram_is_a_new_version_for_new_cases_only(service: World) -> None:
    old = service.file()
    done = service.runner.run(Deploy(files(RENAMED), "nama baru"), service.actor("pemilik"))
    assert done.version == 2
    new = service.file()
    pinned = {each.id: each.deployment_id for each in service.rows(ProcessInstance)}
    assert pinned[new.instance_id] == done.deployment_id != pinned[old.instance_id]
    service.at_opd(old)
    service.at_opd(new)


@pytest.mark.slow
def test_an_earlier_version_is_put_back_and_every_change_keeps_its_reason(service: World) -> None:
    first = service.rows(Deployment)[0].id
    service.runner.run(Deploy(files(RENAMED), "nama baru"), service.actor("pemilik"))
    service.runner.run(Activate(first, "nama lama lebih jelas"), service.actor("pemilik"))
    assert [each.version for each in service.rows(Deployment, active=True)] == [1]
    assert [each.reason for each in service.rows(Activation)] == ["awal", "nama baru", "nama lama lebih jelas"]
    filed = service.file()
    (instance,) = service.rows(ProcessInstance)
    assert (instance.id, instance.deployment_id) == (filed.instance_id, first)


def test_the_same_content_is_stored_once(service: World) -> None:
    again = service.runner.run(Deploy(files(), "sekali lagi", seed=True), SYSTEM)
    assert again.version == 1 and len(service.rows(Deployment)) == 1


def test_T16_a_broken_diagram_is_refused_with_every_finding_and_changes_nothing(service: World) -> None:
    filed = service.file()
    broken = files((b'sourceRef="gw_authority"', b'sourceRef="nowhere"'))
    with pytest.raises(InvalidDiagram) as refused:
        service.runner.run(Deploy(broken, "salah"), service.actor("pemilik"))
    assert refused.value.findings and all(each.message.id and each.fix.id for each in refused.value.findings)
    assert len(service.rows(Deployment)) == 1
    service.at_opd(filed)


def test_W16_code_in_a_condition_is_refused(service: World) -> None:
    evil = files((b"authority_decision", b"__import__('os').system('id')"))
    with pytest.raises(InvalidDiagram):
        service.runner.run(Deploy(evil, "jahat"), service.actor("pemilik"))


@pytest.mark.slow
def test_a_bundle_whose_scenario_fails_is_refused(service: World) -> None:
    found = files()
    name = next(
        name for name in sorted(found) if name.startswith("scenarios/") and b'end = "end_closed"' in found[name]
    )
    found[name] = found[name].replace(b'end = "end_closed"', b'end = "end_archived"')
    with pytest.raises(InvalidDiagram) as refused:
        service.runner.run(Deploy(found, "skenario berubah"), service.actor("pemilik"))
    assert [finding.rule for finding in refused.value.findings if finding.severity == "error"] == ["scenario"]


@pytest.mark.parametrize("who", ["dinkominfo", "pupr", "kabid", "ops", "admin"])
def test_only_the_owner_deploys(service: World, who: str) -> None:
    for command in (Deploy(files(), "boleh?"), Activate(service.rows(Deployment)[0].id, "boleh?")):
        with pytest.raises(Forbidden):
            service.runner.run(command, service.actor(who))


def test_a_reason_and_an_existing_version_are_asked_for(service: World) -> None:
    with pytest.raises(Invalid):
        service.runner.run(Deploy(files(), " "), service.actor("pemilik"))
    with pytest.raises(NotFound):
        service.runner.run(Activate("0" * 32, "ada?"), service.actor("pemilik"))


def test_a_restart_never_overwrites_what_was_edited_here(service: World) -> None:
    original = {row.name: row.content for row in service.rows(ServiceFile)}
    name = "channels.toml"
    edited = {name: original[name] + b"\n# diubah di sini\n"}
    assert service.runner.run(LoadService(edited, "perubahan"), SYSTEM) == (name,)
    assert service.runner.run(LoadService(original, "mulai ulang", seed=True), SYSTEM) == ()
    assert service.runner.run(LoadService(original, "kembali"), SYSTEM) == (name,)


def test_service_data_with_a_fault_is_refused_and_the_old_stays(service: World) -> None:
    with pytest.raises(Exception, match="cannot be used"):
        service.runner.run(LoadService({"calendar.toml": b"zone = 1"}, "salah"), SYSTEM)
    assert service.file()
