"""The settled words: a thing has one name on every page, in every form, letter, label and status, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from app.bundle.read import read_folder
from tests.promises.files import ROOT, name_of, tracked

CATALOGUE = "app/web/translations/en/LC_MESSAGES/messages.po"
COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.S)
# What must not be said -> what is said instead.
SETTLED = {
    r"(?<!sejak )berkas lengkap\b": "Lihat seluruh berkas",
    r"(mengapa|kenapa) saat itu": "Bagaimana batas waktu ini dihitung?",
    r"aduan akan ke\b": "akan diteruskan kepada ...",
    r"(keduluan|lebih dulu diambil|tugas ini diambil|sudah mengambil tugas)": "Tugas sudah diambil petugas lain",
    r"(sesuai|dalam) kewenangan (kota|pemerintah kota)\?": "Termasuk kewenangan Pemerintah Kota?",
    r"perlu (tindakan|perhatian)": "Perlu ditangani petugas",
    r"bahasa (surat|surel untuk|pemberitahuan)": "Bahasa surel notifikasi",
    r"(\bpantau|\bpelacakan\b|\btelusuri\b|\b(me)?lihat perkembangan)": "Lacak",
    r"([\d}]|belas|puluh|sepuluh) huruf\b|huruf ke-": "karakter",
    r"\bfollow (it at|a complaint|my complaint|the complaint at)\b|see the progress": "Track",
    r"\bfull file\b": "See the whole file",
    r"why this deadline": "How is this deadline counted?",
    r"the complaint goes to": "will be forwarded to ...",
    r"took this task": "Another officer has already taken the task",
    r"needs (a person|attention)": "Needs an officer",
    r"language of (the )?letters": "Language of notification e-mails",
    r"([\d}]|\bten|teen) letters\b": "characters",
}
# The source's own words and the names of the drawing stay; elsewhere things are forwarded *kepada* somebody.
OF_THE_SOURCE = {"processes/service/standard.toml", "processes/service/statuses.toml"}
TOWARDS = re.compile(r"\bditeruskan ke\b", re.I)


@cache
def sayings() -> tuple[tuple[str, str], ...]:
    """Where something is said to people, and what."""
    return tuple(_sayings())


def _sayings() -> Iterator[tuple[str, str]]:
    """Pages, forms, letters, labels, statuses and the texts of the program."""
    for path in tracked():
        name = name_of(path)
        if path.suffix == ".html":
            yield name, COMMENT.sub("", path.read_text("utf-8"))
        elif name.startswith(("forms/", "processes/")) and path.suffix in {".form", ".toml", ".bpmn", ".dmn"}:
            text = COMMENT.sub("", path.read_text("utf-8"))
            yield name, re.sub(r"(?m)^\s*#.*$", "", text)
        elif name.startswith(("app/", "tasks/")) and path.suffix == ".py":
            yield name, "\n".join(_strings(path))
    with (ROOT / CATALOGUE).open("rb") as file:
        for message in read_po(file, locale="en"):
            texts = message.string if isinstance(message.string, tuple | list) else [message.string]
            yield f"{CATALOGUE}: {message.id}", "\n".join(texts)


def _strings(path: Path) -> Iterator[str]:
    """The strings of a module that are not docstrings, a formatted one as it is written."""
    tree = ast.parse(path.read_text("utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield ast.unparse(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


@pytest.mark.parametrize("pattern", SETTLED)
def test_nothing_says_it_in_other_words(pattern: str) -> None:
    others = [(name, found.group()) for name, text in sayings() for found in re.finditer(pattern, text, re.I)]
    assert others == [], f"say: {SETTLED[pattern]}"


def test_things_are_forwarded_to_somebody() -> None:
    said = [(name, text) for name, text in sayings() if name not in OF_THE_SOURCE and not name.endswith(".bpmn")]
    assert [name for name, text in said if TOWARDS.search(text)] == [], "say: diteruskan kepada"


def test_every_settled_word_is_in_use() -> None:
    everything = "\n".join(text for _, text in sayings())
    words = {re.split(r" ?\.\.\.", word)[0] for word in SETTLED.values()}
    assert {word for word in words if word not in everything} == set()


@pytest.mark.parametrize("folder", sorted(path.parent for path in ROOT.glob("processes/*/manifest.toml")), ids=name_of)
def test_english_titles_of_tasks_tell_what_to_do(folder: Path) -> None:
    bundle = read_folder(folder, ROOT / "forms")
    tasks = [each.id for each in bundle.definition.elements.values() if each.kind == "userTask"]
    said = [bundle.label(task).en for task in tasks]
    verbs = [re.sub(r"^\d+\. ", "", title).split()[0] for title in said]
    assert tasks
    assert [verb for verb in verbs if verb.endswith("s") or not verb[0].isupper()] == [], said
