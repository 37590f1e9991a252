"""Pages ask answers by what they mean; which field that is, the manifest says, or the release before did."""

from __future__ import annotations

import pytest

from app.bundle.findings import findings
from app.bundle.manifest import read_manifest
from app.bundle.meaning import FORMER, Meaning
from app.bundle.read import bundle_of
from app.domain.errors import InvalidDiagram
from tests.bundle.test_manifest import SMALL
from tests.processes.content import bundle, handlers, service

NAMED = '[meaning]\nresult = ["b.words", "a.text"]\npictures_after = "a.after"\nreason = []\njudged_in = "b"\n'


def test_a_bundle_of_the_former_release_keeps_its_names() -> None:
    meaning = read_manifest(SMALL.encode()).meaning
    assert meaning == Meaning()
    assert meaning.value("result", "tindak_lanjut", {"result": "Sudah diganti."}) == "Sudah diganti."
    assert meaning.value("return_reason", "verifikasi_opd", {"reason_code": "not_function"}) == "not_function"
    assert meaning.files("tindak_lanjut") == {"evidence": ""}
    assert "konfirmasi_hasil" in meaning.judged_in


def test_the_manifest_says_which_field_it_is_and_which_goes_first() -> None:
    meaning = read_manifest((SMALL + NAMED).encode()).meaning
    assert meaning.keys("result", "a") == ("text",) and meaning.keys("result", "other") == ()
    assert meaning.value("result", "b", {"words": "", "text": "x"}) is None
    assert meaning.files("a") == {"after": "after", "evidence": ""}  # what is not mentioned keeps its former name
    assert meaning.value("reason", "a", {"reason": "x"}) is None
    assert meaning.judged_in == ("b",)


@pytest.mark.parametrize("text", ["[meaning]\nunheard = 'a.b'", "[meaning]\nresult = 3", "[meaning]\nresult = [1]"])
def test_a_meaning_that_cannot_be_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InvalidDiagram) as refused:
        read_manifest((SMALL + text).encode())
    assert (refused.value.findings[0].element or "").startswith("meaning.")


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ('outcome = "tindak_lanjut.outcome"', 'outcome = "tindak_lanjut.outcom"', "unknown-field"),
        ('outcome = "tindak_lanjut.outcome"', 'outcome = "tindak_lanjt.outcome"', "unknown-field"),
        ('outcome = "tindak_lanjut.outcome"', 'outcome = "tindak_lanjut.photos_after"', "meaning-type"),
        ('pictures_after = "tindak_lanjut.photos_after"', 'pictures_after = "tindak_lanjut.kind"', "meaning-type"),
        ('judged_in = ["konfirmasi_hasil", ', 'judged_in = ["konfirmasi", ', "unknown-form"),
    ],
)
def test_a_meaning_that_names_nothing_is_a_finding(right: str, wrong: str, rule: str) -> None:
    files = dict(bundle().files)
    text = files["manifest.toml"].decode()
    assert right in text
    spoilt = bundle_of({**files, "manifest.toml": text.replace(right, wrong).encode()})
    data = service()
    found = findings(spoilt, data.roles, data.limits, handlers(), data.units, data.statuses)
    assert [each.rule for each in found] == [rule]


def test_the_city_says_all_that_the_product_asks() -> None:
    assert {name for name, _, _ in bundle().manifest.meaning.named()} == set(FORMER)
