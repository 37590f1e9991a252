"""The process owner's upload: changed files are checked, told value by value, and put in force after approval."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Collection, Mapping
from dataclasses import replace
from difflib import unified_diff
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.bundle.difference import FileDifference, difference, file_differences
from app.bundle.read import Bundle, bundle_of, digest_of, write_files
from app.bundle.upload import Upload, place
from app.commands.procedure.deployments import Deploy
from app.commands.procedure.proposals import ProposeServiceFiles, ProposeVersion
from app.commands.procedure.service import LoadService
from app.domain.errors import Invalid, InvalidDiagram
from app.domain.findings import Finding, errors
from app.domain.permissions import Permission
from app.domain.text import Text
from app.queries.procedure import definitions
from app.queries.task.effects import Effect, effect
from app.rehearsal.mend import Proposal, grouped, propose
from app.standard.service import InvalidServiceData, inspect_service
from app.store.service_data import files_in_force
from app.web.entries import REASON, read_entry
from app.web.owner.versions import file_answer, live_version, sorted_findings, stored_bundle
from app.web.routes import may, read, route, run, service, web

blueprint = Blueprint("uploads", __name__, url_prefix="/proses")

SCENARIO = "scenario"  # the rule of a scenario that fails
NO_FILE = Text("Pilih sedikitnya satu berkas.", "Choose at least one file.")
UNREADABLE = Text("Kiriman ini bukan kumpulan berkas prosedur.", "This upload is not a set of procedure files.")
OVERTAKEN = Text(
    "Sementara itu versi lain diberlakukan. Baca lagi apa yang berubah dibanding versi itu, lalu berlakukan.",
    "Another version was put live in the meantime. Read again what changes compared with it, then put yours live.",
)


def upload_again(key: str) -> str:
    """What was checked before, with the reason that was typed; files themselves must be chosen again."""
    live = live_version(key)
    sent = _checked_before()
    return _upload_page(live) if not sent else _checked(live, _placed(live, sent), {})[0]


@route(blueprint, "/<key>/unggah", Permission.DEFINITION_DEPLOY, methods=("GET", "POST"), again=upload_again)
def upload(key: str) -> ResponseReturnValue:
    """Check changed files against everything that could go wrong; put them live only after that."""
    live = live_version(key)
    if request.method == "GET":
        return _upload_page(live)
    try:
        sent = _checked_before() or _sent()
    except Invalid as refusal:
        return _upload_page(live, refusal.errors), refusal.status
    placed, act = _placed(live, sent), request.form.get("action")
    if act in ("mend", "mended"):
        page = _BundleUpload(live, placed)
        mended = page.mended(request.form.getlist("scenario"))
        if act == "mended" and mended:
            return file_answer(write_files(mended), "application/zip", f"{live.key}-scenarios.zip")
        placed = replace(placed, files={**placed.files, **mended})
    return _checked(live, placed, {}, act=act == "deploy")


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
        self.proposals: tuple[Proposal, ...] = ()

    def findings(self) -> list[Finding]:
        """Everything about the candidate; what keeps it from being read at all is a finding too."""
        try:
            self.bundle = bundle_of(self.placed.files)
        except InvalidDiagram as refused:
            return refused.findings
        self.same = self.bundle.digest == self.live.digest
        found = [] if self.same else sorted_findings(self.bundle)
        if found and {finding.rule for finding in errors(found)} == {SCENARIO}:
            self.proposals = self._proposed(self.bundle)
        return found

    def mended(self, chosen: Collection[str]) -> dict[str, bytes]:
        """The chosen scenarios as they are proposed; none where the files cannot be rehearsed at all."""
        try:
            proposals = self._proposed(bundle_of(self.placed.files))
        except InvalidDiagram:
            return {}
        return {each.scenario: each.content for each in proposals if each.scenario in chosen and each.content}

    def _proposed(self, bundle: Bundle) -> tuple[Proposal, ...]:
        return propose(bundle, service(), web().toolbox.handlers, stored_bundle(self.live.id))

    def render(self, found: list[Finding], problems: Mapping[str, list[Text]]) -> str:
        """The page with findings and what differs from the live version."""
        differs = None if self.bundle is None else difference(stored_bundle(self.live.id), self.bundle)
        if self.proposals:
            found = [finding for finding in found if finding.rule != SCENARIO]
        return _upload_page(
            self.live, problems, found=found, placed=self.placed, differs=differs, base=self.base,
            proposals=self.proposals,
        )  # fmt: skip

    def put_in_force(self, reason: str) -> ResponseReturnValue:
        """The new version for new cases, or a proposal where a second person has to approve it."""
        if service().standard.approval == "two":
            return _proposed(self.live, run(ProposeVersion(self.placed.files, reason)))
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
        """The new contents, for every case that runs, or a proposal where a second person has to approve it."""
        if service().standard.approval == "two":
            return _proposed(self.live, run(ProposeServiceFiles(self.live.key, self.placed.service, reason)))
        changed = run(LoadService(self.placed.service, reason))
        flash(_("Berlaku mulai sekarang: %(files)s.", files=", ".join(changed)), "success")
        return redirect(url_for("definitions.procedure", key=self.live.key))


def _proposed(live: definitions.Version, proposal_id: str) -> ResponseReturnValue:
    flash(_("Usulan tersimpan dan menunggu persetujuan orang kedua."), "success")
    return redirect(url_for("proposals.show", key=live.key, proposal_id=proposal_id))


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


def _checked_before() -> list[tuple[str, bytes]]:
    """The files that the page sends back to be put in force; none where files are sent for the first time."""
    checked = request.form.get("candidate")
    if not checked:
        return []
    try:
        return [("candidate.zip", b64decode(checked, validate=True))]
    except NotBase64 as error:
        raise Invalid(UNREADABLE, errors={"files": [UNREADABLE]}) from error


def _lines(placed: Upload, proposal: Proposal) -> list[str]:
    """The lines of a scenario that a mend changes, each with + or − before it."""
    old, new = placed.files[proposal.scenario], proposal.content or placed.files[proposal.scenario]
    both = unified_diff(old.decode(errors="replace").splitlines(), new.decode().splitlines(), n=0, lineterm="")
    return [line for line in both if not line.startswith(("---", "+++", "@@"))]


def _sent() -> list[tuple[str, bytes]]:
    sent = [(each.filename or "", each.read()) for each in request.files.getlist("files") if each.filename]
    if not sent:
        raise Invalid(NO_FILE, errors={"files": [NO_FILE]})
    return sent


def _placed(live: definitions.Version, sent: list[tuple[str, bytes]]) -> Upload:
    with read() as session:
        held = {name: content for name, (content, _) in files_in_force(session.connection()).items()}
    return place(live.key, stored_bundle(live.id).files, sent, held)


def _upload_page(
    live: definitions.Version, problems: Mapping[str, list[Text]] | None = None, *, placed: Upload | None = None,
    found: list[Finding] | None = None, differs: tuple[FileDifference, ...] | None = None, base: str = "",
    moved: Effect | None = None, proposals: tuple[Proposal, ...] = (),
) -> str:  # fmt: skip
    blocked = bool(proposals) or (found is not None and bool(errors(found)))
    ready = placed is not None and not blocked and bool(differs)
    return render_template(
        "owner/upload.html", live=live, problems=problems or {}, found=found, placed=placed, differs=differs,
        blocked=blocked, ready=ready, base=base, moved=moved, 
        two=service().standard.approval == "two", reason=request.form.get("reason", ""),
        candidate=b64encode(write_files(placed.service or placed.files)).decode()
        if placed and (ready or proposals) else "",
        proposals=[(each, _lines(placed, each)) for each in proposals] if placed else [], groups=grouped(proposals),
    )  # fmt: skip
