"""What the commands of `alur` share: how an option is spelt, how answers are printed, how a wrong name is told."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from app.domain.nearest import meant
from app.domain.text import Text
from app.settings import terminal_language

JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
FORMAT = click.option(
    "--format", "shape", type=click.Choice(("text", "json")), default="text", help="The longer spelling of --json."
)
CONTENT = click.option(
    "--content",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="ALUR_CONTENT_DIR",
    help="Folder of the city's content (with processes/service); default: the one of this installation.",
)


class OneLine(click.Command):
    """A command whose complaints about its own options are one line, without the usage around it."""

    def make_context(self, *args: object, **kwargs: object) -> click.Context:
        """Read the arguments."""
        try:
            return super().make_context(*args, **kwargs)  # type: ignore[arg-type]
        except click.UsageError as error:
            error.ctx = None
            raise


def said(text: Text) -> str:
    """The sentence in the language of the terminal."""
    return text.say(terminal_language(os.environ))


def print_json(data: Any) -> None:
    """The answer for programs."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=1))


def not_known(what: Text, word: str, known: Iterable[str]) -> click.UsageError:
    """`what` is said of a name that does not exist, with the close one that may have been meant."""
    names = sorted(known)
    listed = Text(f"Yang ada: {', '.join(names)}.", f"There are: {', '.join(names)}.")
    advice = meant(listed, word, names)
    return click.UsageError(said(Text(f"{what.id} {advice.id}", f"{what.en} {advice.en}")))


def misspelt(error: click.UsageError) -> str | None:
    """One line for a command or option that does not exist; None for every other complaint."""
    if isinstance(error, click.NoSuchOption):
        word, what = error.option_name, Text("Tidak ada opsi", "There is no option")
    elif isinstance(error, click.NoSuchCommand):
        word, what = error.command_name, Text("Tidak ada perintah", "There is no command")
    else:
        return None
    advice = meant(Text("Lihat --help.", "See --help."), word, error.possibilities or _names(error))
    return said(Text(f"{what.id} “{word}”. {advice.id}", f"{what.en} “{word}”. {advice.en}"))


def _names(error: click.UsageError) -> list[str]:
    """The commands of the group that complains, whatever their capitals."""
    command = error.ctx.command if error.ctx is not None else None
    if isinstance(error, click.NoSuchCommand) and isinstance(command, click.Group):
        return command.list_commands(click.Context(command))
    return []
