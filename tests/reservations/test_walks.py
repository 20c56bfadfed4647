"""Walks: whom, where to, what it costs; the nights elsewhere are for sale again, the rest of the stay is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from binzhi.billing.access import Permission as Money
from binzhi.billing.folio_errors import BeyondAuthority, CompanyCannotPayOut, NothingOwed
from binzhi.guests import files
from binzhi.guests.details import GuestDetails
from binzhi.kernel import db
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.reservations import errors
from binzhi.reservations.access import Permission
from binzhi.reservations.models import PartnerHotel, RoomReservation, Walk
from binzhi.reservations.requests import LimitChange
from binzhi.reservations.services import cancel_reservation, create_reservation, reinstate, set_sell_limits
from binzhi.reservations.verify import differences, wrongly_priced
from binzhi.reservations.walks import queries
from binzhi.reservations.walks.services import (
    PartnerInput,
    WalkCosts,
    WalkInput,
    pay_walk,
    save_partner,
    set_walk_costs,
    walk_guest,
)
from tests.billing.conftest import assert_books_hold
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, fingerprint, make_actor, make_hotel, sold
from tests.reservations.desk import signed_in

WHO: dict[str, Any] = {"actor": SYSTEM, "now": NOW}
COSTS = WalkCosts(room_cost=Decimal(380), transport_cost=Decimal(45), compensation_cost=Decimal("66.60"))


def partner(hotel: TestHotel, name: str = "望湖宾馆", **more: Any) -> int:
    return save_partner(hotel_id=hotel.pk, partner=PartnerInput(name=name, price=Decimal(380), **more), **WHO)


def due(hotel: TestHotel, **more: Any) -> int:
    return create_reservation(hotel_id=hotel.pk, booking=booking(**more), **WHO).room_ids[0]


def walk(hotel: TestHotel, stay: int, partner_id: int, **more: Any) -> int:
    given = WalkInput(**{"partner_id": partner_id, "reason": "超售", "costs": COSTS} | more)
    return walk_guest(hotel_id=hotel.pk, room_reservation_id=stay, walk=given, **WHO)


def right(hotel: TestHotel) -> None:
    db.enter_scope("*", "*")
    assert (differences(hotel_id=hotel.pk), wrongly_priced(hotel_id=hotel.pk)) == ([], [])


def test_guest_of_one_night_is_housed_elsewhere_and_owes_nothing(hotel: TestHotel) -> None:
    stay = due(hotel, nights=1)
    walk_id = walk(hotel, stay, partner(hotel), transport="出租车", compensation="水果与升级券")
    room = RoomReservation.objects.get(pk=stay)
    assert (room.status, room.end_reason, room.folio_id, sold(hotel)[0]) == ("cancelled", "walked", None, 0)
    row = queries.walk_by_id(hotel_id=hotel.pk, walk_id=walk_id)
    assert (row.total, row.returns_on, row.partner) == (Decimal("491.60"), None, "望湖宾馆")
    reinstate(hotel_id=hotel.pk, room_reservation_id=stay, **WHO)
    assert sold(hotel)[0] == 1
    right(hotel)


def test_guest_of_three_nights_comes_back_to_his_reservation(hotel: TestHotel) -> None:
    stay = due(hotel, nights=3)
    walk_id = walk(hotel, stay, partner(hotel), nights=2)
    room = RoomReservation.objects.get(pk=stay)
    assert (room.status, room.arrival, room.departure) == (
        "reserved",
        TODAY + timedelta(days=2),
        TODAY + timedelta(days=3),
    )
    assert (sold(hotel)[:3], [night.price for night in room.nights.all()]) == ([0, 0, 1], [Decimal(400)])
    assert Walk.objects.get(pk=walk_id).returns_on == room.arrival
    right(hotel)


def test_walk_is_refused_without_a_trace(hotel: TestHotel) -> None:
    there = partner(hotel)
    stay, later = due(hotel), due(hotel, arrival=TODAY + timedelta(days=1))
    closed = partner(hotel, "关了的", is_active=False)
    before = fingerprint(hotel)
    for room, more, refusal, at in (
        (later, {}, errors.NotDueIn, "arrival"), (stay, {"nights": 3}, InvalidInput, "nights"),
        (stay, {"nights": 0}, InvalidInput, "nights"), (stay, {"reason": ""}, InvalidInput, "reason"),
        (stay, {"partner_id": closed}, InvalidInput, "partner_id"), (stay, {"partner_id": 2**40}, InvalidInput, "partner_id"),
        (stay, {"costs": WalkCosts(room_cost=Decimal(-1))}, InvalidInput, "room_cost"), (2**40, {}, NotFound, ""),
    ):  # fmt: skip
        with pytest.raises(refusal) as raised:
            walk(hotel, room, **{"partner_id": there} | more)  # type: ignore[arg-type]
        assert raised.value.field == at
    with pytest.raises(Forbidden):
        walk_guest(
            hotel_id=hotel.pk, room_reservation_id=stay, walk=WalkInput(partner_id=there, reason="x"),
            actor=make_actor(hotel, []), now=NOW,
        )  # fmt: skip
    assert (fingerprint(hotel), Walk.objects.count()) == (before, 0)
    walk(hotel, stay, there, nights=2)
    with pytest.raises(errors.WrongStatus):
        walk(hotel, stay, there)


def test_costs_are_written_when_the_bills_are_in_and_reported(hotel: TestHotel) -> None:
    walk_id = walk(hotel, due(hotel), partner(hotel))
    set_walk_costs(hotel_id=hotel.pk, walk_id=walk_id, costs=WalkCosts(room_cost=Decimal(420)), **WHO)
    assert [row.total for row in queries.walks(hotel_id=hotel.pk, first=TODAY, last=TODAY)] == [Decimal(420)]
    assert queries.walks(hotel_id=hotel.pk, first=TODAY - timedelta(days=2), last=TODAY - timedelta(days=1)) == []
    with pytest.raises(NotFound):
        set_walk_costs(hotel_id=hotel.pk, walk_id=walk_id + 1, costs=COSTS, **WHO)
    with pytest.raises(InvalidInput):
        set_walk_costs(hotel_id=hotel.pk, walk_id=walk_id, costs=WalkCosts(other_cost=Decimal("NaN")), **WHO)


def test_partner_twice_is_refused_and_changed_by_its_id(hotel: TestHotel) -> None:
    pk = partner(hotel)
    with pytest.raises(InvalidInput) as refusal:
        partner(hotel)
    assert refusal.value.field == "name"
    save_partner(hotel_id=hotel.pk, partner=PartnerInput(name="望湖饭店", is_active=False), partner_id=pk, **WHO)
    assert [(row.name, row.is_active) for row in queries.partners(hotel_id=hotel.pk)] == [("望湖饭店", False)]
    assert (queries.partners(hotel_id=hotel.pk, active_only=True), PartnerHotel.objects.count()) == ([], 1)


def test_risk_shows_what_is_promised_over_what_is_there(hotel: TestHotel) -> None:
    more = LimitChange(room_type="std", first=TODAY, last=TODAY, overbooking=2)
    set_sell_limits(hotel_id=hotel.pk, change=more, **WHO)
    due(hotel, nights=1, rooms=6)
    tonight = [one for one in queries.risk(hotel_id=hotel.pk, first=TODAY, days=1)]
    assert [(one.room_type, one.over, one.may) for one in tonight] == [("std", 1, 2), ("king", -3, 0)]


def test_who_is_troubled_least_is_proposed_first_with_the_reasons(hotel: TestHotel) -> None:
    group_id = hotel.ref.group_id
    regular = files.create(group_id=group_id, details=GuestDetails(name="常客", member_no="BZ9"), now=NOW)
    vip = files.create(group_id=group_id, details=GuestDetails(name="贵宾"), now=NOW)
    files.write_level(group_id=group_id, guest_id=vip, level="vip", rank=2)
    order = [
        due(hotel, nights=1), due(hotel, nights=3), due(hotel, guest_id=regular, guarantee="card"),
        due(hotel, nights=1, guest_id=vip),
    ]  # fmt: skip
    due(hotel, arrival=TODAY + timedelta(days=1))
    found = queries.proposals(hotel_id=hotel.pk)
    assert [one.room_reservation_id for one in found] == order
    assert "无担保" in found[0].reasons
    assert len(found[3].against) == 1


def test_screens_walk_the_guest_write_the_letter_and_count_the_cost(hotel: TestHotel) -> None:
    there, stay = partner(hotel), due(hotel, nights=2, booker_name="贺振东")
    client = signed_in(hotel, [Permission.VIEW, Permission.WALK_GUEST, Permission.MANAGE_PARTNERS])
    base = f"/h/{hotel.ref.code}/walks"
    page = client.get(base).content.decode()
    assert "贺振东" in page
    assert f"{base}/of/{stay}" in page
    data = {"partner_id": there, "nights": "1", "reason": "超售", "transport": "酒店专车", "room_cost": "380"}
    wrong = client.post(f"{base}/of/{stay}", data | {"reason": "", "compensation": "果篮"})
    assert wrong.status_code == 422
    assert "果篮" in wrong.content.decode()
    assert Walk.objects.count() == 0
    done = client.post(f"{base}/of/{stay}", data)
    assert done.status_code == 302
    letter = client.get(done["Location"]).content.decode()
    assert "贺振东" in letter
    assert "望湖宾馆" in letter
    assert "酒店专车" in letter
    walk_id = Walk.objects.get().pk
    assert client.post(f"{base}/{walk_id}/costs", {"room_cost": "400"}).status_code == 302
    assert "400.00" in client.get(base).content.decode()
    assert client.get(base, {"format": "csv"})["Content-Type"].startswith("text/csv")
    assert client.get(f"{base}/of/{stay}").status_code == 404
    again = client.post(f"{base}/partners", {"name": "望湖宾馆", "address": "湖滨路"})
    assert again.status_code == 422
    assert "湖滨路" in again.content.decode()


# ---------------------------------------------------------------- in the books


def house(hotel: TestHotel) -> dict[str, Decimal]:
    """What stands on the house's own accounts and in the cash."""
    rows = db.fetch_all(
        "SELECT a.code, sum(l.amount) AS amount FROM billing_line l JOIN billing_account a ON a.id = l.account_id"
        " WHERE a.hotel_id = %s AND (a.kind = 'house' OR a.code IN ('cash', 'bank')) GROUP BY 1"
        " HAVING sum(l.amount) <> 0",
        [hotel.pk],
    )
    return {row["code"]: row["amount"] for row in rows}


