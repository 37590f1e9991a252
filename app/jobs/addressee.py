"""Who a message is for, read only when it leaves: the addresses, the language, and what the letter's frame says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commands.person import reset_links
from app.senders.letter import NotSent
from app.standard.wording import staff_page
from app.store.accounts import User
from app.store.complaints import Complaint
from app.store.keys import Unreadable
from app.store.reporters import Reporter
from app.toolbox import Toolbox


class Gone(Exception):
    """There is nobody any more to write to: an erased reporter, a closed account."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a message goes, in order of preference, in which language, and in which frame."""

    addresses: tuple[str, ...]
    lang: str
    audience: str = "staff"
    about: Mapping[str, str] = field(default_factory=dict)  # what the frame says of the reporter's own complaint
    complaint_id: str | None = None  # of a reporter
    confidential: bool = False  # whether the case that the letter is about is so now
    email_hash: str | None = None


def addressee(session: Session, toolbox: Toolbox, recipient: str, instance_id: str | None) -> Addressee:
    """Who that is, for a letter about a case. Raises Gone, and NotSent when a sealed identity does not open."""
    kind, _, of = recipient.partition(":")
    query = select(Complaint.is_confidential).where(Complaint.instance_id == instance_id)
    confidential = bool(instance_id is not None and session.scalar(query))
    return _person(session, of, confidential) if kind == "user" else _reporter(session, toolbox, of)


def way_on(session: Session, toolbox: Toolbox, recipient: str, fields: Mapping[str, str]) -> str:
    """Where a member of staff goes on: the page behind a letter with its own secret, the case's file, or the tasks."""
    if "until" in fields:
        user = session.get(User, recipient.partition(":")[2])
        return "" if user is None else reset_links.link(toolbox.settings, user, datetime.fromisoformat(fields["until"]))
    return staff_page(toolbox.settings.base_url, fields)


def _person(session: Session, user_id: str, confidential: bool) -> Addressee:
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise Gone
    return Addressee((user.email,), user.lang, confidential=confidential)


def _reporter(session: Session, toolbox: Toolbox, complaint_id: str) -> Addressee:
    row = session.get(Reporter, complaint_id)
    if row is None or row.data_key is None or row.sealed is None:
        raise Gone
    try:
        identity = toolbox.keys.open(row.data_key, row.sealed, complaint_id)
    except Unreadable as error:
        raise NotSent("the identity does not open") from error
    query = select(Complaint.lang, Complaint.title, Complaint.is_confidential).where(Complaint.id == complaint_id)
    lang, title, confidential = session.execute(query).one()
    addresses = tuple(str(identity[name]) for name in ("email", "phone") if identity.get(name))
    # A letter lies in shared inboxes and on lock screens: that of a confidential case does not say what it is about.
    about = {"title": "" if confidential else title}
    return Addressee(addresses, lang or "id", "reporter", about, complaint_id, confidential, row.email_hash)
