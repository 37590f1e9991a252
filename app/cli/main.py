"""The command `alur`: it names the subcommands and loads only the one that is asked for."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from typing import NoReturn

import click

from app.cli.common import misspelt
from app.domain.errors import Invalid, Refusal
from app.domain.findings import errors
from app.settings import WrongSettings, terminal_language

# name -> (where it stands, its line in the help); the line stands here so that `alur --help` imports nothing.
COMMANDS = {
    "backup": ("app.cli.backup:backup", "Copy database and attachments into one sealed file while people work."),
    "calendar": ("app.cli.calendar:calendar", "Due times and working time by the service's calendar."),
    "check": ("app.cli.check:check", "Say everything that is wrong with diagrams, decisions and forms."),
    "db": ("app.cli.admin:db", "Create the database's tables or bring them up to date."),
    "demo": ("app.cli.demo:demo", "Add many demo cases, to try a city's size (demo mode only)."),
    "deploy": ("app.cli.admin:deploy", "Put a procedure live as a new version."),
    "diagrams": ("app.cli.content:diagrams", "Draw the procedures as pictures for people."),
    "doctor": ("app.cli.doctor:doctor", "Look at this installation and say what it lacks."),
    "rehearse": ("app.cli.content:rehearse", "Play a procedure's scenarios without a database."),
    "restore": ("app.cli.backup:restore", "Lay out a backup and check all its promises."),
    "seed": ("app.cli.admin:seed", "Load demo people and complaints (demo mode only)."),
    "serve": ("app.cli.serve:serve", "Answer pages and run timers and messages."),
    "service": ("app.cli.service:service", "Which service data is in force; put files in force, new or again."),
    "user": ("app.cli.user:user", "Add people and give or end their roles."),
    "verify": ("app.cli.admin:verify", "Check what is stored: invariants and the audit chain."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they run, so that help and small commands start at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None when there is no such name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table above, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="alur")
def group() -> None:
    """Alur runs a public service's written procedure as an editable diagram."""


def main() -> None:
    """Run the command line; what goes wrong is a line for each fault, without a traceback, and an exit code above 0."""
    try:
        sys.exit(group.main(prog_name="alur", standalone_mode=False))
    except click.UsageError as error:
        if not isinstance(error, click.exceptions.NoArgsIsHelpError):
            if line := misspelt(error):
                _fail(line, error.exit_code)
            error.ctx = None  # one line, without the usage around it
        _end(error)
    except click.ClickException as error:
        _end(error)
    except click.Abort:
        sys.exit(1)
    except Refusal as refusal:
        language = terminal_language(os.environ)
        for line in _faults(refusal, language):
            click.echo(line, err=True)
        _fail(refusal.message.say(language))
    except WrongSettings as error:
        _fail(str(error))
    except BrokenPipeError:
        # The reader of our output went away (`alur ... | head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _faults(refusal: Refusal, language: str) -> Iterator[str]:
    for fault in errors(refusal.details.get("findings") or []):
        yield f"{fault.file} {fault.element or '-'} [{fault.rule}] {fault.message.say(language)}"
    if isinstance(refusal, Invalid):
        for name, texts in refusal.errors.items():
            yield from (f"{name}: {text.say(language)}" for text in texts)


def _end(error: click.ClickException) -> NoReturn:
    error.show()
    sys.exit(error.exit_code)


def _fail(line: str, code: int = 1) -> NoReturn:
    click.echo(" ".join(line.split()), err=True)
    sys.exit(code)
