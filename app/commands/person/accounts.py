"""People and their roles: who has an account, what they may do by which decree, and who stands in for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, select

from app.commands.command import PERSONAL
from app.commands.person import passwords, reset_links
from app.domain.errors import Forbidden, Invalid, NotFound
from app.domain.nearest import refused
from app.domain.permissions import Permission
from app.domain.text import Text
from app.store.accounts import RoleGrant, Session, Substitute, User
from app.store.outbox import OutboxMessage

if TYPE_CHECKING:
    from app.commands.transaction import Transaction

NEEDED = Text("Wajib diisi.", "This is required.")
BAD_EMAIL = Text("Tulis alamat surel lengkap, misalnya nama@kota.go.id.", "Write a whole e-mail address.")
TAKEN = Text("Alamat surel ini sudah dipakai akun lain.", "Another account already has this e-mail address.")
NO_UNIT = Text("Unit ini tidak ada di daftar.", "This unit is not on the list.")
NO_ROLE = Text("Peran ini tidak ada di daftar.", "This role is not on the list.")
UNIT_NEEDED = Text("Peran ini diberikan untuk satu unit; pilih unitnya.", "This role is for one unit; choose it.")
BACKWARDS = Text("Tanggal akhir mendahului tanggal mulai.", "The last day is before the first.")
NO_LANGUAGE = Text("Pilih salah satu bahasa.", "Choose one of the languages.")
SAME_PERSON = Text("Seseorang tidak dapat menggantikan dirinya sendiri.", "Nobody can stand in for themselves.")


class _Administration:
    """What commands on other people's accounts share: the right of an administrator."""

    permission: ClassVar[Permission] = Permission.ACCOUNT_MANAGE


@dataclass(frozen=True)
class AddUser(_Administration):
    """Open an account. Without a password the person is invited by mail to choose one. Returns the user's id."""

    name: str = field(metadata=PERSONAL)
    email: str = field(metadata=PERSONAL)
    password: str | None = field(default=None, metadata=PERSONAL)
    unit: str | None = None
    demo: bool = False

    def prepare(self, tx: Transaction) -> str | None:
        """Compute the slow hash before anything is locked."""
        return passwords.hashed(self.password) if self.password is not None else None

    def execute(self, tx: Transaction) -> str:
        """Check and store; Invalid names each field that is not right."""
        email, errors = _email(self.email)
        if not self.name.strip():
            errors["name"] = [NEEDED]
        if email and tx.session.scalar(select(User.id).where(User.email == email)):
            errors["email"] = [TAKEN]
        if self.unit and self.unit not in tx.service.units:
            errors["unit"] = [refused(NO_UNIT, self.unit, tx.service.units)]
        if self.password is not None and (weak := passwords.faults(self.password, self.name, email)):
            errors["password"] = weak
        _refuse(errors)
        chance = tx.toolbox.chance
        user = User(
            id=chance.hex(),
            name=self.name.strip(),
            email=email,
            unit=self.unit or None,
            demo=self.demo,
            created_at=tx.now,
            active=True,
            password=tx.prepared,
            stamp=chance.hex(),
        )
        tx.session.add(user)
        tx.session.flush()  # the message below refers to the row
        if self.password is None:
            _mail_link(tx, user, "invitation", reset_links.INVITED)
        return user.id


@dataclass(frozen=True)
class SetPassword(_Administration):
    """Give a person a new password; all their sessions end and links sent before stop working."""

    user_id: str
    password: str = field(metadata=PERSONAL)

    def prepare(self, tx: Transaction) -> str:
        """Compute the slow hash before anything is locked."""
        return passwords.hashed(self.password)

    def execute(self, tx: Transaction) -> None:
        """Check the password and store it."""
        _set_password(tx, _user(tx, self.user_id), self.password)


@dataclass(frozen=True)
class ChooseOwnPassword:
    """A person sets their own password, after proving who they are by the old one or by a mailed link."""

    user_id: str
    password: str = field(metadata=PERSONAL)
    permission: ClassVar[Permission] = Permission.SIGNED_IN

    def prepare(self, tx: Transaction) -> str:
        """Compute the slow hash before anything is locked."""
        return passwords.hashed(self.password)

    def execute(self, tx: Transaction) -> None:
        """Check the password and store it."""
        if tx.by.id != self.user_id:
            raise Forbidden
        _set_password(tx, _user(tx, self.user_id), self.password)


@dataclass(frozen=True)
class ChooseLanguage:
    """A person says in which language they want to be written to: "id" or "en"."""

    lang: str
    permission: ClassVar[Permission] = Permission.SIGNED_IN

    def execute(self, tx: Transaction) -> None:
        """Keep it in the account."""
        if self.lang not in ("id", "en"):
            raise Invalid(errors={"lang": [NO_LANGUAGE]})
        _user(tx, tx.by.id).lang = self.lang


@dataclass(frozen=True)
class AskForReset:
    """Mail somebody a link for a new password; for an unknown address nothing happens, and nobody can tell."""

    email: str = field(metadata=PERSONAL)
    permission: ClassVar[Permission] = Permission.PUBLIC

    def execute(self, tx: Transaction) -> None:
        """Write the message, if there is somebody to read it."""
        user = tx.session.scalar(select(User).where(User.email == self.email.strip().lower(), User.active))
        if user is not None:
            _mail_link(tx, user, "password_reset", reset_links.VALID)


