"""Migrations give exactly the tables that the program describes, on both databases, even when two nodes run them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from app.store import migrate
from app.store.schema import metadata


def test_upgrade_gives_exactly_the_tables_of_the_program(new_database: Callable[[], Engine]) -> None:
    engine = new_database()
    migrate.upgrade(engine)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": described}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    assert migrate.current(engine) == migrate.head()


def described(name: str | None, kind: str, _parents: object) -> bool:
    """All but the index of words, which is made by its own statements on each kind of database."""
    return not (kind == "table" and (name or "").startswith("case_words"))


def test_upgrading_again_changes_nothing(new_database: Callable[[], Engine]) -> None:
    engine = new_database()
    migrate.upgrade(engine)
    before = sorted(inspect(engine).get_table_names())
    migrate.upgrade(engine)
    assert sorted(inspect(engine).get_table_names()) == before


def test_T25_two_nodes_that_migrate_at_once_both_end_at_the_head(new_database: Callable[[], Engine]) -> None:
    engine = new_database()
    failures: list[BaseException] = []
    start = threading.Barrier(2)

    def node() -> None:
        start.wait()
        try:
            migrate.upgrade(engine)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=node) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert migrate.current(engine) == migrate.head()


def test_a_filled_database_keeps_its_lists_in_order(new_database: Callable[[], Engine]) -> None:
    """Candidate rows of the first release hold the step's due time alone; now the earlier of that and the case's."""
    engine, case, early, late = new_database(), "2026-12-01", "2026-11-24", "2026-12-24"
    migrate.upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in filled(case, {"early": early, "late": late, "never": None}):
            connection.execute(text(statement))
    migrate.upgrade(engine)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT task_id, due_at FROM candidate ORDER BY task_id")).all()
    assert {row.task_id: str(row.due_at)[:10] for row in found} == {"early": early, "late": case, "never": case}


def filled(case: str, dues: dict[str, str | None]) -> Iterator[str]:
    """A case with its due time and one open task for each of the others, as the first release stored them."""
    yield (
        "INSERT INTO deployment"
        " (id, key, digest, version, title, deployed_at, deployed_by, reason, active, activated_at)"
        f" VALUES ('d', 'p', 'x', 1, 'p', '{case} 00:00:00', 'system', '', true, '{case} 00:00:00')"
    )
    yield (
        "INSERT INTO process_instance (id, business_key, definition_key, deployment_id, version, state, status, blob,"
        " started_at, due_at, due_confirmed, paused_seconds, history_count, test)"
        f" VALUES ('c', 'k', 'p', 'd', 1, 'active', 'received', '', '2026-11-20 00:00:00', '{case} 00:00:00', true, 0,"
        " 0, false)"
    )
    for task, due in dues.items():
        at = f"'{due} 00:00:00'" if due else "NULL"
        yield (
            "INSERT INTO task (id, instance_id, element, name, state, opened_at, due_at, due_confirmed, overdue)"
            f" VALUES ('{task}', 'c', 'e', 'e', 'open', '2026-11-20 00:00:00', {at}, false, false)"
        )
        yield f"INSERT INTO candidate (task_id, role, due_at) VALUES ('{task}', 'r', {at})"


def test_a_filled_database_says_which_service_files_are_in_force(new_database: Callable[[], Engine]) -> None:
    """The last loading of each file; what a person loaded is that person's choice, which no restart replaces."""
    engine = new_database()
    migrate.upgrade(engine, "0001")
    loaded = [("a.toml", "system"), ("b.toml", "system"), ("a.toml", "system"), ("b.toml", "somebody")]
    with engine.begin() as connection:
        for seq, (name, by) in enumerate(loaded, 1):
            row = {"seq": seq, "name": name, "by": by, "content": b"x"}
            connection.execute(
                text(
                    "INSERT INTO service_file (id, seq, name, digest, content, loaded_at, loaded_by, reason) VALUES"
                    " ('f' || :seq, CAST(:seq AS integer), :name, 'd', :content, '2026-11-20 00:00:00', :by, 'awal')"
                ),
                row | {"seq": str(seq)},
            )
    migrate.upgrade(engine)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name, file_id, chosen FROM service_in_force ORDER BY name")).all()
    assert [(row.name, row.file_id, bool(row.chosen)) for row in found] == [
        ("a.toml", "f3", False),
        ("b.toml", "f4", True),
    ]
