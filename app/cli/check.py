"""The command `alur check`: everything that is wrong with diagrams, decisions and forms, in plain sentences."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection
from pathlib import Path

import click

from app.bundle.check_paths import Checked, check_paths
from app.cli.common import CONTENT, FORMAT, JSON
from app.domain.findings import Finding
from app.domain.text import Text
from app.domain.words import count_en
from app.sdk import handlers_of
from app.settings import content_dir, terminal_language

WORDS = {"error": Text("GALAT", "ERROR"), "warning": Text("peringatan", "warning")}
NOTHING = Text("Tidak ada temuan.", "Nothing to report.")
FIX = Text("Perbaikan", "Fix")


@click.command()
@click.argument("paths", metavar="FILES...", nargs=-1, required=True)
@JSON
@FORMAT
@click.option("--lang", type=click.Choice(["id", "en"]), help="Language of the sentences; default: the terminal's.")
@CONTENT
@click.option("--tasks", "package", default="tasks", envvar="ALUR_TASKS_PACKAGE", hidden=True)
def check(
    paths: tuple[str, ...], as_json: bool, shape: str, lang: str | None, content: Path | None, package: str
) -> None:
    """Say everything that is wrong with .bpmn, .dmn and .form files, or with all of them in a folder.

    A process folder (with manifest.toml) is checked as a whole: its roles, forms, limits and scenarios too.
    Ends with 0 when there are no errors (warnings may be), 1 when there are, 2 when a file cannot be read.
    """
    language = lang or terminal_language(os.environ)
    checked = check_paths(paths, content or content_dir(), _topics(package))
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a narrow terminal must not break the report
    for line in _json(checked, language) if as_json or shape == "json" else _text(checked, language):
        click.echo(line)
    if checked.unread:
        sys.exit(2)
    sys.exit(1 if any(finding.severity == "error" for finding in checked.findings) else 0)


def _topics(package: str) -> Collection[str] | None:
    """The topics that have a handler; None where the handlers cannot be loaded, so that topics are not judged."""
    try:
        return handlers_of(package)
    except (ImportError, ValueError):
        return None


def _json(checked: Checked, lang: str) -> list[str]:
    rows = [finding.as_dict(lang) for finding in checked.findings]
    return [json.dumps(rows, ensure_ascii=False, indent=2)]


def _text(checked: Checked, lang: str) -> list[str]:
    lines: list[str] = []
    file: str | None = None
    for finding in checked.findings:
        if finding.file != file:
            lines.append(_plain(finding.file))
            file = finding.file
        lines += _finding(finding, lang)
    return [*lines, *([""] if lines else []), _sum(checked.findings).say(lang)]


def _finding(finding: Finding, lang: str) -> list[str]:
    where = f" {finding.element}" if finding.element else ""
    head = f"  {WORDS[finding.severity].say(lang)}{where} [{finding.rule}]"
    return [
        _plain(head),
        _plain(f"    {finding.message.say(lang)}"),
        _plain(f"    {FIX.say(lang)}: {finding.fix.say(lang)}"),
    ]


def _sum(findings: list[Finding]) -> Text:
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = len(findings) - errors
    if not findings:
        return NOTHING
    return Text(
        f"{errors} galat, {warnings} peringatan.", f"{count_en(errors, 'error')}, {count_en(warnings, 'warning')}."
    )


def _plain(line: str) -> str:
    """The line without signs that could steer a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in line)
