"""Pages of the process owner: the shelf of procedures, their versions, and putting a changed one live."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.bundle.difference import FileDifference, difference, file_differences
from app.bundle.read import Bundle, bundle_of, digest_of, write_files
from app.bundle.upload import Upload, place
from app.commands.case.instances import StartTest
from app.commands.procedure.deployments import Activate, Deploy, everything_about
from app.commands.procedure.service import LoadService
from app.domain.errors import Invalid, InvalidDiagram, NotFound
from app.domain.findings import Finding, errors
from app.domain.permissions import Permission
from app.domain.text import Text
from app.drawing import draw as drawing
from app.queries.case import instances
from app.queries.procedure import definitions
from app.queries.task.effects import Effect, effect
from app.rehearsal.rehearse import rehearse
from app.standard.service import InvalidServiceData, inspect_service
from app.store.service_data import files_in_force
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
    return _file(write_files(_bundle(found.id).files), "application/zip", f"{key}-v{number}.zip")


def upload_again(key: str) -> str:
    """What was checked before, with the reason that was typed; files themselves must be chosen again."""
    live = _live(key)
    sent = _checked_before()
    return _upload_page(live) if not sent else _checked(live, _placed(live, sent), {})[0]


@route(blueprint, "/<key>/unggah", Permission.DEFINITION_DEPLOY, methods=("GET", "POST"), again=upload_again)
def upload(key: str) -> ResponseReturnValue:
    """Check changed files against everything that could go wrong; put them live only after that."""
    live = _live(key)
    if request.method == "GET":
        return _upload_page(live)
    try:
        sent = _checked_before() or _sent()
    except Invalid as refusal:
        return _upload_page(live, refusal.errors), refusal.status
    return _checked(live, _placed(live, sent), {}, act=request.form.get("action") == "deploy")


def _checked(
    live: definitions.Version, placed: Upload, problems: Mapping[str, list[Text]], act: bool = False
) -> tuple[Any, int]:
    """The page with what was found, or what comes of putting the files in force where nothing forbids it."""
    if placed.findings:
        return _upload_page(live, problems, found=list(placed.findings), placed=placed), 422
    page = _ServiceUpload(live, placed) if placed.service else _BundleUpload(live, placed)
    found = page.findings()
    if errors(found) or not act:
        return page.render(found, problems), 422 if errors(found) else 200
    try:
        reason = read_entry(REASON)
    except Invalid as refusal:
        return page.render(found, refusal.errors), 400
    if request.form.get("base") != page.base and not page.same:
        return page.render(found, {"base": [OVERTAKEN]}), 409
    try:
        return page.put_in_force(reason), 302
    except (InvalidDiagram, InvalidServiceData) as refusal:  # something else changed since the check above
        return page.render(refusal.details["findings"], {}), refusal.status


class _BundleUpload:
    """Files of the procedure itself."""

    def __init__(self, live: definitions.Version, placed: Upload) -> None:
        self.live, self.placed, self.base = live, placed, live.id
        self.same = False
        self.bundle: Bundle | None = None

    def findings(self) -> list[Finding]:
        """Everything about the candidate; what keeps it from being read at all is a finding too."""
        try:
            self.bundle = bundle_of(self.placed.files)
        except InvalidDiagram as refused:
            return refused.findings
        self.same = self.bundle.digest == self.live.digest
        return [] if self.same else _findings(self.bundle)

    def render(self, found: list[Finding], problems: Mapping[str, list[Text]]) -> str:
        """The page with findings and what differs from the live version."""
        differs = None if self.bundle is None else difference(_bundle(self.live.id), self.bundle)
        return _upload_page(self.live, problems, found=found, placed=self.placed, differs=differs, base=self.base)

    def put_in_force(self, reason: str) -> ResponseReturnValue:
        """The new version for new cases."""
        deployed = run(Deploy(self.placed.files, reason))
        said = _("Versi %(number)s berlaku. Aduan yang berjalan tetap pada versinya.", number=deployed.version)
        flash(said, "success")
        return redirect(url_for("definitions.procedure", key=self.live.key))


class _ServiceUpload:
    """Files of the service's own data, which hold for every procedure."""

    def __init__(self, live: definitions.Version, placed: Upload) -> None:
        self.live, self.placed = live, placed
        with read() as session:
            self.held = {name: content for name, (content, _) in files_in_force(session.connection()).items()}
        self.base = digest_of(self.held)
        self.same = all(self.held.get(name) == content for name, content in placed.service.items())

    def findings(self) -> list[Finding]:
        """What is wrong with the service's data with these files in it, and what to note in these.

        The right to load them comes first.
        """
        if not may(Permission.STANDARD_EDIT):
            return [_no_right(name) for name in sorted(self.placed.service)]
        if self.same:
            return []
        together = {**self.held, **self.placed.service}
        found = inspect_service(together, self.held.keys() - self.placed.service.keys())[1]
        found = [each for each in found if each.severity == "error" or each.file in self.placed.service]
        return sorted(found, key=lambda each: (each.severity != "error", each.file))

    def render(self, found: list[Finding], problems: Mapping[str, list[Text]]) -> str:
        """The page with findings, what differs from what is in force, and how many due times would move."""
        moved = None
        differs: tuple[FileDifference, ...] | None = None
        if may(Permission.STANDARD_EDIT):
            old = {name: self.held[name] for name in self.placed.service if name in self.held}
            differs = file_differences(old, self.placed.service)
            if not errors(found) and differs:
                with read() as session:
                    moved = effect(session, web().toolbox, self.placed.service, web().toolbox.clock.now())
        return _upload_page(
            self.live, problems, found=found, placed=self.placed, differs=differs, base=self.base, moved=moved
        )

    def put_in_force(self, reason: str) -> ResponseReturnValue:
        """The new contents, for every case that runs."""
        changed = run(LoadService(self.placed.service, reason))
        flash(_("Berlaku mulai sekarang: %(files)s.", files=", ".join(changed)), "success")
        return redirect(url_for("definitions.procedure", key=self.live.key))


