"""Keeps what the database holds of deployments and service data in memory, so that each content is read once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from app.bundle.read import Bundle, bundle_of
from app.domain.errors import InvalidDiagram, NotFound
from app.domain.limits import Limit, in_force
from app.domain.text import Text
from app.standard.files import limits
from app.standard.reader import Source
from app.standard.service import ServiceData, service_from
from app.store.base import table_of
from app.store.compiled import CompiledStatement
from app.store.database import READING
from app.store.deployments import Deployment, DeploymentFile
from app.store.service_data import ServiceFile, files_in_force

Reader = Connection | Session
LIMITS = "sla.toml"
IN_FORCE = "service in force"  # in the info of a session that only reads: what it has found
BUNDLES = 32  # versions kept in memory at once
CHANGED = Text(
    "Berkas versi prosedur ini berubah sejak dipasang; versi ini tidak dijalankan.",
    "The files of this version were changed after it was deployed; it is not run.",
)
_count = CompiledStatement(select(func.count().label("number")).select_from(table_of(ServiceFile)))


class Figure(NamedTuple):
    """A limit as it was in force when a case began (None: unknown), and whether the policy has dropped it since."""

    limit: Limit | None
    withdrawn: bool


class Shelf:
    """Bundles by deployment and the service data in force, shared by all threads; files never change once stored."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bundles: OrderedDict[str, Bundle] = OrderedDict()
        self._service: tuple[int, ServiceData, str] | None = None
        self._former: dict[str, Mapping[str, tuple[Limit, ...]]] = {}

    def service(self, reader: Reader) -> ServiceData:
        """The service data in force; NotFound while none was loaded."""
        return self._current(reader)[0]

    def limits_digest(self, reader: Reader) -> str:
        """The digest of the limits in force, to be kept by an instance that starts now."""
        return self._current(reader)[1]

    def limit(self, reader: Reader, digest: str | None, key: str, day: date) -> Limit:
        """The limit `key` of the file with `digest`, for an instance started on `day`; KeyError if unknown."""
        held = self._service  # whoever asks for a limit has asked for the service data in this transaction before
        service, current = (held[1], held[2]) if held is not None else self._current(reader)
        if digest is not None and digest != current:
            former = self.former(reader, digest)
            if key in former:
                return in_force(former[key], day)
        return service.limit(key, day)

    def figure(self, reader: Reader, digest: str | None, key: str, day: date) -> Figure:
        """The limit `key` for an instance started on `day`, and whether the policy in force knows it no longer."""
        held = self._service
        service = held[1] if held is not None else self._current(reader)[0]
        try:
            return Figure(self.limit(reader, digest, key, day), key not in service.limit_versions)
        except KeyError:
            return Figure(None, True)

    def bundle(self, reader: Reader, deployment_id: str) -> Bundle:
        """The bundle of a deployment; NotFound when there is none, InvalidDiagram when its files were changed since."""
        with self._lock:
            if deployment_id in self._bundles:
                self._bundles.move_to_end(deployment_id)
                return self._bundles[deployment_id]
        rows = reader.execute(
            select(DeploymentFile.path, DeploymentFile.content).filter_by(deployment_id=deployment_id)
        )
        files = {row.path: row.content for row in rows}
        if not files:
            raise NotFound(Text("Versi prosedur ini tidak ada.", "This version of the procedure does not exist."))
        bundle = bundle_of(files, deployed=True)
        if bundle.digest != reader.execute(select(Deployment.digest).filter_by(id=deployment_id)).scalar_one():
            raise InvalidDiagram(CHANGED)
        with self._lock:
            self._bundles[deployment_id] = bundle
            while len(self._bundles) > BUNDLES:
                self._bundles.popitem(last=False)
        return bundle

    def live(self, reader: Reader) -> dict[str, str]:
        """Process key -> id of the deployment on which new instances start."""
        rows = reader.execute(select(Deployment.key, Deployment.id).where(Deployment.active).order_by(Deployment.key))
        return {row.key: row.id for row in rows}

    def _current(self, reader: Reader) -> tuple[ServiceData, str]:
        if isinstance(reader, Session) and IN_FORCE in reader.info:
            known: tuple[ServiceData, str] = reader.info[IN_FORCE]
            return known
        found = self._looked_up(reader)
        if isinstance(reader, Session) and reader.info.get(READING):
            reader.info[IN_FORCE] = found  # it sees one picture of the database as long as it lives
        return found

    def _looked_up(self, reader: Reader) -> tuple[ServiceData, str]:
        # Contents are only ever added: as long as their number is the same, so is what is in force.
        connection = reader.connection() if isinstance(reader, Session) else reader
        count = _count.rows(connection, {})[0]["number"]
        held = self._service
        if held is not None and held[0] == count:
            return held[1], held[2]
        contents = files_in_force(reader)
        if not contents:
            raise NotFound(Text("Data layanan belum dimuat.", "The service's data has not been loaded yet."))
        service = service_from({name: content for name, (content, _) in contents.items()}, stored=contents)
        digest = contents[LIMITS][1]
        self._service = (count, service, digest)
        return service, digest

    def former(self, reader: Reader, digest: str | None) -> Mapping[str, tuple[Limit, ...]]:
        """The limits of this digest with their versions, none where it was never loaded; read without other files,
        which may have changed so that they no longer fit together."""
        if digest is None:
            return {}
        if digest not in self._former:
            old = reader.execute(select(ServiceFile.content).filter_by(name=LIMITS, digest=digest).limit(1)).scalar()
            self._former[digest] = {} if old is None else limits(Source(LIMITS, old))
        return self._former[digest]
