"""Sends the reporter the follow-up report, and asks for a rating when the complaint is closed."""

from __future__ import annotations

from app.sdk import Case, Outgoing, Result, handler

OUTCOMES = {
    "resolved": ("sudah ditangani", "resolved"),
    "explained": ("sudah dijelaskan", "explained"),
}


@handler("send_report")
def send_report(case: Case) -> Result:
    """What was done, or when it is planned; the city's own answer goes before the office's result."""
    result = case.answer("konfirmasi_hasil", "answer") or case.answer("tindak_lanjut", "result")
    fields = {"unit": case.unit or "", "result": result}
    if case.variables.get("outcome") == "planned":
        fields["expected_date"] = str(case.variables.get("expected_on") or "")
        return Result(outgoing=(Outgoing("planned", "reporter", fields),))
    fields["outcome"], fields["outcome_en"] = OUTCOMES[str(case.variables["outcome"])]
    fields["due"] = case.deadline("reply_whatsapp" if case.channel == "whatsapp" else "reply")
    return Result(outgoing=(Outgoing("report", "reporter", fields),))


@handler("request_rating")
def request_rating(case: Case) -> Result:
    """Asks for a rating, unless the reporter has just given one."""
    if case.answers.get("kepuasan"):
        return Result()
    return Result(outgoing=(Outgoing("rating_request", "reporter"),))
