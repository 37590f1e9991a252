"""Says whether the address of a channel can exist: an e-mail with a real ending, a Twitter name without dots."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from app.domain.text import Text

# Endings longer than a country's two letters that public offices and their suppliers use.
GENERIC_ENDINGS = frozenset({
    "com", "net", "org", "info", "biz", "edu", "gov", "mil", "int", "name", "pro", "app", "dev", "email", "online",
    "site", "cloud", "tech", "store", "shop", "blog", "agency", "digital", "services", "support", "systems", "media",
    "news", "social", "community", "foundation", "world", "today", "live",
})  # fmt: skip
_MOBILE = re.compile(r"(\+62|62|0)8[1-9][0-9]{6,11}")
_LANDLINE = re.compile(r"\(?0[2-9][0-9]{1,3}\)?[ -]?[0-9]{5,8}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@(?P<host>[A-Za-z0-9.-]+)")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")


def _host(host: str) -> Text | None:
    labels = host.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return Text(f"“{host}” bukan nama domain.", f"“{host}” is not a domain name.")
    ending = labels[-1].lower()
    if not (len(ending) == 2 and ending.isalpha()) and ending not in GENERIC_ENDINGS:
        return Text(
            f"“.{ending}” bukan domain tingkat atas yang dikenal, seperti .go.id.",
            f"“.{ending}” is not a known top-level domain such as .go.id.",
        )
    return None


def _email(address: str) -> Text | None:
    found = _EMAIL.fullmatch(address)
    if found is None:
        return Text(f"“{address}” bukan alamat surel.", f"“{address}” is not an e-mail address.")
    return _host(found["host"])


def _website(address: str) -> Text | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return Text(f"“{address}” bukan alamat situs.", f"“{address}” is not a web address.")
    return _host(parts.hostname)


def _phone(address: str) -> Text | None:
    plain = re.sub(r"[ .-]", "", address)
    if _MOBILE.fullmatch(plain) or _LANDLINE.fullmatch(address) or _LANDLINE.fullmatch(plain):
        return None
    return Text(f"“{address}” bukan nomor telepon.", f"“{address}” is not a telephone number.")


def _twitter(address: str) -> Text | None:
    if re.fullmatch(r"@?[A-Za-z0-9_]{1,15}", address):
        return None
    return Text(
        f"“{address}” tidak mungkin di Twitter: hanya huruf, angka dan garis bawah, paling banyak 15.",
        f"“{address}” cannot exist on Twitter: letters, digits and underscores only, at most 15.",
    )


def _instagram(address: str) -> Text | None:
    name = address.removeprefix("@")
    if re.fullmatch(r"[A-Za-z0-9_.]{1,30}", name) and ".." not in name and name == name.strip("."):
        return None
    return Text(f"“{address}” bukan nama akun Instagram.", f"“{address}” is not an Instagram name.")


def _shortcode(address: str) -> Text | None:
    if re.fullmatch(r"[0-9]{3,6}", address):
        return None
    return Text(f"“{address}” bukan nomor pendek SMS.", f"“{address}” is not an SMS short number.")


RULES: dict[str, Callable[[str], Text | None]] = {
    "email": _email,
    "website": _website,
    "phone": _phone,
    "mobile": _phone,
    "twitter": _twitter,
    "instagram": _instagram,
    "shortcode": _shortcode,
}
# Kinds of channel from which complaints come into this service by themselves. Public pages say of every other channel
# that what is sent there cannot be tracked here.
RECEIVED: frozenset[str] = frozenset()
WITHOUT_ADDRESS = frozenset({"counter", "letter", "import"})


def address_fault(kind: str, address: str) -> Text | None:
    """Why the address cannot exist for this kind of channel; None when it can (or the kind has no rule)."""
    rule = RULES.get(kind)
    return rule(address) if rule else None
