"""What agencies are owed: counted from posted room revenue net of tax, after departure, settled once."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from binzhi.billing import ledger
from binzhi.guests import services as guests
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from binzhi.reservations.access import Permission
from binzhi.reservations.commissions.queries import commission_rates, commissions
from binzhi.reservations.commissions.services import set_commission, settle_commissions
from binzhi.reservations.models import Commission
from binzhi.reservations.offer_errors import CommissionSettled, NoCommission
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_actor, make_hotel
from tests.frontdesk.audit_house import arrive, close_day, leave, reserve


def common(hotel: TestHotel, actor: Any = SYSTEM) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": actor, "now": NOW}


def agency(hotel: TestHotel, name: str = "澜海旅行社") -> int:
    return guests.create_organisation(organisation=guests.NewOrganisation(name=name), **common(hotel))


def promise(hotel: TestHotel, organisation_id: int, percent: str, *, plan: str = "", day: date = TODAY) -> int:
    return set_commission(
        organisation_id=organisation_id, percent=Decimal(percent), from_date=day, rate_plan=plan, **common(hotel)
    )


def stayed(hotel: TestHotel, organisation_id: int | None, number: str = "101") -> int:
    """A stay of one night at 400 with tax that has ended, on TODAY + 1; the hotel's day is then TODAY + 1."""
    stay = reserve(hotel, nights=1, organisation_id=organisation_id)
    arrive(hotel, stay, number)
    return stay


def gone(hotel: TestHotel, *stays: int) -> None:
    # The second night would be blocked by guests due out: they leave in the morning.
    close_day(hotel)
    for stay in stays:
        leave(hotel, stay)


def test_commission_is_of_room_revenue_net_of_tax_and_of_who_was_promised(hotel: TestHotel) -> None:
    mine, other = agency(hotel), agency(hotel, "无佣公司")
    promise(hotel, mine, "10")
    promise(hotel, mine, "12.5", plan="bb")
    stays = [stayed(hotel, mine, "101"), stayed(hotel, other, "102"), stayed(hotel, None, "103")]
    assert commissions(hotel_id=hotel.pk) == []
    gone(hotel, *stays)
    # 400 with 6 % tax is 377.36 net.
    found = [(row.room_reservation_id, row.base, row.percent, row.amount, row.state)
             for row in commissions(hotel_id=hotel.pk)]  # fmt: skip
    assert found == [(stays[0], Decimal("377.36"), Decimal("10.00"), Decimal("37.74"), "owed")]
    assert [(one.rate_plan, one.percent) for one in commission_rates(hotel.pk)] == [("", 10), ("含早", Decimal("12.5"))]


def test_commission_follows_what_stands_of_the_room_charge(hotel: TestHotel) -> None:
    mine = agency(hotel)
    promise(hotel, mine, "10")
    stay = stayed(hotel, mine)
    close_day(hotel)
    charge = db.fetch_one(
        "SELECT id, folio_id, charge_code_id FROM billing_transaction WHERE hotel_id = %s AND source_key = %s",
        [hotel.pk, f"room:{TODAY}:{stay}"],
    )
    assert charge is not None
    lines = db.fetch_all("SELECT account_id, amount FROM billing_line WHERE transaction_id = %s", [charge["id"]])
    ledger.post(
        hotel_id=hotel.pk, user_id=None, now=NOW,
        posting=ledger.Posting(
            kind="reversal", lines=[(line["account_id"], -line["amount"]) for line in lines], folio_id=charge["folio_id"],
            reverses_id=charge["id"], origin_id=charge["id"], charge_code_id=charge["charge_code_id"],
        ),
    )  # fmt: skip
    leave(hotel, stay)
    assert commissions(hotel_id=hotel.pk) == []


def test_a_later_promise_holds_for_later_arrivals(hotel: TestHotel) -> None:
    mine = agency(hotel)
    promise(hotel, mine, "10")
    promise(hotel, mine, "20", day=TODAY + timedelta(days=1))
    stay = stayed(hotel, mine)
    gone(hotel, stay)
    assert [row.percent for row in commissions(hotel_id=hotel.pk)] == [10]


