"""Rooms by the hour: priced by the block, never two in the same hours, never into a night, gone with their stay."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, Forbidden
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations import stays, verify
from binzhi.reservations.access import Permission
from binzhi.reservations.day_use.queries import hours_sold, overtime_of, prices_of, rooms_for_hours, terms_of
from binzhi.reservations.day_use.services import HourPriceInput, HoursRequest, TermsInput, sell_hours, set_day_use
from binzhi.reservations.errors import PriceChanged, RoomTypeSoldOut
from binzhi.reservations.models import HourlyUse, OutOfOrder
from binzhi.reservations.offer_errors import HoursFixed, HoursNotForSale, HoursOutsideTerms, HoursTaken
from binzhi.reservations.requests import RoomChange
from binzhi.reservations.services import cancel_reservation, change_room, create_reservation, mark_no_show
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, fingerprint, make_actor, make_hotel

# 09:00 on the hotel's clocks; check-in time is 14:00, rooms are made ready in an hour.
MORNING = NOW - timedelta(hours=5)
TERMS = TermsInput(rate_plan="bar", opens=time(8), closes=time(20))
PRICES = (
    HourPriceInput(room_type="std", hours=3, price=Decimal("128.80"), overtime_price=Decimal(40)),
    HourPriceInput(room_type="std", hours=6, price=Decimal(228), overtime_price=Decimal(40)),
)


def common(hotel: TestHotel, now: datetime = MORNING, actor: Any = SYSTEM) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": actor, "now": now}


@pytest.fixture
def house(hotel: TestHotel) -> TestHotel:
    return furnished(hotel)


def furnished(hotel: TestHotel) -> TestHotel:
    set_day_use(terms=TERMS, prices=PRICES, **common(hotel))
    return hotel


def sell(hotel: TestHotel, number: str = "101", hours: int = 3, now: datetime = MORNING, **of: Any) -> int:
    asked = HoursRequest(room_id=hotel.rooms[number], hours=hours, booker_name="周小姐", **of)
    return sell_hours(asked=asked, **common(hotel, now)).room_ids[0]


def roomed(hotel: TestHotel, number: str, *, expected_at: time | None = None) -> int:
    """A reservation of tonight with its room."""
    made = create_reservation(booking=booking(nights=1, expected_at=expected_at), **common(hotel))
    with unit_of_work():
        held = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0])
        stays.assign(room_reservation=held, room_id=hotel.rooms[number])
    return made.room_ids[0]


def begin(hotel: TestHotel, stay: int, now: datetime = MORNING) -> None:
    with unit_of_work():
        held = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=stay)
        stays.start(room_reservation=held, now=now)


def end(hotel: TestHotel, stay: int, now: datetime = NOW) -> None:
    with unit_of_work():
        held = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=stay)
        stays.end(room_reservation=held, now=now)


def held_tonight(hotel: TestHotel) -> int:
    sql = "SELECT held FROM reservations_night WHERE hotel_id = %s AND night = %s AND room_type_id = %s"
    return int(db.fetch_value(sql, [hotel.pk, TODAY, hotel.room_types["std"]]))


def refused(hotel: TestHotel, attempt: Any, error: type[Exception]) -> None:
    before = fingerprint(hotel), HourlyUse.objects.count()
    with pytest.raises(error), transaction.atomic():
        attempt()
    assert (fingerprint(hotel), HourlyUse.objects.count()) == before
    assert verify.group_differences(hotel_id=hotel.pk) == []


def test_hours_are_priced_by_the_block_and_take_no_night(house: TestHotel) -> None:
    stay = sell(house, expected_price=Decimal("128.80"))
    row = hours_sold(hotel_id=house.pk, day=TODAY)[0]
    assert (row.room_reservation_id, row.price, row.hours, row.starts_at, row.ends_at) == (
        stay, Decimal("128.80"), 3, MORNING, MORNING + timedelta(hours=3),
    )  # fmt: skip
    assert held_tonight(house) == 0
    assert verify.differences(hotel_id=house.pk) == []
    assert verify.wrongly_priced(hotel_id=house.pk) == []


def test_the_same_hours_of_a_room_are_sold_once_and_the_next_follow(house: TestHotel) -> None:
    sell(house)
    refused(house, lambda: sell(house, starts_at=MORNING + timedelta(minutes=179)), HoursTaken)
    sell(house, "102")
    sell(house, starts_at=MORNING + timedelta(hours=3))
    assert len(hours_sold(hotel_id=house.pk, day=TODAY)) == 3


def test_hours_end_before_tonights_guest_needs_the_room(house: TestHotel) -> None:
    roomed(house, "101")
    # 14:00 less an hour to make ready: until 13:00.
    refused(house, lambda: sell(house, hours=6), HoursTaken)
    sell(house, starts_at=MORNING + timedelta(hours=1))
    roomed(house, "102", expected_at=time(12, 30))
    refused(house, lambda: sell(house, "102"), HoursTaken)


def test_a_night_is_not_given_into_hours_that_are_sold(house: TestHotel) -> None:
    sell(house, hours=6)
    refused(house, lambda: roomed(house, "101"), HoursTaken)
    sell(house, "102")
    roomed(house, "102")


def test_hours_beyond_check_in_time_hold_a_room_of_the_type_tonight_until_they_end(house: TestHotel) -> None:
    stay = sell(house, hours=6)
    assert held_tonight(house) == 1
    assert verify.group_differences(hotel_id=house.pk) == []
    create_reservation(booking=booking(nights=1, rooms=4), **common(house))
    refused(house, lambda: create_reservation(booking=booking(nights=1), **common(house)), RoomTypeSoldOut)
    refused(house, lambda: sell(house, "102", hours=6), RoomTypeSoldOut)
    begin(house, stay)
    end(house, stay)
    assert held_tonight(house) == 0
    create_reservation(booking=booking(nights=1), **common(house))
    assert verify.group_differences(hotel_id=house.pk) == []


@pytest.mark.parametrize("how", ["cancel", "no_show"])
def test_hours_go_with_a_reservation_that_is_not_kept(house: TestHotel, how: str) -> None:
    stay = sell(house, hours=6)
    if how == "cancel":
        number = db.fetch_value("SELECT reservation_id FROM reservations_roomreservation WHERE id = %s", [stay])
        cancel_reservation(reservation_id=number, reason="guest", waive_fee=True, **common(house))
    else:
        mark_no_show(room_reservation_id=stay, waive_fee=True, **common(house, NOW + timedelta(hours=12)))
    assert held_tonight(house) == 0
    sell(house, hours=6)
    assert verify.group_differences(hotel_id=house.pk) == []


def test_a_stay_by_the_hour_keeps_its_day_its_type_and_its_price(house: TestHotel) -> None:
    stay = sell(house)
    of: dict[str, Any] = {"room_type": "std", "rate_plan": "bar", "arrival": TODAY}
    longer = RoomChange(departure=TODAY + timedelta(days=1), adults=1, **of)
    refused(house, lambda: change_room(room_reservation_id=stay, change=longer, **common(house)), HoursFixed)
    two = RoomChange(departure=TODAY, adults=2, **of)
    change_room(room_reservation_id=stay, change=two, **common(house))
    assert hours_sold(hotel_id=house.pk, day=TODAY)[0].price == Decimal("128.80")
    with unit_of_work():
        held = stays.lock_room_reservation(hotel_id=house.pk, room_reservation_id=stay)
        stays.assign(room_reservation=held, room_id=house.rooms["103"])
    assert HourlyUse.objects.get().room_id == house.rooms["103"]

    def into_another_type() -> None:
        with unit_of_work():
            held = stays.lock_room_reservation(hotel_id=house.pk, room_reservation_id=stay)
            stays.assign(room_reservation=held, room_id=house.rooms["201"])

    refused(house, into_another_type, HoursFixed)


@pytest.mark.parametrize(
    ("of", "error"),
    [
        ({"hours": 4}, HoursNotForSale),
        ({"number": "201"}, HoursNotForSale),
        ({"expected_price": Decimal(100)}, PriceChanged),
        ({"starts_at": MORNING - timedelta(minutes=11)}, DomainError),
        ({"starts_at": MORNING + timedelta(days=1)}, DomainError),
        ({"starts_at": MORNING + timedelta(hours=8, minutes=1)}, HoursOutsideTerms),
        ({"booker_name": " "}, DomainError),
    ],
)
def test_hours_that_cannot_be_sold_are_refused(house: TestHotel, of: dict[str, Any], error: type[Exception]) -> None:
    given: dict[str, Any] = {"number": "101", "hours": 3, "booker_name": "周小姐"} | of
    number = given.pop("number")
    asked = HoursRequest(room_id=house.rooms[number], **given)
    refused(house, lambda: sell_hours(asked=asked, **common(house)), error)


def test_a_hotel_without_terms_sells_no_hours_and_a_stranger_neither(hotel: TestHotel) -> None:
    refused(hotel, lambda: sell(hotel), HoursNotForSale)
    clerk = make_actor(hotel, [Permission.VIEW])
    for attempt in (
        lambda: set_day_use(terms=TERMS, prices=PRICES, **common(hotel, actor=clerk)),
        lambda: sell_hours(asked=HoursRequest(room_id=1, hours=3, booker_name="周小姐"), **common(hotel, actor=clerk)),
    ):
        with pytest.raises(Forbidden):
            attempt()


@pytest.mark.parametrize(
    ("terms", "prices", "field"),
    [
        ({"closes": time(8)}, PRICES, "closes"),
        ({"turnaround": -1}, PRICES, "turnaround"),
        ({"grace": 61}, PRICES, "grace"),
        ({"rate_plan": "nope"}, PRICES, "rate_plan"),
        ({}, (*PRICES, PRICES[0]), "prices.2.hours"),
        ({}, (HourPriceInput(room_type="x", hours=3, price=Decimal(1), overtime_price=Decimal(0)),),
         "prices.0.room_type"),
        ({}, (HourPriceInput(room_type="std", hours=13, price=Decimal(1), overtime_price=Decimal(0)),),
         "prices.0.hours"),
        ({}, (HourPriceInput(room_type="std", hours=3, price=Decimal(0), overtime_price=Decimal(0)),),
         "prices.0.price"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_are_refused_at_their_field(
    house: TestHotel, terms: dict[str, Any], prices: Any, field: str
) -> None:
    given = {"rate_plan": "bar", "opens": time(8), "closes": time(20)} | terms
    before = terms_of(house.pk), prices_of(house.pk)
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        set_day_use(terms=TermsInput(**given), prices=prices, **common(house))
    assert refusal.value.field == field
    assert (terms_of(house.pk), prices_of(house.pk)) == before


def test_rooms_for_hours_are_vacant_and_say_until_when(house: TestHotel) -> None:
    roomed(house, "101")
    sell(house, "102", starts_at=MORNING + timedelta(hours=2))
    begin(house, sell(house, "103"))
    found = {
        room.number: room.until - int(MORNING.timestamp() // 60)
        for room in rooms_for_hours(hotel=house.refreshed(), terms=terms_of(house.pk), start=MORNING)  # type: ignore[arg-type]
    }
    assert found == {"101": 240, "102": 120, "104": 660, "105": 660}


@pytest.mark.parametrize(("over", "hours"), [(0, 0), (15, 0), (16, 1), (60, 1), (61, 2), (-30, 0)])
def test_overtime_is_each_hour_begun_beyond_the_grace(house: TestHotel, over: int, hours: int) -> None:
    stay = sell(house)
    begin(house, stay)
    at = MORNING + timedelta(hours=3, minutes=over)
    found = overtime_of(hotel_id=house.pk, room_reservation_id=stay, now=at)
    assert found is not None
    assert (found.hours, found.amount) == (hours, hours * Decimal(40))


def test_the_database_keeps_hours_apart_whoever_writes(house: TestHotel) -> None:
    first = HourlyUse.objects.get(pk=sell(house))
    second = HourlyUse.objects.get(pk=sell(house, "102"))
    with pytest.raises(IntegrityError), transaction.atomic():
        HourlyUse.objects.filter(pk=second.pk).update(room_id=first.room_id)
    made = OutOfOrder.objects.create(
        hotel_id=house.pk, room_id=first.room_id, start=TODAY, until=TODAY + timedelta(days=1), reason="x"
    ).pk
    with pytest.raises(IntegrityError), transaction.atomic():
        db.execute(
            "INSERT INTO reservations_roomnight (room_id, night, hotel_id, out_of_order_id) VALUES (%s, %s, %s, %s)",
            [first.room_id, TODAY, house.pk, made],
        )


def raced(calls: list[Any]) -> list[str]:
    barrier, outcomes = threading.Barrier(len(calls)), []

    def run(call: Any) -> None:
        try:
            db.enter_scope("*", "*")
            barrier.wait(10)
            call()
            outcomes.append("ok")
        except (DomainError, DatabaseError) as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_room_is_sold_once_by_six_at_the_same_time() -> None:
    hotel = furnished(make_hotel(with_billing=True))
    assert raced([lambda: sell(hotel)] * 6) == ["HoursTaken"] * 5 + ["ok"]
    assert HourlyUse.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_hours_and_a_night_of_the_same_room_do_not_pass_each_other(guarded: bool) -> None:
    """Without the lock on the room (the negative control) both look before either is there."""
    hotel = furnished(make_hotel(with_billing=True))
    made = create_reservation(booking=booking(nights=1), **common(hotel)).room_ids[0]
    look = db.fetch_value("SELECT pg_get_functiondef('reservations_hours_look'::regproc)", [])
    if not guarded:
        db.execute(look.replace("PERFORM 1 FROM property_room WHERE id = NEW.room_id FOR UPDATE;", ""), [])
    both = threading.Barrier(2)

    def give() -> None:
        with unit_of_work():
            held = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=made)
            stays.assign(room_reservation=held, room_id=hotel.rooms["101"])
            wait(both)

    def hours() -> None:
        with unit_of_work():
            sell(hotel, hours=6)
            wait(both)

    try:
        outcome = raced([give, hours])
    finally:
        db.execute(look, [])
    assert outcome == (["HoursTaken", "ok"] if guarded else ["ok", "ok"])


def wait(barrier: threading.Barrier) -> None:
    """Both are through, or the other is waiting for this one's end."""
    try:
        barrier.wait(1)
    except threading.BrokenBarrierError:
        return
