"""The public words for where a complaint stands, with the tone and icon of their chip."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from app.domain.text import Text


@dataclass(frozen=True, slots=True)
class Status:
    """One status: its public name, and the tone and icon of its chip."""

    name: Text
    tone: str  # open | waiting | done | failed, or none
    icon: str


STATUSES = MappingProxyType(
    {
        "draft": Status(Text("Draf", "Draft"), "none", "pencil"),
        "received": Status(Text("Diterima", "Received"), "open", "mail"),
        "incomplete": Status(Text("Menunggu kelengkapan", "Waiting for completion"), "waiting", "clock-pause"),
        "disposed": Status(Text("Terdisposisi", "Dispositioned"), "open", "send"),
        "verified": Status(Text("Terverifikasi, diteruskan", "Verified and forwarded"), "open", "arrow-right"),
        "returned_ministry": Status(
            Text("Dikembalikan ke kementerian", "Returned to the ministry"), "waiting", "arrow-back-up"
        ),
        "returned_dinkominfo": Status(
            Text("Dikembalikan ke dinas pengelola", "Returned to the managing office"), "waiting", "arrow-back-up"
        ),
        "in_follow_up": Status(Text("Sedang ditindaklanjuti", "Being followed up"), "open", "tool"),
        "awaiting_confirmation": Status(Text("Menunggu konfirmasi", "Awaiting confirmation"), "open", "hand-stop"),
        "awaiting_verification": Status(Text("Menunggu verifikasi", "Awaiting verification"), "open", "list-check"),
        "result_returned": Status(Text("Hasil dikembalikan", "Result returned"), "waiting", "arrow-back-up"),
        "answered": Status(
            Text("Sudah dijawab, menunggu tanggapan pelapor", "Answered, awaiting the reporter"),
            "waiting",
            "message",
        ),
        "reopened": Status(Text("Dibuka kembali", "Reopened"), "open", "repeat"),
        "planned": Status(Text("Direncanakan atau dianggarkan", "Planned or budgeted"), "open", "calendar"),
        "closed": Status(Text("Selesai", "Closed"), "done", "circle-check"),
        "forwarded_elsewhere": Status(
            Text("Diteruskan ke instansi lain", "Forwarded to another office"), "done", "external-link"
        ),
        "merged": Status(Text("Digabung dengan aduan lain", "Merged with another complaint"), "done", "copy"),
        "archived": Status(Text("Diarsipkan", "Archived"), "done", "archive"),
        "withdrawn": Status(Text("Dicabut pelapor", "Withdrawn by the reporter"), "done", "circle-x"),
    }
)


def status_of(code: str) -> Status:
    """The status of a code; a code that a diagram invented shows as it is written."""
    return STATUSES.get(code) or Status(Text(code, code), "none", "circle-dot")
