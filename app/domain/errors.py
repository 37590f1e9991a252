"""Every way in which Alur says no: what happened, why, and what to do, in both languages."""

from __future__ import annotations

from typing import Any, ClassVar

from app.domain.findings import Finding
from app.domain.text import Text


class Refusal(Exception):
    """The request cannot be carried out."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    title: ClassVar[Text] = Text("Permintaan tidak dapat dilakukan.", "The request cannot be carried out.")

    def __init__(self, message: Text | None = None, **details: Any) -> None:
        self.message = message or self.title
        self.details = details
        super().__init__(self.message.en)


class NotFound(Refusal):
    """What was asked for does not exist, or is not yours to see."""

    code = "not-found"
    status = 404
    title = Text(
        "Yang Anda cari tidak ada, atau bukan untuk Anda.", "What you look for does not exist or is not yours to see."
    )


class Forbidden(Refusal):
    """The right for this action is missing."""

    code = "forbidden"
    status = 403
    title = Text("Anda tidak berwenang melakukan tindakan ini.", "You do not have the right to do this.")


class Conflict(Refusal):
    """Somebody else changed the same thing first; `details` say who, when and what."""

    code = "conflict"
    status = 409
    title = Text("Orang lain sudah lebih dulu mengubahnya.", "Somebody else has changed this first.")


class Invalid(Refusal):
    """Some fields are not right; `details["errors"]` lists the sentences for each field."""

    code = "invalid"
    status = 400
    title = Text("Ada isian yang perlu diperbaiki.", "Some fields need to be corrected.")

    @property
    def errors(self) -> dict[str, list[Text]]:
        """Field name -> sentences; a nested or form-wide error stands under its dotted name or ""."""
        found: dict[str, list[Text]] = self.details.get("errors", {})
        return found


class InvalidDiagram(Refusal):
    """A diagram or bundle cannot run; `details["findings"]` lists every fault at once."""

    code = "invalid-diagram"
    status = 422
    title = Text("Diagram belum dapat dijalankan.", "The diagram cannot run yet.")

    @property
    def findings(self) -> list[Finding]:
        """All faults, errors and warnings."""
        found: list[Finding] = self.details.get("findings", [])
        return found


class Expired(Refusal):
    """The session or link is no longer valid."""

    code = "expired"
    status = 410
    title = Text("Sesi atau tautan ini sudah berakhir.", "This session or link has expired.")


class TooMany(Refusal):
    """Too many tries in a short time."""

    code = "too-many"
    status = 429
    title = Text("Terlalu banyak percobaan; coba lagi sebentar lagi.", "Too many tries; please try again shortly.")


class Busy(Refusal):
    """The database is locked by other work; nothing was changed."""

    code = "busy"
    status = 503
    title = Text(
        "Sistem sedang sibuk; tidak ada yang berubah. Coba lagi sebentar lagi.",
        "The system is busy; nothing was changed. Please try again shortly.",
    )


class Short(Refusal):
    """The machine gives no more memory or threads just now."""

    code = "short"
    status = 503
    title = Text(
        "Memori server sedang tidak cukup. Periksa apakah kiriman Anda sudah tercatat; bila belum, "
        "kirim lagi sebentar lagi.",
        "The server is short of memory just now. Check whether what you sent is there; if not, send it again shortly.",
    )


class StorageFull(Refusal):
    """There is no space left to store the change; nothing was changed."""

    code = "storage-full"
    status = 507
    title = Text(
        "Ruang penyimpanan penuh; tidak ada yang berubah. Hubungi pengelola.",
        "The storage is full; nothing was changed. Please tell the operator.",
    )
