"""Proves who somebody is by address and password, and slows guessing down without telling who has an account."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.commands.person import passwords
from app.domain.errors import Forbidden, TooMany
from app.domain.text import Text
from app.store.accounts import SignInFailure, User
from app.store.database import reading, writer

if TYPE_CHECKING:
    from app.toolbox import Toolbox

FIRST_WAIT, LONGEST_WAIT = 3, 60  # seconds; doubled with every failure in a row


class WrongPassword(Forbidden):
    """The address or the password is not right; which of the two is never said."""

    code = "wrong-password"
    title = Text(
        "Alamat surel atau kata sandi tidak cocok. Periksa kembali, lalu coba lagi.",
        "The e-mail address or the password does not match. Check both and try again.",
    )


@dataclass(frozen=True, slots=True)
class _Known:
    id: str | None
    password: str | None
    blocked_until: datetime | None


def wait(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: 3, 6, 12, 24, 48, then 60 seconds."""
    return timedelta(seconds=min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(max(failures, 1) - 1, 10)))


def check(toolbox: Toolbox, email: str, password: str) -> str:
    """The id of the person; WrongPassword or TooMany (`seconds` to wait), both alike for unknown addresses."""
    address, now = email.strip().lower(), toolbox.clock.now()
    key = _key(toolbox.settings.secret_key, address)
    known = _known(toolbox, address, key)
    if known.blocked_until is not None and known.blocked_until > now:
        raise TooMany(seconds=int((known.blocked_until - now).total_seconds()) + 1)
    right = passwords.matches(known.password, password)
    with Session(writer(toolbox.database)) as session, session.begin():
        if right:
            session.execute(delete(SignInFailure).where(SignInFailure.key == key))
        else:
            _count_failure(session, key, now)
    if not right or known.id is None:
        raise WrongPassword
    return known.id


def forget_failures(session: Session, now: datetime) -> None:
    """Housekeeping: drop what was counted more than a day ago."""
    session.execute(delete(SignInFailure).where(SignInFailure.blocked_until < now - timedelta(days=1)))


def _known(toolbox: Toolbox, address: str, key: str) -> _Known:
    with reading(toolbox.database) as session:
        user = session.execute(select(User.id, User.password).where(User.email == address, User.active)).first()
        failure = session.get(SignInFailure, key)
        blocked = failure.blocked_until if failure else None
        return _Known(user.id, user.password, blocked) if user else _Known(None, None, blocked)


def _count_failure(session: Session, key: str, now: datetime) -> None:
    row = session.get(SignInFailure, key)
    if row is None:
        session.add(SignInFailure(key=key, failures=1, blocked_until=now + wait(1)))
        return
    row.failures += 1
    row.blocked_until = now + wait(row.failures)


def _key(secret: str, address: str) -> str:
    return hmac.new(secret.encode(), f"sign-in:{address}".encode(), hashlib.sha256).hexdigest()
