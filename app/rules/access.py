"""What a personal link opens, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from app.store.access import PersonalLink, key_of
from app.store.base import table_of
from app.store.complaints import Complaint
from app.store.instances import ProcessInstance

OPEN, SECRET = "open", "secret"  # what a link is for: to read the complaint, or to get a new secret for it
AFTER_END = timedelta(days=30)  # how long after its end a complaint can still be opened by a link
NEW_SECRET = timedelta(hours=24)  # how long the link to a new secret works, and only once
LONGEST = 64  # characters of a token; whatever is longer is none
PATHS = {OPEN: "tautan", SECRET: "kode"}  # where links lead
RENEWAL = "new_secret"  # the letter with a link to a new secret
_link, _complaint, _instance = table_of(PersonalLink), table_of(Complaint), table_of(ProcessInstance)
_find = (
    select(_link, _complaint.c.instance_id, _instance.c.ended_at)
    .select_from(
        _link.join(_complaint, _complaint.c.id == _link.c.complaint_id).join(
            _instance, _instance.c.id == _complaint.c.instance_id
        )
    )
    .where(_link.c.id == bindparam("key"))
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link that works now."""

    id: str
    complaint_id: str
    instance_id: str
    contact: str
    address_hash: str | None
    used_at: datetime | None


def purpose_of(template: str) -> str:
    """What the link in a letter is for."""
    return SECRET if template == RENEWAL else OPEN


def days_of(template: str) -> int | None:
    """For how many days after the end of the case the link in a letter works; None for one that is used up before."""
    return None if template == RENEWAL else AFTER_END.days


def link_of(reader: Connection | Session, token: str, purpose: str, now: datetime) -> Link | None:
    """The link with this token if it works for `purpose`; None for wrong, closed, used and expired ones alike."""
    row = reader.execute(_find, {"key": key_of(token[:LONGEST])}).first()
    if row is None or row.purpose != purpose or row.revoked_at is not None:
        return None
    if purpose == SECRET:
        works = row.used_at is None and now - row.created_at <= NEW_SECRET
    else:
        works = row.ended_at is None or now - row.ended_at <= AFTER_END
    if not works:
        return None
    return Link(row.id, row.complaint_id, row.instance_id, row.contact, row.address_hash, row.used_at)