@pytest.fixture
def counter(db: None) -> TestHotel:
    return make_hotel(with_billing=True)


def test_costs_are_posted_once_each_part_to_its_own_account_and_owed(counter: TestHotel) -> None:
    walk_id = walk(counter, due(counter), partner(counter))
    owed = {"walk_room": Decimal(380), "walk_transport": Decimal(45), "walk_compensation": Decimal("66.60")}
    assert house(counter) == owed | {"payable": Decimal("-491.60")}
    of: dict[str, Any] = {"hotel_id": counter.pk, "walk_id": walk_id, **WHO}
    for _again in range(2):
        set_walk_costs(costs=replace(COSTS, room_cost=Decimal(420), transport_cost=Decimal(40)), **of)
    owed |= {"walk_room": Decimal(420), "walk_transport": Decimal(40)}
    assert house(counter) == owed | {"payable": Decimal("-526.60")}
    assert db.fetch_value("SELECT count(*) FROM billing_transaction WHERE kind = 'expense'") == 5
    assert queries.walk_by_id(hotel_id=counter.pk, walk_id=walk_id).owed == Decimal("526.60")
    assert pay_walk(means="bank", **of) == Decimal("526.60")
    assert house(counter) == owed | {"bank": Decimal("-526.60")}
    with pytest.raises(NothingOwed):
        pay_walk(means="bank", **of)
    assert_books_hold(counter)