def _no_right(name: str) -> Finding:
    holders = sorted(
        row.title.id for code, row in service().role_rows.items()
        if Permission.STANDARD_EDIT.value in service().roles.get(code, ())
    )  # fmt: skip
    titles = ", ".join(holders) or "-"
    return Finding(
        name, None, "service-right", "error",
        Text(
            f"{name} adalah data layanan, bukan berkas prosedur ini, dan Anda tidak berhak mengubahnya.",
            f"{name} is service data, not a file of this procedure, and you have no right to change it.",
        ),
        Text(f"Serahkan berkasnya kepada yang berhak: {titles}.", f"Hand the file to somebody who may: {titles}."),
    )  # fmt: skip


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


def _checked_before() -> list[tuple[str, bytes]]:
    """The files that the page sends back to be put in force; none where files are sent for the first time."""
    checked = request.form.get("candidate")
    if not checked:
        return []
    try:
        return [("candidate.zip", b64decode(checked, validate=True))]
    except NotBase64 as error:
        raise Invalid(UNREADABLE, errors={"files": [UNREADABLE]}) from error


def _sent() -> list[tuple[str, bytes]]:
    sent = [(each.filename or "", each.read()) for each in request.files.getlist("files") if each.filename]
    if not sent:
        raise Invalid(NO_FILE, errors={"files": [NO_FILE]})
    return sent


def _placed(live: definitions.Version, sent: list[tuple[str, bytes]]) -> Upload:
    with read() as session:
        held = {name: content for name, (content, _) in files_in_force(session.connection()).items()}
    return place(live.key, _bundle(live.id).files, sent, held)


def _upload_page(
    live: definitions.Version, problems: Mapping[str, list[Text]] | None = None, *, placed: Upload | None = None,
    found: list[Finding] | None = None, differs: tuple[FileDifference, ...] | None = None, base: str = "",
    moved: Effect | None = None,
) -> str:  # fmt: skip
    blocked = found is not None and bool(errors(found))
    ready = placed is not None and not blocked and bool(differs)
    return render_template(
        "owner/upload.html", live=live, problems=problems or {}, found=found, placed=placed, differs=differs,
        blocked=blocked, ready=ready, base=base, moved=moved, reason=request.form.get("reason", ""),
        candidate=b64encode(write_files(placed.service or placed.files)).decode() if ready and placed else "",
    )  # fmt: skip


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
