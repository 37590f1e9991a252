"""All tables in one place, for migrations and for tests."""

from __future__ import annotations

from app.store import (
    access,
    accounts,
    audit,
    complaints,
    deployments,
    escalations,
    instances,
    jobs,
    outbox,
    proposals,
    reporters,
    service_data,
    starts,
    tasks,
    trials,
    words,
)
from app.store.base import Base

NOUNS = (
    access,
    accounts,
    audit,
    complaints,
    deployments,
    escalations,
    instances,
    jobs,
    outbox,
    proposals,
    reporters,
    service_data,
    starts,
    tasks,
    trials,
    words,
)
metadata = Base.metadata
