"""The side navigation of staff pages: only what the signed-in person may open."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request
from flask_babel import gettext as _

from app.domain.permissions import Permission
from app.web.routes import VISITOR, current_actor, may

# The right that makes up somebody's own work, and its page; the first that fits is where they land.
MAIN = (
    (Permission.BOARD_READ, "/papan"),
    (Permission.TASK_WORK, "/tugas"),
    (Permission.DEFINITION_DEPLOY, "/proses"),
    (Permission.INSTANCE_OPERATE, "/operasi"),
    (Permission.ACCOUNT_MANAGE, "/orang"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation; `here` marks the page that is open."""

    label: str
    icon: str
    address: str
    here: bool


def install(app: Flask) -> None:
    """Make the navigation and the reader known to every template."""
    app.context_processor(lambda: {"navigation": entries, "reader": reader, "may": may, "Permission": Permission})


def reader() -> str | None:
    """The name of the signed-in person, None for a visitor."""
    actor = current_actor()
    return actor.name if actor is not VISITOR and actor.kind == "user" else None


def main_page() -> str:
    """Where one's own work begins: the board of who supervises, the tasks of who works on them, and so on."""
    return next((address for permission, address in MAIN if may(permission)), "/akun")


def entries() -> list[Entry]:
    """What the current person may open, in the order of daily work."""
    pages = (
        (_("Papan pengawasan"), "layout-dashboard", "/papan", Permission.BOARD_READ),
        (_("Tugas"), "clipboard-list", "/tugas", Permission.TASK_WORK),
        (_("Prosedur"), "sitemap", "/proses", Permission.DEFINITION_READ),
        (_("Operasi"), "tool", "/operasi", Permission.INSTANCE_READ),
        (_("Orang"), "users", "/orang", Permission.ACCOUNT_MANAGE),
    )
    known = {rule.rule for rule in current_app.url_map.iter_rules()}
    return [
        Entry(label, icon, address, request.path == address or request.path.startswith(address + "/"))
        for label, icon, address, permission in pages
        if address in known and may(permission)
    ]
