"""One try at closing the day, for the screen and for the worker: what breaks it is kept and told, not lost in a log."""

from __future__ import annotations

import logging
from datetime import date, datetime

from django.db import DatabaseError
from psycopg import errors as pg

from binzhi.frontdesk.night_audit.errors import AuditFailed
from binzhi.frontdesk.night_audit.services import AuditResult, note_failure, run_night_audit
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError

logger = logging.getLogger(__name__)


def attempt(*, hotel_id: int, business_date: date, actor: Actor, now: datetime) -> AuditResult:
    """Run the audit; a refusal passes through, anything else is noted and becomes AuditFailed."""
    try:
        return run_night_audit(hotel_id=hotel_id, business_date=business_date, actor=actor, now=now)
    except DomainError:
        raise
    except Exception as error:
        cause = cause_of(error)
        logger.error("night audit of hotel %s for %s broke off: %s", hotel_id, business_date, cause)
        note_failure(hotel_id=hotel_id, business_date=business_date, cause=cause, actor=actor, now=now)
        raise AuditFailed(cause=cause) from error


def cause_of(error: BaseException) -> str:
    """What broke, by name; never the values, which may be a guest's."""
    inner = error.__cause__
    if isinstance(error, DatabaseError) and isinstance(inner, pg.Error):
        known = [type(inner).__name__, inner.sqlstate, inner.diag.constraint_name, inner.diag.table_name]
        return " ".join(part for part in known if part)
    return type(error).__name__
