"""Every sentence of the table still stands where it says, and is kept by tests that exist."""

from __future__ import annotations

import tomllib
from collections import Counter

import pytest

from tests.promises.files import ROOT
from tests.promises.sentences import FOLDER, Sentence, sentences
from tests.promises.test_requirements import names_in

ALL = sentences()


def test_every_promise_has_an_id_of_its_own() -> None:
    ids = Counter(id_ for file in FOLDER.glob("*.toml") for id_ in tomllib.loads(file.read_text("utf-8")))
    assert [id_ for id_, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("sentence", ALL, ids=lambda each: each.id)
def test_the_sentence_stands_where_the_table_says(sentence: Sentence) -> None:
    text = " ".join((ROOT / sentence.where).read_text("utf-8").split())
    assert " ".join(sentence.says.split()) in text


@pytest.mark.parametrize("sentence", ALL, ids=lambda each: each.id)
def test_a_test_keeps_the_promise(sentence: Sentence) -> None:
    assert sentence.kept_by
    for name in sentence.kept_by:
        path, _, test = name.partition("::")
        assert (ROOT / path).is_file(), f"no file {path}"
        assert test in names_in(ROOT / path), f"no test {test} in {path}"
