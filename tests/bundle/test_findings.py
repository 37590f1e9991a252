"""Everything that the manifest, the labels or a scenario names wrongly is found, all of it at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.bundle.findings import findings
from app.bundle.read import bundle_of
from app.domain.findings import Finding
from tests.processes.content import bundle, handlers, service

COMPLETED = 'completion_received = { from = "reporter", form = "kelengkapan" }'


def found_after(changes: dict[str, Callable[[str], str]], *without: str) -> list[Finding]:
    files = {name: data for name, data in bundle().files.items() if name not in without}
    for name, change in changes.items():
        text = files.get(name, b"").decode()
        changed = change(text)
        assert changed != text
        files[name] = changed.encode()
    data = service()
    return findings(bundle_of(files), data.roles, data.limits, handlers(), data.units, data.statuses)


def manifest(old: str, new: str) -> dict[str, Callable[[str], str]]:
    return {"manifest.toml": lambda text: text.replace(old, new, 1)}


@pytest.mark.parametrize(
    ("old", "new", "element", "rule"),
    [
        ('"Admin OPD" =', '"Admin DPRD" =', "lanes.Admin OPD", "lane-without-role"),
        ('role = "ministry_admin"', 'role = "minister"', "lanes.Admin KemenPANRB", "unknown-role"),
        ('unit = "KEMENPANRB"', 'unit = "MOON"', "lanes.Admin KemenPANRB", "unknown-unit"),
        ('unit_from = "assigned_unit"', 'unit_from = "other"', "lanes.Admin OPD", "unknown-variable"),
        ('form = "verifikasi_opd"', 'form = "verification"', "forms", "unknown-form"),
        ('field = "target_opd"', 'field = "target"', "variables.assigned_unit", "unknown-field"),
        ('proper = { type = "boolean"', 'proper = { type = "text"', "variables.result_proper", "variable-type"),
        ("[messages]", '[messages]\nhello = { from = "reporter" }', "messages.hello", "unknown-message"),
        (COMPLETED, "", "messages.completion_received", "message-without-sender"),
        ('sla = "overall"', 'sla = "forever"', "instance.sla", "unknown-limit"),
        ("nature == 'oversight'", "natur == 'oversight'", "instance.sla_when.overall_oversight", "unknown-variable"),
        ("nature == 'oversight'", "open('x')", "instance.sla_when.overall_oversight", "expression"),
        ('pauses = ["incomplete", ', 'pauses = ["asleep", ', "instance.pauses", "unknown-status"),
        ("f_plan_due =", "f_plan_done =", "statuses", "unknown-element"),
        ('send_report = "answered"', 'send_report = "shouted"', "statuses.send_report", "unknown-status"),
        ("nature = {", "nature_ = {", "instance.sla_when.overall_oversight", "unknown-variable"),
        ("suggested_unit = {", "proposed_unit = {", "forms/verifikasi_dinkominfo.form", "unknown-variable"),
    ],
)  # fmt: skip
def test_a_name_that_does_not_exist_is_found(old: str, new: str, element: str, rule: str) -> None:
    found = found_after(manifest(old, new))
    assert (element, rule) in {(each.element, each.rule) for each in found}
    assert all(each.message.id and each.message.en and each.fix.id and each.fix.en for each in found)


def test_missing_and_unknown_labels_are_warnings() -> None:
    found = found_after({"labels.en.toml": lambda text: text.replace("follow_up =", "follow_down =")})
    rules = {(each.rule, each.element, each.severity) for each in found if each.rule.startswith("label")}
    assert rules == {("label-missing", "follow_up", "warning"), ("label-unknown", "follow_down", "warning")}


@pytest.mark.parametrize("name", ["labels.en.toml", "forms/labels.en.toml", "scenarios/01_tujuh_langkah.toml"])
def test_a_file_that_is_no_toml_is_a_finding(name: str) -> None:
    assert name in {each.file for each in found_after({name: lambda text: text + "\n= ="})}


@pytest.mark.parametrize(
    ("missing", "element"),
    [
        ("routing.dmn", "routing.dmn"),
        ("minta_kelengkapan.bpmn", "minta_kelengkapan.bpmn"),
        ("forms/tanggapan.form", "forms"),
    ],
)
def test_a_file_that_is_missing_is_named(missing: str, element: str) -> None:
    assert element in {each.element for each in found_after({}, missing) if each.file == "manifest.toml"}


def test_several_faults_are_told_at_once_errors_first() -> None:
    def spoil(text: str) -> str:
        return text.replace('"division_head"', '"head"').replace('sla = "overall"', 'sla = "forever"')

    found = found_after(
        {"manifest.toml": spoil, "pengaduan_sp4n.bpmn": lambda text: text.replace("origin ==", "orgn ==")}
    )
    assert {"unknown-role", "unknown-limit", "variable-unknown"} <= {each.rule for each in found}
    severities = [each.severity for each in found]
    assert severities == sorted(severities, key=lambda severity: severity != "error")


def test_a_gateway_must_know_every_answer_that_the_form_offers() -> None:
    def offer(text: str) -> str:
        return text.replace('"value": "hold"', '"value": "postpone"', 1)

    found = found_after({"forms/disposisi_kementerian.form": offer})
    rules = ("gateway-no-default", "condition-never-true")
    gateway, arrow = (next(one for one in found if one.rule == rule) for rule in rules)
    assert (gateway.element, gateway.severity) == ("gw_ministry", "error")
    assert "ministry_decision = postpone" in gateway.message.en
    assert arrow.element == "f_ministry_hold"


def test_a_question_that_may_be_left_open_needs_a_default_flow() -> None:
    found = found_after(
        {"forms/verifikasi_dinkominfo.form": lambda text: text.replace('"required": true', '"required": false', 1)}
    )
    assert [(one.element, "authority_decision = empty" in one.message.en) for one in found] == [("gw_authority", True)]
