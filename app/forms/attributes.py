"""What a form may say about its components: the attributes, validators and properties that Alur honours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import re2

from app.domain.durations import BadDuration, parse_duration
from app.domain.nearest import meant
from app.domain.text import Text
from app.forms.fields import CHOICES, DECORATION, QUESTIONS, TYPES
from app.forms.findings import Found
from app.forms.values import DATE_RULES, RULES

_EVERY = {"type", "id", "layout", "conditional", "properties"}
_QUESTION = _EVERY | {"key", "label", "description", "validate", "defaultValue", "disabled", "readonly"}
_LOOKS = {"appearance"}  # prefix and suffix are shown beside the field
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    kind: frozenset(names)
    for kind, names in {
        **{kind: _QUESTION for kind in QUESTIONS},
        **{kind: _QUESTION | {"values", "searchable"} for kind in CHOICES},
        **{kind: _EVERY for kind in DECORATION},
        "textfield": _QUESTION | _LOOKS,
        "number": _QUESTION | _LOOKS | {"decimalDigits", "increment"},
        "datetime": _QUESTION
        | {"subtype", "dateLabel", "timeLabel", "timeSerializingFormat", "timeInterval", "use24h"},
        "filepicker": _QUESTION | {"accept", "multiple"},
        "group": _EVERY | {"label", "components", "showOutline", "path", "verticalAlignment", "description"},
        "text": _EVERY | {"text", "label"},
        "html": _EVERY | {"content", "label"},
        "spacer": _EVERY | {"height"},
    }.items()
}
BUTTON = "button."  # with the value of a choice: what the button says that sends it
_TEXTS = frozenset({"textfield", "textarea"})
_LONG_PATTERN = 500
_MASK = re.compile(r"[0 ./()-]{1,40}")
_CENTURY = 36_525  # days
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
# HTML's own list of what a browser may fill in for a person, as far as a form of the city asks for it.
AUTOCOMPLETE = frozenset(
    {
        "off",
        "name",
        "email",
        "tel",
        "street-address",
        "address-level1",
        "address-level2",
        "address-level3",
        "address-level4",
        "postal-code",
        "organization",
        "bday",
        "url",
        "username",
        "given-name",
        "family-name",
    }
)

Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Entry:
    """One validator or property: the field attribute it fills (None: read elsewhere), where it fits, what it may be."""

    attribute: str | None
    kinds: frozenset[str]
    fits: Check
    meaning: Text


class Vocabulary:
    """The validators or the properties, each with what it may be."""

    def __init__(self, prefix: str, entries: Mapping[str, Entry]) -> None:
        self.prefix = prefix
        self.entries = entries

    def read(self, given: Mapping[str, Any], kind: str, name: str, found: Found) -> dict[str, Any]:
        """The field attributes that are right; every other entry becomes a finding."""
        values: dict[str, Any] = {}
        for key, value in given.items():
            entry = self.entries.get("button" if key.startswith(BUTTON) else key)
            if entry is None or kind not in entry.kinds:
                self._unknown(key, kind, name, found)
            elif not entry.fits(value):
                self._wrong(key, value, entry, name, found)
            elif entry.attribute is not None:
                values[entry.attribute] = _converted(entry.attribute, value)
        return values

    def _unknown(self, key: str, kind: str, name: str, found: Found) -> None:
        names = sorted(each for each, entry in self.entries.items() if kind in entry.kinds)
        known = ", ".join(names) or "-"
        found.error(
            name,
            f"form-{self.prefix}",
            Text(
                f"“{self.prefix}.{key}” tidak dikenal untuk {kind}.", f"“{self.prefix}.{key}” is not known for {kind}."
            ),
            meant(Text(f"Yang dikenal: {known}.", f"Known are: {known}."), key, names),
        )

    def _wrong(self, key: str, value: Any, entry: Entry, name: str, found: Found) -> None:
        found.error(
            name,
            f"form-{self.prefix}",
            Text(f"“{self.prefix}.{key}” tidak boleh {value!r}.", f"“{self.prefix}.{key}” cannot be {value!r}."),
            Text(f"Harus {entry.meaning.id}.", f"It must be {entry.meaning.en}."),
        )


def _converted(attribute: str, value: Any) -> Any:
    if attribute == "only":
        return frozenset(part.strip() for part in value.split(","))
    if attribute in ("oldest", "furthest"):
        return parse_duration(value).whole_days
    return value


def _is_pattern(value: Any) -> bool:
    """Whether RE2 can run it: such a pattern can never take long, whatever a citizen types."""
    if not isinstance(value, str) or len(value) > _LONG_PATTERN:
        return False
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(value, options)
    except re2.error:
        return False
    return True


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 100_000


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= 10**15


def _one_of(*words: str) -> Check:
    return lambda value: isinstance(value, str) and value in words


def _matching(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_days(value: Any) -> bool:
    """Whether it is a span of whole days, at most a century."""
    try:
        span = parse_duration(value) if isinstance(value, str) else None
    except BadDuration:
        return False
    return span is not None and not span.micros and 0 < span.whole_days <= _CENTURY


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 2_000


_A_COUNT = Text("bilangan bulat mulai 0", "a whole number from 0")
_A_NUMBER = Text("sebuah angka", "a number")
_TRUE_FALSE = Text("true atau false", "true or false")
_A_TEXT = Text("sebuah teks", "a text")
_DAYS = Text("jangka waktu dalam hari, misalnya P3652D", "a span in days, such as P3652D")
_RULES = sorted({*RULES, *DATE_RULES})

VALIDATORS = Vocabulary(
    "validate",
    {
        "required": Entry("required", QUESTIONS, lambda value: type(value) is bool, _TRUE_FALSE),
        "minLength": Entry("min_length", _TEXTS, _is_count, _A_COUNT),
        "maxLength": Entry("max_length", _TEXTS, _is_count, _A_COUNT),
        "min": Entry("minimum", frozenset({"number"}), _is_number, _A_NUMBER),
        "max": Entry("maximum", frozenset({"number", "filepicker"}), _is_number, _A_NUMBER),
        "pattern": Entry("pattern", _TEXTS, _is_pattern, Text("pola yang dikenal RE2", "a pattern that RE2 knows")),
        "validationType": Entry(
            "kind",
            frozenset({"textfield"}),
            _one_of("", "custom", "email", "phone"),
            Text("email, phone atau custom", "email, phone or custom"),
        ),
    },
)

PROPERTIES = Vocabulary(
    "properties",
    {
        "source": Entry("source", CHOICES, _is_text, _A_TEXT),  # whether it exists is checked with the options
        "only": Entry("only", CHOICES, _is_text, Text("kelompok, dipisah koma", "groups, separated by commas")),
        "preset": Entry("preset", QUESTIONS, _matching(_CODE), Text("nama variabel", "the name of a variable")),
        "rule": Entry(
            "rule", frozenset({"textfield", "datetime"}), _one_of(*_RULES), Text(", ".join(_RULES), ", ".join(_RULES))
        ),
        "oldest": Entry("oldest", frozenset({"datetime"}), _is_days, _DAYS),
        "furthest": Entry("furthest", frozenset({"datetime"}), _is_days, _DAYS),
        "help": Entry(None, QUESTIONS | {"group"}, _is_text, _A_TEXT),
        "message": Entry(None, QUESTIONS, _is_text, _A_TEXT),
        "required_when": Entry(None, QUESTIONS, _is_text, Text("sebuah syarat", "a condition")),
        "autocomplete": Entry(
            None,
            frozenset({"textfield", "textarea"}),
            _one_of(*AUTOCOMPLETE),
            Text("kata autocomplete HTML", "a word of HTML autocomplete"),
        ),
        "mask": Entry(
            None,
            frozenset({"textfield"}),
            _matching(_MASK),
            Text("0 dan pemisah, misalnya 0000 0000", "0 and separators, such as 0000 0000"),
        ),
        "rows": Entry(None, frozenset({"textarea"}), _matching(re.compile("[1-9][0-9]?")), _A_COUNT),
        "button": Entry(None, frozenset({"radio", "select"}), _is_text, _A_TEXT),
        "fold": Entry(None, frozenset({"group"}), _one_of("true", "false"), _TRUE_FALSE),
        "personal": Entry(None, QUESTIONS, _one_of("true", "false"), _TRUE_FALSE),
        "private": Entry(None, frozenset({"textfield"}), _one_of("true", "false"), _TRUE_FALSE),
    },
)

assert frozenset(ATTRIBUTES) == TYPES
