"""Many starts, and a desk that goes on working while the day is closed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from decimal import Decimal

import pytest

from binzhi.billing import ledger, services
from binzhi.billing.payments import PaymentInput
from binzhi.billing.queries import ledger_sum
from binzhi.frontdesk.models import DayStatistics, NightAudit
from binzhi.frontdesk.night_audit import claims
from binzhi.frontdesk.night_audit import services as audit
from binzhi.kernel import db as kernel_db
from binzhi.kernel.models import OutboxEvent
from binzhi.kernel.operations import unit_of_work
from binzhi.property.models import BusinessDay, Hotel
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM, TODAY, TestHotel
from tests.frontdesk.audit_house import close_day, full_house, ledger_of

pytestmark = pytest.mark.django_db(transaction=True)
MEET_SECONDS = 5


def charges(hotel: TestHotel) -> int:
    count: int = kernel_db.fetch_value("SELECT count(*) FROM billing_transaction WHERE hotel_id = %s", [hotel.pk])
    return count


def windows(hotel: TestHotel) -> Sequence[int]:
    found = kernel_db.fetch_all(
        "SELECT id FROM billing_account WHERE hotel_id = %s AND kind = 'folio' ORDER BY id", [hotel.pk]
    )
    return [row["id"] for row in found]


def test_twenty_starts_at_once_are_one_audit() -> None:
    hotel = full_house(40)
    outcomes = run_all([lambda: close_day(hotel)] * 20)
    assert outcomes["ok"] == 1
    assert set(outcomes) <= {"ok", "AuditRunning", "AuditDone"}
    assert (charges(hotel), Hotel.objects.get(pk=hotel.pk).business_date) == (40, TODAY.replace(day=TODAY.day + 1))
    assert list(NightAudit.objects.filter(hotel_id=hotel.pk).values_list("status", "attempts")) == [("done", 1)]
    assert OutboxEvent.objects.filter(hotel_id=hotel.pk, topic="night_audit.done").count() == 1
    assert BusinessDay.objects.filter(hotel_id=hotel.pk).count() == 2


def test_negative_control_without_the_claim_two_audits_run_and_only_the_database_stops_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hotel = full_house(3)
    meeting = threading.Barrier(2)
    find = audit.blockers

    def find_then_meet(**asked: object) -> object:
        meeting.wait(MEET_SECONDS)
        return find(**asked)  # type: ignore[arg-type]

    monkeypatch.setattr(claims, "_AUDIT_LOCK", "SELECT %s > 0")
    monkeypatch.setattr(claims, "_DAY_LOCK", "SELECT %s")
    monkeypatch.setattr(claims, "_CLAIM", "SELECT 0 + 0 * (%(hotel)s + length(%(day)s::text || %(now)s::text)"
                        " + coalesce(%(user)s::bigint, 0))")  # fmt: skip
    monkeypatch.setattr(audit, "blockers", find_then_meet)
    outcomes = run_all([lambda: close_day(hotel)] * 2)
    assert outcomes["ok"] == 1
    assert sum(outcomes.values()) == 2
    assert set(outcomes) & {"IntegrityError", "DayNotOpen", "BusinessDayClosed", "Busy"}
    assert (charges(hotel), ledger_sum(hotel_id=hotel.pk)) == (3, 0)


def test_desk_goes_on_posting_while_the_day_is_closed() -> None:
    """Every payment lands on the day before or the day after, and the closed day's figures hold all of its own."""
    hotel = full_house(30)
    accounts = windows(hotel)

    def pay(account_id: int) -> object:
        payment = PaymentInput(means="cash", amount=Decimal(10), in_advance=True)
        return services.take_payment(hotel_id=hotel.pk, account_id=account_id, payment=payment, actor=SYSTEM, now=NOW)

    outcomes = run_all([*(lambda a=a: pay(a) for a in accounts), lambda: close_day(hotel)])
    assert outcomes == {"ok": 31}
    by_day = {
        row["business_date"]: row["amount"]
        for row in kernel_db.fetch_all(
            "SELECT t.business_date, sum(l.amount) AS amount FROM billing_line l"
            " JOIN billing_transaction t ON t.id = l.transaction_id JOIN billing_account a ON a.id = l.account_id"
            " WHERE l.hotel_id = %s AND a.kind = 'means' GROUP BY 1",
            [hotel.pk],
        )
    }
    figures = DayStatistics.objects.get(hotel_id=hotel.pk, business_date=TODAY)
    assert sum(by_day.values()) == Decimal("300.00")
    assert figures.payments == by_day.get(TODAY, Decimal("0.00"))
    assert ledger_sum(hotel_id=hotel.pk) == 0


def test_posting_that_holds_the_day_makes_the_audit_wait_for_it() -> None:
    hotel = full_house(1)
    (account,) = windows(hotel)
    holding, closing = threading.Event(), threading.Event()

    def post_slowly() -> None:
        kernel_db.enter_scope("*", "*")
        with unit_of_work():
            ledger.hold_day(hotel_id=hotel.pk)
            holding.set()
            closing.wait(MEET_SECONDS)
            ledger.charge(hotel_id=hotel.pk, account_id=account, charge_code="2040", amount=Decimal(58), now=NOW)

    def close() -> None:
        holding.wait(MEET_SECONDS)
        closing.set()
        close_day(hotel)

    assert run_all([post_slowly, close]) == {"ok": 2}
    assert {row[0] for row in ledger_of(hotel)} == {TODAY}
    figures = DayStatistics.objects.get(hotel_id=hotel.pk)
    assert (figures.room_revenue, figures.other_revenue) == (Decimal("283.97"), Decimal("51.33"))


def test_two_hotels_are_closed_at_once() -> None:
    hotels = [full_house(20), full_house(20)]
    assert run_all([lambda h=h: close_day(h) for h in hotels]) == {"ok": 2}
    assert [charges(hotel) for hotel in hotels] == [20, 20]
