"""Finds cases by words: as they are written and by their stems, in any order, newest first, alike on both databases."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from snowballstemmer import stemmer
from sqlalchemy import Connection, ForeignKey, Text, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.base import Base

LONGEST = 40  # characters of a word that count
MOST_WORDS = 2_000  # of one case
MOST_ASKED = 12  # of one search
JOINED = frozenset("’'‘`-\u2010\u2011")  # what stands inside a word
_stemmer, _one_at_a_time = stemmer("indonesian"), threading.Lock()

_SQLITE = text(
    "SELECT case_text.seq, case_text.instance_id FROM case_words JOIN case_text ON case_text.seq = case_words.rowid"
    " WHERE case_words MATCH :asked AND case_words.rowid < :before ORDER BY case_words.rowid DESC LIMIT :most"
)
_POSTGRESQL = text(
    "SELECT case_text.seq, case_text.instance_id FROM case_words JOIN case_text ON case_text.seq = case_words.seq"
    " WHERE case_words.words @@ CAST(:asked AS tsquery) AND case_words.seq < :before"
    " ORDER BY case_words.seq DESC LIMIT :most"
)
NEWEST = 2**62


class CaseText(Base):
    """The words of one case, in the order in which cases began; an index beside it follows by triggers.

    They come from what was reported and never from who reported it. `category` changes, so it stands apart.
    """

    __tablename__ = "case_text"

    seq: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id"), unique=True)
    words: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)


def words_of(*texts: str | None) -> str:
    """What a text can be found by: each word once, as it is written and by its stem, parted by blanks."""
    found: dict[str, None] = {}
    for word in _words(" ".join(each for each in texts if each)):
        found[word] = found[_stem(word)] = None
        if len(found) >= MOST_WORDS:
            break
    return " ".join(found)


def matching(reader: Session | Connection, asked: str, before: int, most: int) -> list[tuple[int, str]]:
    """(place, instance) of the cases that have every word asked for, as a beginning of one of theirs; newest first.

    `before`: only cases that began earlier than the one at this place (NEWEST: all). Nothing for a text without words.
    """
    words = list(dict.fromkeys(_words(asked)))[:MOST_ASKED]
    if not words:
        return []
    sqlite = (
        reader.get_bind().dialect.name == "sqlite" if isinstance(reader, Session) else reader.dialect.name == "sqlite"
    )
    pattern, either, both = ('"{}"*', " OR ", " AND ") if sqlite else ("'{}':*", " | ", " & ")
    parts = [either.join(pattern.format(each) for each in dict.fromkeys((word, _stem(word)))) for word in words]
    given = {"asked": both.join(f"({part})" for part in parts), "before": before, "most": most}
    return [(row.seq, row.instance_id) for row in reader.execute(_SQLITE if sqlite else _POSTGRESQL, given)]


def _words(given: str) -> Iterator[str]:
    """Letters and digits in small, without marks; any other letter than a-z by its number, so that no database's
    notion of a word matters."""
    plain = unicodedata.normalize("NFKD", given.casefold())
    kept = "".join(
        each if each.isalnum() else "" if each in JOINED or unicodedata.combining(each) else " " for each in plain
    )
    for word in kept.split():
        yield "".join(each if each.isascii() else f"u{ord(each):x}" for each in word[:LONGEST])[:LONGEST]


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    with _one_at_a_time:
        found: str = _stemmer.stemWord(word)
    return found or word
