"""What was typed into a form whose session had ended goes along, sealed, to the sign-in page and back to its author."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app, request
from werkzeug.exceptions import HTTPException

from app.domain.permissions import Permission
from app.web import author
from app.web.current import now, web

FIELD = "bawaan"  # the field of the sign-in page that holds the sealed form
RESUME = "lagi"  # the field that asks for the form with what was typed, instead of taking it in
VALID = timedelta(hours=8)
NOT_CARRIED = frozenset({author.TOKEN, FIELD, RESUME, "password", "current", "again"})
Pairs = tuple[tuple[str, str], ...]


class Shut(Exception):
    """A form was sent, and its session has ended; `sealed` is what was typed."""

    def __init__(self, sealed: str) -> None:
        super().__init__("the session of the form that was sent has ended")
        self.sealed = sealed


class SignInNeeded(Shut):
    """The way on leads through the sign-in page."""


class CodeNeeded(Shut):
    """The way on leads through number and code of the complaint."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A form on its way: where it was sent to, the mark of its author, and its names and texts."""

    path: str
    author: str
    pairs: Pairs

    def endpoint(self) -> tuple[str, dict[str, Any]]:
        """The page's endpoint and the arguments in its address; ("", {}) when there is none any more."""
        adapter = current_app.create_url_adapter(request)
        try:
            found = adapter.match(self.path, method="POST") if adapter else None
        except HTTPException:
            return "", {}
        return (found[0], dict(found[1])) if found else ("", {})


def stop(permission: Permission) -> None:
    """Raise SignInNeeded or CodeNeeded when the request brings something typed that can be shown again later."""
    found = web()
    if request.method != "POST" or request.endpoint not in (found.again.keys() | found.late.keys()):
        return
    pairs = tuple(typed())
    if not author.posted() or not any(text.strip() for _, text in pairs):
        return
    sealed = seal(Carried(request.path, author.posted(), pairs))
    raise CodeNeeded(sealed) if permission is Permission.REPORTER else SignInNeeded(sealed)


def typed() -> Iterable[tuple[str, str]]:
    """The names and texts of the form that was sent, without tokens and passwords."""
    return ((name, text) for name, text in request.form.items(multi=True) if name not in NOT_CARRIED)


def seal(carried: Carried) -> str:
    """The form as a text that only this service can read."""
    content = json.dumps([carried.path, carried.author, carried.pairs]).encode()
    return _cipher().encrypt_at_time(zlib.compress(content), int(now().timestamp())).decode()


def brought(mark: str) -> Carried | None:
    """The form that came along with this request, if the person with this mark typed it; nobody else gets it."""
    carried = opened()
    return carried if carried is not None and carried.author == mark else None


def opened() -> Carried | None:
    """The form that came along with this request; None when there is none, or it is too old or no seal of ours."""
    sealed = request.form.get(FIELD, "")
    if not sealed:
        return None
    at, ttl = int(now().timestamp()), int(VALID.total_seconds())
    try:
        content = zlib.decompress(_cipher().decrypt_at_time(sealed.encode(), ttl=ttl, current_time=at))
    except InvalidToken:
        return None
    path, mark, pairs = json.loads(content)
    return Carried(path, mark, tuple((name, text) for name, text in pairs))


def _cipher() -> Fernet:
    secret = web().toolbox.settings.secret_key.encode()
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"alur carried form").derive(secret)
    return Fernet(base64.urlsafe_b64encode(key))