def test_what_is_paid_at_once_asks_for_the_right_and_its_limit(counter: TestHotel) -> None:
    stay, there = due(counter), partner(counter)
    costs = WalkCosts(transport_cost=Decimal(45))
    rights = [Permission.WALK_GUEST, Money.PAY_OUT]
    given = WalkInput(partner_id=there, reason="超售", costs=costs, means="cash")
    what: dict[str, Any] = {"hotel_id": counter.pk, "room_reservation_id": stay, "now": NOW}
    before = fingerprint(counter)
    for actor, refusal in (
        (make_actor(counter, rights[:1]), Forbidden), (make_actor(counter, rights), BeyondAuthority),
    ):  # fmt: skip
        with pytest.raises(refusal), transaction.atomic():
            walk_guest(walk=given, actor=actor, **what)
    with pytest.raises(CompanyCannotPayOut), transaction.atomic():
        walk_guest(walk=replace(given, means="company"), actor=SYSTEM, **what)
    assert (fingerprint(counter), house(counter)) == (before, {})
    walk_guest(walk=given, actor=make_actor(counter, [*rights, Money.APPROVE]), **what)
    assert house(counter) == {"walk_transport": Decimal(45), "cash": Decimal(-45)}


def test_guest_who_comes_after_all_takes_back_what_is_owed_not_what_was_paid(counter: TestHotel) -> None:
    stay = due(counter, nights=1)
    walk_id = walk(counter, stay, partner(counter))
    more = replace(COSTS, transport_cost=Decimal(60))
    set_walk_costs(hotel_id=counter.pk, walk_id=walk_id, costs=more, means="cash", **WHO)
    reinstate(hotel_id=counter.pk, room_reservation_id=stay, **WHO)
    assert house(counter) == {"walk_transport": Decimal(15), "cash": Decimal(-15)}
    row = queries.walk_by_id(hotel_id=counter.pk, walk_id=walk_id)
    assert (row.undone_on, row.total, row.owed) == (TODAY, Decimal(15), Decimal(0))
    # Cancelled for another reason later, coming back undoes no walk.
    second = walk(counter, due(counter, nights=3), partner(counter, "听涛酒店"), nights=2)
    back = Walk.objects.get(pk=second).room_reservation
    cancel_reservation(
        hotel_id=counter.pk, reservation_id=back.reservation_id, reason="guest", waive_fee=True, room_ids=None, **WHO
    )
    reinstate(hotel_id=counter.pk, room_reservation_id=back.pk, **WHO)
    assert queries.walk_by_id(hotel_id=counter.pk, walk_id=second).undone_on is None
    assert_books_hold(counter)


def test_costs_and_what_is_owed_are_paid_on_the_screen(counter: TestHotel) -> None:
    walk_id = walk(counter, due(counter), partner(counter))
    desk = signed_in(counter, [*Permission, *Money], language="zh-hans")
    address = f"/h/{counter.ref.code}/walks"
    assert "尚欠 491.60" in desk.get(address).content.decode()
    costs = {"room_cost": "380", "transport_cost": "45", "compensation_cost": "66.60", "other_cost": "8.40"}
    assert desk.post(f"{address}/{walk_id}/costs", costs | {"means": "cash"}).status_code == 302
    assert house(counter)["cash"] == Decimal("-8.40")
    assert desk.post(f"{address}/{walk_id}/payments", {"means": "company"}).status_code == 422
    assert desk.post(f"{address}/{walk_id}/payments", {"means": "bank"}).status_code == 302
    assert (house(counter)["bank"], "payable" in house(counter)) == (Decimal("-491.60"), False)
