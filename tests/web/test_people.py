"""The administrator's pages: accounts, roles by decree and for a time, and substitutes."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from app.queries.person.people import actor_of
from app.store.accounts import RoleGrant, Substitute, User
from app.store.audit import AuditEntry
from app.store.database import reading
from tests.web.conftest import Visit
from tests.world import World


def new_person(browser: FlaskClient, **more: str) -> str:
    """Add somebody and return the address of their page."""
    data = {"name": "Tono Baru", "email": "tono@example.com", "unit": "DPUPR", **more}
    answer = browser.post("/orang", data=data)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def test_a_role_needs_a_decree_and_its_unit_and_counts_from_its_first_day(service: World, visit: Visit) -> None:
    browser = visit("admin")
    path = new_person(browser)
    user_id = path.rpartition("/")[2]
    grant = {"role": "opd_admin", "unit": "DPUPR", "decree_no": "SK 9/2026", "valid_from": "2026-11-25"}
    assert browser.post(f"{path}/peran", data=grant | {"decree_no": ""}).status_code == 400
    assert browser.post(f"{path}/peran", data=grant | {"unit": ""}).status_code == 400
    assert browser.post(f"{path}/peran", data=grant | {"role": "raja"}).status_code == 400
    assert browser.post(f"{path}/peran", data=grant | {"valid_from": "besok"}).status_code == 400
    assert browser.post(f"{path}/peran", data=grant | {"valid_to": "2026-11-01"}).status_code == 400
    assert browser.post(f"{path}/peran", data=grant).status_code == 302
    assert "SK 9/2026" in browser.get(path).text
    assert roles(service, user_id) == frozenset()
    service.clock.advance(timedelta(days=2))
    assert roles(service, user_id) == {"opd_admin"}


def test_ending_a_role_asks_a_reason_and_takes_effect_at_once(service: World, visit: Visit) -> None:
    user_id = service.actor("pupr").id
    (grant,) = service.rows(RoleGrant, user_id=user_id)
    path = f"/orang/{user_id}/peran/{grant.id}/akhiri"
    assert visit("admin").post(path, data={"reason": ""}).status_code == 400
    pupr = visit("pupr")
    assert pupr.get("/tugas").status_code == 200
    assert visit("admin").post(path, data={"reason": "pindah ke dinas lain"}).status_code == 302
    assert pupr.get("/tugas").status_code == 403
    assert service.rows(RoleGrant, id=grant.id)[0].valid_to.isoformat() == "2026-11-22"


def test_a_substitute_does_the_work_for_the_period_only(service: World, visit: Visit) -> None:
    filed = service.at_opd()
    (task,) = service.open(filed.instance_id)
    path = f"/orang/{service.actor('pupr').id}"
    period = {"since": "2026-11-24", "until": "2026-11-25", "reason": "cuti", "deputy_id": service.actor("dinkes").id}
    assert visit("admin").post(f"{path}/pengganti", data=period | {"until": "2026-11-20"}).status_code == 400
    assert visit("admin").post(f"{path}/pengganti", data=period | {"deputy_id": ""}).status_code == 400
    assert visit("admin").post(f"{path}/pengganti", data=period | {"reason": ""}).status_code == 400
    assert visit("admin").post(f"{path}/pengganti", data=period).status_code == 302
    assert visit("dinkes").get(f"/tugas/{task}").status_code == 404
    service.clock.advance(timedelta(days=1))
    assert visit("dinkes").get(f"/tugas/{task}").status_code == 200
    assert visit("dinkes").post(f"/tugas/{task}", data={"within_function": "true"}).status_code == 200
    (row,) = service.rows(Substitute)
    assert visit("admin").post(f"{path}/pengganti/{row.id}/akhiri").status_code == 302
    assert roles(service, service.actor("dinkes").id) == {"opd_admin"}
    assert visit("dinkes").get(f"/aduan/{filed.tracking_id}").status_code == 404


def test_nobody_stands_in_for_themselves_or_closes_their_own_account(service: World, visit: Visit) -> None:
    own = service.actor("admin").id
    period = {"since": "2026-11-24", "until": "2026-11-25", "reason": "cuti", "deputy_id": own}
    assert visit("admin").post(f"/orang/{own}/pengganti", data=period).status_code == 400
    closing = {"active": "0", "reason": "salah tekan"}
    assert visit("admin").post(f"/orang/{own}/aktif", data=closing).status_code == 403
    assert service.rows(User, id=own)[0].active
    assert "Tutup akun" not in visit("admin").get(f"/orang/{own}").text
    assert "Tutup akun" in visit("admin").get(f"/orang/{service.actor('pupr').id}").text


def test_two_people_cannot_share_an_address_and_wrong_ones_are_told(service: World, visit: Visit) -> None:
    browser = visit("admin")
    new_person(browser)
    for change in ({"email": "TONO@example.com"}, {"email": "bukan surel"}, {"name": " "}, {"unit": "TIDAKADA"}):
        data = {"name": "Lain", "email": "lain@example.com", "unit": "", **change}
        answer = browser.post("/orang", data=data)
        assert answer.status_code == 400
        assert 'class="error"' in answer.text
    assert len([row for row in service.rows(User) if row.email.startswith("tono")]) == 1


def test_search_narrows_the_list(visit: Visit) -> None:
    page = visit("admin").get("/orang?cari=pupr").text
    assert "Pupr" in page
    assert "Kabid" not in page
    assert "Tidak ada orang" in visit("admin").get("/orang?cari=%25%25zz").text


def test_every_change_stands_in_the_audit_without_names(service: World, visit: Visit) -> None:
    browser = visit("admin")
    path = new_person(browser)
    grant = {"role": "ops", "decree_no": "SK 9/2026", "valid_from": "2026-11-23"}
    browser.post(f"{path}/peran", data=grant)
    entries = {row.command: row for row in service.rows(AuditEntry, chain="administration")}
    assert entries["GrantRole"].fields["decree_no"] == "SK 9/2026"
    assert entries["AddUser"].actor == service.actor("admin").id
    assert "Tono" not in str([row.fields for row in entries.values()])


def roles(service: World, user_id: str) -> frozenset[str]:
    """The roles somebody holds today."""
    with reading(service.toolbox.database) as session:
        actor = actor_of(session, user_id, service.clock.now().date())
    assert actor is not None
    return actor.roles
