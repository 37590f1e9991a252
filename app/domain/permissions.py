"""The permission codes of the product; which role has which is the city's data (roles.toml)."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One right. A role's row in roles.toml lists those it has; a trailing `:own` limits it to the holder's units."""

    PUBLIC = "public"  # no sign-in: pages for everybody
    REPORTER = "reporter"  # the holder of a complaint's id and secret
    SIGNED_IN = "signed_in"  # any signed-in person: own account, own tasks
    TASK_WORK = "task.work"  # list, claim and complete tasks of own roles and units
    COMPLAINT_READ = "complaint.read"  # the complaint's file
    COMPLAINT_CONFIDENTIAL = "complaint.confidential"  # the content of a confidential complaint
    IDENTITY_READ = "identity.read"  # the reporter's identity, logged with a reason
    IDENTITY_ANONYMOUS = "identity.anonymous"  # also of a reporter who asked to stay anonymous
    COMPLAINT_INTAKE = "complaint.intake"  # file a complaint on behalf of somebody
    COMPLAINT_MODERATE = "complaint.moderate"  # public text, merge
    BOARD_READ = "board.read"  # the supervisor's board
    STANDARD_EDIT = "standard.edit"  # service standard, calendar and limits
    DEFINITION_READ = "definition.read"
    DEFINITION_DEPLOY = "definition.deploy"
    INSTANCE_READ = "instance.read"
    INSTANCE_OPERATE = "instance.operate"  # retry, cancel, mend, with a reason
    AUDIT_READ = "audit.read"
    ACCOUNT_MANAGE = "account.manage"  # people, grants, substitutes
