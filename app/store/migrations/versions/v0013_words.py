"""Cases are found by their words, in any order; an index on each kind of database follows the table by triggers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.domain.toml import WrongToml, parse_toml
from app.store.words import words_of

revision = "0013_words"
down_revision = "0012_starts"
BATCH = 500
SQLITE = (
    "CREATE VIRTUAL TABLE case_words USING fts5(words, category, content='case_text', content_rowid='seq',"
    " prefix='2 3', tokenize='unicode61')",
    "CREATE TRIGGER case_words_added AFTER INSERT ON case_text BEGIN"
    " INSERT INTO case_words(rowid, words, category) VALUES (new.seq, new.words, new.category); END",
    "CREATE TRIGGER case_words_gone AFTER DELETE ON case_text BEGIN"
    " INSERT INTO case_words(case_words, rowid, words, category)"
    " VALUES ('delete', old.seq, old.words, old.category); END",
    "CREATE TRIGGER case_words_changed AFTER UPDATE ON case_text BEGIN"
    " INSERT INTO case_words(case_words, rowid, words, category)"
    " VALUES ('delete', old.seq, old.words, old.category);"
    " INSERT INTO case_words(rowid, words, category) VALUES (new.seq, new.words, new.category); END",
)
POSTGRESQL = (
    "CREATE TABLE case_words (seq integer PRIMARY KEY REFERENCES case_text (seq) ON DELETE CASCADE,"
    " words tsvector NOT NULL)",
    "CREATE INDEX ix_case_words_words ON case_words USING gin (words)",
    "CREATE FUNCTION case_words_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO case_words VALUES (new.seq, array_to_tsvector(array_remove("
    "string_to_array(new.words || ' ' || new.category, ' '), '')))"
    " ON CONFLICT (seq) DO UPDATE SET words = excluded.words; RETURN NULL; END $$",
    "CREATE TRIGGER case_words_follow AFTER INSERT OR UPDATE ON case_text"
    " FOR EACH ROW EXECUTE FUNCTION case_words_follow()",
)
_text = sa.table("case_text", sa.column("instance_id"), sa.column("words"), sa.column("category"))


def upgrade() -> None:
    """Add the table and its index, with the words of all cases there are."""
    op.create_table(
        "case_text",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_case_text_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_case_text")),
        sa.UniqueConstraint("instance_id", name=op.f("uq_case_text_instance_id")),
    )
    connection = op.get_bind()
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)
    categories = _categories(connection)
    cases = sa.text(
        "SELECT i.id, c.title, c.content, c.location_text, c.kelurahan, c.category"
        " FROM process_instance i JOIN complaint c ON c.instance_id = i.id ORDER BY c.received_at, i.id"
    )
    rows = [
        {
            "instance_id": row.id,
            "words": words_of(row.title, row.content, row.location_text, row.kelurahan),
            "category": words_of(categories.get(row.category, "")),
        }
        for row in connection.execute(cases)
    ]
    for start in range(0, len(rows), BATCH):
        connection.execute(sa.insert(_text), rows[start : start + BATCH])


def _categories(connection: Any) -> dict[str, str]:
    """Code -> names of the categories in force; none where they cannot be read."""
    query = sa.text(
        "SELECT f.content FROM service_in_force i JOIN service_file f ON f.id = i.file_id"
        " WHERE i.name = 'categories.toml'"
    )
    try:
        content = connection.execute(query).scalar()
        rows = parse_toml(bytes(content))["category"] if content else []
        return {str(row["code"]): " ".join(map(str, row["name"].values())) for row in rows}
    except (WrongToml, KeyError, TypeError, AttributeError):
        return {}
