"""Pages of the process owner: the shelf of procedures, their versions, and putting a changed one live."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.bundle.difference import difference
from app.bundle.read import Bundle, bundle_of, read_zip, write_zip
from app.commands.case.instances import StartTest
from app.commands.procedure.deployments import Activate, Deploy, everything_about
from app.domain.errors import Invalid, InvalidDiagram, NotFound, Refusal
from app.domain.findings import Finding, errors
from app.domain.permissions import Permission
from app.domain.text import Text
from app.drawing import draw as drawing
from app.queries.case import instances
from app.queries.procedure import definitions
from app.rehearsal.rehearse import rehearse
from app.web.entries import REASON, read_entry
from app.web.language import language
from app.web.routes import may, read, route, run, service, web

blueprint = Blueprint("definitions", __name__, url_prefix="/proses")

NO_FILE = Text("Pilih sedikitnya satu berkas.", "Choose at least one file.")
UNREADABLE = Text("Kiriman ini bukan kumpulan berkas prosedur.", "This upload is not a set of procedure files.")
OVERTAKEN = Text(
    "Sementara itu versi lain diberlakukan. Baca lagi apa yang berubah dibanding versi itu, lalu berlakukan.",
    "Another version was put live in the meantime. Read again what changes compared with it, then put yours live.",
)
KINDS = (".bpmn", ".dmn", ".form", ".toml")


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
        counts = instances.tokens_by_element(session, live.id)
    bundle = _bundle(live.id)
    return render_template(
        "owner/procedure.html", versions=versions, live=live, changes=changes, counts=counts,
        bundle=bundle, limits=_limits(bundle), steps=_steps(bundle), holders=_holders(bundle),
        may_deploy=may(Permission.DEFINITION_DEPLOY), service_limits=service().limits,
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
    bundle = _bundle(found.id)
    before = next((each for each in versions if each.version < number), None)
    return render_template(
        "owner/version.html", version=found, bundle=bundle, found=_findings(bundle, rehearsed=False), before=before,
        differs=difference(_bundle(before.id), bundle) if before else None,
        may_deploy=may(Permission.DEFINITION_DEPLOY), problems=problems or {},
    )  # fmt: skip


@route(blueprint, "/<key>/versi/<int:number>/skenario", Permission.DEFINITION_READ)
def scenarios(key: str, number: int) -> ResponseReturnValue:
    """The scenarios of one version, rehearsed now, without touching any case."""
    with read() as session:
        found = definitions.version(session, key, number)
    results = rehearse(_bundle(found.id), service(), web().toolbox.handlers)
    return render_template("owner/scenarios.html", version=found, results=results)


@route(blueprint, "/<key>/versi/<int:number>/diagram.svg", Permission.DEFINITION_READ)
def picture(key: str, number: int) -> ResponseReturnValue:
    """The drawing of one version as a picture."""
    with read() as session:
        found = definitions.version(session, key, number)
    bundle = _bundle(found.id)
    labels = bundle.labels if language() == "en" else None
    name = bundle.manifest.diagram
    title = bundle.manifest.title.say(language())
    return _file(drawing.draw(bundle.files[name], name, title, labels), "image/svg+xml", None)


@route(blueprint, "/<key>/versi/<int:number>/diagram.bpmn", Permission.DEFINITION_READ)
def diagram(key: str, number: int) -> ResponseReturnValue:
    """The main diagram of one version, for the usual BPMN editors."""
    with read() as session:
        found = definitions.version(session, key, number)
    bundle = _bundle(found.id)
    return _file(bundle.files[bundle.manifest.diagram], "application/xml", f"{key}-v{number}.bpmn")


@route(blueprint, "/<key>/versi/<int:number>/unduh", Permission.DEFINITION_READ)
def download(key: str, number: int) -> ResponseReturnValue:
    """All files of one version as a zip."""
    with read() as session:
        found = definitions.version(session, key, number)
    return _file(write_zip(_bundle(found.id)), "application/zip", f"{key}-v{number}.zip")


def upload_again(key: str) -> str:
    """What was checked before, with the reason that was typed; files themselves must be chosen again."""
    live = _live(key)
    if not request.form.get("candidate"):
        return render_template("owner/upload.html", live=live, problems={})
    candidate = _candidate(_bundle(live.id), key)
    return _checked(live, candidate, _findings(candidate), {})


@route(blueprint, "/<key>/unggah", Permission.DEFINITION_DEPLOY, methods=("GET", "POST"), again=upload_again)
def upload(key: str) -> ResponseReturnValue:
    """Check changed files against everything that could go wrong; put them live only after that."""
    live = _live(key)
    if request.method == "GET":
        return render_template("owner/upload.html", live=live, problems={})
    try:
        candidate = _candidate(_bundle(live.id), key)
    except Refusal as refusal:
        problems = refusal.errors if isinstance(refusal, Invalid) else {"files": [refusal.message]}
        found = refusal.details.get("findings", [])
        return render_template("owner/upload.html", live=live, problems=problems, found=found), refusal.status
    found = _findings(candidate)
    if errors(found):
        return _checked(live, candidate, found, {}), 422
    if request.form.get("action") != "deploy":
        return _checked(live, candidate, found, {}), 200
    try:
        reason = read_entry(REASON)
    except Invalid as refusal:
        return _checked(live, candidate, found, refusal.errors), 400
    if request.form.get("base") != live.id and candidate.digest != live.digest:
        return _checked(live, candidate, found, {"base": [OVERTAKEN]}), 409
    try:
        return _deploy(key, candidate, reason)
    except InvalidDiagram as refusal:  # the service data changed since the check above
        return _checked(live, candidate, refusal.details["findings"], {}), refusal.status


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


@route(
    blueprint,
    "/<key>/versi/<int:number>/uji",
    Permission.DEFINITION_DEPLOY,
    methods=("POST",),
    again=lambda key, number: _version_page(key, number),
)
def trial(key: str, number: int) -> ResponseReturnValue:
    """Start a trial on a version: it sends nothing outward and counts in no figure."""
    with read() as session:
        found = definitions.version(session, key, number)
    instance_id = run(StartTest(found.id))
    flash(_("Uji coba dimulai. Tidak ada pesan yang dikirim ke luar."), "success")
    return redirect(url_for("operations.instance", instance_id=instance_id))


def _live(key: str) -> definitions.Version:
    """The version that new cases start on; NotFound when there is none."""
    with read() as session:
        live = next((each for each in definitions.versions(session, key) if each.active), None)
    if live is None:
        raise NotFound
    return live


def _bundle(deployment_id: str) -> Bundle:
    with read() as session:
        return web().toolbox.bundle(session, deployment_id)


def _findings(bundle: Bundle, rehearsed: bool = True) -> list[Finding]:
    found = everything_about(bundle, service(), web().toolbox.handlers, rehearsed)
    return sorted(found, key=lambda each: (each.severity != "error", each.file, each.element or ""))


def _candidate(live: Bundle, key: str) -> Bundle:
    """The live files with the uploaded ones put over them; a zip replaces all."""
    checked = request.form.get("candidate")
    if checked:
        try:
            return _of_key(read_zip(b64decode(checked, validate=True)), key)
        except NotBase64 as error:
            raise Invalid(UNREADABLE, errors={"files": [UNREADABLE]}) from error
    sent = {each.filename or "": each.read() for each in request.files.getlist("files") if each.filename}
    if not sent:
        raise Invalid(NO_FILE, errors={"files": [NO_FILE]})
    archives = [content for name, content in sent.items() if name.lower().endswith(".zip")]
    if archives:
        return _of_key(read_zip(archives[0]), key)
    return _of_key(bundle_of({**live.files, **_placed(live.files, sent)}), key)


def _placed(known: Mapping[str, bytes], sent: Mapping[str, bytes]) -> dict[str, bytes]:
    """Uploaded files under the path that the bundle knows their name by."""
    placed: dict[str, bytes] = {}
    for name, content in sent.items():
        plain = name.replace("\\", "/").rsplit("/", 1)[-1]
        if not plain.endswith(KINDS):
            wrong = Text(
                f"“{plain}” bukan berkas prosedur. Yang diterima: .bpmn, .dmn, .form, .toml, atau satu .zip.",
                f"“{plain}” is not a procedure file. Accepted: .bpmn, .dmn, .form, .toml, or one .zip.",
            )
            raise Invalid(wrong, errors={"files": [wrong]})
        default = f"forms/{plain}" if plain.endswith(".form") else plain
        placed[next((path for path in known if path.rsplit("/", 1)[-1] == plain), default)] = content
    return placed


def _of_key(bundle: Bundle, key: str) -> Bundle:
    if bundle.key != key:
        other = Text(
            f"Kiriman ini milik prosedur “{bundle.key}”, bukan “{key}”.",
            f"This upload belongs to the procedure “{bundle.key}”, not “{key}”.",
        )
        raise Invalid(other, errors={"files": [other]})
    return bundle


def _checked(
    live: definitions.Version, bundle: Bundle, found: list[Finding], problems: Mapping[str, list[Text]]
) -> str:
    return render_template(
        "owner/upload.html", live=live, problems=problems, found=found, blocked=bool(errors(found)),
        candidate=b64encode(write_zip(bundle)).decode(), differs=difference(_bundle(live.id), bundle),
        reason=request.form.get("reason", ""),
    )  # fmt: skip


def _deploy(key: str, bundle: Bundle, reason: str) -> ResponseReturnValue:
    deployed = run(Deploy(bundle.files, reason))
    flash(_("Versi %(number)s berlaku. Aduan yang berjalan tetap pada versinya.", number=deployed.version), "success")
    return redirect(url_for("definitions.procedure", key=key))


@blueprint.app_template_filter()
def title_of(each: definitions.Version) -> str:
    """The title of a version's procedure in the language of the reader."""
    return each.title if language() == "id" else _bundle(each.id).manifest.title.say(language())


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


def _file(content: bytes | str, media_type: str, name: str | None) -> Response:
    answer = Response(content, mimetype=media_type)
    if name:
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
