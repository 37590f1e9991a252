"""What may begin a case is checked before it is deployed: roles, form, and a calendar that the drawing agrees with."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from app.bundle.findings import findings
from app.bundle.manifest import read_manifest
from app.bundle.read import bundle_of
from app.domain.errors import InvalidDiagram
from app.domain.findings import Finding
from app.domain.recurrence import Recurrence
from tests.procedures import PERIODIC, RECORD, bundle

ROLES = ("dinkominfo_admin", "division_head", "opd_admin", "liaison")
LIMITS = ("verify_opd", "confirm_result", "overall")
CALENDAR = 'calendar = { every = "quarter", day = "first-working", at = "opening" }'
BY = 'by = ["dinkominfo_admin", "division_head"]'
FORM = "forms/permohonan_data.form"
FILE = b'{"type": "filepicker", "key": "berkas", "id": "Field_berkas", "label": "Berkas"},'


def errors_of(key: str, changes: Mapping[str, tuple[str, str]]) -> list[tuple[str | None, str]]:
    """Place and rule of what is wrong with a procedure once these texts of its files have been replaced."""
    files = dict(bundle(key).files)
    for name, (old, new) in changes.items():
        assert old.encode() in files[name]
        files[name] = files[name].replace(old.encode(), new.encode(), 1)
    found: list[Finding] = findings(bundle_of(files), ROLES, LIMITS, ["minta_data"], ["DINKOMINFO", "DPUPR"], [])
    return [(each.element, each.rule) for each in found if each.severity == "error"]


@pytest.mark.parametrize("key", [RECORD, PERIODIC])
def test_the_procedures_of_the_tests_are_sound(key: str) -> None:
    assert errors_of(key, {}) == []


@pytest.mark.parametrize(
    ("key", "changes", "expected"),
    [
        (RECORD, {"manifest.toml": ("division_head", "nobody")}, ("start.by", "unknown-role")),
        (RECORD, {"manifest.toml": ('subject = "record"', 'subject = "complaint"')}, ("start.by", "start-complaint")),
        (PERIODIC, {"manifest.toml": ('"none"', '"complaint"')}, ("start.calendar", "start-complaint")),
        (RECORD, {"manifest.toml": (BY, f"{BY}\n[messages.x]\nfrom = 'reporter'")}, ("messages.x", "no-reporter")),
        (RECORD, {FORM: ('"components": [', '"components": [' + FILE.decode())}, (FORM, "no-files")),
        (PERIODIC, {"manifest.toml": ("quarter", "month")}, ("start.calendar", "start-recurrence")),
        (PERIODIC, {"manifest.toml": (CALENDAR, "")}, ("start.calendar", "start-recurrence")),
        (PERIODIC, {"laporan_triwulan.bpmn": ("R/P3M", "R/P1W")}, ("start.calendar", "start-recurrence")),
        (PERIODIC, {"laporan_triwulan.bpmn": ("R/P3M", "R/P2M")}, ("quarter_begins", "timer-cycle")),
        (PERIODIC, {"manifest.toml": (CALENDAR, 'by = ["division_head"]')}, ("start.by", "start-without-form")),
        (
            RECORD,
            {"manifest.toml": ('sla = "overall"', 'sla = "overall"\nwithdraw = { from = "reporter", end = "x" }')},
            ("instance.withdraw", "no-reporter"),
        ),
    ],
)
def test_what_cannot_begin_a_case_is_found(
    key: str, changes: Mapping[str, tuple[str, str]], expected: tuple[str, str]
) -> None:
    assert expected in errors_of(key, changes)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('subject = "keluhan"', "subject"),
        ("[start]\nby = 1", "start.by"),
        ("[start]\nat = 'opening'", "start.at"),
        ("[start.calendar]\nday = 'first'", "start.calendar.every"),
        ("[start.calendar]\nevery = 'fortnight'", "start.calendar.every"),
        ("[start.calendar]\nevery = 'month'\nday = 'second'", "start.calendar.day"),
        ("[start.calendar]\nevery = 'month'\nat = '25:00'", "start.calendar.at"),
        ("[start.calendar]\nevery = 'month'\nhour = 8", "start.calendar.hour"),
    ],
)
def test_a_fault_in_the_manifest_is_named_by_its_place(text: str, place: str) -> None:
    with pytest.raises(InvalidDiagram) as refused:
        read_manifest(f'key = "x"\ntitle = {{ id = "X", en = "X" }}\ndiagram = "x.bpmn"\n{text}\n'.encode())
    assert [finding.element for finding in refused.value.findings] == [place]


def test_what_is_written_is_read() -> None:
    assert bundle(PERIODIC).manifest.start.calendar == Recurrence("quarter", "first-working", "opening")
    assert bundle(RECORD).manifest.start.roles == ("dinkominfo_admin", "division_head")
    assert (bundle(PERIODIC).manifest.subject, bundle(RECORD).manifest.subject) == ("none", "record")
