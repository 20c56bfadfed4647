"""Rights of this context."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "promises.view_tasks"
    WORK = "promises.do_tasks"
    ASSIGN = "promises.assign_tasks"
    WAIVE = "promises.waive_tasks"
    RUN = "promises.start_runs"
    EDIT_PROTOCOLS = "promises.edit_protocols"
    SWEEP = "promises.sweep"
