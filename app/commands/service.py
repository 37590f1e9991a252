"""Loads the service's own data (calendar, limits, units, roles) and recomputes what a new calendar moves."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import func, insert, select

from app.bundle.service import service_from
from app.bundle.shelf import newest_files
from app.commands.reasons import need_reason
from app.commands.recount import recount
from app.commands.unit import Unit
from app.domain.permissions import Permission
from app.store.base import table_of
from app.store.service_data import ServiceFile

CALENDAR = "calendar.toml"
_file = table_of(ServiceFile)


@dataclass(frozen=True)
class LoadService:
    """Put new contents of service files in force. `seed`: only contents never loaded before, as a restart does."""

    permission: ClassVar[Permission] = Permission.STANDARD_EDIT
    files: Mapping[str, bytes]
    reason: str = field(default="")
    seed: bool = False

    def execute(self, unit: Unit) -> tuple[str, ...]:
        """The names of the files that changed. Raises InvalidServiceData with every finding."""
        need_reason(self.reason)
        fresh = self._fresh(unit)
        if fresh:
            held = {name: content for name, (content, _) in newest_files(unit.connection).items()}
            service_from({**held, **{name: self.files[name] for name in fresh}})
            seq = unit.execute(select(func.coalesce(func.max(_file.c.seq), 0))).scalar_one()
            rows = [{"seq": seq + number, **self._row(unit, name)} for number, name in enumerate(fresh, 1)]
            unit.execute(insert(_file), rows)
        if CALENDAR in fresh:
            unit.details["recounted"] = self._recount(unit)
        unit.details["changed"] = {name: hashlib.sha256(self.files[name]).hexdigest() for name in fresh}
        return fresh

    def _recount(self, unit: Unit) -> int:
        """Open due times follow the calendar that is in force from now on."""
        unit.__dict__.pop("service", None)  # it was read before this change
        return recount(unit)

    def _fresh(self, unit: Unit) -> tuple[str, ...]:
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()}
        if self.seed:
            seen = {(row.name, row.digest) for row in unit.execute(select(_file.c.name, _file.c.digest))}
            return tuple(name for name in sorted(self.files) if (name, digests[name]) not in seen)
        held = newest_files(unit.connection)
        return tuple(name for name in sorted(self.files) if held.get(name, (b"", ""))[1] != digests[name])

    def _row(self, unit: Unit, name: str) -> dict[str, Any]:
        content = self.files[name]
        return {
            "id": unit.parts.chance.hex(),
            "name": name,
            "digest": hashlib.sha256(content).hexdigest(),
            "content": content,
            "loaded_at": unit.now,
            "loaded_by": unit.actor,
            "reason": self.reason,
        }
