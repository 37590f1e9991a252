"""Tells the reporter that the complaint has arrived, and notes which open complaints look like it."""

from __future__ import annotations

from app.sdk import Case, Outgoing, Result, handler


@handler("receipt")
def receipt(case: Case) -> Result:
    """The receipt with the estimated end; the tracking number and the link are added when it is written."""
    return Result(outgoing=(Outgoing("receipt", "reporter", {"due": case.deadline("overall")}),))


@handler("check_duplicates")
def check_duplicates(case: Case) -> Result:
    """The numbers of similar open complaints, parted by blanks, for whoever verifies; it never holds a complaint."""
    return Result(variables={"similar": " ".join(case.similar)})
