"""Keeps the words by which a case is found; a step that changes the category changes them too."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, update

from app.commands.case.at_work import CaseAtWork
from app.store.base import table_of
from app.store.compiled import CompiledStatement
from app.store.words import CaseText, words_of

_text = table_of(CaseText)
_add = CompiledStatement(insert(_text), "instance_id", "words", "category")
_change = CompiledStatement(
    update(_text).where(_text.c.instance_id == bindparam("of")).values(category=bindparam("category"))
)


def write(case: CaseAtWork, *texts: str | None, category: str | None = None) -> None:
    """Let a new case be found by these texts and the names of its category."""
    found = {"instance_id": case.id, "words": words_of(*texts), "category": _named(case, category)}
    _add.run(case.tx.connection, found)


def change_category(case: CaseAtWork, category: str | None) -> None:
    """Let it be found by another category."""
    _change.run(case.tx.connection, {"of": case.id, "category": _named(case, category)})


def _named(case: CaseAtWork, code: str | None) -> str:
    row = case.tx.service.categories.get(code or "")
    return words_of(row.name.id, row.name.en) if row else ""
