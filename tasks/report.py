"""Sends the reporter the follow-up report, and tells them when and why the complaint is closed."""

from __future__ import annotations

from app.sdk import Case, Outgoing, Result, handler

OUTCOMES = {
    "resolved": ("sudah ditangani", "resolved"),
    "explained": ("sudah dijelaskan", "explained"),
}
RATED = ("Terima kasih atas penilaian Anda.", "Thank you for your rating.")
SILENT = (
    "Tidak ada tanggapan dari Anda sampai batas waktunya.",
    "There was no reply from you by the end of the time for it.",
)
RULED = (
    "Setelah berkali-kali dibuka kembali, Kepala Bidang memberikan jawaban akhir:",
    "After it was reopened several times, the head of division gives the final answer:",
)


@handler("send_report")
def send_report(case: Case) -> Result:
    """What was done, or when it is planned; the head of division's answer goes before the city's and the office's."""
    ruled = case.answer("putusan_pengawas", "answer")  # from the first ruling on every answer is one
    result = ruled or case.answer("konfirmasi_hasil", "answer") or case.answer("tindak_lanjut", "result")
    fields = {"unit": case.unit or "", "result": result}
    if case.variables.get("outcome") == "planned":
        fields["expected_date"] = str(case.variables.get("expected_on") or "")
        return Result(outgoing=(Outgoing("planned", "reporter", fields),))
    fields["outcome"], fields["outcome_en"] = OUTCOMES[str(case.variables["outcome"])]
    fields["due"] = case.deadline("reply_whatsapp" if case.channel == "whatsapp" else "reply")
    return Result(outgoing=(Outgoing("report", "reporter", fields),))


@handler("request_rating")
def request_rating(case: Case) -> Result:
    """Tells the reporter that the complaint is closed: they said so, they said nothing, or it was ruled."""
    fields = {}
    if case.status == "awaiting_decision":
        why, fields["answer"] = RULED, case.answer("putusan_pengawas", "answer")
    else:
        why = RATED if case.latest == "kepuasan" else SILENT
    fields |= {"why": why[0], "why_en": why[1]}
    return Result(outgoing=(Outgoing("closed", "reporter", fields),))
