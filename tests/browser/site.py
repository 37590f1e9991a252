"""A whole service on a free port of this machine, with the city's procedure and demo people, for browsers to visit."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from app.auth import sessions
from app.auth.demo import DEMO_PASSWORD
from app.cli.serve import make_ready
from app.commands.complaint.filing import Filed
from app.commands.person import reset_links
from app.domain.chance import SystemChance
from app.domain.clock import FrozenClock
from app.domain.roles import Actor
from app.main import create_app, join
from app.queries.person import people
from app.rules.access import OPEN, PATHS
from app.settings import Settings
from app.store.access import add_link
from app.store.accounts import User
from app.store.database import reading
from app.store.tasks import Task
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday 09:00 in Pekalongan
PASSWORD = DEMO_PASSWORD
# The names that tests.world knows -> the demo person who does it here.
MAIL = {
    "menteri": "kemenpanrb@contoh.example",
    "dinkominfo": "dinkominfo@contoh.example",
    "petugas": "petugas@contoh.example",
    "pupr": "dpupr@contoh.example",
    "penghubung": "penghubung.dpupr@contoh.example",
    "dlh": "dlh@contoh.example",
    "dishub": "dishub@contoh.example",
    "inspektorat": "inspektorat@contoh.example",
    "kabid": "kabid@contoh.example",
    "pimpinan": "pimpinan@contoh.example",
    "pemilik": "pemilik@contoh.example",
    "ops": "operator@contoh.example",
    "admin": "admin@contoh.example",
}


class Quiet(WSGIRequestHandler):
    """Answers requests without a line for each."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Stay quiet."""


@dataclass
class Site(World):
    """The running service, and short ways to bring its complaints where a page needs them."""

    app: Flask = field(kw_only=True)
    url: str = field(kw_only=True)
    kept: dict[str, Any] = field(default_factory=dict)  # what stories share: complaints and tasks by name

    @property
    def clock(self) -> FrozenClock:
        """The clock of the service; it stands until a test moves it."""
        clock = self.toolbox.clock
        assert isinstance(clock, FrozenClock)
        return clock

    def actor(self, name: str) -> Actor:
        """A demo person with the grants in force."""
        with reading(self.toolbox.database) as session:
            found = people.actor_of(session, self.id_of(name), self.clock.now().date())
        assert found is not None, f"no demo person {name}"
        return found

    def id_of(self, name: str) -> str:
        """The account of a demo person."""
        with reading(self.toolbox.database) as session:
            found = people.id_of(session, MAIL[name])
        assert found is not None, f"no demo person {name}"
        return found

    def cookie(self, name: str) -> Mapping[str, Any]:
        """What the browser of a signed-in person holds: the short way past the sign-in page."""
        token = SystemChance().hex() * 2
        with Session(self.toolbox.database) as session, session.begin():
            sessions.begin(session, token, self.id_of(name), self.clock.now())
        return {"name": "alur-masuk", "value": token, "url": self.url}

    @cached_property
    def addresses(self) -> dict[str, set[str]]:
        """Every address of the service with the methods it answers to."""
        found: dict[str, set[str]] = {}
        for rule in self.app.url_map.iter_rules():
            found.setdefault(rule.rule, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
        return found

    def task(self, filed: Filed, element: str | None = None) -> str:
        """The id of the open task of a complaint."""
        (task,) = self.open(filed.instance_id, element)
        return task

    def done_task(self, element: str) -> str:
        """The id of some completed task."""
        return str(self.rows(Task, element=element, state="completed")[0].id)

    def link(self, name: str, purpose: str = OPEN) -> str:
        """Where the personal link of a letter about a complaint leads."""
        token, now = SystemChance().code(26), self.clock.now()
        columns = {"purpose": purpose, "contact": "email", "address_hash": None, "created_at": now}
        with self.toolbox.database.begin() as connection:
            add_link(connection, token, complaint_id=self.kept[name].tracking_id, **columns)
        return f"/{PATHS[purpose]}/{token}"

    def reset_token(self, name: str) -> str:
        """What the mailed link to a new password carries for a demo person."""
        with reading(self.toolbox.database) as session:
            user = session.get_one(User, self.id_of(name))
            return reset_links.token(self.toolbox.settings, user, self.clock.now() + reset_links.VALID)


@contextmanager
def site(folder: Path, complaints: bool = True) -> Iterator[Site]:
    """Serve a fresh installation whose data lies in `folder`; `complaints`: with the demo complaints."""
    processes = folder / "processes"
    shutil.copytree(ROOT / "processes", processes)
    if not complaints:
        (processes / "demo" / "complaints.toml").write_text("complaint = []\n", "utf-8")
    settings = Settings(
        database_url=f"sqlite:///{folder / 'alur.db'}",
        secret_key="only for browser tests, never elsewhere",
        identity_key=b"k" * 32,
        demo=True,
        var_dir=folder,
        processes_dir=processes,
        forms_dir=ROOT / "forms",
        diagrams_dir=ROOT / "diagrams",
        trust_proxy=1,  # each browser of the tests says its own address, so that the limit on tries counts it alone
    )
    toolbox = join(settings, FrozenClock(MORNING))
    toolbox = replace(toolbox, handlers=dict(toolbox.handlers))  # so that a test can let one fail
    make_ready(toolbox)
    app = create_app(settings, toolbox=toolbox)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(toolbox, app.extensions["alur"].runner, app=app, url=f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        toolbox.database.dispose()
