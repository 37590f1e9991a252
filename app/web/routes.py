"""How a page is added: always with the right it needs, which is checked before the page does anything."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, g, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.domain.errors import Forbidden
from app.domain.permissions import Permission
from app.domain.roles import Actor, can
from app.web import signed_in
from app.web.current import read, service, web

__all__ = ["VISITOR", "current_actor", "may", "read", "require", "route", "run", "service", "web"]

VISITOR = Actor("reporter", "reporter", "Pelapor")
Late = Callable[..., None]  # (actor, **arguments of the address)
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def run(command: Any) -> Any:
    """Carry out one change in the name of whoever asks; Refusal when it cannot be done."""
    return web().runner.run(command, current_actor())


def current_actor() -> Actor:
    """Whoever asks: a signed-in person with the grants in force today, a reporter on their own page, or a visitor."""
    if "actor" not in g:
        g.actor = signed_in.reporter(request.view_args or {}) if _for_reporter() else signed_in.person()
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
) -> Callable[[View], View]:
    """Add a page under `rule` for holders of `permission`; the only way to add one (create_app refuses others).

    A REPORTER page names the complaint `tracking_id` in its rule. Whoever is not signed in is led to sign in;
    `late` may first keep what somebody sent whose session has just expired.
    """

    def register(view: View) -> View:
        @wraps(view)
        def checked(**arguments: Any) -> ResponseReturnValue:
            refused = _refusal(permission, late)
            return refused if refused is not None else view(**arguments)

        blueprint.add_url_rule(rule, endpoint=view.__name__, view_func=checked, methods=list(methods))
        blueprint.record(lambda state: _declare(state, view.__name__, permission))
        return view

    return register


def _declare(state: BlueprintSetupState, name: str, permission: Permission) -> None:
    state.app.extensions["alur"].permissions[f"{state.blueprint.name}.{name}"] = permission


def _for_reporter() -> bool:
    return web().permissions.get(request.endpoint or "") is Permission.REPORTER


def _refusal(permission: Permission, late: Late | None) -> ResponseReturnValue | None:
    """None when the page may be shown; the way to sign in for whoever is unknown; Forbidden for everybody else."""
    if permission is Permission.PUBLIC:
        return None
    if current_actor() is not VISITOR:
        require(permission)
        return None
    if permission is Permission.REPORTER:
        return redirect(url_for("tracking.find", nomor=(request.view_args or {}).get("tracking_id")))
    if late is not None and (actor := signed_in.expired()) is not None and permitted(actor, permission):
        late(actor, **(request.view_args or {}))
    return signed_in.ask()
