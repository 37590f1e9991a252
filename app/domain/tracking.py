"""The tracking id of a complaint: ten characters that are hard to guess and forgiving to type."""

from __future__ import annotations

from app.domain.chance import CROCKFORD, Chance

LENGTH = 10
SECRET_LENGTH = 16
HALF = LENGTH // 2
GROUP = 4


def _times_x(value: int) -> int:
    """Multiply by x in the field of 32 elements (polynomial x^5 + x^2 + 1)."""
    value <<= 1
    return value ^ 0b100101 if value & 32 else value


def _check_character(body: str) -> str:
    # A code over the field of 32 elements sees every wrong character and every swap of neighbours;
    # a plain sum modulo 31 would take 0 and Z for the same.
    check = 0
    for char in body:
        check = _times_x(check ^ CROCKFORD.index(char))
    return CROCKFORD[check]


def tracking_id(chance: Chance) -> str:
    """A fresh id: nine random characters (45 bits) and a check character."""
    body = chance.code(LENGTH - 1)
    return body + _check_character(body)


def normalise(text: str) -> str:
    """What a person typed, as the alphabet knows it: upper case, no blanks or dashes, O as 0, I and L as 1."""
    kept = "".join(char for char in text.upper() if not char.isspace() and char not in "-–—#")
    return kept.replace("O", "0").replace("I", "1").replace("L", "1")


def shown(text: str) -> str:
    """The number as people read it, on pages and paper and in letters alike: “W5QNM-T8AQ5”; other texts as they are."""
    return f"{text[:HALF]}-{text[HALF:]}" if is_tracking_id(text) else text


def shown_secret(secret: str) -> str:
    """The secret as people read it: “7K2F-9QX4-M3TB-W8HD”."""
    return "-".join(secret[at : at + GROUP] for at in range(0, len(secret), GROUP))


def is_tracking_id(text: str) -> bool:
    """Whether a normalised text can be a tracking id (length, alphabet, check character)."""
    if len(text) != LENGTH or any(char not in CROCKFORD for char in text):
        return False
    return _check_character(text[:-1]) == text[-1]
