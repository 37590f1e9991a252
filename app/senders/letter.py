"""A message ready to leave, and what every way of sending must be able to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

KINDS = ("email", "phone")  # of addresses, in the order in which people are better reached


def kind_of(address: str) -> str:
    """What kind of address this is."""
    return "email" if "@" in address else "phone"


@dataclass(frozen=True, slots=True)
class Letter:
    """`key` stays the same when a message has to be sent again, so that a receiver can tell; `short` is for SMS."""

    key: str
    to: str
    subject: str
    body: str
    short: str | None = None


class NotSent(Exception):
    """The message could not leave just now; it is tried again later."""


class PutOff(NotSent):
    """The other end answered, and wants this one letter later."""


class Unsendable(Exception):
    """The message can never leave like this: a wrong address, a forbidden character."""


class Unreachable(Exception):
    """No way leads to any of the person's addresses."""


class Sender(Protocol):
    """One way out."""

    @property
    def name(self) -> str:
        """What the outbox notes as the way a message took."""
        ...

    @property
    def real(self) -> bool:
        """Whether a message that took this way has left the house."""
        ...

    def takes(self, address: str) -> bool:
        """Whether this way leads to such an address."""
        ...

    def send(self, letter: Letter) -> None:
        """Send it. Raises NotSent or Unsendable."""
        ...
