"""Wherever a file names something that does not exist, a close name that does exist is offered."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.bundle.check_paths import check_paths
from app.domain.findings import Finding
from app.sdk import handlers_of
from app.standard.service import inspect_service, read_contents
from tests.processes.content import ROOT

PROCESS, SERVICE = "processes/pengaduan_sp4n", "processes/service"
DRAWING, MANIFEST = f"{PROCESS}/pengaduan_sp4n.bpmn", f"{PROCESS}/manifest.toml"
# file, what is replaced once, by what, and the name that is offered
SLIPS = (
    (DRAWING, 'formKey="tindak_lanjut"', 'formKey="tindaklanjut"', "tindak_lanjut"),
    (DRAWING, 'topic="send_report"', 'topic="send_repport"', "send_report"),
    (DRAWING, 'calledElement="minta_kelengkapan"', 'calledElement="minta_kelengkapn"', "minta_kelengkapan"),
    (DRAWING, 'targetRef="confirm_result"', 'targetRef="confirm_reslt"', "confirm_result"),
    (DRAWING, ">follow_up<", ">folow_up<", "follow_up"),
    (DRAWING, 'name="sla" value="follow_up"', 'name="sla" value="followup"', "follow_up"),
    (DRAWING, "returns('f_function_no')", "returns('f_functon_no')", "f_function_no"),
    (DRAWING, 'processRef="pengaduan_sp4n"', 'processRef="pengaduan_sp4"', "pengaduan_sp4n"),
    (DRAWING, "within_function", "within_functions", "within_function"),
    (MANIFEST, '"Admin OPD" =', '"Admin ODP" =', "Admin OPD"),
    (MANIFEST, 'role = "division_head"', 'role = "divison_head"', "division_head"),
    (MANIFEST, 'sla = "overall"', 'sla = "overal"', "overall"),
    (MANIFEST, 'field = "target_opd"', 'field = "target_odp"', "verifikasi_dinkominfo.target_opd"),
    (MANIFEST, 'f_function_yes = "in_follow_up"', 'f_function_yes = "in_folow_up"', "in_follow_up"),
    (MANIFEST, "end_archived =", "end_archive =", "end_archived"),
    (MANIFEST, "coverage =", "covrage =", "coverage"),
    (f"{PROCESS}/labels.en.toml", "gw_plan =", "gw_plann =", "gw_plan"),
    (f"{SERVICE}/categories.toml", 'default_unit = "DPUPR"', 'default_unit = "DPUR"', "DPUPR"),
    (f"{SERVICE}/sla.toml", '"division_head"', '"division_haed"', "division_head"),
    (f"{SERVICE}/sla.toml", "reminder =", "remainder =", "reminder"),
    (f"{SERVICE}/units.toml", 'type = "opd"', 'type = "oopd"', "opd"),
    (f"{SERVICE}/channels.toml", 'kind = "website"', 'kind = "web site"', "website"),
    (f"{SERVICE}/roles.toml", '"task.work"', '"task.wrok"', "task.work"),
    (f"{SERVICE}/statuses.toml", 'tone = "amber"', 'tone = "ambar"', "amber"),
    (f"{SERVICE}/templates/receipt.toml", "{due}", "{deu}", "due"),
    ("forms/tindak_lanjut.form", '"description"', '"descripton"', "description"),
    ("forms/tindak_lanjut.form", '"minLength"', '"minLenght"', "minLength"),
    ("forms/tindak_lanjut.form", '"type": "textarea"', '"type": "text-area"', "textarea"),
    ("forms/pengaduan.form", '"source": "categories"', '"source": "categorie"', "categories"),
)


def findings(content: Path) -> list[Finding]:
    """Everything that is said about a city's content."""
    _, about_service = inspect_service(read_contents(content / SERVICE))
    paths = [content / PROCESS, *(content / "forms").glob("*.form")]
    checked = check_paths([str(path) for path in paths], content, handlers_of("tasks"))
    return [*about_service, *checked.findings]


@pytest.mark.parametrize(("file", "right", "wrong", "name"), SLIPS, ids=lambda value: str(value)[-24:])
def test_a_slip_is_answered_with_the_name_that_was_meant(
    tmp_path: Path, file: str, right: str, wrong: str, name: str
) -> None:
    for folder in (PROCESS, SERVICE, "forms"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    text = (tmp_path / file).read_text("utf-8")
    assert right in text
    (tmp_path / file).write_text(text.replace(right, wrong, 1), "utf-8")
    said = [f"{each.message.en} {each.fix.en}" for each in findings(tmp_path)]
    assert [line for line in said if f"id you mean “{name}”" in line], said
    assert [each for each in findings(tmp_path) if f"aksud Anda “{name}”" in f"{each.message.id} {each.fix.id}"]
