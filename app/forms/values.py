"""Reads one answer as its question means it, whether it came from a page (texts) or as JSON, or says what is wrong."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

import re2

from app.domain import identity
from app.domain.identity import Unfit
from app.domain.text import Text
from app.domain.typed_date import plain_date, read_date
from app.forms.fields import Field, Sources

Moment = TypeVar("Moment", date, time, datetime)
Value = str | int | float | bool | list[str]
LONGEST: Mapping[str, int] = {"textfield": 500, "textarea": 20_000}  # where the form names no maxLength
MOST_FILES = 5
MOST_CHOICES = 100
LARGEST = 10**15  # no count or sum in a form is larger; a typing error often is
# C0 and C1 controls but the line break, and the marks that turn the direction of writing (they disguise what is read).
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
ATTACHMENT = re.compile(r"[0-9a-f]{32}")
YES = frozenset({"true", "on", "1", "yes", "ya"})
NO = frozenset({"", "false", "off", "0", "no", "tidak"})
RULES: Mapping[str, Callable[[str], str]] = {
    "name": identity.name, "nik": identity.nik, "phone": identity.phone, "email": identity.email,
}  # fmt: skip
DATE_RULES = frozenset({"not_future", "not_past"})


def longest_of(field: Field) -> int:
    """How many characters an answer in words may have."""
    return field.max_length or LONGEST[field.type]


def blank(value: object) -> bool:
    """Whether nothing was answered."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def read_value(field: Field, raw: Any, sources: Sources) -> Value | None:
    """The answer as kept (text, number, yes or no, list of texts), None for nothing; raises Unfit."""
    if field.type == "checkbox":
        return _yes_or_no(raw)
    if field.is_list:
        items = [raw] if isinstance(raw, str) else [] if raw is None else raw
        return _list(field, items, sources) or None
    if isinstance(raw, list | tuple) and len(raw) == 1:
        raw = raw[0]
    if blank(raw):
        return None
    if field.type == "number":
        return _number(field, raw)
    if field.type in ("select", "radio"):
        return _choice(field, raw, sources)
    if not isinstance(raw, str):
        raise Unfit(_NOT_TEXT)
    return _READERS[field.type](field, raw, sources) or None


def cleaned(raw: str, lines: bool) -> str:
    """The text without control characters and outer blanks; raises Unfit where a character cannot be stored at all."""
    if "\x00" in raw or any("\ud800" <= char <= "\udfff" for char in raw):
        raise Unfit(Text("Isian memuat karakter yang tidak sah.", "The answer has characters that are not valid."))
    text = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return CONTROLS.sub("", text if lines else text.replace("\n", " ")).strip()


def _text(field: Field, raw: str, _: Sources) -> str:
    longest = longest_of(field)
    if len(raw) > 4 * longest:  # before any work on a text that is far too long
        raise Unfit(_too_long(longest, len(raw)))
    text = cleaned(raw, lines=field.type == "textarea")
    if not text:
        return text
    if len(text) > longest:
        raise Unfit(_too_long(longest, len(text)))
    if field.min_length and len(text) < field.min_length:
        raise Unfit(Text(
            f"Tulis paling sedikit {field.min_length} karakter; sekarang {len(text)}.",
            f"Write at least {field.min_length} characters; there are {len(text)} now.",
        ))  # fmt: skip
    if field.pattern and not re2.search(field.pattern, text):
        raise Unfit(
            field.message
            or Text(
                "Isian tidak sesuai dengan bentuk yang diminta.", "The answer does not have the form that is asked for."
            )
        )
    check = RULES.get(field.rule or field.kind)
    return check(text) if check else text


def _number(field: Field, raw: Any) -> int | float:
    number = _parsed_number(raw)
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise Unfit(_NOT_NUMBER)
    if field.decimals == 0 and number != int(number):
        raise Unfit(Text("Tulis bilangan bulat.", "Write a whole number."))
    if field.minimum is not None and number < field.minimum:
        raise Unfit(Text(f"Paling kecil {field.minimum:g}.", f"The least is {field.minimum:g}."))
    if field.maximum is not None and number > field.maximum:
        raise Unfit(Text(f"Paling besar {field.maximum:g}.", f"The most is {field.maximum:g}."))
    return int(number) if number == int(number) else number


def _parsed_number(raw: Any) -> int | float:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return raw if isinstance(raw, int) and abs(raw) <= LARGEST else float(raw) if abs(raw) <= LARGEST else math.inf
    if not isinstance(raw, str) or len(raw) > 40 or not raw.isascii():
        raise Unfit(_NOT_NUMBER)
    text = raw.strip()
    try:  # "1_000" and "nan" are numbers to Python only; a comma is the decimal sign in Indonesian
        return float(text.replace(",", ".")) if "_" not in text else math.nan
    except ValueError:
        raise Unfit(_NOT_NUMBER) from None


