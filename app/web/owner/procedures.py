"""Pages of the process owner: the shelf of procedures, their versions and putting one back."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.bundle.difference import difference
from app.bundle.read import Bundle, write_files
from app.commands.procedure.deployments import Activate
from app.domain.errors import Invalid, NotFound
from app.domain.permissions import Permission
from app.domain.text import Text
from app.drawing import draw as drawing
from app.queries.case import instances
from app.queries.procedure import definitions
from app.queries.procedure.proposals import proposals
from app.queries.procedure.trials import trials
from app.rehearsal.rehearse import rehearse
from app.web.entries import REASON, read_entry
from app.web.language import language
from app.web.owner.versions import file_answer, sorted_findings, stored_bundle
from app.web.routes import may, read, route, run, service, web

blueprint = Blueprint("definitions", __name__, url_prefix="/proses")


@route(blueprint, "", Permission.DEFINITION_READ)
def shelf() -> ResponseReturnValue:
    """All procedures with their drawing, version and running cases."""
    with read() as session:
        return render_template("owner/shelf.html", procedures=definitions.shelf(session))


@route(blueprint, "/<key>", Permission.DEFINITION_READ)
def procedure(key: str) -> ResponseReturnValue:
    """One procedure: its drawing, versions, who changed what when, and its limits."""
    with read() as session:
        versions = definitions.versions(session, key)
        live = next((each for each in versions if each.active), versions[0])
        changes = definitions.changes(session, key)
        played, waiting = trials(session, key), proposals(session, key)
        counts = instances.tokens_by_element(session, live.id)
    bundle = stored_bundle(live.id)
    return render_template(
        "owner/procedure.html", versions=versions, live=live, changes=changes, counts=counts,
        bundle=bundle, limits=_limits(bundle), steps=_steps(bundle), holders=_holders(bundle),
        may_deploy=may(Permission.DEFINITION_DEPLOY), service_limits=service().limits, trials=played,
        proposals=waiting, two=service().standard.approval == "two",
    )  # fmt: skip


@route(blueprint, "/<key>/versi/<int:number>", Permission.DEFINITION_READ)
def version(key: str, number: int) -> ResponseReturnValue:
    """One version: its drawing, files, findings, what changed with it and what can be done with it."""
    return _version_page(key, number)


def _version_page(key: str, number: int, problems: Mapping[str, list[Text]] | None = None) -> str:
    with read() as session:
        versions = definitions.versions(session, key)
    found = next((each for each in versions if each.version == number), None)
    if found is None:
        raise NotFound
    bundle = stored_bundle(found.id)
    before = next((each for each in versions if each.version < number), None)
    return render_template(
        "owner/version.html", version=found, bundle=bundle, before=before,
        found=sorted_findings(bundle, rehearsed=False),
        differs=difference(stored_bundle(before.id), bundle) if before else None,
        may_deploy=may(Permission.DEFINITION_DEPLOY), problems=problems or {},
    )  # fmt: skip


@route(blueprint, "/<key>/versi/<int:number>/skenario", Permission.DEFINITION_READ)
def scenarios(key: str, number: int) -> ResponseReturnValue:
    """The scenarios of one version, rehearsed now, without touching any case."""
    with read() as session:
        found = definitions.version(session, key, number)
    results = rehearse(stored_bundle(found.id), service(), web().toolbox.handlers)
    return render_template("owner/scenarios.html", version=found, results=results)


@route(blueprint, "/<key>/versi/<int:number>/diagram.svg", Permission.DEFINITION_READ)
def picture(key: str, number: int) -> ResponseReturnValue:
    """The drawing of one version as a picture."""
    with read() as session:
        found = definitions.version(session, key, number)
    bundle = stored_bundle(found.id)
    labels = bundle.labels if language() == "en" else None
    name = bundle.manifest.diagram
    title = bundle.manifest.title.say(language())
    return file_answer(drawing.draw(bundle.files[name], name, title, labels), "image/svg+xml", None)


@route(blueprint, "/<key>/versi/<int:number>/diagram.bpmn", Permission.DEFINITION_READ)
def diagram(key: str, number: int) -> ResponseReturnValue:
    """The main diagram of one version, for the usual BPMN editors."""
    with read() as session:
        found = definitions.version(session, key, number)
    bundle = stored_bundle(found.id)
    return file_answer(bundle.files[bundle.manifest.diagram], "application/xml", f"{key}-v{number}.bpmn")


@route(blueprint, "/<key>/versi/<int:number>/unduh", Permission.DEFINITION_READ)
def download(key: str, number: int) -> ResponseReturnValue:
    """All files of one version as a zip."""
    with read() as session:
        found = definitions.version(session, key, number)
    return file_answer(write_files(stored_bundle(found.id).files), "application/zip", f"{key}-v{number}.zip")


@route(
    blueprint,
    "/<key>/versi/<int:number>/aktifkan",
    Permission.DEFINITION_DEPLOY,
    methods=("POST",),
    again=lambda key, number: _version_page(key, number),
)
def activate(key: str, number: int) -> ResponseReturnValue:
    """Put a version back: new cases start on it, running ones stay where they are."""
    with read() as session:
        found = definitions.version(session, key, number)
    try:
        reason = read_entry(REASON)
    except Invalid as refusal:
        return _version_page(key, number, refusal.errors), 400
    run(Activate(found.id, reason))
    flash(_("Versi %(number)s kini berlaku untuk aduan baru.", number=number), "success")
    return redirect(url_for("definitions.procedure", key=key))


@blueprint.app_template_filter()
def title_of(each: definitions.Version) -> str:
    """The title of a version's procedure in the language of the reader."""
    return each.title if language() == "id" else stored_bundle(each.id).manifest.title.say(language())


def _limits(bundle: Bundle) -> list[object]:
    used = {element.properties.get("sla") for element in bundle.definition.elements.values()}
    used.add(bundle.manifest.instance.sla)
    return [limit for key, limit in service().limits.items() if key in used]


def _holders(bundle: Bundle) -> dict[str, str]:
    """Lane -> the roles that do its tasks, in the language of the reader."""
    titles = {code: role.title.say(language()) for code, role in service().role_rows.items()}
    return {
        name: ", ".join(titles.get(role, role) for role in lane.roles) for name, lane in bundle.manifest.lanes.items()
    }


def _steps(bundle: Bundle) -> list[object]:
    return [element for element in bundle.definition.elements.values() if element.kind == "userTask"]
