"""A proposed version: what would change with it, and approving or rejecting it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.bundle.difference import FileDifference, difference, file_differences
from app.bundle.read import bundle_of, read_files
from app.commands.procedure.proposals import SERVICE, ApproveProposal, ApproveServiceFiles, RejectProposal, replaced_by
from app.domain.errors import Conflict, Invalid, InvalidDiagram
from app.domain.findings import Finding, errors
from app.domain.permissions import Permission
from app.domain.text import Text
from app.queries.procedure import definitions
from app.queries.procedure.proposals import ProposalRow, proposal
from app.standard.service import InvalidServiceData, inspect_service
from app.store.service_data import files_in_force
from app.web.entries import REASON, read_entry
from app.web.owner.versions import live_version, sorted_findings, stored_bundle
from app.web.routes import current_actor, may, read, route, run, service

blueprint = Blueprint("proposals", __name__, url_prefix="/proses")


@route(blueprint, "/<key>/usulan/<proposal_id>", Permission.DEFINITION_DEPLOY)
def show(key: str, proposal_id: str) -> ResponseReturnValue:
    """Who proposes what and why, what was found, and what changes compared with the live version."""
    return _page(key, proposal_id)


def _page(
    key: str, proposal_id: str, problems: Mapping[str, list[Text]] | None = None, notice: Text | None = None
) -> str:
    with read() as session:
        row, content = proposal(session, key, proposal_id)
    live = live_version(key)
    found, differs, base = (_of_service if row.kind == SERVICE else _of_version)(live, read_files(content))
    alone = service().standard.approval == "two" and row.proposed_by == current_actor().id
    return render_template(
        "owner/proposal.html", proposal=row, live=live, found=found, differs=differs, blocked=bool(errors(found)),
        alone=alone, two=service().standard.approval == "two", problems=problems or {}, notice=notice, base=base,
        of_service=row.kind == SERVICE, allowed=row.kind != SERVICE or may(Permission.STANDARD_EDIT),
    )  # fmt: skip


Shown = tuple[list[Finding], Sequence[FileDifference], str]  # findings, differences, what was compared with


def _of_version(live: definitions.Version, files: Mapping[str, bytes]) -> Shown:
    try:
        bundle = bundle_of(files)
        return sorted_findings(bundle), difference(stored_bundle(live.id), bundle), live.id
    except InvalidDiagram as refused:
        return refused.findings, (), live.id


def _of_service(_live: definitions.Version, files: Mapping[str, bytes]) -> Shown:
    with read() as session:
        in_force = files_in_force(session.connection())
    held = {name: content for name, (content, _) in in_force.items()}
    found = inspect_service({**held, **files}, held.keys() - files.keys())[1]
    found = [each for each in found if each.severity == "error" or each.file in files]
    replaced = {name: held[name] for name in files if name in held}
    return found, file_differences(replaced, files), replaced_by(files, in_force)


def _known(key: str, proposal_id: str) -> ProposalRow:
    """The proposal, if it is one of this procedure; NotFound."""
    with read() as session:
        return proposal(session, key, proposal_id)[0]


@route(blueprint, "/<key>/usulan/<proposal_id>/setujui", Permission.DEFINITION_DEPLOY, methods=("POST",))
def approve(key: str, proposal_id: str) -> ResponseReturnValue:
    """Put the proposed version live for new cases, or the proposed service files for all."""
    base, of_service = request.form.get("base", ""), _known(key, proposal_id).kind == SERVICE
    try:
        if of_service:
            files = run(ApproveServiceFiles(proposal_id, base))
            flash(_("Berlaku mulai sekarang: %(files)s.", files=", ".join(files)), "success")
        else:
            done = run(ApproveProposal(proposal_id, base))
            said = _("Versi %(number)s berlaku. Aduan yang berjalan tetap pada versinya.", number=done.version)
            flash(said, "success")
    except (Conflict, InvalidDiagram, InvalidServiceData) as refusal:
        return _page(key, proposal_id, notice=refusal.message), refusal.status
    return redirect(url_for("definitions.procedure", key=key))


@route(
    blueprint,
    "/<key>/usulan/<proposal_id>/tolak",
    Permission.DEFINITION_DEPLOY,
    methods=("POST",),
    again=lambda key, proposal_id: _page(key, proposal_id),
)
def reject(key: str, proposal_id: str) -> ResponseReturnValue:
    """Close the proposal; its author reads why."""
    _known(key, proposal_id)
    try:
        run(RejectProposal(proposal_id, read_entry(REASON)))
    except Invalid as refusal:
        return _page(key, proposal_id, refusal.errors), 400
    except Conflict as refusal:
        return _page(key, proposal_id, notice=refusal.message), refusal.status
    flash(_("Usulan ditolak."), "success")
    return redirect(url_for("proposals.show", key=key, proposal_id=proposal_id))
