"""A form as a page shows it: what stands in each field, what is wrong with it, and what a browser sent back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from flask import Flask, g, request
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commands.attachment.attachments import StoreAttachment
from app.domain.errors import Invalid, Refusal
from app.domain.roles import Actor
from app.domain.text import Text
from app.forms.form import Field, Form, Option, Sources
from app.forms.values import LONGEST, MOST_FILES, longest_of
from app.store.complaints import Attachment
from app.web import author, carry
from app.web.current import web
from app.web.officer.sure import ACKNOWLEDGED

LONGEST_SHOWN = 50_000  # characters; more was refused anyway and is not sent back
CONTROLS = {"date": "date", "time": "time", "datetime": "datetime-local"}
PLAIN_DATE = re.compile(r"(\d{4}-\d\d-\d\d)?T?(\d\d:\d\d)?")  # what a browser's own control can show
DROP = "lepas"  # the box that takes an attachment off again
SUBMISSION = "kiriman"  # the token that makes a form sent twice count once
OURS = frozenset({author.TOKEN, carry.RESUME, DROP, SUBMISSION, ACKNOWLEDGED})


@dataclass(frozen=True)
class Shown:
    """One form on one page. `values` may be what somebody typed, a draft, or first values; never trusted."""

    form: Form
    sources: Sources
    values: Mapping[str, Any]
    errors: Mapping[str, list[Text]] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)  # id of an attachment -> its name
    fresh: bool = False  # what stands here is newer than any draft the browser kept

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Ids of the components that are hidden with these values."""
        return self.form.hidden(self.values, self.sources, self.variables)

    @cached_property
    def asked(self) -> dict[str, bool]:
        """Question -> whether it must be answered with these values."""
        return self.form.asked(self.values, self.sources, self.variables)

    def typed(self, question: Field) -> str:
        """What stands in a field of one line or more."""
        value = self.values.get(question.key)
        return "" if value is None or isinstance(value, list | dict) else str(value)[:LONGEST_SHOWN]

    def ticked(self, question: Field) -> bool:
        """Whether a single box is ticked."""
        return self.values.get(question.key) in (True, "true", "on", "1")

    def chosen(self, question: Field, option: Option) -> bool:
        """Whether an option is chosen."""
        value = self.values.get(question.key)
        chosen = value if isinstance(value, list) else [value]
        return option.value in [str(each).lower() if isinstance(each, bool) else str(each) for each in chosen]

    def choices(self, question: Field) -> list[tuple[str, list[Option]]]:
        """The options under their headings; one heading "" when there are none."""
        options = question.choices(self.sources)
        return [(heading or "", list(each)) for heading, each in groupby(options, key=lambda option: option.group)]

    def attached(self, question: Field) -> list[tuple[str, str]]:
        """Ids and names of the files that were uploaded already."""
        value = self.values.get(question.key)
        return (
            [(each, self.files[each]) for each in value or [] if each in self.files] if isinstance(value, list) else []
        )

    def in_use(self, group: Field) -> bool:
        """Whether a folded group must stand open: something in it was answered or is wrong."""
        return any(
            each.key in self.errors or self.values.get(each.key) not in (None, "", [], False, each.default)
            for each in group.children
        )

    def counts(self, question: Field) -> bool:
        """Whether a counter tells how much of the answer's length is used: not where its form has a rule of its own."""
        return question.type in LONGEST and question.max_length is not None and not (question.rule or question.kind)

    def dates(self, question: Field) -> tuple[date | None, date | None]:
        """The first and last date that may be chosen."""
        today = self.sources.today
        return question.dates(today) if today and question.subtype == "date" else (None, None)

    def date_control(self, question: Field) -> str:
        """The type of the control; text where it must show again something that is no date."""
        typed = self.typed(question)
        return CONTROLS[question.subtype] if not typed or PLAIN_DATE.fullmatch(typed) else "text"

    @property
    def summary(self) -> list[tuple[str, Text | str, Text]]:
        """Every error in the order of the page with the key and name of its field; "" for the form as a whole."""
        known = self.form.by_key
        order = ["", *(each.key for each in self.form.questions)]
        keys = [key for key in order if key in self.errors] + [key for key in self.errors if key not in order]
        return [
            (key, known[key].label, text) if key in known else ("", key, text)
            for key in keys
            for text in self.errors[key]
        ]


