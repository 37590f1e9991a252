"""The ways in which a running instance says no."""

from __future__ import annotations

from app.domain.errors import Conflict, Refusal
from app.domain.text import Text


class EngineStuck(Refusal):
    """The process cannot go on from here: keep the previous state, raise an incident. `details["reason"]` says why."""

    code = "engine-stuck"
    status = 422
    title = Text(
        "Proses tidak dapat dilanjutkan dari langkah ini; tidak ada yang berubah dan pengelola diberi tahu.",
        "The process cannot go on from this step; nothing was changed and the operators are told.",
    )


class DamagedState(EngineStuck):
    """The stored state of an instance cannot be read: wrong version, wrong process definition or damaged bytes."""

    code = "damaged-state"
    title = Text(
        "Keadaan proses yang tersimpan tidak dapat dibaca.", "The stored state of the process instance cannot be read."
    )


class NotOpen(Conflict):
    """The task or wait is not open (any more): it was completed, cancelled, or never existed."""

    code = "not-open"
    title = Text(
        "Tugas ini sudah tidak terbuka; orang lain mungkin sudah menyelesaikannya.",
        "This task is no longer open; somebody else may have completed it.",
    )
