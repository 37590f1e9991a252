"""What pages call the machine's own codes: kinds and states of its jobs and messages, and what a message is about."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _

from app.bundle.wording import worded
from app.store.outbox import OutboxMessage
from app.web.current import service
from app.web.language import language


def install(app: Flask) -> None:
    """Give the filters to every template."""
    app.jinja_env.filters.update(doer=doer, job_kind=job_kind, state_word=state_word, subject=subject)


def doer(name: str) -> str:
    """Whoever did something: a person's name, or a word for those who have none."""
    words: dict[str, str] = {"system": _("sistem"), "reporter": _("pelapor")}
    return words.get(name, name)


def job_kind(code: str) -> str:
    """What a job is for."""
    words: dict[str, str] = {
        "timer": _("pewaktu diagram"),
        "service": _("langkah sistem"),
        "reminder": _("pengingat"),
        "overdue": _("kabar terlambat"),
        "escalation": _("eskalasi"),
    }
    return words.get(code, code)


def state_word(code: str) -> str:
    """Where a job or a message stands."""
    words: dict[str, str] = {
        "waiting": _("menunggu"),
        "paused": _("berhenti sementara"),
        "done": _("selesai"),
        "cancelled": _("tidak diperlukan lagi"),
        "sent": _("terkirim"),
        "failed": _("gagal"),
        "dropped": _("dilewati"),
    }
    return words.get(code, code)


def subject(message: OutboxMessage) -> str:
    """The subject of a message; the code of its template where the service's data no longer know it."""
    if message.template not in service().templates:
        return message.template
    return worded(service(), message.template, language(), message.fields).subject
