"""Where codes and tokens come from: the system's randomness, or a seed in tests."""

from __future__ import annotations

import random
import secrets
from typing import Protocol

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Chance(Protocol):
    """A source of unguessable codes."""

    def code(self, length: int) -> str:
        """`length` characters of the Crockford base32 alphabet (5 bits each)."""
        ...

    def hex(self) -> str:
        """32 hexadecimal digits (128 bits)."""
        ...


class SystemChance:
    """The operating system's cryptographic randomness."""

    def code(self, length: int) -> str:
        """`length` characters of the Crockford base32 alphabet (5 bits each)."""
        return "".join(secrets.choice(CROCKFORD) for _ in range(length))

    def hex(self) -> str:
        """32 hexadecimal digits (128 bits)."""
        return secrets.token_hex(16)


class SeededChance:
    """Repeatable codes for tests and rehearsals; never for real cases."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def code(self, length: int) -> str:
        """`length` characters of the Crockford base32 alphabet."""
        return "".join(self._random.choice(CROCKFORD) for _ in range(length))

    def hex(self) -> str:
        """32 hexadecimal digits."""
        return f"{self._random.getrandbits(128):032x}"
