"""Tells the reporter how a complaint ended when it was not followed up here."""

from __future__ import annotations

from app.sdk import Case, Outgoing, Result, handler

NOT_COMPLETED = ("aduan tidak dilengkapi sampai batas waktunya", "the complaint was not completed in time")


@handler("notify_archived")
def notify_archived(case: Case) -> Result:
    """Why the complaint was archived: the ministry's note, or that it was never completed."""
    if case.variables.get("ministry_decision") == "archive":
        reason = reason_en = case.answer("disposisi_kementerian", "note")
    else:
        reason, reason_en = NOT_COMPLETED
    fields = {"reason": reason, "reason_en": reason_en}
    return Result(outgoing=(Outgoing("archived", "reporter", fields),))


@handler("notify_forwarded_elsewhere")
def notify_forwarded_elsewhere(case: Case) -> Result:
    """Which other agency has the complaint now."""
    fields = {
        "agency": case.answer("disposisi_kementerian", "other_agency"),
        "note": case.answer("disposisi_kementerian", "note"),
    }
    return Result(outgoing=(Outgoing("forwarded_elsewhere", "reporter", fields),))


@handler("notify_merged")
def notify_merged(case: Case) -> Result:
    """With which complaint it was merged."""
    other = case.answer("verifikasi_dinkominfo", "duplicate_of")
    return Result(outgoing=(Outgoing("merged", "reporter", {"other": other}),))
