"""Says where the manifest names something that does not exist: a lane, a role, a form, a limit, a flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.bundle.manifest import COMPLAINT, MANIFEST, Variable
from app.bundle.meaning import FILES, FORMER_JUDGED
from app.bundle.read import Bundle, forms_named
from app.domain.findings import Finding
from app.domain.nearest import meant
from app.domain.text import Text
from app.engine.expressions.expression import ExpressionError, UnsafeExpression, compile_expression
from app.forms.fields import Field
from app.standard.statuses import CANCELLED

ANSWERS = {"boolean": {"boolean"}, "number": {"number"}, "text": {"text"}, "unit": {"text"}, "date": {"text"}}
REPORTER = "reporter"


@dataclass(frozen=True, slots=True)
class Known:
    """The names that exist outside the bundle, and its forms; None: not to be checked."""

    forms: frozenset[str]
    roles: frozenset[str]
    limits: frozenset[str]
    units: frozenset[str] | None = None
    statuses: frozenset[str] | None = None


def check_manifest(bundle: Bundle, known: Known) -> Iterator[Finding]:
    """Everything the manifest names that does not exist, and lanes that it forgets."""
    yield from _files(bundle, known)
    yield from _lanes(bundle, known)
    yield from _variables(bundle, known)
    yield from _messages(bundle, known)
    yield from _instance(bundle, known)
    yield from _start(bundle, known)
    yield from _statuses(bundle, known)
    yield from _meanings(bundle, known)
    yield from _presets(bundle)


def _files(bundle: Bundle, known: Known) -> Iterator[Finding]:
    manifest = bundle.manifest
    for name in (manifest.diagram, *manifest.calls, *manifest.decisions):
        if name not in bundle.files:
            yield _unknown(name, name, bundle.files, "berkas", "file")
    for key in sorted(forms_named(manifest, bundle.files) - known.forms):
        yield _unknown("forms", key, known.forms, "formulir", "form")


def _lanes(bundle: Bundle, known: Known) -> Iterator[Finding]:
    manifest = bundle.manifest
    elements = bundle.definition.elements.values()
    drawn = {element.lane for element in elements if element.lane}
    working = {element.lane for element in elements if element.lane and element.kind == "userTask"}
    for lane in sorted(working - set(manifest.lanes)):
        yield _finding(
            f"lanes.{lane}",
            "lane-without-role",
            Text(f"Lajur “{lane}” tidak punya peran.", f"The lane “{lane}” has no role."),
            Text("Tambahkan lajur itu di [lanes].", "Add the lane to [lanes]."),
        )
    for name, rule in manifest.lanes.items():
        place = f"lanes.{name}"
        if name not in drawn:
            yield _unknown(place, name, drawn, "lajur", "lane", warn=True)
        yield from _missing(place, rule.roles, known.roles, "peran", "role")
        if rule.unit and known.units is not None:
            yield from _missing(place, [rule.unit], known.units, "unit", "unit")
        if rule.unit_from:
            yield from _missing(place, [rule.unit_from], manifest.variables, "variabel", "variable")


def _variables(bundle: Bundle, known: Known) -> Iterator[Finding]:
    for variable in bundle.manifest.variables.values():
        for form, field in variable.sources:
            if form in known.forms:
                yield from _source(variable, form, field, bundle.forms[form].by_key)


def _source(variable: Variable, form: str, field: str, fields: Mapping[str, Field]) -> Iterator[Finding]:
    place, question = f"variables.{variable.name}", fields.get(field)
    if question is None:
        yield _unknown(place, f"{form}.{field}", [f"{form}.{key}" for key in fields], "isian", "field")
    elif question.kind_of_answer not in ANSWERS[variable.type]:
        yield _finding(
            place,
            "variable-type",
            Text(
                f"Isian {form}.{field} memberi {question.kind_of_answer}, bukan {variable.type}.",
                f"The field {form}.{field} gives {question.kind_of_answer}, not {variable.type}.",
            ),
            Text("Samakan jenis variabel dengan isiannya.", "Give the variable the type of its field."),
        )


def _messages(bundle: Bundle, known: Known) -> Iterator[Finding]:
    awaited = {element.message for element in bundle.definition.elements.values() if element.message}
    for message in bundle.manifest.messages.values():
        place = f"messages.{message.name}"
        if message.name not in awaited:
            yield _unknown(place, message.name, awaited, "pesan di diagram", "message in the diagram")
        yield from _missing(place, [message.sender], known.roles | {REPORTER}, "peran", "role")
    for name in sorted(awaited - set(bundle.manifest.messages)):
        yield _finding(
            f"messages.{name}",
            "message-without-sender",
            Text(f"Tidak ada yang boleh mengirim pesan “{name}”.", f"Nobody may send the message “{name}”."),
            Text("Tambahkan pesan itu di [messages].", "Add the message to [messages]."),
        )


def _instance(bundle: Bundle, known: Known) -> Iterator[Finding]:
    rules = bundle.manifest.instance
    limits = [rules.sla, *rules.sla_when] if rules.sla else [*rules.sla_when]
    yield from _missing("instance.sla", [key for key in limits if key], known.limits, "batas waktu", "limit")
    for key, condition in rules.sla_when.items():
        place = f"instance.sla_when.{key}"
        try:
            names = compile_expression(condition).names
        except (ExpressionError, UnsafeExpression) as error:
            fix = Text("Tulis perbandingan sederhana.", "Write a plain comparison.")
            yield _finding(place, "expression", error.message, fix)
            continue
        yield from _missing(place, sorted(names), bundle.manifest.variables, "variabel", "variable")
    if rules.withdraw:
        yield from _missing("instance.withdraw", [rules.withdraw.sender], known.roles | {REPORTER}, "peran", "role")
    yield from _missing("instance.pauses", rules.pauses, bundle.manifest.statuses.values(), "status", "status")


def _start(bundle: Bundle, known: Known) -> Iterator[Finding]:
    """What begins a case; and, where it is no complaint, what only a complaint has: a reporter and files."""
    manifest, start = bundle.manifest, bundle.manifest.start
    yield from _missing("start.by", start.roles, known.roles, "peran", "role")
    drawn = {each.id: each.recurrence for each in bundle.definition.elements.values() if each.recurrence}
    every = start.calendar.every if start.calendar else None
    for element, recurrence in drawn.items():
        if recurrence != every:
            yield _finding(
                "start.calendar",
                "start-recurrence",
                Text(
                    f"{element} digambar berulang tiap {recurrence}, tetapi [start] menyebut {every or 'tidak ada'}.",
                    f"{element} is drawn as beginning every {recurrence}, but [start] says {every or 'nothing'}.",
                ),
                Text(
                    f'Tulis calendar = {{ every = "{recurrence}", day = "first-working", at = "opening" }} di [start].',
                    f'Write calendar = {{ every = "{recurrence}", day = "first-working", at = "opening" }} in [start].',
                ),
            )
    if manifest.subject == COMPLAINT:
        for key, given in (("by", start.roles), ("calendar", start.calendar)):
            if given:
                yield _finding(f"start.{key}", "start-complaint", START_COMPLAINT, REMOVE_OR_RECORD)
        return
    if start.roles and manifest.start_form is None:
        yield _finding("start.by", "start-without-form", START_WITHOUT_FORM, NAME_START_FORM)
    senders = {f"messages.{each.name}": each.sender for each in manifest.messages.values()}
    if manifest.instance.withdraw:
        senders["instance.withdraw"] = manifest.instance.withdraw.sender
    for place in sorted(place for place, sender in senders.items() if sender == REPORTER):
        yield _finding(place, "no-reporter", NO_REPORTER, REMOVE_OR_COMPLAINT)
    for key, form in sorted(bundle.forms.items()):
        if any(question.type == "filepicker" for question in form.questions):
            yield _finding(f"forms/{key}.form", "no-files", NO_FILES, REMOVE_OR_COMPLAINT)


START_COMPLAINT = Text(
    "Kasus yang berupa aduan dimulai dengan mengirim aduan, tidak dengan cara lain.",
    "A case that is a complaint begins with its being filed and in no other way.",
)
REMOVE_OR_RECORD = Text(
    'Hapus baris itu, atau tulis subject = "record".', 'Remove that line, or write subject = "record".'
)
START_WITHOUT_FORM = Text(
    "Petugas memulai kasus dengan formulir mulai, tetapi tidak ada.",
    "Officers begin a case with its start form, but there is none.",
)
NAME_START_FORM = Text("Tulis start_form = nama formulirnya.", "Write start_form = the key of the form.")
NO_REPORTER = Text("Kasus ini bukan aduan, jadi tidak punya pelapor.", "This case is no complaint and has no reporter.")
NO_FILES = Text(
    "Hanya berkas aduan yang dapat menyimpan lampiran.", "Only the file of a complaint can hold attachments."
)
REMOVE_OR_COMPLAINT = Text(
    'Hapus bagian itu, atau tulis subject = "complaint".', 'Remove that part, or write subject = "complaint".'
)


def _statuses(bundle: Bundle, known: Known) -> Iterator[Finding]:
    manifest = bundle.manifest
    ids = {*bundle.definition.elements, *bundle.definition.flows}
    ids |= {manifest.instance.withdraw.end} if manifest.instance.withdraw else set()
    ids |= {CANCELLED}  # a case that is ended from outside
    yield from _missing("statuses", manifest.statuses, ids, "unsur atau arus", "element or flow")
    if known.statuses is not None:
        for id_, status in manifest.statuses.items():
            yield from _missing(f"statuses.{id_}", [status], known.statuses, "status", "status")


def _meanings(bundle: Bundle, known: Known) -> Iterator[Finding]:
    meaning = bundle.manifest.meaning
    for name, form, key in meaning.named():
        place = f"meaning.{name}"
        question = bundle.forms[form].by_key.get(key) if form in known.forms else None
        if question is None:
            there = bundle.forms[form].by_key if form in known.forms else ()
            yield _unknown(place, f"{form}.{key}", [f"{form}.{each}" for each in there], "isian", "field")
        elif (question.type == "filepicker") != (name in FILES):
            yield _finding(
                place,
                "meaning-type",
                Text(f"Isian {form}.{key} tidak cocok dengan arti ini.", f"The field {form}.{key} does not fit."),
                Text("Foto dipilih dengan filepicker, yang lain tidak.", "Pictures are filepickers, all else is not."),
            )
    if meaning.judged_in != FORMER_JUDGED:
        yield from _missing("meaning.judged_in", meaning.judged_in, known.forms, "formulir", "form")


def _presets(bundle: Bundle) -> Iterator[Finding]:
    for key, form in bundle.forms.items():
        for name in sorted(form.names - set(bundle.manifest.variables)):
            yield _unknown(f"forms/{key}.form", name, bundle.manifest.variables, "variabel", "variable")


def _missing(place: str, names: Iterable[str], known: Iterable[str], kind_id: str, kind_en: str) -> Iterator[Finding]:
    present = set(known)
    for name in names:
        if name not in present:
            yield _unknown(place, name, present, kind_id, kind_en)


def _unknown(place: str, name: str, known: Iterable[str], kind_id: str, kind_en: str, warn: bool = False) -> Finding:
    return Finding(
        MANIFEST,
        place,
        f"unknown-{kind_en.split()[0]}",
        "warning" if warn else "error",
        Text(f"“{name}”: tidak ada {kind_id} dengan nama itu.", f"“{name}”: there is no {kind_en} of that name."),
        meant(Text(f"Tulis nama {kind_id} yang ada.", f"Write the name of an existing {kind_en}."), name, known),
    )


def _finding(place: str, rule: str, message: Text, fix: Text) -> Finding:
    return Finding(MANIFEST, place, rule, "error", message, fix)