def install(app: Flask) -> None:
    """Give templates what they need to draw a form."""
    largest = app.extensions["alur"].toolbox.settings.attachment_bytes
    app.jinja_env.globals.update(
        heading_of=heading_of, sanitised=sanitised, largest_file=largest, longest_of=longest_of
    )


def sanitised(html: str) -> Markup:
    """The content of an html component, which app.forms.form has cleaned when it read the form."""
    return Markup(html)


def heading_of(heading: str) -> str:
    """The heading of a list of units is a kind of office; anything else stands as it is."""
    kinds: dict[str, str] = {
        "ministry": _("Kementerian"),
        "office": _("Dinas pengelola"),
        "opd": _("Organisasi perangkat daerah (OPD)"),
        "enterprise": _("Perusahaan daerah"),
        "district": _("Kecamatan dan kelurahan"),
    }
    return kinds.get(heading, heading)


def posted(form: Form) -> dict[str, Any]:
    """The answers in the request, always the same ones: what was uploaded meanwhile stands among them."""
    kept: dict[str, dict[str, Any]] = g.setdefault("posted", {})
    if form.key not in kept:
        kept[form.key] = answered(form, request.form.items(multi=True))
    return kept[form.key]


def answered(form: Form, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Names and texts as answers, without the page's own fields; attachments that were taken off are left out."""
    given = list(pairs)
    answers = form.gathered([(name, text) for name, text in given if name not in OURS])
    dropped = {text for name, text in given if name == DROP}
    for question in form.questions:
        if question.type == "filepicker" and question.key in answers:
            answers[question.key] = [each for each in answers[question.key] if each not in dropped]
    return answers


def take_uploads(form: Form, answers: dict[str, Any], by: Actor, **owner: str) -> dict[str, list[Text]]:
    """Store the files in the request and put their ids among the answers; returns what is wrong, by question.

    What could be stored stays attached even when something else in the form is wrong. `owner` names the complaint
    or task that the files belong to, if there is one already.
    """
    wrong: dict[str, list[Text]] = {}
    for question in form.questions:
        if question.type != "filepicker":
            continue
        files = [file for file in request.files.getlist(question.key) if file.filename]  # an empty field sends one
        kept = list(answers.get(question.key) or [])
        most = int(question.maximum or MOST_FILES) if question.multiple else 1
        if len(kept) + len(files) > most:
            wrong[question.key] = [Text(f"Paling banyak {most} berkas.", f"At most {most} files.")]
            files = files[: max(most - len(kept), 0)]
        for file in files:
            with file.stream:  # large ones stand in a temporary file
                content = file.read(web().toolbox.settings.attachment_bytes + 1)  # enough to see that it is too large
            try:
                kept.append(web().runner.run(StoreAttachment(file.filename or "", content, **owner), by))
            except Refusal as refusal:
                wrong.setdefault(question.key, []).extend(_about(file.filename or "", refusal))
        if kept:
            answers[question.key] = kept
    g.files_taken = True
    return wrong


def _about(name: str, refusal: Refusal) -> list[Text]:
    """Why a file was refused, with its name before each sentence."""
    found = [text for texts in refusal.errors.values() for text in texts] if isinstance(refusal, Invalid) else []
    return [Text(f"{name[:80]}: {text.id}", f"{name[:80]}: {text.en}") for text in found or [refusal.message]]


def names_of(session: Session, answers: Mapping[str, Any], form: Form) -> dict[str, str]:
    """The names of the attachments that the answers refer to and that belong to no complaint yet."""
    wanted = [
        each
        for question in form.questions
        if question.type == "filepicker"
        for each in answers.get(question.key) or []
        if isinstance(each, str)
    ]
    if not wanted:
        return {}
    rows = session.execute(select(Attachment.id, Attachment.name).where(Attachment.id.in_(wanted[:20])))
    return {row.id: row.name for row in rows}
