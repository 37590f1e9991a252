"""A finding names one fault of a file: where it is, what is wrong and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.domain.text import Text

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the file, the element in it (or None), the rule, and what to do in both languages."""

    file: str
    element: str | None
    rule: str
    severity: Severity
    message: Text
    fix: Text

    def as_dict(self, lang: str) -> dict[str, str | None]:
        """The finding for machines, its sentences in one language."""
        return {
            "file": self.file,
            "element": self.element,
            "rule": self.rule,
            "severity": self.severity,
            "message": self.message.say(lang),
            "fix": self.fix.say(lang),
        }


def errors(findings: list[Finding]) -> list[Finding]:
    """Only the findings that forbid a deployment."""
    return [finding for finding in findings if finding.severity == "error"]
