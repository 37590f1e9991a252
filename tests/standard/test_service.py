"""The service's data as shipped is whole and matches its sources; broken data is refused with every fault named."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from app.domain.findings import Finding, errors
from app.domain.permissions import Permission
from app.domain.roles import Actor, Grant, can
from app.standard.channels import address_fault
from app.standard.rows import Template, Wording
from app.standard.service import FOLDER, InvalidServiceData, ServiceData, inspect_service, read_contents, service_from

ROOT = Path(__file__).parents[2]
SEVEN = 7


@cache
def contents() -> dict[str, bytes]:
    return read_contents(ROOT / FOLDER)


@cache
def shipped() -> ServiceData:
    return service_from(contents())


def findings_of(name: str, old: str, new: str) -> list[Finding]:
    """The errors after one replacement in one file."""
    text = contents()[name].decode()
    assert old in text
    service, findings = inspect_service({**contents(), name: text.replace(old, new, 1).encode()})
    assert (service is None) == bool(errors(findings))
    return errors(findings)


def test_the_shipped_data_has_no_errors() -> None:
    service, findings = inspect_service(contents())
    assert service is not None
    assert errors(findings) == []
    assert service.findings == tuple(findings)


def test_the_standard_has_its_fourteen_components_and_seven_steps() -> None:
    standard = shipped().standard
    assert [part.number for part in standard.components] == list(range(14))
    procedure = next(part for part in standard.components if part.code == "procedure")
    assert len(procedure.items) == SEVEN
    assert standard.fee == 0


def test_the_legal_basis_keeps_the_source_and_what_it_lacks_apart() -> None:
    bases = shipped().standard.legal_basis
    assert sum(basis.in_source for basis in bases) == 9
    added = {f"{basis.kind} {basis.number}/{basis.year}" for basis in bases if not basis.in_source}
    assert added == {"UU 25/2009", "Perpres 76/2013", "PermenPANRB 62/2018", "PermenPANRB 5/2025", "UU 27/2022"}
    old = next(basis for basis in bases if basis.number == "62")
    assert not old.in_force(date(2026, 11, 23))


def test_every_inconsistency_of_the_source_and_all_eleven_questions_are_listed() -> None:
    assert [entry.code for entry in shipped().standard.inconsistencies] == [f"I{number}" for number in range(1, 26)]
    assert [question.number for question in shipped().questions] == list(range(1, 12))
    assert not any(question.answered for question in shipped().questions)


FIGURES = {
    "ministry_disposition": ("P3D", "working"),
    "verify_dinkominfo": ("P1D", "working"),
    "verify_opd": ("P1D", "working"),
    "follow_up": ("P5D", "working"),
    "overall": ("P14D", "working"),
    "overall_oversight": ("P60D", "working"),
    "confirm_result": ("P1D", "working"),
    "verify_result": ("P3D", "working"),
    "completion": ("P10D", "calendar"),
    "reply": ("P10D", "working"),
    "reply_whatsapp": ("P10D", "calendar"),
    "direct_response": ("PT1H", "working"),
    "direct_solution": ("P2D", "working"),
}


@pytest.mark.parametrize("key", FIGURES)
def test_every_figure_of_the_time_policy_is_there_with_its_source_and_unconfirmed(key: str) -> None:
    limit = shipped().limits[key]
    assert (limit.limit, limit.clock) == FIGURES[key]
    assert limit.source
    assert not limit.confirmed
    assert limit.title is not None


def test_no_limit_is_called_confirmed_before_the_owner_has_said_so() -> None:
    assert not any(limit.confirmed for limit in shipped().limits.values())


def test_the_sms_number_is_1708_and_the_conflict_is_told() -> None:
    assert shipped().channels["sms"].address == "1708"
    told = [finding for finding in shipped().findings if finding.rule == "channel-conflict"]
    assert ["1706" in finding.message.en for finding in told] == [True]
    raw = {finding.element for finding in shipped().findings if finding.rule == "channel-raw"}
    assert raw == {"channel email", "channel twitter"}


def test_units_categories_and_kelurahan_are_complete() -> None:
    assert (len(shipped().units), len(shipped().categories), len(shipped().kelurahan)) == (31, 22, 27)
    assert {row.kecamatan for row in shipped().kelurahan.values()} == {
        f"Pekalongan {part}" for part in ("Barat", "Timur", "Utara", "Selatan")
    }
    unconfirmed = {finding.file for finding in shipped().findings if finding.rule == "unconfirmed"}
    assert {"units.toml", "categories.toml", "kelurahan.toml", "sla.toml", "channels.toml"} <= unconfirmed


@pytest.mark.parametrize(
    ("role", "permission", "unit", "allowed"),
    [
        ("dinkominfo_admin", Permission.COMPLAINT_MODERATE, None, True),
        ("opd_admin", Permission.COMPLAINT_READ, "DPUPR", True),
        ("opd_admin", Permission.COMPLAINT_READ, "DLH", False),
        ("liaison", Permission.IDENTITY_READ, "DPUPR", False),
        ("officer", Permission.COMPLAINT_INTAKE, None, True),
        ("officer", Permission.AUDIT_READ, None, False),
        ("division_head", Permission.BOARD_READ, None, True),
        ("leader", Permission.IDENTITY_READ, None, False),
        ("process_owner", Permission.DEFINITION_DEPLOY, None, True),
        ("process_owner", Permission.COMPLAINT_READ, None, False),
        ("ops", Permission.INSTANCE_OPERATE, None, True),
        ("ops", Permission.IDENTITY_READ, None, False),
        ("administrator", Permission.ACCOUNT_MANAGE, None, True),
        ("administrator", Permission.INSTANCE_READ, None, False),
    ],
)
def test_roles_have_the_rights_of_the_table(role: str, permission: Permission, unit: str | None, allowed: bool) -> None:
    person = Actor("user", "1", "N", (Grant(role, "DPUPR"),))
    assert can(person, permission, shipped().roles, unit) is allowed


def test_every_permission_that_is_not_open_to_all_belongs_to_some_role() -> None:
    given = {code.removesuffix(":own") for codes in shipped().roles.values() for code in codes}
    assert given == set(Permission) - {Permission.PUBLIC, Permission.REPORTER, Permission.SIGNED_IN}


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_message_can_be_written_in_both_languages(lang: str) -> None:
    wanted = {"receipt", "forward", "returned", "report", "completion_request", "closed", "withdrawal"}
    assert wanted | {"reminder", "overdue", "escalation", "digest"} <= set(shipped().templates)
    for template in shipped().templates.values():
        fields = {name: f"<{name}>" for name in template.placeholders}
        written = template.render(lang, fields)
        shown = " ".join((written.subject, written.body, written.short or ""))
        assert "{" not in shown
        assert all(value in shown for value in fields.values())


def test_a_line_whose_field_is_empty_is_left_out_and_values_are_never_read_as_templates() -> None:
    wording = Wording("{a}", "Hasil: {a}.\n\nTanggal: {b}.\n\nSelesai.\n")
    template = Template("x", frozenset({"a", "b"}), wording, wording)
    assert template.render("id", {"a": "{b} {c.__class__}", "b": ""}).body == "Hasil: {b} {c.__class__}.\n\nSelesai.\n"


@pytest.mark.parametrize(
    ("name", "old", "new", "rule", "element"),
    [
        ("channels.toml", "@pekalongankota.go.id", "@gafe.pekalongankota", "channel-email", "channel email"),
        ("channels.toml", 'address = "@pkl.', 'address = "@pkl..', "channel-instagram", "channel instagram"),
        ("channels.toml", "active = false", 'address = "@pkl.diskominfo"', "channel-twitter", "channel twitter"),
        ("channels.toml", '"(0285) 420223"', '"nol dua"', "channel-phone", "channel phone"),
        ("channels.toml", 'code = "phone"', 'code = "sms"', "service-twice", "channel sms"),
        ("channels.toml", 'kind = "counter"', 'kind = "merpati"', "service-unknown-kind-of-channel", "channel walk_in"),
        ("channels.toml", "active = false", "active = true", "service-value", "channel twitter"),
        ("calendar.toml", '"13:00-15:45"', '"11:30-15:45"', "calendar-overlap", "week.monday"),
        ("categories.toml", '"DLH"', '"DLHK"', "service-unknown-unit", "category sampah"),
        ("standard.toml", 'unit = "DINKOMINFO"', 'unit = "KOMINFO"', "service-unknown-unit", "unit"),
        ("units.toml", 'type = "ministry"', 'type = "dinas"', "service-unknown-type-of-unit", "unit KEMENPANRB"),
        ("roles.toml", '"task.work"', '"task.play"', "service-unknown-permission", "ministry_admin"),
        ("sla.toml", 'limit = "P3D"', 'limit = "P1DT3H"', "limit-duration", "limit ministry_disposition"),
        ("sla.toml", 'limit = "P3D"', 'limit = "tiga hari"', "limit-duration", "limit ministry_disposition"),
        ("sla.toml", 'clock = "working"', 'clock = "kerja"', "limit-duration", "limit ministry_disposition"),
        ("sla.toml", '"division_head"', '"kabid"', "service-unknown-role", "limit ministry_disposition"),
        ("sla.toml", 'key = "verify_opd"', 'key = "verify_dinkominfo"', "service-twice", "limit verify_dinkominfo"),
        ("sla.toml", "reminder = 0.6", 'reminder = "60%"', "service-value", "limit ministry_disposition"),
        ("sla.toml", "reminder = 0.6", "remindr = 0.6", "service-key", "limit ministry_disposition"),
        ("questions.toml", "number = 2", "number = 1", "service-twice", "question 1"),
        ("templates/receipt.toml", "{due}", "{deu}", "service-unknown-placeholder", "id"),
        ("templates/receipt.toml", "{due}", "{due!r}", "template-brace", "id"),
        ("templates/receipt.toml", "[en]", "[eng]", "service-key", "-"),
        ("kelurahan.toml", "[[kelurahan]]", "[[kelurahan]", "service-toml", None),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_file_place_and_rule(
    name: str, old: str, new: str, rule: str, element: str | None
) -> None:
    found = findings_of(name, old, new)
    assert (name, element, rule) in {(finding.file, finding.element, finding.rule) for finding in found}
    assert all(finding.message.id and finding.message.en and finding.fix.id and finding.fix.en for finding in found)
    assert json.dumps([finding.as_dict("id") for finding in found])


def test_a_missing_file_and_bad_bytes_are_findings_too() -> None:
    broken = {**contents(), "roles.toml": b"\xff\xfe", "templates/digest.toml": b"x" * 1_000_001}
    del broken["units.toml"]
    with pytest.raises(InvalidServiceData) as caught:
        service_from(broken)
    found = {(finding.file, finding.rule) for finding in errors(caught.value.findings)}
    assert ("units.toml", "service-missing") in found
    assert ("roles.toml", "service-toml") in found
    assert ("templates/digest.toml", "service-toml") in found


@pytest.mark.parametrize("name", ["calendar.toml", "sla.toml", "channels.toml", "roles.toml", "standard.toml"])
@pytest.mark.parametrize("content", [b"", b"a = 1", b"[a]\n[[b]]", b"limit = 3\nchannel = [1]\nweek = 'x'\n[title]"])
def test_nonsense_never_ends_in_a_traceback(name: str, content: bytes) -> None:
    service, findings = inspect_service({**contents(), name: content})
    assert service is not None or errors(findings)


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        *(("phone", "(0285) 421243"), ("phone", "(0285) 420223"), ("mobile", "0816644000"), ("mobile", "+62816644000")),
        *(("email", "a.b+c@dinas.pekalongankota.go.id"), ("website", "http://kominfo.pekalongankota.go.id")),
        *(("twitter", "@LAPOR1708"), ("instagram", "@pkl.diskominfo"), ("shortcode", "1708"), ("letter", "apa saja")),
    ],
)
def test_addresses_that_can_exist_pass(kind: str, address: str) -> None:
    assert address_fault(kind, address) is None


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        *(("email", "diskominfo@gafe.pekalongankota"), ("email", "a@b"), ("email", "a b@c.id"), ("email", "a@-b.id")),
        *(("twitter", "@pkl.diskominfo"), ("twitter", "@" + "a" * 16), ("instagram", ".pkl"), ("shortcode", "17o8")),
        *(
            ("website", "javascript:alert(1)"),
            ("website", "http://localhost"),
            ("website", "http://[::1"),
            ("phone", "1"),
        ),
    ],
)
def test_addresses_that_cannot_exist_are_refused(kind: str, address: str) -> None:
    assert address_fault(kind, address) is not None


def test_the_version_in_force_at_the_start_counts() -> None:
    text = contents()["sla.toml"].decode()
    first = text[text.index("[[limit]]") : text.index("[[limit]]", text.index("[[limit]]") + 1)]
    newer = first.replace("2026-01-01", "2027-01-01").replace("P3D", "P2D")
    service = service_from({**contents(), "sla.toml": (text + "\n" + newer).encode()})
    assert service.limit("ministry_disposition", date(2026, 12, 31)).limit == "P3D"
    assert service.limit("ministry_disposition", date(2027, 1, 1)).limit == "P2D"
    assert service.limits["ministry_disposition"].limit == "P2D"