def test_settle_keeps_what_it_was_counted_from_once(hotel: TestHotel) -> None:
    mine = agency(hotel)
    promise(hotel, mine, "10")
    stays = [stayed(hotel, mine, "101"), stayed(hotel, mine, "102")]
    gone(hotel, *stays)
    assert settle_commissions(stays=stays[:1], state="paid", **common(hotel)) == Decimal("37.74")
    with pytest.raises(CommissionSettled), transaction.atomic():
        settle_commissions(stays=stays, state="paid", **common(hotel))
    settle_commissions(stays=stays[1:], state="waived", reason="订单有误", **common(hotel))
    kept = {row.room_reservation_id: (row.state, row.amount, row.reason) for row in commissions(hotel_id=hotel.pk)}
    assert kept == {
        stays[0]: ("paid", Decimal("37.74"), ""), stays[1]: ("waived", Decimal("37.74"), "订单有误"),
    }  # fmt: skip
    assert [row.state for row in commissions(hotel_id=hotel.pk, state="owed")] == []
    with pytest.raises(DatabaseError), transaction.atomic():
        db.execute("UPDATE reservations_commission SET amount = 1 WHERE hotel_id = %s", [hotel.pk])


def test_what_cannot_be_settled_or_promised_is_refused_and_nothing_is_kept(hotel: TestHotel) -> None:
    mine = agency(hotel)
    promise(hotel, mine, "10")
    stay = stayed(hotel, mine)
    for stays, state, reason, error in (
        ([stay], "paid", "", NoCommission), ([stay], "waived", " ", InvalidInput), ([stay], "lost", "", InvalidInput),
        ([], "paid", "", InvalidInput), ([stay + 999], "paid", "", NoCommission),
    ):  # fmt: skip
        with pytest.raises(error), transaction.atomic():
            settle_commissions(stays=stays, state=state, reason=reason, **common(hotel))
    clerk = make_actor(hotel, [Permission.VIEW])
    with pytest.raises(Forbidden):
        settle_commissions(stays=[stay], state="paid", **common(hotel, clerk))
    assert not Commission.objects.filter(hotel_id=hotel.pk).exists()
    for percent, day, error in (
        ("10", TODAY, InvalidInput), ("100.01", TODAY + timedelta(days=1), InvalidInput),
        ("-1", TODAY + timedelta(days=1), InvalidInput), ("10", TODAY - timedelta(days=1), InvalidInput),
    ):  # fmt: skip
        with pytest.raises(error), transaction.atomic():
            promise(hotel, mine, percent, day=day)
    with pytest.raises(NotFound), transaction.atomic():
        promise(hotel, 999_999_999, "10")
    assert len(commission_rates(hotel.pk)) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("held", [True, False])
def test_two_who_settle_together_pay_once(held: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock (the negative control) only the primary key stands in the way."""
    hotel = make_hotel(with_billing=True, documents_required=False)
    mine = agency(hotel)
    promise(hotel, mine, "10")
    stay = stayed(hotel, mine)
    gone(hotel, stay)
    from binzhi.reservations.commissions import services

    barrier = threading.Barrier(2)
    if not held:
        monkeypatch.setattr(services, "_HOLD", "SELECT 1 WHERE %s > 0 AND cardinality(%s::bigint[]) > 0")
        seen = services.commissions

        def met(**of: Any) -> Any:
            rows = seen(**of)
            barrier.wait(10)
            return rows

        monkeypatch.setattr(services, "commissions", met)
    outcomes: list[str] = []

    def settle() -> None:
        try:
            settle_commissions(stays=[stay], state="paid", **common(hotel))
            outcomes.append("ok")
        except (DomainError, DatabaseError) as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=settle) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == (["CommissionSettled", "ok"] if held else ["IntegrityError", "ok"])
