"""Migrations give exactly the tables that the program describes, on both databases, even when two nodes run them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from app.store import migrate
from app.store.schema import metadata


def test_upgrade_gives_exactly_the_tables_of_the_program(new_database: Callable[[], Engine]) -> None:
    engine = new_database()
    migrate.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    assert migrate.current(engine) == migrate.head()


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
