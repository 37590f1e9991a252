"""The link by which a person sets a new password: signed, short-lived, and of use only once."""

from __future__ import annotations

from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session

from app.domain.errors import Expired
from app.settings import Settings
from app.store.accounts import User

VALID = timedelta(minutes=30)
INVITED = timedelta(days=7)


def token(settings: Settings, user: User, until: datetime) -> str:
    """The secret part of the link. It names the stamp that changes with the password, so it works once."""
    return _signer(settings).dumps([user.id, user.stamp, int(until.timestamp())])


def link(settings: Settings, user: User, until: datetime) -> str:
    """The whole address to send."""
    return f"{settings.base_url}/sandi/{token(settings, user, until)}"


def person_of(session: Session, settings: Settings, text: str, now: datetime) -> User:
    """Whose password the link may set; Expired when it is forged, used, or too old."""
    try:
        user_id, stamp, until = _signer(settings).loads(text)
    except (BadData, ValueError, TypeError):
        raise Expired from None
    user = session.get(User, str(user_id))
    if user is None or not user.active or user.stamp != stamp or now.timestamp() > until:
        raise Expired
    return user


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key, salt="reset-password")
