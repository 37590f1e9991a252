"""Checks what is stored: the invariants of the cases and the chains of the audit; names the row that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.domain.text import Text
from app.queries.verify import cases as verify_cases
from app.queries.verify import content as verify_content
from app.queries.verify import rows as verify_rows
from app.queries.verify import trail as verify_trail
from app.queries.verify.violation import Violation

if TYPE_CHECKING:
    from app.toolbox import Toolbox

Check = Callable[[Session, "Toolbox"], Iterator[Violation]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """One promise and the check that it was kept."""

    code: str
    promise: Text
    check: Check


INVARIANTS = (
    Invariant(
        "INV1",
        Text("Setiap penyelesaian tugas tercatat tepat satu kali.", "Every completed task is recorded exactly once."),
        verify_rows.completions,
    ),
    Invariant(
        "INV2",
        Text("Setiap instans selesai atau menunggu sesuatu.", "Every instance has ended or waits for something."),
        verify_cases.waiting,
    ),
    Invariant(
        "INV3",
        Text("Tugas dan pengatur waktu sama dengan keadaan mesin.", "Tasks and timers equal the engine's state."),
        verify_cases.standing,
    ),
    Invariant(
        "INV4",
        Text("Setiap pesan dalam riwayat ada di kotak keluar.", "Every message of a history stands in the outbox."),
        verify_rows.messages,
    ),
    Invariant("INV5", Text("Rantai audit utuh.", "The audit chains are whole."), verify_trail.chains),
    Invariant("INV6", Text("Basis data utuh.", "The database is sound."), verify_rows.soundness),
    Invariant(
        "INV7",
        Text("Prosedur, data layanan, dan lampiran utuh.", "Procedures, service data and attachments are whole."),
        verify_content.contents,
    ),
)


def verify(session: Session, toolbox: Toolbox, only: str | None = None) -> list[Violation]:
    """Everything that is wrong, at once; an empty list is the good answer. `only` names one invariant."""
    found: list[Violation] = []
    for invariant in INVARIANTS:
        if only in (None, invariant.code):
            found += invariant.check(session, toolbox)
    return found


def counts(session: Session) -> dict[str, int]:
    """How much there was to check."""
    return verify_rows.counts(session)
