"""The service's own data (calendar, limits, channels, units, roles, standard, messages), read and checked as one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from app.domain.calendar import Calendar
from app.domain.calendar_data import read_calendar
from app.domain.durations import CalendarError
from app.domain.errors import Refusal
from app.domain.findings import Finding, errors
from app.domain.limits import Limit, in_force
from app.domain.nearest import meant
from app.domain.roles import RolePermissions
from app.domain.text import Text
from app.domain.words import count_en
from app.standard import files, former
from app.standard import frames as letters
from app.standard.reader import Source
from app.standard.rows import Category, Channel, Kelurahan, Question, Role, Standard, Template, Unit
from app.standard.statuses import (
    ActionWords,
    Cancellation,
    Emergency,
    PublicStep,
    Stage,
    Status,
    actions,
    cancellations,
    emergency,
    stages,
    statuses,
    steps,
)

FOLDER = "processes/service"  # below the folder of a city's content
NAMES = (
    "calendar.toml",
    "sla.toml",
    "channels.toml",
    "units.toml",
    "categories.toml",
    "kelurahan.toml",
    "roles.toml",
    "standard.toml",
    "statuses.toml",
    "questions.toml",
)
OPTIONAL = (letters.FILE,)  # service data of earlier versions have none
STATUSES = "statuses.toml"
TEMPLATES = "templates/"
NEEDED_TEMPLATES = ("reminder", "overdue", "escalation", "digest", "horizon")  # sent by the product itself


class InvalidServiceData(Refusal):
    """The service's data has faults; `details["findings"]` lists every one."""

    code = "invalid-service-data"
    status = 422
    title = Text("Data layanan belum dapat dipakai.", "The service's data cannot be used yet.")

    @property
    def findings(self) -> list[Finding]:
        """All faults, errors and warnings."""
        found: list[Finding] = self.details.get("findings", [])
        return found


@dataclass(frozen=True)
class ServiceData:
    """All of it. `limits` holds the newest version of each limit, `limit_versions` all, oldest first."""

    calendar: Calendar
    limits: Mapping[str, Limit]
    limit_versions: Mapping[str, tuple[Limit, ...]]
    channels: Mapping[str, Channel]
    units: Mapping[str, Unit]
    categories: Mapping[str, Category]
    kelurahan: Mapping[str, Kelurahan]
    roles: RolePermissions
    role_rows: Mapping[str, Role]
    standard: Standard
    questions: tuple[Question, ...]
    templates: Mapping[str, Template]
    statuses: Mapping[str, Status] = field(default_factory=dict)
    steps: tuple[PublicStep, ...] = ()
    emergency: Emergency | None = None
    actions: Mapping[str, ActionWords] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    frames: Mapping[str, letters.Frame] = field(default_factory=dict)
    cancellations: Mapping[str, Cancellation] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()  # warnings only: conflicts of the source, what is not confirmed

    def limit(self, key: str, day: date) -> Limit:
        """The version of a limit in force on `day`, that of an instance's start; KeyError for an unknown key."""
        return in_force(self.limit_versions[key], day)


