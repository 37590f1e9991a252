"""Serves what browsers load: files named after what they hold, sent compressed, and kept by browsers for ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import structlog
from flask import Flask, Response, request, send_file, url_for

from app.domain.errors import NotFound

FOLDER = Path(__file__).with_name("static") / "bundle"
MANIFEST = "manifest.json"
FOREVER = "public, max-age=31536000, immutable"
KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
CODINGS = {"br": ".br", "gzip": ".gz"}  # the first is the smaller


def install(app: Flask, folder: Path = FOLDER) -> None:
    """Read the list of files once; give `shipped('app.css')` to every template, and answer for the files."""
    names = _names(folder)
    files = {name: _variants(folder / name) for name in names.values()}

    def shipped(name: str) -> str:
        """The address of a file by its plain name."""
        return url_for("static", filename=f"bundle/{names.get(name, name)}")

    def static(filename: str) -> Response:
        """A file of the list in the coding that the browser takes; everything else does not exist."""
        variants = files.get(filename.removeprefix("bundle/")) if filename.startswith("bundle/") else None
        if variants is None:
            raise NotFound()
        return _answer(variants)

    app.jinja_env.globals["shipped"] = shipped
    app.add_url_rule("/static/<path:filename>", "static", static)


def _names(folder: Path) -> Mapping[str, str]:
    """Plain name -> the file's own name; empty, and said so, where nothing was built."""
    try:
        names: dict[str, str] = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        structlog.get_logger().warning("pages have no styles and scripts: run make assets", folder=str(folder))
        return {}
    return names


def _variants(path: Path) -> dict[str, Path]:
    """Coding -> file; "" is the file itself."""
    packed = {coding: path.with_name(path.name + suffix) for coding, suffix in CODINGS.items()}
    return {"": path} | {coding: each for coding, each in packed.items() if each.is_file()}


def _answer(variants: Mapping[str, Path]) -> Response:
    coding = _coding(variants)
    response = send_file(variants[coding], KINDS[variants[""].suffix], conditional=True, etag=True)
    response.headers["Cache-Control"] = FOREVER
    if len(variants) > 1:
        response.headers["Vary"] = "Accept-Encoding"
    if coding:
        response.headers["Content-Encoding"] = coding
    return response


def _coding(variants: Mapping[str, Path]) -> str:
    """The coding that the browser likes best of those there are; "" where it takes none of them."""
    accepted = request.accept_encodings
    liked = {coding: accepted.quality(coding) for coding in CODINGS if coding in variants}
    best = max(liked, key=liked.__getitem__, default="")
    return best if best and liked[best] > 0 else ""
