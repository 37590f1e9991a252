"""The first tables of what is deployed and of the service's data."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

INSTANT = sa.DateTime(timezone=True)


def deployment() -> None:
    """Create the table deployment."""
    op.create_table(
        "deployment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("deployed_at", INSTANT, nullable=False),
        sa.Column("deployed_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("activated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deployment"),
        sa.UniqueConstraint("key", "version", name="uq_deployment_key_version"),
    )
    op.create_index("ix_deployment_digest", "deployment", ["digest"], unique=False)
    op.create_index("ix_deployment_key_activated_at", "deployment", ["key", "activated_at"], unique=False)


def service_file() -> None:
    """Create the table service_file."""
    op.create_table(
        "service_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.Column("loaded_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_file"),
        sa.UniqueConstraint("seq", name="uq_service_file_seq"),
    )
    op.create_index("ix_service_file_digest", "service_file", ["digest"], unique=False)
    op.create_index("ix_service_file_name_seq", "service_file", ["name", "seq"], unique=False)


def activation() -> None:
    """Create the table activation."""
    op.create_table(
        "activation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("deployment_id", sa.String(length=32), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployment.id"], name="fk_activation_deployment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_activation"),
    )
    op.create_index("ix_activation_key", "activation", ["key"], unique=False)


def deployment_file() -> None:
    """Create the table deployment_file."""
    op.create_table(
        "deployment_file",
        sa.Column("deployment_id", sa.String(length=32), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployment.id"], name="fk_deployment_file_deployment_id"),
        sa.PrimaryKeyConstraint("deployment_id", "path", name="pk_deployment_file"),
    )
