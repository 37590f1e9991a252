"""What the fields of a procedure's forms mean: which one holds the result, the reason, the rating, the photos.

Pages, letters and lists ask by meaning, so that no city's field name stands in them. An entry is "form.field", the
one to be preferred first; "field" alone means that field of any form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.forms.form import Form

# Meaning -> what bundles called it that were deployed before manifests could say so.
FORMER: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),  # what a record is called in lists
    "result": ("answer", "result"),  # what the reporter is told; the first that was answered counts
    "outcome": ("outcome",),  # the result in one line
    "acted_on": ("acted_on",),
    "expected_on": ("expected_on",),
    "pictures": ("evidence",),  # what shows the result
    "pictures_before": (),
    "pictures_after": (),
    "return_reason": ("reason_code",),  # why a case was sent back, one of a list: the reporter may read it
    "reason": ("reason", "remarks", "note"),  # the same in words between officers
    "rating": ("rating",),
    "rating_text": ("text",),
    "said": ("text", "reason"),  # what the reporter writes to the offices
    "merged_with": ("duplicate_of",),  # the number of the complaint that reports the same
    "category": ("category",),  # kept as a column of the complaint, like the next three and the outcome
    "classification": ("classification",),
    "public_text": ("public_text",),
    "kelurahan": ("kelurahan",),
}
FILES = frozenset({"pictures", "pictures_before", "pictures_after"})
JUDGED = "judged_in"
FORMER_JUDGED = ("konfirmasi_hasil", "verifikasi_hasil")


@dataclass(frozen=True, slots=True)
class Meaning:
    """The [meaning] table of a manifest. `judged_in` are the forms in which the result is judged before it is told."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(FORMER))
    judged_in: tuple[str, ...] = FORMER_JUDGED

    @classmethod
    def of(cls, given: Mapping[str, tuple[str, ...]]) -> Meaning:
        """What a manifest says; a meaning that it does not mention keeps its former name."""
        fields = {name: given.get(name, former) for name, former in FORMER.items()}
        return cls(fields, given.get(JUDGED, FORMER_JUDGED))

    def keys(self, name: str, form: str) -> tuple[str, ...]:
        """The fields of one form that have this meaning, the preferred one first."""
        parts = (entry.rpartition(".") for entry in self.fields[name])
        return tuple(key for of, _, key in parts if of in ("", form))

    def value(self, name: str, form: str, answers: Mapping[str, Any]) -> Any:
        """What these answers of a form say of it; None where they say nothing."""
        return next((answers[key] for key in self.keys(name, form) if answers.get(key) not in (None, "", [])), None)

    def files(self, form: str) -> dict[str, str]:
        """Field of a form -> "before", "after" or "" for other pictures of the result."""
        kinds = {"pictures": "", "pictures_before": "before", "pictures_after": "after"}
        return {key: kind for name, kind in kinds.items() for key in self.keys(name, form)}

    def places(self, name: str, forms: Mapping[str, Form]) -> tuple[tuple[str, str], ...]:
        """(form, field) of all fields of these forms that can say it, the preferred one first."""
        parts = [entry.rpartition(".") for entry in self.fields[name]]
        return tuple(
            (form, key)
            for of, _, key in parts
            for form in ([of] if of else sorted(forms))
            if form in forms and key in forms[form].by_key
        )

    def named(self) -> Iterable[tuple[str, str, str]]:
        """(meaning, form, field) of every entry that names its form."""
        for name, entries in self.fields.items():
            for entry in entries:
                form, dot, key = entry.rpartition(".")
                if dot:
                    yield name, form, key