def read_contents(folder: Path) -> dict[str, bytes]:
    """The files of a service folder by name, templates as "templates/<key>.toml"."""
    found = sorted(folder.glob("*.toml")) + sorted((folder / TEMPLATES).glob("*.toml"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def read_service(folder: Path) -> ServiceData:
    """The service's data from its folder; raises InvalidServiceData with every finding."""
    return service_from(read_contents(folder))


def service_from(contents: Mapping[str, bytes], stored: Collection[str] = ()) -> ServiceData:
    """The service's data from the contents of its files; raises InvalidServiceData with every finding.

    `stored` names the files that were loaded by an earlier release perhaps: what it did not ask for has its default.
    """
    service, findings = inspect_service(contents, stored)
    if service is None:
        raise InvalidServiceData(findings=findings)
    return service


def inspect_service(
    contents: Mapping[str, bytes], stored: Collection[str] = ()
) -> tuple[ServiceData | None, list[Finding]]:
    """The service's data (None when a fault forbids its use) and all findings, also those that are only warnings."""
    sources = {name: Source(name, contents.get(name)) for name in NAMES}
    if STATUSES in stored:
        sources[STATUSES].data = former.completed(sources[STATUSES].data)
    calendar, faults = _calendar(sources["calendar.toml"])
    role_rows = files.roles(sources["roles.toml"])
    versions = files.limits(sources["sla.toml"])
    units = files.units(sources["units.toml"])
    categories = files.categories(sources["categories.toml"])
    standard = files.standard(sources["standard.toml"])
    channels = files.channels(sources["channels.toml"])
    kelurahan = files.kelurahan(sources["kelurahan.toml"])
    questions = files.questions(sources["questions.toml"])
    words = sources[STATUSES]
    plain, causes = stages(words), cancellations(words)
    flags = frozenset(row.flag for row in categories.values() if row.flag)
    public, procedure, urgent, acts = statuses(words, plain, flags), steps(words), emergency(words), actions(words)
    templates = _templates(contents, sources)
    around, frames = letters.frames(contents.get(letters.FILE))
    if frames is not None:
        sources[letters.FILE] = frames
    _check_letters(words, public, templates, STATUSES in stored)
    _check_units(sources, units, categories, standard)
    _check_limits(sources["sla.toml"], versions, role_rows, calendar)
    _unconfirmed(sources)
    _open_questions(sources["questions.toml"], questions)
    _inconsistencies(sources["standard.toml"], standard)
    findings = [*faults, *(finding for source in sources.values() for finding in source.findings)]
    if calendar is None or errors(findings):
        return None, findings
    service = ServiceData(
        calendar,
        {key: limits[-1] for key, limits in versions.items()},
        versions,
        channels,
        units,
        categories,
        kelurahan,
        {code: role.permissions for code, role in role_rows.items()},
        role_rows,
        standard,
        questions,
        templates,
        public,
        procedure,
        urgent,
        acts,
        plain,
        around,
        causes,
        tuple(findings),
    )
    return service, findings


def _calendar(source: Source) -> tuple[Calendar | None, list[Finding]]:
    return (None, []) if source.findings else read_calendar(source.data, source.name)


def _templates(contents: Mapping[str, bytes], sources: dict[str, Source]) -> dict[str, Template]:
    names = {name for name in contents if name.startswith(TEMPLATES) and name.endswith(".toml")}
    names |= {f"{TEMPLATES}{key}.toml" for key in NEEDED_TEMPLATES}
    found = {}
    for name in sorted(names):
        source = sources[name] = Source(name, contents.get(name))
        key = name.removeprefix(TEMPLATES).removesuffix(".toml")
        found[key] = files.template(source, key)
    return found


def _check_units(
    sources: Mapping[str, Source],
    units: Mapping[str, Unit],
    categories: Mapping[str, Category],
    standard: Standard,
) -> None:
    for category in categories.values():
        if category.default_unit and category.default_unit not in units:
            _unknown(
                sources["categories.toml"], f"category {category.code}", category.default_unit, units, "unit", "unit"
            )
    if standard.unit and standard.unit not in units:
        _unknown(sources["standard.toml"], "unit", standard.unit, units, "unit", "unit")


def _check_limits(
    source: Source, versions: Mapping[str, tuple[Limit, ...]], roles: Mapping[str, Role], calendar: Calendar | None
) -> None:
    for limit in (limit for limits in versions.values() for limit in limits):
        where = f"limit {limit.key}"
        for role in limit.notify:
            if role not in roles:
                _unknown(source, where, role, roles, "peran", "role")
        if calendar is None:
            continue
        try:
            calendar.add(datetime.combine(calendar.confirmed_until, time(), calendar.zone), limit.limit, limit.clock)
        except CalendarError as fault:
            source.error(
                where,
                "limit-duration",
                fault.message,
                Text(
                    "Tulis misalnya limit = “P3D” dengan clock = “working”.",
                    "Write for instance limit = “P3D” with clock = “working”.",
                ),
            )


def _check_letters(
    source: Source, statuses: Mapping[str, Status], templates: Mapping[str, Template], stored: bool
) -> None:
    """A status may only name letters that exist; what was loaded earlier goes without a letter instead."""
    for status in statuses.values():
        if status.letter and status.letter not in templates and not stored:
            _unknown(source, f"status {status.code}", status.letter, templates, "surat", "letter")


def _unknown(source: Source, where: str, value: str, known: Iterable[str], kind_id: str, kind_en: str) -> None:
    source.error(
        where,
        f"service-unknown-{kind_en}",
        Text(f"“{value}” bukan {kind_id} yang ada.", f"“{value}” is not a known {kind_en}."),
        meant(Text(f"Tulis kode {kind_id} yang ada.", f"Write the code of a known {kind_en}."), value, known),
    )


def _unconfirmed(sources: Mapping[str, Source]) -> None:
    """One warning for each file whose rows the city has not confirmed yet."""
    for source in sources.values():
        count = sum(_count_unconfirmed(value) for value in source.data.values())
        count += source.data.get("confirmed") is False
        if count:
            source.warning(
                None,
                "unconfirmed",
                Text(f"{count} data belum dikonfirmasi.", f"{count_en(count, 'entry', 'entries')} not confirmed."),
                Text("Periksa, lalu tulis confirmed = true.", "Check them, then write confirmed = true."),
            )


def _count_unconfirmed(value: object) -> int:
    rows: Iterable[object] = value if isinstance(value, list) else ()
    return sum(1 for row in rows if isinstance(row, Mapping) and row.get("confirmed") is False)


def _open_questions(source: Source, questions: tuple[Question, ...]) -> None:
    for question in questions:
        if not question.answered:
            source.warning(
                f"question {question.number}",
                "question-open",
                question.question,
                Text(
                    f"Bawaan sampai dijawab: {question.default.id} ({question.where})",
                    f"Default until answered: {question.default.en} ({question.where})",
                ),
            )


def _inconsistencies(source: Source, standard: Standard) -> None:
    for entry in standard.inconsistencies:
        source.warning(f"inconsistency {entry.code}", "source-conflict", entry.text, entry.handling)
