"""A proposed version: what would change with it, and approving or rejecting it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.bundle.difference import difference
from app.bundle.read import bundle_of, read_files
from app.commands.procedure.proposals import ApproveProposal, RejectProposal
from app.domain.errors import Conflict, Invalid, InvalidDiagram
from app.domain.findings import errors
from app.domain.permissions import Permission
from app.domain.text import Text
from app.queries.procedure.proposals import proposal
from app.web.entries import REASON, read_entry
from app.web.owner.versions import live_version, sorted_findings, stored_bundle
from app.web.routes import current_actor, read, route, run, service

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
    try:
        bundle = bundle_of(read_files(content))
        found, differs = sorted_findings(bundle), difference(stored_bundle(live.id), bundle)
    except InvalidDiagram as refused:
        found, differs = refused.findings, ()
    alone = service().standard.approval == "two" and row.proposed_by == current_actor().id
    return render_template(
        "owner/proposal.html", proposal=row, live=live, found=found, differs=differs, blocked=bool(errors(found)),
        alone=alone, two=service().standard.approval == "two", problems=problems or {}, notice=notice,
    )  # fmt: skip


@route(blueprint, "/<key>/usulan/<proposal_id>/setujui", Permission.DEFINITION_DEPLOY, methods=("POST",))
def approve(key: str, proposal_id: str) -> ResponseReturnValue:
    """Put the proposed version live for new cases."""
    try:
        done = run(ApproveProposal(proposal_id, request.form.get("base", "")))
    except (Conflict, InvalidDiagram) as refusal:
        return _page(key, proposal_id, notice=refusal.message), refusal.status
    flash(_("Versi %(number)s berlaku. Aduan yang berjalan tetap pada versinya.", number=done.version), "success")
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
    try:
        run(RejectProposal(proposal_id, read_entry(REASON)))
    except Invalid as refusal:
        return _page(key, proposal_id, refusal.errors), 400
    except Conflict as refusal:
        return _page(key, proposal_id, notice=refusal.message), refusal.status
    flash(_("Usulan ditolak."), "success")
    return redirect(url_for("proposals.show", key=key, proposal_id=proposal_id))
