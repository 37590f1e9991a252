"""What every command is: a frozen record of one wish, the right it needs, and what of it the audit may keep."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import Field, fields
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from app.domain.permissions import Permission

if TYPE_CHECKING:
    from app.commands.transaction import Transaction

PERSONAL = {"personal": True}  # never audited: only that it was given, and which of its fields


class Command(Protocol):
    """One verb. Its fields are what the audit keeps; those with the metadata PERSONAL it only names."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def permission(self) -> Permission:
        """The right without which the command is refused before anything is looked at (a ClassVar)."""
        ...

    def execute(self, tx: Transaction) -> Any:
        """Make the change inside the unit's transaction; a Refusal takes all of it back."""
        ...


def name_of(command: object) -> str:
    """The command's name as the audit keeps it."""
    return type(command).__name__


def audited(command: Command) -> dict[str, Any]:
    """The command's fields for the audit, personal values left out."""
    kept: dict[str, Any] = {}
    for field in fields(command):
        value = getattr(command, field.name)
        if field.metadata.get("personal"):
            kept[field.name] = _given(value)
        else:
            kept[field.name] = _plain(value)
    return kept


def _given(value: Any) -> Any:
    if isinstance(value, Mapping):
        return sorted(str(name) for name, each in value.items() if each not in (None, ""))
    return None if value is None else "***"


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, bytes):
        return {"size": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value]
