"""Everything that people read is there in Indonesian and in English, with the same gaps to fill in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.bundle.read import Bundle, read_folder
from tests.promises.files import ROOT, name_of, python

WEB = ROOT / "app" / "web"
CATALOGUE = WEB / "translations" / "en" / "LC_MESSAGES" / "messages.po"
METHODS = [("assets/**", "ignore"), ("static/**", "ignore"), ("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
GAP = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%[sd]")
needs_catalogue = pytest.mark.skipif(not CATALOGUE.exists(), reason="the English catalogue is not there yet")
PROCESSES = sorted(path.parent for path in (ROOT / "processes").glob("*/manifest.toml"))


def gaps(text: str) -> list[str]:
    """The places of a sentence that are filled in when it is said."""
    return sorted(match.group() for match in GAP.finditer(text))


@cache
def said() -> dict[str, str]:
    """Every marked sentence of the pages -> where it stands."""
    found = {}
    for file, line, message, _, _ in extract_from_dir(WEB, METHODS, keywords=KEYWORDS):
        for sentence in [message] if isinstance(message, str) else message:
            found[sentence] = f"app/web/{file}:{line}"
    return found


@cache
def english() -> dict[str, str]:
    """The English catalogue: Indonesian sentence -> English sentence; fuzzy ones do not count."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    pairs = {}
    for message in catalogue:
        ids = message.id if isinstance(message.id, tuple | list) else [message.id]
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        pairs |= {} if message.fuzzy else dict(zip(ids, strings, strict=False))
    return pairs


@needs_catalogue
def test_every_sentence_of_the_pages_has_its_english() -> None:
    assert {sentence: place for sentence, place in said().items() if not english().get(sentence)} == {}


@needs_catalogue
def test_the_catalogue_holds_nothing_that_no_page_says() -> None:
    assert set(english()) - set(said()) - {""} == set()


@needs_catalogue
def test_both_languages_fill_in_the_same_values() -> None:
    assert {id_: en for id_, en in english().items() if id_ and gaps(id_) != gaps(en)} == {}


def texts() -> Iterator[tuple[str, str, str]]:
    """Place, Indonesian and English of every Text(...) that is written out in the product and its content."""
    for path in python("app", "tasks"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                given = dict(zip(("id", "en"), node.args, strict=False))
                given |= {word.arg: word.value for word in node.keywords if word.arg}
                pair = [_written(given.get(name)) for name in ("id", "en")]
                if pair[0] is not None and pair[1] is not None:
                    yield f"{name_of(path)}:{node.lineno}", pair[0], pair[1]


def _written(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_every_text_of_the_product_is_there_twice() -> None:
    wrong = [place for place, id_, en in texts() if bool(id_.strip()) != bool(en.strip())]
    assert wrong == []
    assert len(list(texts())) > 20


@pytest.fixture(params=PROCESSES, ids=lambda folder: folder.name)
def bundle(request: pytest.FixtureRequest) -> Bundle:
    """Each procedure of the city with its forms."""
    return read_folder(request.param, ROOT / "forms")


def test_everything_drawn_has_an_english_label(bundle: Bundle) -> None:
    assert set(bundle.names) - set(bundle.labels) == set()


def test_everything_asked_in_a_form_has_an_english_label(bundle: Bundle) -> None:
    missing = []
    for form in bundle.forms.values():
        for field in form.by_key.values():
            words = [field.label, field.help, *(option.label for option in field.options)]
            missing += [f"{form.key}.{field.key}: {text.id}" for text in words if text and text.id and not text.en]
    assert missing == []
