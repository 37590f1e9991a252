"""The commands `alur rehearse` and `alur diagrams`: play a procedure's scenarios, and draw it for people."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from app.bundle.manifest import MANIFEST
from app.bundle.pictures import pictures
from app.bundle.read import read_folder
from app.cli.common import CONTENT, JSON, OneLine, print_json, said
from app.domain.text import Text
from app.rehearsal.mend import Proposal, grouped
from app.rehearsal.mend import propose as mends
from app.rehearsal.rehearse import Rehearsal, Rehearsed
from app.rehearsal.rehearse import rehearse as play
from app.sdk import handlers_of
from app.settings import content_dir, terminal_language
from app.standard.service import FOLDER, read_service

TASKS = click.option(
    "--tasks", default="tasks", envvar="ALUR_TASKS_PACKAGE", help="Package of the city's handlers; default: tasks."
)


@click.command(cls=OneLine)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--propose", is_flag=True, help="Also say how scenarios that fail could follow the changed procedure.")
@click.option("--write", is_flag=True, help="Write the proposed scenarios into FOLDER.")
@JSON
@CONTENT
@TASKS
def rehearse(folder: Path, propose: bool, write: bool, as_json: bool, content: Path | None, tasks: str) -> None:
    """Play every scenario of the procedure in FOLDER; exit code 1 when one fails or too few flows are passed."""
    language = terminal_language(os.environ)
    root = content or _content_of(folder)
    bundle = read_folder(folder, root / "forms")
    try:
        known = handlers_of(tasks)
    except (ImportError, ValueError) as error:
        raise click.UsageError(f"--tasks {tasks}: {error}") from error
    service = read_service(root / FOLDER)
    result = play(bundle, service, known)
    proposals = mends(bundle, service, known) if propose or write else ()
    if as_json:
        told = {"proposals": [_proposed(each, language) for each in proposals]} if propose or write else {}
        print_json(_as_json(bundle.key, result, language) | told)
    else:
        click.echo("\n".join([*_lines(result, language), *_told_mends(proposals, language)]))
    for each in proposals:
        if write and each.content is not None:
            (folder / each.scenario).write_bytes(each.content)
    if not result.passed:
        raise click.exceptions.Exit(1)


@click.command(cls=OneLine)
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when a picture is not up to date.")
@JSON
@CONTENT
def diagrams(check: bool, as_json: bool, content: Path | None) -> None:
    """Draw every procedure of the content as pictures in its folder `diagrams`."""
    root = content or content_dir()
    manifests = sorted((root / "processes").glob(f"*/{MANIFEST}"))
    if not manifests:
        raise click.UsageError(said(_nothing(root)))
    stale = []
    for manifest in manifests:
        for name, svg in pictures(read_folder(manifest.parent, root / "forms")):
            target = root / "diagrams" / name
            if not target.exists() or target.read_text("utf-8") != svg:
                stale.append(name)
                if not check:
                    target.parent.mkdir(exist_ok=True)
                    target.write_text(svg, "utf-8", newline="\n")
    if as_json:
        print_json({"not_up_to_date" if check else "drawn_again": stale})
    else:
        click.echo(said(_told(stale, check)))
    if check and stale:
        raise click.exceptions.Exit(1)


def _nothing(root: Path) -> Text:
    return Text(f"Tidak ada prosedur dalam {root}.", f"There is no procedure in {root}.")


def _content_of(folder: Path) -> Path:
    """The content that a process folder belongs to, else that of the installation."""
    root = folder.resolve().parent.parent
    return root if (root / FOLDER).is_dir() else content_dir()


def _lines(result: Rehearsed, language: str) -> list[str]:
    lines = [line for each in result.rehearsals for line in _told_one(each, language)]
    passed = sum(each.passed for each in result.rehearsals)
    share, wanted = f"{result.coverage:.0%}", f"{result.wanted:.0%}"
    gone = result.flows - len(result.missed)
    total = Text(
        f"{passed} dari {len(result.rehearsals)} skenario berhasil; "
        f"{gone} dari {result.flows} arus dilewati ({share}, diminta {wanted}).",
        f"{passed} of {len(result.rehearsals)} scenarios passed; "
        f"{gone} of {result.flows} flows passed through ({share}, wanted {wanted}).",
    )
    missed = Text("Belum dilewati", "Not passed through")
    if result.missed:
        lines.append(f"{missed.say(language)}: {', '.join(result.missed)}")
    return [*lines, total.say(language)]


def _told_mends(proposals: Iterable[Proposal], language: str) -> list[str]:
    """The proposed changes, those of most scenarios first, then the scenarios that only a person can mend."""
    proposals = tuple(proposals)
    lines = [f"± {mend.said.say(language)}  [{len(found)}]" for mend, found in grouped(proposals).items()]
    alone = Text("Perbaiki sendiri", "Mend by hand")
    return lines + [f"? {alone.say(language)}: {each.scenario}" for each in proposals if each.content is None]


def _proposed(each: Proposal, language: str) -> dict[str, Any]:
    return {
        "scenario": each.scenario,
        "failure": each.failure.say(language),
        "mends": [mend.said.say(language) for mend in each.mends],
        "content": None if each.content is None else each.content.decode(),
    }


def _told_one(each: Rehearsal, language: str) -> list[str]:
    sign = "✓" if each.passed else "✗"
    lines = [f"{sign} {each.title.say(language)}  [{each.scenario}]", f"    {' → '.join(each.route) or '-'}"]
    return lines if each.failure is None else [*lines, f"    {each.failure.say(language)}"]


def _as_json(key: str, result: Rehearsed, language: str) -> dict[str, Any]:
    return {
        "key": key,
        "passed": result.passed,
        "coverage": round(result.coverage, 4),
        "wanted": result.wanted,
        "flows": result.flows,
        "missed": list(result.missed),
        "scenarios": [
            {
                "scenario": each.scenario,
                "title": each.title.say(language),
                "passed": each.passed,
                "failure": None if each.failure is None else each.failure.say(language),
                "route": list(each.route),
                "end": each.end,
                "status": each.status,
                "sent": list(each.sent),
                "due": {element: at.isoformat() for element, at in sorted((each.due or {}).items())},
            }
            for each in result.rehearsals
        ],
    }


def _told(stale: list[str], check: bool) -> Text:
    names = ", ".join(stale)
    if not stale:
        return Text("Semua gambar sudah mutakhir.", "All pictures are up to date.")
    if check:
        return Text(f"Belum mutakhir (jalankan make diagrams): {names}", f"Not up to date (run make diagrams): {names}")
    return Text(f"Digambar ulang: {names}", f"Drawn again: {names}")
