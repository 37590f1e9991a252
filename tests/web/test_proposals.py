"""A change waits for a second person where the service asks for two; nobody approves their own."""

from __future__ import annotations

import html
import re

import pytest

from app.commands.procedure.deployments import Activate, Deploy
from app.commands.procedure.proposals import (
    ApproveProposal,
    ApproveServiceFiles,
    OfferFiles,
    ProposeServiceFiles,
    ProposeVersion,
    RejectProposal,
)
from app.commands.procedure.service import LoadService
from app.domain.errors import Conflict, Forbidden, Invalid, InvalidDiagram, NotFound
from app.domain.roles import SYSTEM
from app.queries.verify.verify import verify
from app.store.database import reading
from app.store.deployments import Deployment
from app.store.proposals import Proposal
from app.store.service_data import files_in_force
from tests.web.conftest import Visit
from tests.web.uploads import CLEARER, DIAGRAM, FILES, HOME, REASON, UPLOAD, check, deploy, live
from tests.world import ROOT, World

pytestmark = pytest.mark.slow  # approving checks and plays every scenario

STANDARD = (ROOT / "processes/service/standard.toml").read_bytes()
CHANGED = {**FILES, DIAGRAM: CLEARER}
OFFER = "Berkas prosedur di server berubah"


@pytest.fixture
def two(service: World) -> World:
    """A service that asks for two people."""
    content = STANDARD.replace(b'approval = "single"', b'approval = "two"')
    assert content != STANDARD
    service.runner.run(LoadService({"standard.toml": content}, "Dua orang menurut SK."), SYSTEM)
    return service


def approval(service: World) -> str:
    with service.toolbox.database.connect() as connection:
        content, _digest = files_in_force(connection)["standard.toml"]
    return "two" if b'approval = "two"' in content else "single"


def sound(service: World) -> bool:
    with reading(service.toolbox.database) as session:
        return list(verify(session, service.toolbox)) == []


def base(service: World) -> str:
    (found,) = service.rows(Deployment, active=True)
    return str(found.id)


def proposed(service: World) -> str:
    return str(service.runner.run(ProposeVersion(CHANGED, REASON), service.actor("pemilik")))


def test_what_one_person_proposes_another_approves_on_its_page(two: World, visit: Visit) -> None:
    owner, other = visit("pemilik"), visit("pemilik2")
    assert "dua orang" in owner.get(HOME).text
    checked = check(owner, x__bpmn=CLEARER)
    assert "Ajukan kepada orang kedua" in checked.text
    sent = deploy(owner, checked.text)
    assert sent.status_code == 302 and live(two) == 1, "proposing puts nothing in force"
    address = sent.headers["Location"]
    mine = owner.get(address).text
    assert "orang lain yang menyetujui" in mine and "Setujui dan berlakukan" not in mine
    assert owner.post(f"{address}/setujui", data={"base": base(two)}).status_code == 409
    assert live(two) == 1
    theirs = html.unescape(other.get(address).text)
    assert REASON in theirs and "<ins>Menindaklanjuti aduan segera</ins>" in theirs
    assert "menunggu keputusan" in other.get(HOME).text
    (compared,) = re.findall(r'name="base" value="(\w+)"', theirs)
    assert other.post(f"{address}/setujui", data={"base": compared}).status_code == 302
    assert live(two) == 2
    assert "disetujui" in owner.get(address).text
    assert other.post(f"{address}/setujui", data={"base": base(two)}).status_code == 409, "it was decided"


def test_service_data_needs_the_second_person_too(two: World, visit: Visit) -> None:
    owner, other = visit("pemilik"), visit("pemilik2")
    with pytest.raises(Conflict):
        two.runner.run(LoadService({"standard.toml": STANDARD}, REASON), two.actor("pemilik"))
    checked = check(owner, standard__toml=STANDARD)
    assert "Ajukan kepada orang kedua" in checked.text
    sent = deploy(owner, checked.text)
    assert sent.status_code == 302
    address = sent.headers["Location"]
    assert approval(two) == "two", "proposing puts nothing in force"
    (compared,) = re.findall(r'name="base" value="(\w+)"', html.unescape(other.get(address).text))
    assert owner.post(f"{address}/setujui", data={"base": compared}).status_code == 409
    assert other.post(f"{address}/setujui", data={"base": "x"}).status_code == 409, "it was compared with other files"
    assert "single" in other.get(address).text
    assert other.post(f"{address}/setujui", data={"base": compared}).status_code == 302
    assert approval(two) == "single"
    assert sound(two)


def test_whoever_may_not_change_service_data_does_not_approve_it(two: World, visit: Visit) -> None:
    proposal = two.runner.run(
        ProposeServiceFiles("pengaduan_sp4n", {"standard.toml": STANDARD}, REASON), two.actor("pemilik")
    )
    with pytest.raises(NotFound):
        two.runner.run(ApproveProposal(proposal, base(two)), two.actor("pemilik2"))
    with pytest.raises(NotFound):
        two.runner.run(ApproveServiceFiles(proposed(two), "x"), two.actor("pemilik2"))
    with pytest.raises(Forbidden):
        two.runner.run(ApproveServiceFiles(proposal, "x"), two.actor("dinkominfo"))


def test_a_proposal_is_decided_on_the_page_of_its_procedure_only(service: World, visit: Visit) -> None:
    owner, elsewhere = visit("pemilik"), f"/proses/lain/usulan/{proposed(service)}"
    assert owner.post(f"{elsewhere}/setujui", data={"base": base(service)}).status_code == 404
    assert owner.post(f"{elsewhere}/tolak", data={"reason": "Istilah ini belum disepakati."}).status_code == 404
    assert live(service) == 1
    assert [row.state for row in service.rows(Proposal)] == ["open"]