@dataclass(frozen=True)
class SetActive(_Administration):
    """Close an account (all sessions end) or open it again; nothing is deleted."""

    user_id: str
    active: bool
    reason: str

    def execute(self, tx: Transaction) -> None:
        """Store it; nobody closes their own account."""
        user = _user(tx, self.user_id)
        if not self.reason.strip():
            _refuse({"reason": [NEEDED]})
        if user.id == tx.by.id:
            raise Forbidden(Text("Akun sendiri tidak dapat ditutup.", "You cannot close your own account."))
        user.active = self.active
        user.stamp = tx.toolbox.chance.hex()
        tx.session.execute(delete(Session).where(Session.user_id == user.id))


@dataclass(frozen=True)
class GrantRole(_Administration):
    """Give a person a role, for a unit where the role asks for one, by a decree, for a time. Returns the grant's id."""

    user_id: str
    role: str
    decree_no: str
    valid_from: date
    valid_to: date | None = None
    unit: str | None = None

    def execute(self, tx: Transaction) -> str:
        """Check against the roles and units in force, and store."""
        user, errors = _user(tx, self.user_id), _period(self.valid_from, self.valid_to)
        role = tx.service.role_rows.get(self.role)
        if role is None:
            errors["role"] = [refused(NO_ROLE, self.role, tx.service.role_rows)]
        if self.unit and self.unit not in tx.service.units:
            errors["unit"] = [refused(NO_UNIT, self.unit, tx.service.units)]
        if role is not None and role.per_unit and not self.unit:
            errors["unit"] = [UNIT_NEEDED]
        if not self.decree_no.strip():
            errors["decree_no"] = [NEEDED]
        _refuse(errors)
        grant = RoleGrant(
            id=tx.toolbox.chance.hex(),
            user_id=user.id,
            role=self.role,
            unit=(self.unit or None) if role is not None and role.per_unit else None,
            decree_no=self.decree_no.strip(),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            granted_at=tx.now,
            granted_by=tx.by.id,
        )
        tx.session.add(grant)
        return grant.id


@dataclass(frozen=True)
class EndGrant(_Administration):
    """End a role: its last day was yesterday, or `last_day`. The row stays, so that the past can be explained."""

    grant_id: str
    last_day: date
    reason: str

    def execute(self, tx: Transaction) -> None:
        """Store the last day; a grant is never made longer here."""
        grant = tx.session.get(RoleGrant, self.grant_id)
        if grant is None:
            raise NotFound
        if not self.reason.strip():
            _refuse({"reason": [NEEDED]})
        if grant.valid_to is None or self.last_day < grant.valid_to:
            grant.valid_to = self.last_day


@dataclass(frozen=True)
class SetSubstitute(_Administration):
    """Let one person do another's work from one day to another. Returns the id of the period."""

    absent_id: str
    deputy_id: str
    valid_from: date
    valid_to: date
    reason: str

    def execute(self, tx: Transaction) -> str:
        """Check both people and the days, and store."""
        errors = _period(self.valid_from, self.valid_to)
        if self.absent_id == self.deputy_id:
            errors["deputy_id"] = [SAME_PERSON]
        if not self.reason.strip():
            errors["reason"] = [NEEDED]
        _refuse(errors)
        period = Substitute(
            id=tx.toolbox.chance.hex(),
            absent_id=_user(tx, self.absent_id).id,
            deputy_id=_user(tx, self.deputy_id).id,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            reason=self.reason.strip(),
            created_by=tx.by.id,
        )
        tx.session.add(period)
        return period.id


@dataclass(frozen=True)
class EndSubstitute(_Administration):
    """End a period of standing in before its last day."""

    substitute_id: str

    def execute(self, tx: Transaction) -> None:
        """Store when it ended; ending it twice changes nothing."""
        period = tx.session.get(Substitute, self.substitute_id)
        if period is None:
            raise NotFound
        period.ended_at = period.ended_at or tx.now


def _mail_link(tx: Transaction, user: User, template: str, valid: timedelta) -> None:
    """Write the message with the link; a reset does not wait for service hours."""
    span = {"minutes": str(valid // timedelta(minutes=1)), "days": str(valid.days)}
    fields = {"until": (tx.now + valid).isoformat()} | span  # the link itself is made when the letter leaves
    identity = tx.toolbox.chance.hex()
    tx.session.add(
        OutboxMessage(
            id=identity,
            key=f"{template}:{identity}",
            template=template,
            recipient=f"user:{user.id}",
            fields=fields,
            created_at=tx.now,
            due_at=tx.now,
            state="waiting",
            attempts=0,
        )
    )


def _set_password(tx: Transaction, user: User, password: str) -> None:
    if weak := passwords.faults(password, user.name, user.email):
        _refuse({"password": weak})
    user.password = tx.prepared
    user.stamp = tx.toolbox.chance.hex()
    tx.session.execute(delete(Session).where(Session.user_id == user.id))


def _user(tx: Transaction, user_id: str) -> User:
    user = tx.session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def _email(text: str) -> tuple[str, dict[str, list[Text]]]:
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower(), {}
    except EmailNotValidError:
        return "", {"email": [BAD_EMAIL]}


def _period(first: date, last: date | None) -> dict[str, list[Text]]:
    return {"valid_to": [BACKWARDS]} if last is not None and last < first else {}


def _refuse(errors: dict[str, list[Text]]) -> None:
    if errors:
        raise Invalid(errors=errors)
