"""A hotel left without audits for days: each is closed under its own date, in order; and a run is seen from outside."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from binzhi.billing.payments import PaymentInput
from binzhi.billing.services import take_payment
from binzhi.frontdesk import jobs
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.models import AuditReport, DayStatistics, NightAudit
from binzhi.frontdesk.night_audit import ask_recovery, overdue_days, recover, running
from binzhi.frontdesk.night_audit.errors import NothingOverdue
from binzhi.frontdesk.night_audit.progress import Step
from binzhi.kernel import clock
from binzhi.kernel import db as kernel_db
from binzhi.kernel.errors import Forbidden
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.property.models import BusinessDay, Hotel
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_actor, make_hotel
from tests.frontdesk.audit_house import NIGHT, arrive, close_day, full_house, leave, ledger_of, reserve

# Five nights later, two in the morning: five days wait to be closed.
LATER = NIGHT + timedelta(days=4)
DAYS = [TODAY + timedelta(days=offset) for offset in range(5)]


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel(with_billing=True, nights=12, booking_horizon=11)


def open_day(hotel: TestHotel) -> date:
    found: date = Hotel.objects.get(pk=hotel.pk).business_date
    return found


def test_overdue_days_say_where_each_stands(hotel: TestHotel) -> None:
    stay = reserve(hotel, nights=2)
    arrive(hotel, stay, "101")
    reserve(hotel, arrival=DAYS[3])
    found = overdue_days(hotel=hotel.refreshed(), now=LATER)
    assert [(day.business_date, day.is_open) for day in found] == [(day, day == TODAY) for day in DAYS]
    assert [(day.due_out, day.expected) for day in found] == [(0, 0), (0, 0), (1, 0), (0, 1), (0, 0)]
    assert overdue_days(hotel=hotel.refreshed(), now=NOW) == []


def test_recover_closes_every_day_under_its_own_date(hotel: TestHotel) -> None:
    stay = reserve(hotel, nights=8)
    arrive(hotel, stay, "101")
    reserve(hotel, arrival=DAYS[2], booker_name="王没来")
    assert recover(hotel_id=hotel.pk, until=DAYS[-1], actor=SYSTEM, now=LATER) == DAYS
    assert open_day(hotel) == DAYS[-1] + timedelta(days=1)
    days = NightAudit.objects.filter(hotel_id=hotel.pk, status="done").order_by("business_date")
    assert [day.business_date for day in days] == DAYS
    posted = sorted({(row[0], row[2]) for row in ledger_of(hotel) if str(row[2]).startswith("room:")})
    assert posted == [(day, f"room:{day}:{stay}") for day in DAYS]
    figures = DayStatistics.objects.filter(hotel_id=hotel.pk).order_by("business_date")
    assert [(row.business_date, row.sold, row.no_shows) for row in figures] == [
        (day, 1, int(day == DAYS[2])) for day in DAYS
    ]
    assert AuditReport.objects.filter(hotel_id=hotel.pk).count() == 6 * len(DAYS)
    opened = BusinessDay.objects.filter(hotel_id=hotel.pk).order_by("date").values_list("date", flat=True)
    assert list(opened) == [*DAYS, DAYS[-1] + timedelta(days=1)]


def test_recover_stops_where_something_must_be_settled_and_goes_on_after(hotel: TestHotel) -> None:
    stay = reserve(hotel, nights=2)
    account = arrive(hotel, stay, "101")
    assert recover(hotel_id=hotel.pk, until=DAYS[-1], actor=SYSTEM, now=LATER) == DAYS[:2]
    (stopped, *rest) = overdue_days(hotel=hotel.refreshed(), now=LATER)
    assert (stopped.business_date, stopped.failure, stopped.attempts) == (DAYS[2], "night_audit_blocked", 1)
    assert [day.attempts for day in rest] == [0, 0]
    assert open_day(hotel) == DAYS[2]
    take_payment(
        hotel_id=hotel.pk, account_id=account, payment=PaymentInput(means="card", amount=Decimal(800)), actor=SYSTEM,
        now=LATER,
    )  # fmt: skip
    leave(hotel, stay, at=LATER)
    assert recover(hotel_id=hotel.pk, until=DAYS[-1], actor=SYSTEM, now=LATER) == DAYS[2:]


def test_recover_broken_off_between_days_goes_on_after_the_last_closed(hotel: TestHotel) -> None:
    close_day(hotel, now=LATER)
    assert recover(hotel_id=hotel.pk, until=DAYS[-1], actor=SYSTEM, now=LATER) == DAYS[1:]
    assert recover(hotel_id=hotel.pk, until=DAYS[-1], actor=SYSTEM, now=LATER) == []


def test_ask_recovery_writes_who_asked_and_starts_the_job(hotel: TestHotel) -> None:
    actor = make_actor(hotel, [Permission.RUN_NIGHT_AUDIT], user_id=31)
    assert ask_recovery(hotel_id=hotel.pk, actor=actor, now=LATER) == DAYS[-1]
    entry = AuditEntry.objects.get(hotel_id=hotel.pk, operation="night_audit.recovery_asked")
    assert (entry.user_id, entry.after) == (31, {"first": str(TODAY), "until": str(DAYS[-1])})
    event = OutboxEvent.objects.get(hotel_id=hotel.pk, topic="night_audit.recovery_asked")
    assert event.payload["until"] == str(DAYS[-1])
    job = kernel_db.fetch_one(
        "SELECT task_name, args::text AS args, lock FROM procrastinate_jobs ORDER BY id DESC LIMIT 1"
    )
    assert job is not None
    assert (job["task_name"], job["lock"]) == ("frontdesk.recover_days", f"frontdesk.close_day:{hotel.pk}")
    assert str(DAYS[-1]) in job["args"]


def test_ask_recovery_is_refused_without_the_right_or_without_a_day(hotel: TestHotel) -> None:
    with pytest.raises(Forbidden):
        ask_recovery(hotel_id=hotel.pk, actor=make_actor(hotel, [Permission.VIEW]), now=LATER)
    with pytest.raises(NothingOverdue):
        ask_recovery(hotel_id=hotel.pk, actor=SYSTEM, now=NOW)
    assert not AuditEntry.objects.filter(operation="night_audit.recovery_asked").exists()


# ---------------------------------------------------------------- seen from outside


@pytest.mark.django_db(transaction=True)
def test_a_running_audit_is_seen_from_another_session_step_by_step(transactional_db: None) -> None:
    hotel, other = full_house(3), make_hotel(with_billing=True)
    seen: list[Step | None] = []

    def look() -> None:
        kernel_db.enter_scope("*", "*")
        found, elsewhere = running(hotel_id=hotel.pk), running(hotel_id=other.pk)
        seen.append(found.step if found else None)
        assert elsewhere is None
        connection.close()

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if "pg_advisory_xact_lock_shared" in sql:
            aside = threading.Thread(target=look)
            aside.start()
            aside.join()
        return result

    assert running(hotel_id=hotel.pk) is None
    with connection.execute_wrapper(watch):
        close_day(hotel)
    assert seen == list(Step)
    assert running(hotel_id=hotel.pk) is None


def test_the_worker_closes_the_days(hotel: TestHotel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATER)
    assert jobs.recover(hotel_id=hotel.pk, until=DAYS[1], actor=jobs.NIGHT_AUDITOR, now=clock.now()) == DAYS[:2]
    assert Decimal(DayStatistics.objects.filter(hotel_id=hotel.pk).count()) == 2
