"""Joins the parts of Alur into one application; the only place where that happens."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import structlog

from app.commands.runner import Runner
from app.domain.chance import Chance, SystemChance
from app.domain.clock import Clock, SystemClock
from app.sdk import handlers_of
from app.settings import Settings
from app.store.database import connect
from app.store.keys import KeyRing
from app.toolbox import Toolbox

if TYPE_CHECKING:
    from flask import Flask

LOADED = "Dimuat dari berkas saat mulai"
CHANGED = "Berkas prosedur di server berubah"
log = structlog.get_logger(__name__)
REST_OF_A_FORM = 2 * 1024 * 1024
PAGES = (
    "app.web.health",
    "app.web.house",
    "app.web.language",
    "app.web.citizen.report",
    "app.web.citizen.standard",
    "app.web.citizen.tracking",
    "app.web.citizen.personal_link",
    "app.web.attachments",
    "app.web.account",
    "app.web.officer.board",
    "app.web.officer.inbox",
    "app.web.officer.task",
    "app.web.officer.dossier",
    "app.web.officer.cases",
    "app.web.admin.people",
    "app.web.operator.operations",
    "app.web.owner.procedures",
    "app.web.owner.proposals",
    "app.web.owner.trials",
    "app.web.owner.uploads",
)


def join(settings: Settings, clock: Clock | None = None, chance: Chance | None = None) -> Toolbox:
    """The parts that every entry point (pages, timers, command line) works with."""
    return Toolbox(
        settings=settings,
        clock=clock or SystemClock(),
        chance=chance or SystemChance(),
        database=connect(settings.database_url),
        handlers=handlers_of(settings.tasks_package),
        keys=KeyRing.of(settings.identity_key),
    )


def prepare(toolbox: Toolbox) -> None:
    """Bring the tables up to date; load service data never loaded before, but for what people chose.

    Of each procedure the first version is put live; later changed files wait for approval.
    """
    from app.bundle.read import read_folder
    from app.commands.case.recount import RecountIfChanged
    from app.commands.procedure.deployments import Deploy
    from app.commands.procedure.proposals import OfferFiles
    from app.commands.procedure.service import LoadService
    from app.domain.roles import SYSTEM
    from app.queries.procedure.service_files import differing
    from app.standard.service import FOLDER, read_contents
    from app.store.database import reading
    from app.store.migrate import upgrade

    settings, runner = toolbox.settings, Runner(toolbox)
    settings.var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    upgrade(toolbox.database, keys=toolbox.keys)
    contents = read_contents(settings.processes_dir.parent / FOLDER)
    runner.run(LoadService(contents, LOADED, seed=True), SYSTEM)
    runner.run(RecountIfChanged(), SYSTEM)
    with reading(toolbox.database) as session:
        for name in differing(session, contents):
            log.warning("a service file is not what is in force", file=name, remedy="alur service load")
    for manifest in sorted(settings.processes_dir.glob("*/manifest.toml")):
        files = read_folder(manifest.parent, settings.forms_dir).files
        runner.run(Deploy(files, LOADED, seed=True), SYSTEM)
        if (waiting := runner.run(OfferFiles(files, CHANGED), SYSTEM)) is not None:
            log.warning("changed files of a procedure wait for approval", procedure=manifest.parent.name, id=waiting)


def create_app(
    settings: Settings, clock: Clock | None = None, chance: Chance | None = None, toolbox: Toolbox | None = None
) -> Flask:
    """The web application. Every address must have declared its right, else it refuses to start."""
    from flask import Flask

    from app.senders.chosen import senders
    from app.web import (
        again,
        drawing,
        errors,
        filters,
        forms,
        house,
        language,
        letters,
        navigation,
        returns,
        security,
        shipped,
        sight,
        tables,
    )
    from app.web.citizen import contacts, public_words
    from app.web.current import Web
    from app.web.operator import words as machine_words

    toolbox = toolbox or join(settings, clock, chance)
    app = Flask("app.web", static_folder=None)
    app.secret_key = settings.secret_key
    # Twice what may be attached, so that one file too many or too large is told beside its field, with all else kept.
    largest = 2 * settings.attachment_bytes * settings.attachment_count + REST_OF_A_FORM
    app.config.update(MAX_CONTENT_LENGTH=largest, MAX_FORM_MEMORY_SIZE=REST_OF_A_FORM)
    app.extensions["alur"] = Web(toolbox, Runner(toolbox), ways=senders(settings))
    security.protect(app, settings)
    again.install(app)
    errors.explain(app)
    language.speak(app)
    filters.install(app)
    forms.install(app)
    contacts.install(app)
    public_words.install(app)
    machine_words.install(app)
    returns.install(app)
    house.install(app)
    navigation.install(app)
    tables.install(app)
    drawing.install(app)
    letters.install(app)
    shipped.install(app)
    sight.install(app)
    for name in PAGES:
        app.register_blueprint(importlib.import_module(name).blueprint)
    refuse_undeclared(app)
    return app


def refuse_undeclared(app: Flask) -> None:
    """Stop unless every address was added by `app.web.routes.route`, which makes it declare a right."""
    declared = app.extensions["alur"].permissions
    undeclared = {rule.endpoint for rule in app.url_map.iter_rules()} - set(declared) - {"static"}
    if undeclared:
        raise RuntimeError(f"routes without a declared permission: {', '.join(sorted(undeclared))}")
