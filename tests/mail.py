"""Reads the letters that an installation without a mail server keeps on its own machine."""

from __future__ import annotations

import re

from app.domain.tracking import shown
from app.jobs.outbox import Outbox
from app.senders.blackhole import FOLDER, letters
from app.senders.chosen import senders
from app.senders.letter import Letter
from tests.world import World

LINK = re.compile(r"http://localhost(/(?:tautan|kode)/[0-9A-Z]{26})\b")


def delivered(service: World) -> list[Letter]:
    """Everything that was written so far, what was written last first, after what is due has left."""
    Outbox(service.toolbox, senders(service.toolbox.settings)).deliver()
    return list(letters(service.toolbox.settings.var_dir / FOLDER))


def link(service: World, tracking_id: str, subject: str = "") -> str:
    """The address of the personal link in the one letter about this complaint whose subject holds `subject`."""
    number = shown(tracking_id)
    mine = [each for each in delivered(service) if number in each.subject and subject in each.subject]
    (letter,) = [each for each in mine if LINK.search(each.body)]
    (path,) = set(LINK.findall(letter.body))
    return str(path)
