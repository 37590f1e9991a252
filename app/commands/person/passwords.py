"""Passwords: how they are kept (argon2id), and which ones are refused because others would guess them."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.text import Text

SHORTEST, LONGEST = 12, 200
LEAKED = Path(__file__).with_name("leaked_passwords.txt")
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's figures for argon2id: 19 MiB, 2
LEET = str.maketrans("013457@$!", "oieastasi")

TOO_SHORT = Text(
    f"Kata sandi harus paling sedikit {SHORTEST} karakter. Tiga atau empat kata acak mudah diingat dan kuat.",
    f"The password must have at least {SHORTEST} characters. Three or four random words are strong and easy to keep.",
)
TOO_LONG = Text(
    f"Kata sandi paling panjang {LONGEST} karakter.", f"The password may have {LONGEST} characters at most."
)
GUESSABLE = Text(
    "Kata sandi ini terlalu mudah ditebak (pernah bocor, berulang, atau berurutan). Pilih yang lain.",
    "This password is too easy to guess (leaked before, repeated or in sequence). Choose another one.",
)
OWN_NAME = Text(
    "Kata sandi memuat nama atau alamat surel Anda. Pilih yang lain.",
    "The password contains your name or e-mail address. Choose another one.",
)


def hashed(password: str) -> str:
    """What is stored instead of the password."""
    return HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the right one; for an unknown person (None) it takes just as long and is False."""
    try:
        return HASHER.verify(kept or _nobody(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def faults(password: str, name: str = "", email: str = "") -> list[Text]:
    """Why this password is refused; an empty list when it is good enough."""
    if len(password) < SHORTEST:
        return [TOO_SHORT]
    if len(password) > LONGEST:
        return [TOO_LONG]
    plain = password.lower()
    own = [word for word in (*name.lower().split(), email.lower().partition("@")[0]) if len(word) >= 4]
    if any(word in plain and len(plain.replace(word, "")) < SHORTEST - 4 for word in own):
        return [OWN_NAME]
    return [GUESSABLE] if _guessable(plain) else []


def _guessable(plain: str) -> bool:
    core = plain.strip("0123456789!?.,-_*#@$ ")
    if {plain, core, plain.translate(LEET), core.translate(LEET)} & leaked():
        return True
    if len(set(plain)) <= 4:
        return True
    steps = {ord(b) - ord(a) for a, b in itertools.pairwise(plain)}
    return steps <= {1} or steps <= {-1} or _repeats(plain)


def _repeats(plain: str) -> bool:
    """Whether the whole is one short piece said again and again."""
    return any(
        plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, len(plain) // 2 + 1) if size <= 6
    )


@cache
def leaked() -> frozenset[str]:
    """Passwords and words that stand in every list of leaked passwords, those of Indonesian people too."""
    return frozenset(line.strip() for line in LEAKED.read_text("utf-8").splitlines() if line.strip())


@cache
def _nobody() -> str:
    return hashed("the password of nobody")
