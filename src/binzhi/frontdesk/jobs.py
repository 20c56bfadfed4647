"""Work of the desk that the worker does."""

from __future__ import annotations

from datetime import date
from typing import Any

from procrastinate import App

from binzhi.frontdesk.night_audit.attempts import attempt
from binzhi.frontdesk.night_audit.errors import AuditDone, AuditFailed
from binzhi.frontdesk.night_audit.overdue import recover
from binzhi.frontdesk.night_audit.services import note_failure
from binzhi.frontdesk.police import jobs as police_jobs
from binzhi.frontdesk.registration import jobs as registration_jobs
from binzhi.kernel import clock
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError
from binzhi.kernel.jobs import WHEN_AWAY

RETRY_MINUTES = 5
MOST_ATTEMPTS = 3
NIGHT_AUDITOR = Actor.system("night audit")


def close_day(*, hotel_id: int, business_date: date) -> str:
    """Try to close a day unattended; what became of it, for the job's log. A refusal is kept on the audit's row."""
    now = clock.now()
    try:
        attempt(hotel_id=hotel_id, business_date=business_date, actor=NIGHT_AUDITOR, now=now)
    except (AuditDone, AuditFailed) as answer:
        return answer.code
    except DomainError as refusal:
        note_failure(hotel_id=hotel_id, business_date=business_date, cause=refusal.code, actor=NIGHT_AUDITOR, now=now)
        return refusal.code
    return "done"


def register(app: App) -> None:
    """Make the desk's jobs known to the worker."""
    police_jobs.register(app)
    registration_jobs.register(app)

    @app.task(name="frontdesk.close_day", queue="default", retry=WHEN_AWAY)
    def close_day_job(hotel_id: int, business_date: str) -> str:
        return close_day(hotel_id=hotel_id, business_date=date.fromisoformat(business_date))

    @app.task(name="frontdesk.recover_days", queue="default", retry=WHEN_AWAY)
    def recover_days_job(hotel_id: int, until: str) -> list[str]:
        days = recover(hotel_id=hotel_id, until=date.fromisoformat(until), actor=NIGHT_AUDITOR, now=clock.now())
        return [day.isoformat() for day in days]


def recover_at_once(app: App) -> Any:
    """The reaction to somebody's wish that overdue days be closed."""

    def defer(*, event_id: int, hotel_id: int, until: str, **_more: Any) -> None:
        app.configure_task("frontdesk.recover_days", lock=f"frontdesk.close_day:{hotel_id}").defer(
            hotel_id=hotel_id, until=until
        )

    return defer


def try_again(app: App) -> Any:
    """The reaction to a night audit that broke off: the same day once more in five minutes, at most three times."""

    def defer(*, event_id: int, hotel_id: int, business_date: str, attempts: int, **_more: Any) -> None:
        if 0 < attempts < MOST_ATTEMPTS:
            app.configure_task(
                "frontdesk.close_day",
                schedule_in={"minutes": RETRY_MINUTES},
                lock=f"frontdesk.close_day:{hotel_id}",
            ).defer(hotel_id=hotel_id, business_date=business_date)

    return defer
