"""Tells offices and the reporter that a complaint was forwarded, returned or needs to be completed."""

from __future__ import annotations

from app.sdk import Case, Outgoing, Result, handler

OWN_UNIT = "DINKOMINFO"
INFORMATION = "informasi-publik"  # the category that goes to the information officer (PPID) of its office
REASONS = {
    "not_authority": ("bukan kewenangan kota", "not within the city's authority"),
    "unclear": ("aduan tidak jelas", "the complaint is not clear"),
    "other": ("alasan lain", "another reason"),
}


@handler("forward_to_opd")
def forward_to_opd(case: Case) -> Result:
    """The office that was chosen learns of its new work, the reporter who has the complaint now.

    Whoever asked for public information is told that it lies with the information officer.
    """
    unit = str(case.variables.get("assigned_unit") or "")
    work = {
        "unit": unit,
        "category": str(case.variables.get("category") or ""),
        "due": case.deadline("verify_opd"),
        "note": case.answer("penetapan_pengawas", "reason"),
    }
    told = "information_request" if case.variables.get("category") == INFORMATION else "forwarded"
    return Result(
        outgoing=(
            Outgoing("forward", f"unit:{unit}", work),
            Outgoing(told, "reporter", {"unit": unit, "due": case.deadline("follow_up")}),
        )
    )


@handler("return_to_ministry")
def return_to_ministry(case: Case) -> Result:
    """The ministry learns why the complaint comes back."""
    reason, reason_en = REASONS.get(case.answer("verifikasi_dinkominfo", "reason_code"), REASONS["other"])
    fields = {
        "unit": OWN_UNIT,
        "reason": reason,
        "reason_en": reason_en,
        "note": case.answer("verifikasi_dinkominfo", "reason"),
    }
    return Result(outgoing=(Outgoing("returned", "role:ministry_admin", fields),))


@handler("request_completion")
def request_completion(case: Case) -> Result:
    """The reporter learns what is missing and until when it can be added."""
    # Whoever asked last decides: the ministry can only ask again after Dinkominfo has said something else.
    asked_by_city = case.variables.get("authority_decision") == "incomplete"
    missing = case.answer("verifikasi_dinkominfo" if asked_by_city else "disposisi_kementerian", "missing")
    return Result(
        outgoing=(Outgoing("completion_request", "reporter", {"note": missing, "due": case.deadline("completion")}),)
    )
