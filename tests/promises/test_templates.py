"""Pages escape what they show, carry no script or style of their own, and name only icons that the bundle has."""

from __future__ import annotations

import re

from tests.promises.files import ROOT, name_of, python, tracked

TEMPLATES = [path for path in tracked() if path.suffix == ".html" and path.is_relative_to(ROOT / "app")]
BUILD = (ROOT / "app" / "web" / "assets" / "build.mjs").read_text(encoding="utf-8")
FORBIDDEN = {
    "an unescaped value": re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\("),
    "a script in the page": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.I),
    "a style in the page": re.compile(r"<style\b|\sstyle\s*=", re.I),
    "an event attribute": re.compile(r"<[^>]+\son[a-z]+\s*=", re.I),
    "code in an attribute": re.compile(r"\bhx-on|javascript:", re.I),
    "something from another site": re.compile(r"(?:src|srcset)\s*=\s*[\"']https?:", re.I),
}


def test_templates_hold_nothing_that_the_policy_or_the_escaping_forbids() -> None:
    found = [
        f"{name_of(path)}: {fault}: {match.group()}"
        for path in TEMPLATES
        for fault, pattern in FORBIDDEN.items()
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    listed = re.search(r"const ICONS = `(.*?)`", BUILD, re.S)
    assert listed is not None
    sprite = set(listed.group(1).split())
    named = {
        (name_of(path), name)
        for path in TEMPLATES
        for call in re.findall(r"\bicon\(([^)]*)\)", path.read_text(encoding="utf-8"))
        for name in re.findall(r"^\s*['\"]([a-z0-9-]+)['\"]", call)
    }
    named |= {
        (name_of(path), name)
        for path in python("app")
        for name in re.findall(r"\bicon=['\"]([a-z0-9-]+)['\"]", path.read_text(encoding="utf-8"))
    }
    named |= {
        (name_of(path), name)
        for path in tracked()
        if path.suffix == ".toml" and path.is_relative_to(ROOT / "processes")
        for name in re.findall(r"(?m)\bicon\s*=\s*\"([a-z0-9-]+)\"", path.read_text(encoding="utf-8"))
    }
    assert {(place, name) for place, name in named if name not in sprite} == set()
