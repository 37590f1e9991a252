"""What the crash tests send in: a changed bundle, a picture, a reporter; and where each path can be cut."""

from __future__ import annotations

import functools
import io
from dataclasses import replace

from PIL import Image

from app.bundle.read import read_folder
from app.domain.roles import Actor
from tests.world import PROCESS, ROOT, VISITOR

DOOR = ("after_begin", "after_execute", "before_commit", "after_commit")
STEP = ("after_engine_step", "after_tasks_closed", "after_jobs_written", "after_outbox_written", "after_state_write")

# write path -> every named point on its way
PATHS: dict[str, tuple[str, ...]] = {
    "submit": (*DOOR, "after_complaint_rows", *STEP, "after_tasks_written"),
    "claim": DOOR,
    "complete": (*DOOR, *STEP, "after_tasks_written"),
    "return": (*DOOR, *STEP, "after_tasks_written"),
    "message": (*DOOR, *STEP, "after_tasks_written"),
    "withdraw": (*DOOR, *STEP),
    "timer": ("after_claim", "after_job_done", *DOOR, *STEP),
    "deploy": (*DOOR, "after_deployment_row", "after_deployment_files"),
    "attachment": (*DOOR, "after_file_write", "after_file_rename"),
    "outbox": ("after_send",),
    "anchor": DOOR,
    "recount": (*DOOR, "after_recount_slice"),
}


def reporter(complaint: str) -> Actor:
    """Whoever holds the complaint's id and secret."""
    return replace(VISITOR, complaint=complaint)


@functools.cache
def picture() -> bytes:
    """A small photo."""
    target = io.BytesIO()
    Image.new("RGB", (20, 20), (1, 2, 3)).save(target, "PNG")
    return target.getvalue()


@functools.cache
def _files() -> dict[str, bytes]:
    return dict(read_folder(PROCESS, ROOT / "forms").files)


def changed_bundle(text: str) -> dict[str, bytes]:
    """The seven steps with another title, and one scenario: all would only be played again and again."""
    found = {name: data for name, data in _files().items() if not name.startswith("scenarios/") or "/01_" in name}
    manifest = found["manifest.toml"].replace(b"coverage = 0.9", b"coverage = 0.0")
    return {**found, "manifest.toml": manifest + f"\n# {text}\n".encode()}
