"""Which ways out this installation has."""

from __future__ import annotations

from app.senders.blackhole import FOLDER, Blackhole
from app.senders.letter import Sender
from app.senders.smtp import Smtp
from app.settings import Settings


def senders(settings: Settings) -> tuple[Sender, ...]:
    """The mail server where one is set; otherwise everything stays on this machine."""
    if settings.smtp_host:
        server = (settings.smtp_host, settings.smtp_port, settings.smtp_user, settings.smtp_password)
        return (Smtp(*server, settings.smtp_from),)
    return (Blackhole(settings.var_dir / FOLDER),)
