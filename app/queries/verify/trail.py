"""Checks the audit: every entry's keyed hash, the order of each chain, its head, and the anchors over all heads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain.text import Text
from app.queries.verify.violation import Violation
from app.store.audit import AnchoredHead, AuditAnchor, AuditEntry, AuditHead
from app.store.base import table_of
from app.store.keys import KeyRing
from app.store.trail import START, anchor_hash, entry_hash

if TYPE_CHECKING:
    from app.toolbox import Toolbox

CODE = "INV5"
BATCH = 2_000
_entry, _head = table_of(AuditEntry), table_of(AuditHead)
_anchor, _anchored = table_of(AuditAnchor), table_of(AnchoredHead)


def chains(session: Session, toolbox: Toolbox) -> Iterator[Violation]:
    """Every entry, head and anchor that does not fit."""
    heads = {
        row.chain: (row.seq, row.hash) for row in session.execute(select(_head.c.chain, _head.c.seq, _head.c.hash))
    }
    rows = session.execute(select(_entry).order_by(_entry.c.chain, _entry.c.seq).execution_options(yield_per=BATCH))
    chain, seq, previous = "", 0, START
    for row in rows:
        if row.chain != chain:
            if chain:
                yield from _ending(chain, seq, previous, heads.pop(chain, None))
            chain, seq, previous = row.chain, 0, START
        yield from _entry_faults(row, seq, previous, toolbox.keys)
        seq, previous = row.seq, row.hash
    if chain:
        yield from _ending(chain, seq, previous, heads.pop(chain, None))
    for lost, (last, _) in heads.items():
        yield _wrong("audit_head", lost, f"{last} entri rantai ini hilang", f"all {last} entries are missing")
    yield from _anchors(session, toolbox.keys)


def _entry_faults(row: Row[Any], seq: int, previous: str, keys: KeyRing) -> Iterator[Violation]:
    name = f"{row.chain}:{row.seq}"
    if row.seq != seq + 1:
        gone = f"{row.chain}:{seq + 1}"
        yield _wrong("audit_entry", gone, "entri ini hilang", "this entry is missing")
    elif row.previous != previous:
        yield _wrong("audit_entry", name, "tidak menyambung entri sebelumnya", "it does not follow the entry before it")
    entry: dict[str, Any] = dict(row._mapping)
    if all(entry_hash(key, entry) != row.hash for key in keys.all):
        yield _wrong("audit_entry", name, "isi entri ini diubah", "this entry was changed")


def _ending(chain: str, seq: int, digest: str, head: tuple[int, str] | None) -> Iterator[Violation]:
    if head is None:
        yield _wrong("audit_head", chain, "kepala rantai hilang", "the head of this chain is missing")
    elif head[0] > seq:
        gone = f"{chain}:{seq + 1}"
        yield _wrong("audit_entry", gone, "entri terakhir hilang", "the last entries are missing from here on")
    elif head != (seq, digest):
        yield _wrong("audit_head", chain, "kepala rantai diubah", "the head of this chain was changed")


def _anchors(session: Session, keys: KeyRing) -> Iterator[Violation]:
    """Each anchor must follow the one before it and cover entries that are still there, as they were."""
    previous, expected = START, 1
    for anchor in session.execute(select(_anchor).order_by(_anchor.c.seq)).all():
        name = str(anchor.seq)
        covered = (
            select(_anchored.c.chain, _anchored.c.seq, _entry.c.hash)
            .outerjoin(_entry, (_entry.c.chain == _anchored.c.chain) & (_entry.c.seq == _anchored.c.seq))
            .where(_anchored.c.anchor == anchor.seq)
            .order_by(_anchored.c.chain)
        )
        heads = [(row.chain, row.seq, row.hash) for row in session.execute(covered)]
        lost = [f"{chain}:{seq}" for chain, seq, digest in heads if digest is None]
        for row in lost:
            yield _wrong("audit_entry", row, "entri yang sudah dijangkar hilang", "an anchored entry is missing")
        if anchor.seq != expected or anchor.previous != previous:
            yield _wrong("audit_anchor", str(expected), "jangkar hilang", "an anchor is missing or out of order")
        elif not lost and all(
            anchor_hash(key, anchor.seq, anchor.at, anchor.previous, heads) != anchor.hash for key in keys.all
        ):
            yield _wrong("audit_anchor", name, "jangkar tidak cocok", "the anchor does not fit the entries it covers")
        previous, expected = anchor.hash, anchor.seq + 1


def _wrong(table: str, row: str, id_: str, en: str) -> Violation:
    return Violation(table, row, CODE, Text(id_, en))