def _yes_or_no(raw: Any) -> bool:
    if isinstance(raw, list | tuple) and raw:
        raw = raw[-1]
    if raw is None or isinstance(raw, bool):
        return bool(raw)
    word = str(raw).strip().lower() if isinstance(raw, str | int) else "?"
    if word in YES or word in NO:
        return word in YES
    raise Unfit(Text("Jawab ya atau tidak.", "Answer yes or no."))


def _choice(field: Field, raw: Any, sources: Sources) -> Value:
    chosen = json.dumps(raw) if isinstance(raw, bool | int) else raw
    if not isinstance(chosen, str) or chosen not in {option.value for option in field.choices(sources)}:
        raise Unfit(Text("Pilih salah satu dari daftar.", "Choose one of the list."))
    kind = field.kind_of_answer
    return chosen == "true" if kind == "boolean" else int(chosen) if kind == "number" else chosen


def _list(field: Field, items: Any, sources: Sources) -> list[str]:
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise Unfit(Text("Pilih dari daftar.", "Choose from the list."))
    kept = list(dict.fromkeys(item for item in items[: MOST_CHOICES + 1] if item))
    most = MOST_CHOICES
    if field.type == "filepicker":
        most = int(field.maximum or MOST_FILES) if field.multiple else 1
        if not all(ATTACHMENT.fullmatch(item) for item in kept):
            raise Unfit(
                Text(
                    "Lampiran ini tidak dikenal; unggah lagi.", "This attachment is not known; please upload it again."
                )
            )
    elif not set(kept) <= {option.value for option in field.choices(sources)}:
        raise Unfit(Text("Pilih hanya dari daftar.", "Choose only from the list."))
    if len(kept) > most:
        raise Unfit(Text(f"Paling banyak {most}.", f"At most {most}."))
    return kept


def _moment(field: Field, raw: str, sources: Sources) -> str:
    text = raw.strip()
    if field.subtype == "time":
        return _read(time.fromisoformat, text, _NOT_TIME).isoformat("minutes")
    if field.subtype == "datetime":
        return _read(datetime.fromisoformat, text, _NOT_MOMENT).replace(tzinfo=None).isoformat(timespec="minutes")
    day = read_date(text)
    _within(field, day, sources.today)
    return day.isoformat()


def _within(field: Field, day: date, today: date | None) -> None:
    if today is None:
        return
    if field.rule == "not_future" and day > today:
        raise Unfit(
            Text(
                "Tanggal ini belum terjadi; tulis hari ini atau sebelumnya.",
                "This date has not come yet; write today or earlier.",
            )
        )
    if field.rule == "not_past" and day < today:
        raise Unfit(
            Text(
                "Tanggal ini sudah lewat; tulis hari ini atau sesudahnya.",
                "This date has passed; write today or later.",
            )
        )
    first, last = field.dates(today)
    if first is not None and day < first:
        bound = plain_date(first)
        raise Unfit(Text(
            f"Tanggal ini terlalu lama berlalu; tulis {bound} atau sesudahnya.",
            f"This date is too long ago; write {bound} or later.",
        ))  # fmt: skip
    if last is not None and day > last:
        bound = plain_date(last)
        raise Unfit(Text(
            f"Tanggal ini terlalu jauh di depan; tulis {bound} atau sebelumnya.",
            f"This date is too far ahead; write {bound} or earlier.",
        ))  # fmt: skip


def _read(parse: Callable[[str], Moment], text: str, wrong: Text) -> Moment:
    if len(text) > 40 or not text.isascii():
        raise Unfit(wrong)
    try:
        return parse(text)
    except ValueError:
        raise Unfit(wrong) from None


def _too_long(longest: int, length: int) -> Text:
    return Text(
        f"Paling panjang {longest} karakter; sekarang {length}.",
        f"At most {longest} characters; there are {length} now.",
    )


_READERS: Mapping[str, Callable[[Field, str, Sources], str]] = {
    "textfield": _text, "textarea": _text, "datetime": _moment,
}  # fmt: skip
_NOT_TEXT = Text("Isian harus berupa teks.", "The answer must be a text.")
_NOT_NUMBER = Text("Tulis angka saja.", "Write a number.")
_NOT_TIME = Text("Tulis jam, misalnya 14:30.", "Write a time, for instance 14:30.")
_NOT_MOMENT = Text("Tulis tanggal dan jam.", "Write a date and a time.")