def test_the_trail_knows_a_version_that_was_approved(service: World) -> None:
    service.runner.run(ApproveProposal(proposed(service), base(service)), service.actor("pemilik"))
    assert sound(service)


def test_where_one_person_is_enough_a_proposal_can_be_approved_by_its_author(service: World) -> None:
    done = service.runner.run(ApproveProposal(proposed(service), base(service)), service.actor("pemilik"))
    assert done.version == 2


def test_whoever_rejects_says_why_and_the_author_reads_it(two: World, visit: Visit) -> None:
    address = f"{HOME}/usulan/{proposed(two)}"
    other = visit("pemilik2")
    refused = other.post(f"{address}/tolak", data={"reason": "tidak"})
    assert refused.status_code == 400 and "e-alasan" in refused.text and "tidak" in refused.text
    assert other.post(f"{address}/tolak", data={"reason": "Istilah ini belum disepakati."}).status_code == 302
    page = visit("pemilik").get(address).text
    assert "Istilah ini belum disepakati." in page and "Setujui" not in page
    assert live(two) == 1


def test_two_people_cannot_be_gone_round(two: World, visit: Visit) -> None:
    with pytest.raises(Conflict):
        two.runner.run(Deploy(CHANGED, REASON), two.actor("pemilik"))
    waiting = proposed(two)
    with pytest.raises(Conflict):
        two.runner.run(ApproveProposal(waiting, base(two)), two.actor("pemilik"))
    for command in (
        ApproveProposal(waiting, base(two)),
        RejectProposal(waiting, REASON),
        ProposeVersion(CHANGED, REASON),
    ):
        with pytest.raises(Forbidden):
            two.runner.run(command, two.actor("ops"))
    assert visit("ops").get(f"{HOME}/usulan/{waiting}").status_code == 403
    answer = visit("pemilik").post(UPLOAD, data={"action": "deploy", "reason": REASON})
    assert answer.status_code == 400 and live(two) == 1


def test_an_earlier_version_is_put_back_by_one_person_in_one_step(two: World) -> None:
    first = base(two)
    two.runner.run(ApproveProposal(proposed(two), first), two.actor("pemilik2"))
    two.runner.run(Activate(first, REASON), two.actor("pemilik"))
    assert live(two) == 1


def test_a_proposal_compared_with_a_version_that_is_no_longer_live_is_looked_at_again(service: World) -> None:
    waiting, old = proposed(service), base(service)
    other = {**FILES, "routing.dmn": FILES["routing.dmn"] + b"\n"}
    service.runner.run(Deploy(other, REASON), service.actor("pemilik"))
    with pytest.raises(Conflict, match="meantime"):
        service.runner.run(ApproveProposal(waiting, old), service.actor("pemilik"))
    assert service.runner.run(ApproveProposal(waiting, base(service)), service.actor("pemilik")).version == 3


def test_what_cannot_run_is_neither_proposed_nor_approved(service: World) -> None:
    broken = {**FILES, DIAGRAM: FILES[DIAGRAM].replace(b'"verifikasi_opd"', b'"tak_ada"')}
    with pytest.raises(InvalidDiagram):
        service.runner.run(ProposeVersion(broken, REASON), service.actor("pemilik"))
    offered = service.runner.run(OfferFiles(broken, OFFER), SYSTEM)
    assert offered is not None, "files on the server are kept to be looked at"
    with pytest.raises(InvalidDiagram):
        service.runner.run(ApproveProposal(offered, base(service)), service.actor("pemilik"))
    assert live(service) == 1


def test_the_page_of_broken_files_says_what_is_wrong(service: World, visit: Visit) -> None:
    broken = {**FILES, DIAGRAM: FILES[DIAGRAM][:-40]}
    offered = service.runner.run(OfferFiles(broken, OFFER), SYSTEM)
    page = visit("pemilik").get(f"{HOME}/usulan/{offered}").text
    assert "bukan XML" in page and "Setujui dan berlakukan" not in page and "saat program dimulai" in page


def test_the_same_content_waits_once(service: World) -> None:
    assert proposed(service) == proposed(service)
    assert len(service.rows(Proposal)) == 1
    assert service.runner.run(OfferFiles(CHANGED, OFFER), SYSTEM) is None
    assert service.runner.run(OfferFiles(FILES, OFFER), SYSTEM) is None, "what is live needs no approval"


def test_what_is_not_there_is_said(service: World, visit: Visit) -> None:
    with pytest.raises(NotFound):
        service.runner.run(ApproveProposal("f" * 32, base(service)), service.actor("pemilik"))
    assert visit("pemilik").get(f"{HOME}/usulan/{'f' * 32}").status_code == 404
    assert visit("pemilik").get(f"/proses/lain/usulan/{proposed(service)}").status_code == 404
    with pytest.raises(Invalid):
        service.runner.run(RejectProposal(proposed(service), " "), service.actor("pemilik"))


def test_an_unknown_way_of_approval_is_a_fault_of_the_file(service: World) -> None:
    with pytest.raises(Exception, match="cannot be used") as refused:
        wrong = STANDARD.replace(b'approval = "single"', b'approval = "three"')
        service.runner.run(LoadService({"standard.toml": wrong}, REASON), SYSTEM)
    assert "approval-unknown" in {each.rule for each in refused.value.details["findings"]}  # type: ignore[attr-defined]
