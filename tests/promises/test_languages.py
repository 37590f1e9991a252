"""Everything that people read is there in Indonesian and in English, with the same gaps to fill in."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.bundle.read import Bundle, read_folder
from tests.promises.files import ROOT, name_of, python, tracked

WEB = ROOT / "app" / "web"
CATALOGUE = WEB / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
GAP = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%[sd]")
PROCESSES = sorted(path.parent for path in (ROOT / "processes").glob("*/manifest.toml"))
# What stands in a template between its tags and outside of its expressions, and attributes that are read aloud.
BESIDES = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<(script|style|code|kbd)\b.*?</\1>|&\w+;", re.S)
READ_ALOUD = re.compile(r"\s(?:aria-label|title|placeholder|alt|data-done|data-failed)=\"([^\"]*)\"")
ATTRIBUTE = re.compile(r"[\w-]+=\S*|data-\S+|staff")  # what a macro or block adds to a tag
SAME_IN_BOTH = {"Alur", "v"}


def gaps(text: str) -> list[str]:
    """The places of a sentence that are filled in when it is said."""
    return sorted(match.group() for match in GAP.finditer(text))


@cache
def said() -> dict[str, str]:
    """Every marked sentence of the pages -> where it stands."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"]["mappings"]
    patterns = [(each["pattern"], each["method"]) for each in mappings]
    methods = [(one, method) for given, method in patterns for one in ([given] if isinstance(given, str) else given)]
    found = {}
    for file, line, message, _, _ in extract_from_dir(WEB, methods, keywords=KEYWORDS):
        for sentence in [message] if isinstance(message, str) else message:
            found[sentence] = f"app/web/{file}:{line}"
    return found


@cache
def catalogue() -> Catalog:
    """The English catalogue."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def english() -> dict[str, tuple[str, ...]]:
    """Indonesian sentence -> what it is in English, with one or with several; what is marked unsure does not count."""
    pairs = {}
    for message in catalogue():
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        if message.id and not message.fuzzy:
            pairs[message.id if isinstance(message.id, str) else message.id[0]] = tuple(strings)
    return pairs


def test_every_sentence_of_the_pages_has_its_english() -> None:
    assert {sentence: place for sentence, place in said().items() if not all(english().get(sentence, [""]))} == {}


def test_the_catalogue_holds_nothing_that_no_page_says() -> None:
    assert set(english()) - set(said()) == set()
    assert list(catalogue().obsolete) == []


def test_both_languages_fill_in_the_same_values() -> None:
    wrong = {id_: en for id_, strings in english().items() for en in strings if gaps(id_) != gaps(en)}
    assert wrong == {}


def test_both_languages_end_a_sentence_alike() -> None:
    def end(text: str) -> str:
        return text[-1] if text[-1:] in set(".?!:…") else ""

    wrong = {id_: en for id_, strings in english().items() for en in strings if end(id_) != end(en)}
    assert wrong == {}


def test_english_has_a_word_for_one_and_a_word_for_many() -> None:
    counted = [message for message in catalogue() if isinstance(message.id, tuple | list)]
    assert len(counted) > 5
    assert {message.id[0] for message in counted if len(message.string) != 2} == set()
    assert {id_ for id_ in english() if "%(num)d" in id_} == {message.id[0] for message in counted}


def test_nothing_is_marked_that_cannot_be_gathered() -> None:
    wrong = []
    for path in python("app"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
                wrong += [f"{name_of(path)}:{node.lineno}"] if not _written(node.args[0]) else []
    for path in templates():
        text = path.read_text(encoding="utf-8")
        wrong += [f"{name_of(path)}: {found.group()}" for found in re.finditer(r"\b(?:_|ngettext)\((?!['\"]).*", text)]
    assert wrong == []


def test_templates_say_nothing_besides_their_marked_sentences() -> None:
    bare = {}
    for path in templates():
        text = BESIDES.sub(" ", path.read_text(encoding="utf-8"))
        words = [*READ_ALOUD.findall(text), *re.sub(r"<[^>]*>", " ", text).split()]
        words = [word for word in words if re.search(r"[^\W\d]", word) and not ATTRIBUTE.fullmatch(word)]
        bare[name_of(path)] = set(words) - SAME_IN_BOTH
    assert {name: words for name, words in bare.items() if words} == {}
    assert len(bare) > 30


def templates() -> list[Path]:
    """The templates of all pages."""
    return [path for path in tracked() if path.suffix == ".html" and path.is_relative_to(WEB)]


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


def test_both_languages_of_a_text_fill_in_as_many_values() -> None:
    wrong, seen = [], 0
    for path in python("app", "tasks"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                filled = [_filled(each) for each in node.args if isinstance(each, ast.JoinedStr)]
                seen += len(filled) == 2
                wrong += [f"{name_of(path)}:{node.lineno}"] if len(set(filled)) > 1 else []
    assert wrong == []
    assert seen > 100


def _filled(node: ast.JoinedStr) -> int:
    """How many values stand in a sentence."""
    return sum(isinstance(each, ast.FormattedValue) for each in node.values)


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
