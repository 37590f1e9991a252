"""Each return says from where, to where, why and when, in one sentence, and whether it still waits there."""

from __future__ import annotations

from datetime import timedelta

from app.queries.complaint.dossier import file_of
from app.queries.complaint.progress import progress
from app.rules.returns import Return
from app.store.database import reading
from tests.commands.conftest import *  # noqa: F403  the fixture `service` on each kind of database
from tests.world import ACCEPT, ASSIGN, CONFIRM, RESULT, RETURN, World

OPD, CITY = "Dinas Pekerjaan Umum dan Penataan Ruang", "Dinas Komunikasi dan Informatika"
MINISTRY = "Kementerian PANRB (Admin Nasional LAPOR!)"
REFUSE = {"result_accepted": False, "remarks": "Foto sesudah perbaikan belum dilampirkan."}
NOT_PROPER = {"result_proper": False, "remarks": "Jawaban belum menyebut tanggal selesainya."}
NOT_OURS = {"authority_decision": "no", "reason_code": "not_authority"}


def returns(service: World, number: str) -> tuple[Return, ...]:
    """The returns as staff and as the reporter get them: the same."""
    with reading(service.toolbox.database) as session:
        bundle = service.toolbox.bundle(session, file_of(session, number).deployment_id)
        staff = file_of(session, number).returns(service.toolbox.service(session), bundle)
        assert progress(session, service.toolbox.shelf, number, service.clock.now()).returns == staff
        return staff


def said(each: Return) -> tuple[str, str, str]:
    return each.source.id, each.target.id, each.why.id


def test_every_return_is_told_with_its_offices_and_its_reason(service: World) -> None:
    filed = service.at_opd()
    service.clock.advance(timedelta(minutes=5))
    service.do(filed, "verify_disposition_opd", "pupr", RETURN)
    (first,) = returns(service, filed.tracking_id)
    assert said(first) == (OPD, CITY, "Bukan tugas dan fungsi OPD kami")
    assert (first.at, first.note, first.open) == (service.clock.now(), RETURN["reason"], True)
    service.clock.advance(timedelta(minutes=5))
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", NOT_OURS)
    assert [each.open for each in returns(service, filed.tracking_id)] == [False, True]
    service.do(filed, "ministry_disposition", "menteri", {"ministry_decision": "forward"})
    service.do(filed, "verify_disposition_dinkominfo", "dinkominfo", ASSIGN)
    service.do(filed, "verify_disposition_opd", "pupr", ACCEPT)
    service.do(filed, "follow_up", "pupr", RESULT)
    service.clock.advance(timedelta(minutes=5))
    service.do(filed, "confirm_result", "dinkominfo", REFUSE)
    service.do(filed, "follow_up", "pupr", RESULT)
    service.do(filed, "confirm_result", "dinkominfo", CONFIRM)
    service.clock.advance(timedelta(minutes=5))
    service.do(filed, "verify_result", "menteri", NOT_PROPER)
    found = returns(service, filed.tracking_id)
    assert [said(each) for each in found] == [
        (OPD, CITY, "Bukan tugas dan fungsi OPD kami"),
        (CITY, MINISTRY, "Bukan kewenangan kota"),
        (CITY, OPD, "hasilnya belum sesuai"),
        (MINISTRY, CITY, "hasilnya belum sesuai"),
    ]
    assert [each.open for each in found] == [False, False, False, True]
    assert [each.note for each in found][2:] == [REFUSE["remarks"], NOT_PROPER["remarks"]]


def test_a_case_that_never_came_back_has_no_return(service: World) -> None:
    assert returns(service, service.answered().tracking_id) == ()
