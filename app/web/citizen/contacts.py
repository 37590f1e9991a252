"""Says honestly which contacts this installation can reach, where they are asked for and where they are counted on."""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask
from flask_babel import gettext as _

from app.forms.form import Field, Form
from app.senders.letter import KINDS
from app.senders.reach import reached
from app.web.current import web


def install(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.globals.update(
        unreachable=unreachable, unreached=unreached, reached_fields=reached_fields, reaches=reaches
    )


def reached_kinds() -> frozenset[str]:
    """The kinds of contact to which a letter really leaves the house."""
    return reached(web().ways)


def reaches(kind: str) -> bool:
    """Whether letters really leave the house to this kind of contact."""
    return kind in reached_kinds()


def news_by(contacts: Collection[str]) -> str | None:
    """The kind of contact by which the reporter hears from us; None when there is none."""
    return next((kind for kind in KINDS if kind in contacts and kind in reached_kinds()), None)


def unreached(question: Field) -> str:
    """What stands beside a field for a contact that nothing leads to; empty for all other fields."""
    if not question.personal or question.kind not in KINDS or question.kind in reached_kinds():
        return ""
    if question.kind == "phone":
        return str(_("Kami belum dapat mengirim SMS; simpan nomor dan kode yang tampil setelah aduan diterima."))
    return str(_("Kami belum dapat mengirim surel; simpan nomor dan kode yang tampil setelah aduan diterima."))


def reached_fields(form: Form) -> list[str]:
    """The fields of the form, as ids on the page, whose contact is reached."""
    return [f"f-{each.key}" for each in form.questions if each.personal and each.kind in reached_kinds()]


def unreachable(contacts: Collection[str]) -> str:
    """The sentence for somebody whose contacts, all of them, cannot be reached."""
    if "email" in contacts:
        return str(_("Kami belum dapat mengirim surel; simpan nomor dan kode ini."))
    if "phone" in contacts:
        return str(_("Kami belum dapat mengirim SMS; simpan nomor dan kode ini."))
    return str(_("Anda tidak mengisi kontak, jadi kami tidak dapat mengabari Anda; simpan nomor dan kode ini."))
