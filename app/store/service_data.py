"""The service's own data (calendar, limits, units, roles): every version that was ever in force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, LargeBinary, String, Text, bindparam, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.base import Base, Id, Instant, table_of


class ServiceFile(Base):
    """One loading of one file of processes/service; rows are only ever added."""

    __tablename__ = "service_file"
    __table_args__ = (Index(None, "name", "seq"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(unique=True)  # in the order of loading
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    loaded_at: Mapped[datetime] = mapped_column(Instant)
    loaded_by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)


class InForce(Base):
    """Which loading of each file is in force. `chosen`: by somebody's decision, so that no restart replaces it."""

    __tablename__ = "service_in_force"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("service_file.id"))
    chosen: Mapped[bool] = mapped_column()


_file, _in_force = table_of(ServiceFile), table_of(InForce)
_newest = (
    select(_in_force.c.name, _file.c.content, _file.c.digest)
    .select_from(_in_force.join(_file, _file.c.id == _in_force.c.file_id))
    .order_by(_in_force.c.name)
)
_one = (
    select(_file.c.content, _file.c.digest, _file.c.loaded_at, _file.c.reason)
    .select_from(_in_force.join(_file, _file.c.id == _in_force.c.file_id))
    .where(_in_force.c.name == bindparam("name"))
)


def files_in_force(reader: Connection | Session) -> dict[str, tuple[bytes, str]]:
    """Name -> (content, digest) of each service file in force."""
    return {row.name: (row.content, row.digest) for row in reader.execute(_newest)}


def file_in_force(connection: Connection, name: str) -> Any:
    """Content, digest, loaded_at and reason of one file in force; None where nothing was ever loaded."""
    if not inspect(connection).has_table(InForce.__tablename__):
        return None
    return connection.execute(_one, {"name": name}).first()
