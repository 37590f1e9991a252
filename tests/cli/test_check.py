"""`alur check` says everything about any file in plain words or JSON, and never breaks on one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli.check import check
from tests.engine.diagrams import chain, end, file, node, process, start, user

GOOD = file(process("p", [start(), user("a"), end()], chain("start", "a", "end")))
BAD = file(process("p", [start(), user("a"), user("b"), end()], [*chain("start", "a", "end"), ("b", "nowhere")]))
TABLE = Path(__file__).parents[1] / "engine" / "check" / "fixtures" / "routing.dmn"
ODD = {
    "empty": b"",
    "blank": b" \n",
    "binary": bytes(range(256)) * 20,
    "picture": b"\x89PNG\r\n\x1a\n\x00",
    "archive": b"PK\x03\x04\x14",
    "page": b"<!DOCTYPE html><html></html>",
    "bomb": b'<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><a>&b;</a>',
    "outside": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "deep": b"<a>" * 5000 + b"</a>" * 5000,
    "large": GOOD + b"<!--" + b"x" * 1_100_000 + b"-->",
    "other": b'<Package xmlns="http://www.wfmc.org/2009/XPDL2.2"/>',
    "unknown encoding": b'<?xml version="1.0" encoding="klingon"?><a/>',
    "cut": GOOD[:-30],
    "zero": GOOD.replace(b'name="a"', b'name="a\0"'),
    "no process": file(),
    "bare names": b"<definitions><process id='p'/></definitions>",
}


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(check, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def found(result: Result) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads(result.output)
    for finding in findings:
        assert list(finding) == ["file", "element", "rule", "severity", "message", "fix"]
        assert finding["severity"] in ("error", "warning") and finding["message"] and finding["fix"]
    return findings


@pytest.mark.parametrize("ending", [".bpmn", ".dmn", ".form", ".xml", ""])
@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_refused_in_one_finding(tmp_path: Path, name: str, ending: str) -> None:
    path = tmp_path / f"odd{ending}"
    path.write_bytes(ODD[name])
    result = run(path, "--format", "json")
    assert result.exit_code == 1
    assert [(one["file"], one["severity"]) for one in found(result)] == [(str(path), "error")]


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD,
        ('<?xml version="1.0" encoding="UTF-16"?>' + GOOD.decode()).encode("utf-16"),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + GOOD.replace(b'name="a"', b'name="\xe9"'),
        GOOD.replace(b' isExecutable="true"', b""),
    ],
)
def test_a_sound_file_has_no_errors_however_it_is_written(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "good.bpmn").write_bytes(data)
    result = run(tmp_path / "good.bpmn", "--format", "json")
    assert result.exit_code == 0
    assert {one["severity"] for one in found(result)} == {"warning"}


def test_all_faults_of_a_file_come_at_once_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "bad.bpmn").write_bytes(BAD)
    english, indonesian = (found(run(tmp_path, "--format", "json", "--lang", lang)) for lang in ("en", "id"))
    named = [(one["element"], one["rule"]) for one in english if one["severity"] == "error"]
    assert named == [("b_nowhere", "flow-dangling"), ("b", "unreachable")]
    for one, other in zip(english, indonesian, strict=True):
        assert one["rule"] == other["rule"] and one["message"] != other["message"] and one["fix"] != other["fix"]
    text = run(tmp_path / "bad.bpmn", "--lang", "en")
    assert text.exit_code == 1
    assert "  ERROR b_nowhere [flow-dangling]" in text.output.splitlines()


def test_what_cannot_be_read_ends_with_two(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.bpmn", tmp_path):
        result = run(path, "--format", "json")
        assert result.exit_code == 2
        assert [(one["file"], one["rule"]) for one in found(result)] == [(str(path), "file-missing")]


def test_files_that_lie_together_are_seen_together(tmp_path: Path) -> None:
    decide = node("businessRuleTask", "decide", camunda__decisionRef="routing")
    (tmp_path / "main.bpmn").write_bytes(file(process("p", [start(), decide, end()], chain("start", "decide", "end"))))
    assert "decision-unknown" in run(tmp_path / "main.bpmn").output
    (tmp_path / "routing.dmn").write_bytes(TABLE.read_bytes())
    assert "decision" not in run(tmp_path / "main.bpmn").output
    (tmp_path / "copy.dmn").write_bytes(TABLE.read_bytes())
    assert "decision-twice" in run(tmp_path / "main.bpmn").output


def test_each_decision_has_an_id_of_its_own(tmp_path: Path) -> None:
    table = TABLE.read_text("utf-8")
    head, _, rest = table.partition("<decision ")
    decision, _, tail = rest.partition("</decision>")
    twice = f"{head}<decision {decision}</decision><decision {decision}</decision>{tail}"
    (tmp_path / "twice.dmn").write_text(twice)
    assert "duplicate-id" in [one["rule"] for one in found(run(tmp_path / "twice.dmn", "--format", "json"))]
    (tmp_path / "twice.dmn").write_text(table.replace('<decision id="routing"', "<decision"))
    assert "id-missing" in [one["rule"] for one in found(run(tmp_path / "twice.dmn", "--format", "json"))]
