"""Loads the service's own data (calendar, limits, units, roles) and has what they move counted again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import func, insert, select

from app.commands.approval import refuse_alone
from app.commands.case import recount
from app.commands.reasons import need_reason
from app.commands.transaction import Transaction
from app.domain.errors import Invalid
from app.domain.permissions import Permission
from app.domain.text import Text
from app.standard.service import NAMES, OPTIONAL, TEMPLATES, service_from
from app.store.base import table_of
from app.store.service_data import InForce, ServiceFile, files_in_force
from app.store.turns import change_of_calendar
from app.store.upsert import upsert

_file, _in_force = table_of(ServiceFile), table_of(InForce)


@dataclass(frozen=True)
class LoadService:
    """Put contents of service files in force, new ones or earlier ones again.

    `seed`: as a restart does, which neither loads again what was ever loaded nor replaces what somebody chose.
    """

    permission: ClassVar[Permission] = Permission.STANDARD_EDIT
    files: Mapping[str, bytes]
    reason: str = field(default="")
    seed: bool = False
    approved: bool = False  # by a second person, where the service asks for two

    def execute(self, tx: Transaction) -> tuple[str, ...]:
        """The names of the files that changed.

        Raises InvalidServiceData with every finding, Invalid, Conflict where a second person has to approve it.
        """
        if not self.approved:
            refuse_alone(tx)
        need_reason(self.reason)
        self._refuse_strange()
        change_of_calendar(tx.connection)
        fresh = self._fresh(tx)
        if fresh:
            self._refuse_wrong(tx, fresh)
            seq = tx.sql(select(func.coalesce(func.max(_file.c.seq), 0))).scalar_one()
            rows = [{"seq": seq + number, **self._row(tx, name)} for number, name in enumerate(fresh, 1)]
            tx.sql(insert(_file), rows)
            for row in rows:
                in_force = {"name": row["name"], "file_id": row["id"], "chosen": not self.seed}
                upsert(tx.connection, _in_force, in_force, key=("name",))
        if {recount.CALENDAR, recount.LIMITS} & set(fresh):
            tx.afresh()
            recount.begin(tx, fresh)
        tx.details["changed"] = {name: hashlib.sha256(self.files[name]).hexdigest() for name in fresh}
        return fresh

    def inspect(self, tx: Transaction) -> None:
        """Raise what `execute` would raise about the files themselves."""
        need_reason(self.reason)
        self._refuse_strange()
        self._refuse_wrong(tx, self.files)

    def _refuse_wrong(self, tx: Transaction, names: Iterable[str]) -> None:
        held = {name: content for name, (content, _) in files_in_force(tx.connection).items()}
        new = {name: self.files[name] for name in names}
        service_from({**held, **new}, stored=held.keys() - new.keys())

    def _refuse_strange(self) -> None:
        """Files that are none of the service's would lie in the database and do nothing."""
        known = {*NAMES, *OPTIONAL}
        names = [name for name in sorted(self.files) if name not in known and not name.startswith(TEMPLATES)]
        if names and not self.seed:
            said = Text("Bukan berkas data layanan.", "This is not a file of the service's data.")
            raise Invalid(errors={name: [said] for name in names})

    def _fresh(self, tx: Transaction) -> tuple[str, ...]:
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()}
        if self.seed:
            seen = {(row.name, row.digest) for row in tx.sql(select(_file.c.name, _file.c.digest))}
            chosen = set(tx.connection.scalars(select(_in_force.c.name).where(_in_force.c.chosen)))
            names = (name for name in sorted(self.files) if name not in chosen)
            return tuple(name for name in names if (name, digests[name]) not in seen)
        held = files_in_force(tx.connection)
        return tuple(name for name in sorted(self.files) if held.get(name, (b"", ""))[1] != digests[name])

    def _row(self, tx: Transaction, name: str) -> dict[str, Any]:
        content = self.files[name]
        return {
            "id": tx.toolbox.chance.hex(),
            "name": name,
            "digest": hashlib.sha256(content).hexdigest(),
            "content": content,
            "loaded_at": tx.now,
            "loaded_by": tx.actor,
            "reason": self.reason,
        }
