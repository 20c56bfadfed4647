"""Why a day cannot be closed, each a sentence the night auditor can act on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import Conflict, DomainError


class AuditRunning(Conflict):
    """Another start got there first and has not finished."""

    code = "night_audit_running"
    message = _("The night audit of this day is running already.")


class AuditDone(Conflict):
    code = "night_audit_done"
    message = _("%(business_date)s has been audited already; the open hotel day is %(open)s.")


class NotTheOpenDay(DomainError):
    code = "not_the_open_day"
    field = "business_date"
    message = _("Days are closed one after the other: the open hotel day is %(open)s.")


class DayNotOver(DomainError):
    """The hotel's clocks have not reached the day that would be closed."""

    code = "day_not_over"
    field = "business_date"
    message = _("%(business_date)s has not begun yet on the hotel's clocks (%(today)s). A coming day cannot be closed.")


class NothingOverdue(Conflict):
    code = "nothing_overdue"
    message = _("No day is overdue: the open hotel day is today's.")


class AuditBlocked(DomainError):
    """Something must be settled first; `blockers` says what."""

    code = "night_audit_blocked"
    message = _("%(count)s items must be settled before the day can be closed.")

    def __init__(self, *, blockers: Sequence[Any], count: int) -> None:
        self.blockers = tuple(blockers)
        super().__init__(count=count)


class AuditFailed(DomainError):
    """The run broke off and left nothing behind; the day is still open."""

    code = "night_audit_failed"
    status = 503
    message = _("The night audit broke off (%(cause)s). Nothing was posted and the day is still open.")
