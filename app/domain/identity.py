"""Checks what people say about themselves: name, NIK, telephone and e-mail address, without proving any of it."""

from __future__ import annotations

import re
import unicodedata

from app.domain.text import Text

# DOMAIN 5.3. A landline carries its area code; both are tried on the number without its separators.
MOBILE = re.compile(r"(?:\+62|62|0)(8[1-9][0-9]{6,11})")
LANDLINE = re.compile(r"(?:\+62|62|0)([2-9][0-9]{1,3}[0-9]{5,8})")
SEPARATORS = re.compile(r"[\s().\-\u2013/]+")
NIK = re.compile(r"[0-9]{16}")
NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .,'\-\u0300-\u036f])*")
NAME_LENGTHS = (2, 100)
# The dot-atom of RFC 5321, without quotes and comments, which no person has in an address today.
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Longer top levels than "international" belong to brands: "gafe.pekalongankota" is a slip, not an address.
TOP_LEVEL = re.compile(r"[a-z]{2,13}|xn--[a-z0-9-]{1,59}")
WOMEN = 40  # is added to the day of birth in a woman's NIK


class Unfit(ValueError):
    """What was typed cannot be such a thing; `text` says why and what to do."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


def name(text: str) -> str:
    """A person's name with single blanks; one word is enough, as it is in Indonesia. Raises Unfit."""
    found = " ".join(unicodedata.normalize("NFC", text).replace("\u2019", "'").split())
    shortest, longest = NAME_LENGTHS
    if not shortest <= len(found) <= longest:
        raise Unfit(
            Text(
                f"Nama terdiri atas {shortest} sampai {longest} karakter.",
                f"A name has {shortest} to {longest} characters.",
            )
        )
    if not NAME.fullmatch(found):
        raise Unfit(Text(
            "Nama hanya memuat huruf, spasi, titik, koma, tanda petik (') dan tanda hubung.",
            "A name has only letters, spaces, full stops, commas, apostrophes and hyphens.",
        ))  # fmt: skip
    return found


def phone(text: str) -> str:
    """An Indonesian mobile or landline number as +62...; raises Unfit."""
    digits = SEPARATORS.sub("", text)
    found = MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits)
    if found is None or not digits.isascii():
        raise Unfit(Text(
            "Tulis nomor telepon Indonesia, misalnya 0812 3456 7890 atau (0285) 421243.",
            "Write an Indonesian telephone number, for instance 0812 3456 7890 or (0285) 421243.",
        ))  # fmt: skip
    return "+62" + found[1]


def email(text: str) -> str:
    """An e-mail address that could be reached: its domain must end in a real-looking top level. Raises Unfit."""
    local, _, domain = text.strip().rpartition("@")
    try:
        domain = domain.lower() if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        raise Unfit(_NOT_AN_ADDRESS) from None
    labels = domain.split(".")
    whole = LOCAL.fullmatch(local) and len(labels) > 1 and all(map(LABEL.fullmatch, labels))
    if not whole or not TOP_LEVEL.fullmatch(labels[-1]) or len(local) > 64 or len(local) + len(domain) > 253:
        raise Unfit(_NOT_AN_ADDRESS)
    return f"{local}@{domain}"


def nik(text: str) -> str:
    """The 16 digits of an identity number whose birth date and serial can exist (no check digit). Raises Unfit."""
    digits = SEPARATORS.sub("", text)
    if not NIK.fullmatch(digits):
        raise Unfit(Text("NIK terdiri atas tepat 16 angka.", "A NIK has exactly 16 digits."))
    day, month = int(digits[6:8]), int(digits[8:10])
    if not (1 <= day <= 31 or WOMEN < day <= WOMEN + 31) or not 1 <= month <= 12 or digits.endswith("0000"):
        raise Unfit(Text(
            "Angka NIK ini tidak mungkin benar; periksa lagi di KTP atau Kartu Keluarga.",
            "These digits cannot be a NIK; please check them on the identity or family card.",
        ))  # fmt: skip
    return digits


def masked_nik(digits: str) -> str:
    """A NIK for showing: only its last four digits."""
    return "*" * (len(digits) - 4) + digits[-4:]


_NOT_AN_ADDRESS = Text(
    "Tulis alamat surel lengkap, misalnya nama@contoh.co.id.",
    "Write a complete e-mail address, for instance name@example.com.",
)
