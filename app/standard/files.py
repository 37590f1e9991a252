"""Reads each file of the service's data into its rows and says what is wrong with that file by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from app.domain.limits import Limit
from app.domain.permissions import Permission
from app.domain.text import PLACEHOLDER, Text
from app.standard.channels import RULES, WITHOUT_ADDRESS, address_fault
from app.standard.reader import Row, Source, by_key
from app.standard.rows import (
    Category,
    Channel,
    Component,
    Inconsistency,
    Kelurahan,
    LegalBasis,
    Question,
    Recorded,
    Role,
    Standard,
    Template,
    Unit,
    Wording,
)

COMPONENTS = 14  # of a service standard: PermenPANRB 15/2014
UNIT_TYPES = ("ministry", "office", "opd", "enterprise", "district")
SHORT_LENGTH = 160  # characters of one SMS
FIRST_DAY = date(1970, 1, 1)


def units(source: Source) -> dict[str, Unit]:
    """units.toml"""
    found = []
    for row in source.rows("unit", "code", "code name type aliases confirmed"):
        tx = Unit(row.text("code"), row.both("name"), row.text("type"), row.words("aliases"), row.truth("confirmed"))
        if tx.type not in UNIT_TYPES:
            row.unknown("type", tx.type, UNIT_TYPES, f"jenis ({', '.join(UNIT_TYPES)})", "type of unit")
        found.append((tx.code, tx))
    return by_key(source, "unit", found)


def categories(source: Source) -> dict[str, Category]:
    """categories.toml"""
    rows = source.rows("category", "code", "code name default_unit flag active confirmed")
    return by_key(source, "category", [(row.text("code"), _category(row)) for row in rows])


def _category(row: Row) -> Category:
    return Category(
        row.text("code"),
        row.both("name"),
        row.optional("default_unit"),
        row.optional("flag"),
        row.truth("active", True),
        row.truth("confirmed"),
    )


def kelurahan(source: Source) -> dict[str, Kelurahan]:
    """kelurahan.toml"""
    rows = source.rows("kelurahan", "name", "name kecamatan confirmed")
    found = [Kelurahan(row.text("name"), row.text("kecamatan"), row.truth("confirmed")) for row in rows]
    return by_key(source, "kelurahan", [(row.name, row) for row in found])


def channels(source: Source) -> dict[str, Channel]:
    """channels.toml"""
    keys = "code kind name address more raw also_recorded note active source confirmed"
    found = []
    for row in source.rows("channel", "code", keys):
        channel = _channel(row)
        _check_addresses(row, channel)
        found.append((channel.code, channel))
    return by_key(source, "channel", found)


def _channel(row: Row) -> Channel:
    recorded = row.data.get("also_recorded", [])
    others = [Row(row.source, row.where, item) for item in recorded if isinstance(item, Mapping)]
    return Channel(
        row.text("code"),
        row.text("kind"),
        row.both("name"),
        row.text("address", ""),
        row.words("more"),
        row.text("raw", ""),
        tuple(Recorded(other.text("address"), other.both("where")) for other in others),
        row.optional_both("note"),
        row.truth("active", True),
        row.text("source", ""),
        row.truth("confirmed"),
    )


def _check_addresses(row: Row, channel: Channel) -> None:
    if channel.kind not in RULES and channel.kind not in WITHOUT_ADDRESS:
        row.unknown("kind", channel.kind, [*RULES, *WITHOUT_ADDRESS], "jenis kanal", "kind of channel")
    if channel.active and not channel.address and channel.kind not in WITHOUT_ADDRESS:
        row.text("address")
    for address in (channel.address, *channel.more):
        fault = address_fault(channel.kind, address) if address else None
        if fault:
            row.source.error(
                row.where,
                f"channel-{channel.kind}",
                fault,
                Text("Tulis alamat yang benar, atau active = false.", "Write the right address, or active = false."),
            )
    fault = address_fault(channel.kind, channel.raw) if channel.raw else None
    if fault:
        used = channel.address or "-"
        row.source.warning(
            row.where,
            "channel-raw",
            Text(f"Dokumen sumber keliru: {fault.id}", f"The source document is wrong: {fault.en}"),
            Text(f"Dipakai: {used}. Mintalah alamat yang benar.", f"In use: {used}. Ask for the right address."),
        )
    for other in channel.also_recorded:
        row.source.warning(
            row.where,
            "channel-conflict",
            Text(
                f"Dokumen sumber juga menulis {other.address} ({other.where.id}); dipakai {channel.address}.",
                f"The source document also says {other.address} ({other.where.en}); {channel.address} is used.",
            ),
            Text("Pastikan mana yang benar, lalu hapus yang lain.", "Find out which is right and remove the other."),
        )


def roles(source: Source) -> dict[str, Role]:
    """roles.toml"""
    found = {}
    for code in source.data:
        row = source.row(code, "title per_unit permissions")
        permissions = row.words("permissions")
        for permission in permissions:
            if permission.removesuffix(":own") not in set(Permission):
                row.unknown("permissions", permission, Permission, "hak", "permission")
        found[code] = Role(code, row.both("title"), row.truth("per_unit"), frozenset(permissions))
    return found


def limits(source: Source) -> dict[str, tuple[Limit, ...]]:
    """sla.toml: the versions of each limit, the first to begin first."""
    keys = "key title limit clock anchor reminder escalations notify valid_from source confirmed"
    found: dict[str, list[Limit]] = {}
    for row in source.rows("limit", "key", keys):
        limit = _limit(row)
        versions = found.setdefault(limit.key, [])
        if any(other.valid_from == limit.valid_from for other in versions):
            source.error(
                row.where,
                "service-twice",
                Text(
                    f"“{limit.key}” dua kali mulai {limit.valid_from}.",
                    f"“{limit.key}” begins twice {limit.valid_from}.",
                ),
                Text("Beri valid_from yang berbeda.", "Give them different dates valid_from."),
            )
        versions.append(limit)
    return {key: tuple(sorted(versions, key=lambda limit: limit.valid_from)) for key, versions in found.items()}


def _limit(row: Row) -> Limit:
    return Limit(
        row.text("key"),
        row.text("limit"),
        row.text("clock", "working"),
        row.text("anchor", "task"),
        row.share("reminder", 0.6),
        row.shares("escalations", (1.0, 1.5)),
        row.words("notify"),
        row.day("valid_from") or FIRST_DAY,
        row.both("source"),
        row.truth("confirmed"),
        row.both("title"),
    )


def _approval(source: Source, value: str) -> str:
    if value not in ("single", "two"):
        source.error(
            "approval",
            "approval-unknown",
            Text(f"approval = “{value}” tidak dikenal.", f"approval = “{value}” is not known."),
            Text("Pilih single (satu orang) atau two (dua orang).", "Choose single (one person) or two (two people)."),
        )
    return value


def standard(source: Source) -> Standard:
    """standard.toml"""
    row = source.row(
        "",
        "service title city unit unit_name fee publish approval identity_retention_days evaluation_months decree_no "
        "confirmed legal_basis component inconsistency",
    )
    components = [
        Component(
            part.text("code"),
            part.whole("number"),
            part.both("title"),
            part.both("text"),
            part.both_list("items"),
            part.optional_both("here"),
        )
        for part in source.rows("component", "code", "code number title text items here")
    ]
    inconsistencies = [
        Inconsistency(part.text("code"), part.both("text"), part.both("handling"))
        for part in source.rows("inconsistency", "code", "code text handling")
    ]
    _check_components(source, components)
    return Standard(
        row.text("service"),
        row.both("title"),
        row.text("unit"),
        row.both("unit_name"),
        row.whole("fee"),
        row.text("publish", "none"),
        _approval(source, row.text("approval", "single")),
        row.whole("identity_retention_days", 0),
        row.whole("evaluation_months", 3),
        row.optional("decree_no"),
        tuple(_legal_basis(source)),
        tuple(by_key(source, "component", [(part.code, part) for part in components]).values()),
        tuple(by_key(source, "inconsistency", [(part.code, part) for part in inconsistencies]).values()),
        row.truth("confirmed"),
        row.optional_both("city"),
    )


def _legal_basis(source: Source) -> list[LegalBasis]:
    keys = "kind number year title in_source valid_from valid_to replaced_by note"
    return [
        LegalBasis(
            row.text("kind"),
            row.text("number"),
            row.whole("year"),
            row.both("title"),
            row.truth("in_source", True),
            row.day("valid_from"),
            row.day("valid_to"),
            row.optional("replaced_by"),
            row.optional_both("note"),
        )
        for row in source.rows("legal_basis", "number", keys)
    ]


def _check_components(source: Source, components: list[Component]) -> None:
    if source.data and len(components) != COMPONENTS:
        source.warning(
            "component",
            "standard-components",
            Text(
                f"Ada {len(components)} komponen; standar pelayanan mempunyai {COMPONENTS}.",
                f"There are {len(components)} components; a service standard has {COMPONENTS}.",
            ),
            Text("Lengkapi komponen yang belum ada.", "Add the components that are missing."),
        )


def questions(source: Source) -> tuple[Question, ...]:
    """questions.toml"""
    found = []
    for row in source.rows("question", "number", "number question default where answered"):
        question = Question(
            row.whole("number"),
            row.both("question"),
            row.both("default"),
            row.text("where", ""),
            row.truth("answered"),
        )
        found.append((str(question.number), question))
    return tuple(by_key(source, "question", found).values())


def template(source: Source, key: str) -> Template:
    """templates/<key>.toml"""
    row = source.row("", "placeholders plain id en")
    known, plain = frozenset(row.words("placeholders")), frozenset(row.words("plain"))
    for name in sorted(plain - known):
        row.unknown("plain", name, known, "isian", "placeholder")
    wordings = {}
    for lang in ("id", "en"):
        part = source.row(lang, "subject body short")
        wordings[lang] = Wording(part.text("subject"), part.text("body"), part.optional("short"))
        _check_wording(part, wordings[lang], known)
    if source.data and (wordings["id"].short is None) != (wordings["en"].short is None):
        source.row("id" if wordings["id"].short is None else "en", "subject body short").text("short")
    return Template(key, known, wordings["id"], wordings["en"], plain)


def _check_wording(row: Row, wording: Wording, known: frozenset[str]) -> None:
    for text in (wording.subject, wording.body, wording.short or ""):
        for name in PLACEHOLDER.findall(text):
            if name not in known:
                row.unknown("placeholders", name, known, "isian", "placeholder")
        if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
            row.source.error(
                row.where,
                "template-brace",
                Text(
                    "Ada kurung kurawal yang tidak membentuk {isian}.", "A curly bracket does not form a {placeholder}."
                ),
                Text("Tulis {nama_isian} atau hapus kurungnya.", "Write {name} or remove the bracket."),
            )
    if wording.short and len(PLACEHOLDER.sub("", wording.short)) > SHORT_LENGTH:
        row.source.error(
            row.where,
            "template-short",
            Text(
                f"Teks pendek melebihi {SHORT_LENGTH} karakter.", f"The short text exceeds {SHORT_LENGTH} characters."
            ),
            Text("Persingkat teksnya.", "Shorten the text."),
        )
