"""Rights of this context."""

from enum import StrEnum


class Permission(StrEnum):
    OWN_ACCOUNT = "people.own_account"
    MANAGE_TOKENS = "people.manage_tokens"
    VIEW_ROSTER = "people.view_roster"
    PLAN_DUTY = "people.plan_duty"
