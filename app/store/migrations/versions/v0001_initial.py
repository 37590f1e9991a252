"""The first layout of the tables."""

from __future__ import annotations

from app.store.migrations.v0001 import cases, content, people, trail

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table, those first that others refer to."""
    cases.attachment()
    trail.audit_anchor()
    trail.audit_entry()
    trail.audit_head()
    content.deployment()
    cases.incident()
    cases.job()
    cases.outbox_message()
    content.service_file()
    people.sign_in_failure()
    people.user()
    content.activation()
    trail.audit_anchored_head()
    content.deployment_file()
    cases.process_instance()
    people.role_grant()
    people.session()
    people.substitute()
    cases.answer()
    cases.complaint()
    cases.history()
    cases.task()
    cases.candidate()
    cases.draft()
    cases.message()
    cases.reporter()
