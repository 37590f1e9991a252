"""A case that its office sent back has no office any more; until now it kept the name of the last one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

MANIFEST = "SELECT deployment_id, content FROM deployment_file WHERE path = 'manifest.toml'"
TASKS = (
    "SELECT task.instance_id, task.lane, task.form FROM task"
    " JOIN process_instance ON process_instance.id = task.instance_id"
    " WHERE process_instance.deployment_id = :deployment AND process_instance.unit IS NOT NULL"
    " ORDER BY task.instance_id, task.opened_at, task.id"
)
RELEASE = sa.text("UPDATE process_instance SET unit = NULL WHERE id = :instance")


def release_returned() -> None:
    """Clear the office of cases whose last such step chose an office anew instead of being done by one."""
    connection = op.get_bind()
    for deployment, content in connection.execute(sa.text(MANIFEST)).all():
        lanes, forms = _of_offices(bytes(content))
        held: dict[str, bool] = {}
        for instance, lane, form in connection.execute(sa.text(TASKS), {"deployment": deployment}):
            if lane in lanes or form in forms:
                held[instance] = lane in lanes
        for instance in (instance for instance, by_office in held.items() if not by_office):
            connection.execute(RELEASE, {"instance": instance})


def _of_offices(manifest: bytes) -> tuple[set[str], set[str]]:
    """The lanes whose office is data of the case, and the forms that choose it."""
    try:
        table = tomllib.loads(manifest.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return set(), set()
    lanes = {name: lane["unit_from"] for name, lane in table.get("lanes", {}).items() if "unit_from" in lane}
    variables = table.get("variables", {})
    return set(lanes), {form for name in lanes.values() for form in _forms(variables.get(name, {}).get("form"))}


def _forms(value: object) -> Iterator[str]:
    yield from [value] if isinstance(value, str) else value if isinstance(value, list) else []
