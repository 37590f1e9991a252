"""How a page is added: always with the right it needs, which is checked before the page does anything."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.domain.errors import Forbidden, Refusal
from app.domain.permissions import Permission
from app.domain.roles import Actor, can
from app.domain.text import Text
from app.web import carry, signed_in
from app.web.citizen import reporter
from app.web.current import read, service, web

__all__ = ["VISITOR", "current_actor", "may", "read", "require", "route", "run", "service", "web"]

VISITOR = Actor("reporter", "reporter", "Pelapor")
Late = Callable[..., None]  # (actor, names and texts of the form, **arguments of the address)
Again = Callable[..., str]  # (**arguments of the address)
BACK = Text(
    "Yang Anda tulis tadi ada di bawah ini dan belum terkirim. Periksa, lalu kirim.",
    "What you wrote before stands below and has not been sent. Check it, then send it.",
)
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def run(command: Any) -> Any:
    """Carry out one change in the name of whoever asks; Refusal when it cannot be done."""
    return web().runner.run(command, current_actor())


def current_actor() -> Actor:
    """Whoever asks: a signed-in person with the grants in force today, a reporter on their own page, or a visitor."""
    if "actor" not in g:
        g.actor = reporter.reporter(request.view_args or {}) if _for_reporter() else signed_in.person()
    actor: Actor | None = g.actor
    return actor or VISITOR


def may(permission: Permission, unit: str | None = None) -> bool:
    """Whether the current person has a right, for an object of `unit` where the right is limited to own units."""
    return permitted(current_actor(), permission, unit)


def permitted(actor: Actor, permission: Permission, unit: str | None = None) -> bool:
    """Whether somebody has a right."""
    return can(actor, permission, service().roles, unit)


def require(permission: Permission, unit: str | None = None) -> None:
    """Refuse unless the current person has the right."""
    if not may(permission, unit):
        raise Forbidden


def route(
    blueprint: Blueprint,
    rule: str,
    permission: Permission,
    methods: tuple[str, ...] = ("GET",),
    late: Late | None = None,
    again: Again | None = None,
) -> Callable[[View], View]:
    """Add a page under `rule` for holders of `permission`; the only way to add one (create_app refuses others).

    A REPORTER page names the complaint `tracking_id` in its rule. Whoever is not signed in is led to sign in;
    `late` may first keep what somebody sent whose session has just expired. `again` gives the page of the form with
    what was sent standing in it: it answers wherever the form could not be taken, so that nothing typed is lost.
    """

    def register(view: View) -> View:
        @wraps(view)
        def checked(**arguments: Any) -> ResponseReturnValue:
            refused = _refusal(permission, late)
            if refused is not None:
                return refused
            if again is not None and request.method == "POST" and request.form.get(carry.RESUME):
                g.came_back = [BACK]
                return again(**arguments)
            answer = view(**arguments)
            if again is not None and request.method == "POST" and getattr(answer, "status_code", 200) in (302, 303):
                flash(request.path, "sent")  # the browser's copy of it is no longer needed
            return answer

        blueprint.add_url_rule(rule, endpoint=view.__name__, view_func=checked, methods=list(methods))
        blueprint.record(lambda state: _declare(state, view.__name__, permission, late, again))
        return view

    return register


def _declare(
    state: BlueprintSetupState, name: str, permission: Permission, late: Late | None, again: Again | None
) -> None:
    found, endpoint = state.app.extensions["alur"], f"{state.blueprint.name}.{name}"
    found.permissions[endpoint] = permission
    if late is not None:
        found.late[endpoint] = late
    if again is not None:
        found.again[endpoint] = again


def _for_reporter() -> bool:
    return web().permissions.get(request.endpoint or "") is Permission.REPORTER


def _refusal(permission: Permission, late: Late | None) -> ResponseReturnValue | None:
    """None when the page may be shown; the way to sign in for whoever is unknown; Forbidden for everybody else."""
    if permission is Permission.PUBLIC:
        return None
    if current_actor() is not VISITOR:
        require(permission)
        return None
    if late is not None and _kept_late(late, permission):
        return signed_in.ask()
    carry.stop(permission)
    if permission is Permission.REPORTER:
        return redirect(url_for("tracking.find", nomor=(request.view_args or {}).get("tracking_id")))
    return signed_in.ask()


def _kept_late(late: Late, permission: Permission) -> bool:
    """Whether what somebody sent whose session has just expired could be kept for them."""
    actor = signed_in.expired()
    if actor is None or not permitted(actor, permission):
        return False
    try:
        late(actor, tuple(carry.typed()), **(request.view_args or {}))
    except Refusal:
        return False
    return True
