"""Writes the audit trail: entries chained by keyed hashes, and anchors over the heads of all chains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.errors import Conflict
from app.store.audit import AnchoredHead, AuditAnchor, AuditEntry, AuditHead
from app.store.base import table_of
from app.store.compiled import CompiledStatement
from app.store.database import compact_json
from app.store.keys import KeyRing, MasterKey

START = "0" * 64
PURPOSE = "audit"
_entry, _head = table_of(AuditEntry), table_of(AuditHead)
_find_head = CompiledStatement(
    select(_head.c.seq, _head.c.hash).where(_head.c.chain == bindparam("of")).with_for_update()
)
_move_head = CompiledStatement(
    update(_head)
    .where(_head.c.chain == bindparam("of"), _head.c.seq == bindparam("from"))
    .values(seq=bindparam("to"), hash=bindparam("digest"))
)
_add_entry = CompiledStatement(insert(_entry), *_entry.c.keys())
_add_head = CompiledStatement(insert(_head), *_head.c.keys())


def entry_hash(key: MasterKey, entry: Mapping[str, Any]) -> str:
    """The keyed hash of one entry, over every column but `hash` itself."""
    at: datetime = entry["at"]
    parts = [
        entry["chain"],
        entry["seq"],
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry["actor"],
        entry["command"],
        entry["outcome"],
        entry["fields"],
        entry["previous"],
    ]
    return key.digest(PURPOSE, compact_json(parts).encode())


def append(
    connection: Connection,
    keys: KeyRing,
    *,
    chain: str,
    at: datetime,
    actor: str,
    command: str,
    outcome: str,
    fields: Mapping[str, Any],
    fresh: bool = False,
) -> int:
    """Add one entry to a chain and return its number. `fresh`: the chain is known to be new (saves two look-ups)."""
    seq, previous = (0, START) if fresh else _head_of(connection, chain)
    entry = {
        "chain": chain,
        "seq": seq + 1,
        "at": at,
        "actor": actor,
        "command": command,
        "outcome": outcome,
        "fields": dict(fields),
        "previous": previous,
    }
    entry["hash"] = entry_hash(keys.current, entry)
    _add_entry.run(connection, entry)
    if fresh:
        _add_head.run(connection, {"chain": chain, "seq": 1, "hash": entry["hash"], "anchored": 0})
        return 1
    moved = _move_head.run(connection, {"of": chain, "from": seq, "to": seq + 1, "digest": entry["hash"]})
    if moved != 1:
        raise Conflict()
    return seq + 1


def _head_of(connection: Connection, chain: str) -> tuple[int, str]:
    head = _find_head.first(connection, {"of": chain})
    if head is None:
        # Two nodes may begin a chain at once: whoever comes second waits here and goes on behind the first.
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        begin = dialect.insert(_head).values(chain=chain, seq=0, hash=START, anchored=0).on_conflict_do_nothing()
        connection.execute(begin)
        (head,) = _find_head.rows(connection, {"of": chain})
    return head["seq"], head["hash"]


def anchor(connection: Connection, keys: KeyRing, at: datetime) -> int:
    """Write an anchor over every head that moved since the last one; returns how many heads it covers."""
    moved = connection.execute(
        select(_head.c.chain, _head.c.seq, _head.c.hash).where(_head.c.seq > _head.c.anchored).order_by(_head.c.chain)
    ).all()
    if not moved:
        return 0
    last = connection.execute(
        select(AuditAnchor.seq, AuditAnchor.hash).order_by(AuditAnchor.seq.desc()).limit(1)
    ).first()
    seq, previous = (last.seq + 1, last.hash) if last else (1, START)
    digest = anchor_hash(keys.current, seq, at, previous, ((row.chain, row.seq, row.hash) for row in moved))
    row = {"seq": seq, "at": at, "heads": len(moved), "previous": previous, "hash": digest}
    connection.execute(insert(table_of(AuditAnchor)), row)
    covered = [{"anchor": seq, "chain": row.chain, "seq": row.seq} for row in moved]
    connection.execute(insert(table_of(AnchoredHead)), covered)
    mark = update(_head).where(_head.c.chain == bindparam("of")).values(anchored=bindparam("to"))
    connection.execute(mark, [{"of": row.chain, "to": row.seq} for row in moved])
    return len(moved)


def anchor_hash(key: MasterKey, seq: int, at: datetime, previous: str, heads: Iterable[tuple[str, int, str]]) -> str:
    """The keyed hash of an anchor over its heads, in the order of their chains."""
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    return key.digest("anchor", compact_json([seq, instant, previous, [list(head) for head in heads]]).encode())
