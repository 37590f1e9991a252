"""`alur user`: people with accounts, their roles by decree, and their passwords, from the command line."""

from __future__ import annotations

import os
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from app.cli.common import JSON, print_json
from app.settings import Settings, terminal_language

if TYPE_CHECKING:
    from app.queries.person.people import GrantRow, Person
    from app.toolbox import Toolbox

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def user() -> None:
    """Add people, give and end roles, set passwords, close accounts."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="Full name.")
@click.option("--unit", help="Home unit, by its code.")
@click.option("--role", help="Give this role at once (needs --decree).")
@click.option("--decree", help="Number of the decree that gives the role.")
@click.option("--invite", is_flag=True, help="Mail a link instead of asking for a password here.")
def add(email: str, name: str, unit: str | None, role: str | None, decree: str | None, invite: bool) -> None:
    """Open an account for EMAIL."""
    from app.commands.person.accounts import AddUser, GrantRole

    if role and not decree:
        raise click.UsageError("--role needs --decree")
    toolbox = _toolbox()
    user_id = _run(toolbox, AddUser(name, email, None if invite else _password(), unit))
    if role:
        _run(toolbox, GrantRole(user_id, role, decree or "", _today(toolbox), None, unit))
    click.echo(_said("Akun dibuat.", "Account created."))


@user.command()
@click.argument("email")
@click.argument("role")
@click.option("--unit", help="Unit the role is for, by its code.")
@click.option("--decree", required=True, help="Number of the decree.")
@click.option("--since", type=DAY, help="First day (YYYY-MM-DD); default: today.")
@click.option("--until", type=DAY, help="Last day; default: open.")
def grant(email: str, role: str, unit: str | None, decree: str, since: datetime | None, until: datetime | None) -> None:
    """Give ROLE to the person with EMAIL."""
    from app.commands.person.accounts import GrantRole

    toolbox = _toolbox()
    first, last = since.date() if since else _today(toolbox), until.date() if until else None
    _run(toolbox, GrantRole(_id(toolbox, email), role, decree, first, last, unit))
    click.echo(_said("Peran diberikan.", "Role given."))


@user.command("list")
@JSON
def list_people(as_json: bool) -> None:
    """Print everybody with their roles in force."""
    from app.queries.person.people import people
    from app.store.database import reading

    toolbox = _toolbox()
    today = _today(toolbox)
    with reading(toolbox.database) as session:
        everybody = [
            (each, [grant for grant in each.grants if grant.state(today) == "now"]) for each in people(session)
        ]
    if as_json:
        print_json([_as_data(person, held) for person, held in everybody])
    else:
        for person, held in everybody:
            roles = ", ".join(f"{grant.role}@{grant.unit}" if grant.unit else grant.role for grant in held) or "-"
            closed = "" if person.active else f" [{_said('ditutup', 'closed')}]"
            click.echo(f"{person.email:40} {person.name} ({roles}){closed}")


def _as_data(person: Person, held: list[GrantRow]) -> dict[str, Any]:
    roles = [{"role": grant.role, "unit": grant.unit} for grant in held]
    return {"email": person.email, "name": person.name, "unit": person.unit, "active": person.active, "roles": roles}


@user.command()
@click.argument("email")
@click.option("--reason", required=True, help="Why, for the audit trail.")
@click.option("--again", is_flag=True, help="Open the account again.")
def disable(email: str, reason: str, again: bool) -> None:
    """Close the account of EMAIL; all sessions end, nothing is deleted."""
    from app.commands.person.accounts import SetActive

    toolbox = _toolbox()
    _run(toolbox, SetActive(_id(toolbox, email), again, reason))
    click.echo(_said("Akun dibuka.", "Account opened.") if again else _said("Akun ditutup.", "Account closed."))


@user.command()
@click.argument("email")
def password(email: str) -> None:
    """Set a new password for EMAIL; all sessions end."""
    from app.commands.person.accounts import SetPassword

    toolbox = _toolbox()
    _run(toolbox, SetPassword(_id(toolbox, email), _password()))
    click.echo(_said("Kata sandi diganti.", "Password set."))


def _toolbox() -> Toolbox:
    """The installation's parts, its tables and service data up to date: a first administrator needs both."""
    from app.main import join, prepare

    toolbox = join(Settings.from_environment(os.environ))
    prepare(toolbox)
    return toolbox


def _run(toolbox: Toolbox, command: Any) -> Any:
    from app.commands.runner import Runner
    from app.domain.errors import Invalid
    from app.domain.roles import SYSTEM

    try:
        return Runner(toolbox).run(command, SYSTEM)
    except Invalid as refusal:
        language = terminal_language(os.environ)
        lines = [f"{name}: {text.say(language)}" for name, texts in refusal.errors.items() for text in texts]
        raise click.ClickException("\n".join(lines)) from None


def _id(toolbox: Toolbox, email: str) -> str:
    from app.queries.person.people import id_of
    from app.store.database import reading

    with reading(toolbox.database) as session:
        found = id_of(session, email)
    if found is None:
        raise click.ClickException(_said(f"Tidak ada akun {email}.", f"There is no account {email}."))
    return found


def _password() -> str:
    """Typed twice and not shown; from ALUR_PASSWORD where nobody can type."""
    given = os.environ.get("ALUR_PASSWORD")
    return given or str(click.prompt(_said("Kata sandi", "Password"), hide_input=True, confirmation_prompt=True))


def _today(toolbox: Toolbox) -> date:
    from app.store.database import reading

    with reading(toolbox.database) as session:
        return toolbox.service(session).calendar.local_date(toolbox.clock.now())


def _said(indonesian: str, english: str) -> str:
    return indonesian if terminal_language(os.environ) == "id" else english
