"""The first tables of instances, complaints, tasks, jobs and messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

INSTANT = sa.DateTime(timezone=True)


def attachment() -> None:
    """Create the table attachment."""
    op.create_table(
        "attachment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("complaint_id", sa.String(length=10), nullable=True),
        sa.Column("task_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_complaint_id", "attachment", ["complaint_id"], unique=False)


def incident() -> None:
    """Create the table incident."""
    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.Column("job_id", sa.String(length=32), nullable=True),
        sa.Column("element", sa.String(length=64), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("resolved_at", INSTANT, nullable=True),
        sa.Column("resolved_by", sa.String(length=64), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index("ix_incident_instance_id", "incident", ["instance_id"], unique=False)
    op.create_index("ix_incident_resolved_at_raised_at", "incident", ["resolved_at", "raised_at"], unique=False)


def job() -> None:
    """Create the table job."""
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.Column("task_id", sa.String(length=32), nullable=True),
        sa.Column("element", sa.String(length=64), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("locked_by", sa.String(length=64), nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_instance_id", "job", ["instance_id"], unique=False)
    op.create_index(
        "ix_job_waiting",
        "job",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def outbox_message() -> None:
    """Create the table outbox_message."""
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=160), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("transport", sa.String(length=24), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_message"),
        sa.UniqueConstraint("key", name="uq_outbox_message_key"),
    )
    op.create_index("ix_outbox_message_instance_id", "outbox_message", ["instance_id"], unique=False)
    op.create_index("ix_outbox_message_recipient_state", "outbox_message", ["recipient", "state"], unique=False)
    op.create_index("ix_outbox_message_state_due_at", "outbox_message", ["state", "due_at"], unique=False)


def process_instance() -> None:
    """Create the table process_instance."""
    op.create_table(
        "process_instance",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("business_key", sa.String(length=32), nullable=False),
        sa.Column("definition_key", sa.String(length=64), nullable=False),
        sa.Column("deployment_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=True),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("end_event", sa.String(length=64), nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("due_confirmed", sa.Boolean(), nullable=False),
        sa.Column("limit_key", sa.String(length=64), nullable=True),
        sa.Column("paused_at", INSTANT, nullable=True),
        sa.Column("paused_seconds", sa.Integer(), nullable=False),
        sa.Column("sla_digest", sa.String(length=64), nullable=True),
        sa.Column("history_count", sa.Integer(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployment.id"], name="fk_process_instance_deployment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_process_instance"),
    )
    op.create_index("ix_process_instance_business_key", "process_instance", ["business_key"], unique=False)
    op.create_index(
        "ix_process_instance_definition_key_state", "process_instance", ["definition_key", "state"], unique=False
    )
    op.create_index(
        "ix_process_instance_deployment_id_state", "process_instance", ["deployment_id", "state"], unique=False
    )
    op.create_index("ix_process_instance_state_started_at", "process_instance", ["state", "started_at"], unique=False)
    op.create_index("ix_process_instance_state_status", "process_instance", ["state", "status"], unique=False)


def answer() -> None:
    """Create the table answer."""
    op.create_table(
        "answer",
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.String(length=32), nullable=True),
        sa.Column("element", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name="fk_answer_instance_id"),
        sa.PrimaryKeyConstraint("instance_id", "seq", name="pk_answer"),
    )


def complaint() -> None:
    """Create the table complaint."""
    op.create_table(
        "complaint",
        sa.Column("id", sa.String(length=10), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("submission", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("external_ref", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("registered_by", sa.String(length=64), nullable=True),
        sa.Column("classification", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=True),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("public_text", sa.Text(), nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=True),
        sa.Column("location_text", sa.String(length=300), nullable=True),
        sa.Column("kecamatan", sa.String(length=64), nullable=True),
        sa.Column("kelurahan", sa.String(length=64), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("target_unit", sa.String(length=64), nullable=True),
        sa.Column("related_person", sa.String(length=200), nullable=True),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("is_confidential", sa.Boolean(), nullable=False),
        sa.Column("complete_since", INSTANT, nullable=True),
        sa.Column("duplicate_of", sa.String(length=10), nullable=True),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rating_text", sa.Text(), nullable=True),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name="fk_complaint_instance_id"),
        sa.PrimaryKeyConstraint("id", name="pk_complaint"),
        sa.UniqueConstraint("instance_id", name="uq_complaint_instance_id"),
        sa.UniqueConstraint("source", "external_ref", name="uq_complaint_source_external_ref"),
        sa.UniqueConstraint("submission", name="uq_complaint_submission"),
    )
    op.create_index("ix_complaint_category_received_at", "complaint", ["category", "received_at"], unique=False)
    op.create_index("ix_complaint_received_at", "complaint", ["received_at"], unique=False)


def history() -> None:
    """Create the table history."""
    op.create_table(
        "history",
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("element", sa.String(length=64), nullable=False),
        sa.Column("task_id", sa.String(length=32), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name="fk_history_instance_id"),
        sa.PrimaryKeyConstraint("instance_id", "seq", name="pk_history"),
        sqlite_with_rowid=False,
    )


def task() -> None:
    """Create the table task."""
    op.create_table(
        "task",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("element", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=True),
        sa.Column("lane", sa.String(length=120), nullable=True),
        sa.Column("unit", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("limit_key", sa.String(length=64), nullable=True),
        sa.Column("anchored_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("due_confirmed", sa.Boolean(), nullable=False),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("assignee", sa.String(length=64), nullable=True),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("completed_at", INSTANT, nullable=True),
        sa.Column("completed_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name="fk_task_instance_id"),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
    )
    op.create_index(
        "ix_task_claimed",
        "task",
        ["assignee"],
        unique=False,
        sqlite_where=sa.text("assignee IS NOT NULL"),
        postgresql_where=sa.text("assignee IS NOT NULL"),
    )
    op.create_index("ix_task_instance_id", "task", ["instance_id"], unique=False)
    op.create_index(
        "ix_task_open",
        "task",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def candidate() -> None:
    """Create the table candidate."""
    op.create_table(
        "candidate",
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_candidate_task_id"),
        sa.PrimaryKeyConstraint("task_id", "role", name="pk_candidate"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_candidate_role_unit_due_at_task_id", "candidate", ["role", "unit", "due_at", "task_id"], unique=False
    )


def draft() -> None:
    """Create the table draft."""
    op.create_table(
        "draft",
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_draft_task_id"),
        sa.PrimaryKeyConstraint("task_id", "user_id", name="pk_draft"),
        sqlite_with_rowid=False,
    )


def message() -> None:
    """Create the table message."""
    op.create_table(
        "message",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.String(length=10), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_message_complaint_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_message"),
    )
    op.create_index("ix_message_complaint_id", "message", ["complaint_id"], unique=False)


def reporter() -> None:
    """Create the table reporter."""
    op.create_table(
        "reporter",
        sa.Column("complaint_id", sa.String(length=10), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("nik_hash", sa.String(length=64), nullable=True),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.Column("email_hash", sa.String(length=64), nullable=True),
        sa.Column("notice_version", sa.String(length=32), nullable=False),
        sa.Column("notice_at", INSTANT, nullable=False),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_reporter_complaint_id"),
        sa.PrimaryKeyConstraint("complaint_id", name="pk_reporter"),
    )
    op.create_index("ix_reporter_email_hash", "reporter", ["email_hash"], unique=False)
    op.create_index("ix_reporter_nik_hash", "reporter", ["nik_hash"], unique=False)
    op.create_index("ix_reporter_phone_hash", "reporter", ["phone_hash"], unique=False)
    # ### end Alembic commands ###
