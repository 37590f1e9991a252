"""Addresses that a page may send somebody to: only ours, never another site's."""

from __future__ import annotations

from urllib.parse import urlsplit


def inside(address: str | None) -> str | None:
    """The address if it is a path of this service, else None (no other host, no scheme, no control characters)."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return None
    if any(ord(char) < 33 or char == "\\" for char in address):
        return None
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else None
