"""An audit that breaks off: nothing stays, the cause is kept, the worker tries again, at most three times."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, transaction

from binzhi.frontdesk import jobs
from binzhi.frontdesk.models import NightAudit
from binzhi.frontdesk.night_audit import attempts as tries
from binzhi.frontdesk.night_audit import preview
from binzhi.frontdesk.night_audit import services as audit
from binzhi.frontdesk.night_audit.errors import AuditBlocked, AuditFailed
from binzhi.kernel import clock
from binzhi.kernel import db as kernel_db
from binzhi.kernel.models import OutboxEvent
from binzhi.property.models import Hotel
from tests.factories import SYSTEM, TODAY, TestHotel
from tests.frontdesk.audit_house import NIGHT, full_house, ledger_of


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return full_house(3)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last step but one divides by zero in the database, after everything was posted."""

    def roll(**_asked: object) -> Any:
        kernel_db.execute("SELECT 1 / 0")

    monkeypatch.setattr(audit.days, "roll", roll)


def attempt(hotel: TestHotel) -> audit.AuditResult:
    with transaction.atomic():
        return tries.attempt(hotel_id=hotel.pk, business_date=TODAY, actor=SYSTEM, now=NIGHT)


def row(hotel: TestHotel) -> tuple[str, int, str]:
    found = NightAudit.objects.get(hotel_id=hotel.pk)
    return found.status, found.attempts, found.failure


@pytest.mark.django_db(transaction=True)
def test_audit_that_breaks_off_keeps_its_cause_and_nothing_else(transactional_db: None, broken: None) -> None:
    hotel = full_house(3)
    with pytest.raises(AuditFailed) as refusal:
        tries.attempt(hotel_id=hotel.pk, business_date=TODAY, actor=SYSTEM, now=NIGHT)
    assert (refusal.value.status, row(hotel)) == (503, ("failed", 1, "DivisionByZero 22012"))
    assert (ledger_of(hotel), Hotel.objects.get(pk=hotel.pk).business_date) == ([], TODAY)
    last = preview(hotel=hotel.refreshed(), now=NIGHT).last
    assert last is not None
    assert (last.status, last.failure) == ("failed", "DivisionByZero 22012")


@pytest.mark.django_db(transaction=True)
def test_audit_that_broke_off_is_run_again_and_counts_its_attempts(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hotel = full_house(3)
    with monkeypatch.context() as patch:
        patch.setattr(audit.days, "roll", lambda **_asked: kernel_db.execute("SELECT 1 / 0"))
        for _try in range(2):
            with pytest.raises(AuditFailed):
                tries.attempt(hotel_id=hotel.pk, business_date=TODAY, actor=SYSTEM, now=NIGHT)
    tries.attempt(hotel_id=hotel.pk, business_date=TODAY, actor=SYSTEM, now=NIGHT)
    assert row(hotel) == ("done", 3, "")
    assert len(ledger_of(hotel)) == 9


def test_refusal_passes_through_and_is_no_failure(hotel: TestHotel) -> None:
    kernel_db.execute("UPDATE reservations_roomreservation SET departure = arrival WHERE hotel_id = %s", [hotel.pk])
    with pytest.raises(AuditBlocked):
        attempt(hotel)
    assert not NightAudit.objects.filter(hotel_id=hotel.pk).exists()


def test_failure_noted_after_the_day_was_closed_keeps_the_result(hotel: TestHotel) -> None:
    attempt(hotel)
    counted = audit.note_failure(hotel_id=hotel.pk, business_date=TODAY, cause="late", actor=SYSTEM, now=NIGHT)
    assert (counted, row(hotel)) == (0, ("done", 1, ""))


def test_cause_names_what_broke_and_no_value(db: None) -> None:
    with pytest.raises(DataError) as caught:
        _insert_too_long()
    assert tries.cause_of(caught.value) == "StringDataRightTruncation 22001"
    assert tries.cause_of(ZeroDivisionError("13912345678")) == "ZeroDivisionError"


def _insert_too_long() -> None:
    with transaction.atomic():
        kernel_db.execute("INSERT INTO property_hotelgroup (code, name) VALUES (%s, 'x')", ["王" * 40])


# ---------------------------------------------------------------- the worker


class Deferred:
    """Stands where the job queue would be and keeps what it was asked."""

    def __init__(self) -> None:
        self.jobs: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self.options: dict[str, Any] = {}

    def configure_task(self, name: str, **options: Any) -> Deferred:
        self.options = {"name": name, **options}
        return self

    def defer(self, **arguments: Any) -> None:
        self.jobs.append((self.options, arguments))


@pytest.mark.parametrize(("attempts", "again"), [(0, 0), (1, 1), (2, 1), (3, 0), (4, 0)])
def test_try_again_in_five_minutes_at_most_three_times(attempts: int, again: int) -> None:
    queue = Deferred()
    jobs.try_again(queue)(event_id=1, hotel_id=7, business_date="2026-11-21", attempts=attempts)  # type: ignore[arg-type]
    assert len(queue.jobs) == again
    for options, arguments in queue.jobs:
        assert (options["name"], options["schedule_in"]) == ("frontdesk.close_day", {"minutes": 5})
        assert arguments == {"hotel_id": 7, "business_date": "2026-11-21"}


def test_close_day_by_the_worker_closes_the_day(hotel: TestHotel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NIGHT)
    assert jobs.close_day(hotel_id=hotel.pk, business_date=TODAY) == "done"
    assert jobs.close_day(hotel_id=hotel.pk, business_date=TODAY) == "night_audit_done"
    assert row(hotel) == ("done", 1, "")


def test_close_day_by_the_worker_keeps_what_stood_in_the_way(hotel: TestHotel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NIGHT)
    kernel_db.execute("UPDATE reservations_roomreservation SET departure = arrival WHERE hotel_id = %s", [hotel.pk])
    assert jobs.close_day(hotel_id=hotel.pk, business_date=TODAY) == "night_audit_blocked"
    assert row(hotel) == ("failed", 1, "night_audit_blocked")
    event = OutboxEvent.objects.get(hotel_id=hotel.pk, topic="night_audit.failed")
    assert event.payload == {"hotel_id": hotel.pk, "business_date": str(TODAY), "attempts": 1}


def test_close_day_of_a_coming_day_is_refused(hotel: TestHotel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NIGHT - timedelta(days=2))
    assert jobs.close_day(hotel_id=hotel.pk, business_date=TODAY) == "day_not_over"
    assert Hotel.objects.get(pk=hotel.pk).business_date == TODAY
