"""Two bookings back to back of one guest are one stay: continued in one press, each bill its own, taken back as it was."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.billing import ledger
from binzhi.billing.access import Permission as Money
from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.continuing.services import continue_stay, undo_continue
from binzhi.frontdesk.errors import (
    AlreadyCharged,
    BalanceOpen,
    NotContinued,
    NothingToContinue,
    StayedOn,
    WrongRoomType,
)
from binzhi.frontdesk.keys.services import make_keys
from binzhi.frontdesk.models import Continuation, KeyCard, PoliceLink, Registration
from binzhi.frontdesk.queries.arrivals import arrivals
from binzhi.frontdesk.queries.board import BoardFilter
from binzhi.frontdesk.queries.candidates import day_plan, rooms_for
from binzhi.frontdesk.queries.in_house import departures
from binzhi.frontdesk.requests import PaymentInput, RegistrationInput
from binzhi.frontdesk.services.leaving import DAY_USE
from binzhi.guests import services as guests
from binzhi.kernel import clock, db
from binzhi.kernel.errors import Forbidden
from binzhi.kernel.models import OutboxEvent
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations.errors import RoomTaken
from binzhi.reservations.services import create_reservation
from binzhi.reservations.verify import differences, stray_nights
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_actor, make_hotel, run_audit_day
from tests.frontdesk.browser import at, desk, text
from tests.frontdesk.conftest import arrive, audit_of, nothing_changes, row_of

DAY = timedelta(days=1)
WHO: dict[str, Any] = {"actor": SYSTEM, "now": NOW + DAY}


def guest(hotel: TestHotel, name: str = "陈国梁") -> int:
    return guests.create_guest(
        hotel_id=hotel.pk, details=guests.GuestDetails(name=name), actor=SYSTEM, now=NOW
    )  # fmt: skip


def in_house(hotel: TestHotel, who: int, room: str = "101") -> int:
    """Came yesterday for a night, with a card and a companion; due out today."""
    stay = arrive(hotel, nights=1, room=room, guest_id=who)
    people = [RegistrationInput(guest_id=who), RegistrationInput(name="周敏")]
    services.check_in(hotel_id=hotel.pk, room_reservation_id=stay, registrations=people, actor=SYSTEM, now=NOW)
    make_keys(hotel_id=hotel.pk, room_reservation_id=stay, by_hand=True, actor=SYSTEM, now=NOW)
    return stay


def back_to_back(hotel: TestHotel, **more: Any) -> tuple[int, int]:
    who = guest(hotel)
    stay = in_house(hotel, who)
    following = arrive(hotel, nights=2, after=1, guest_id=who, **more)
    run_audit_day(hotel)
    charge(hotel, stay)
    return stay, following


def charge(hotel: TestHotel, stay: int) -> None:
    """A night on the bill, as the audit posts it."""
    with unit_of_work():
        ledger.charge(
            hotel_id=hotel.pk, account_id=row_of(stay)["charge_account_id"], charge_code=DAY_USE, amount=Decimal(400),
            currency="CNY", source_key=f"night:{stay}", user_id=None, now=NOW + DAY,
        )  # fmt: skip


def go_on(hotel: TestHotel, following: int, **more: Any) -> Any:
    return continue_stay(hotel_id=hotel.pk, room_reservation_id=following, **WHO | more)


def owed(stay: int) -> Decimal:
    sql = "SELECT sum(balance) FROM billing_account WHERE folio_id = %s AND kind = 'folio'"
    total: Decimal = db.fetch_value(sql, [row_of(stay)["folio_id"]])
    return total


def settled(hotel: TestHotel, stay: int) -> dict[str, Any]:
    return {"payments": [PaymentInput(means="cash", amount=owed(stay))] if owed(stay) else []}


def sound(hotel: TestHotel) -> None:
    assert (differences(hotel_id=hotel.pk), stray_nights(hotel_id=hotel.pk)) == ([], [])


def test_guest_stays_on_in_one_press_with_each_bill_its_own(house: TestHotel) -> None:
    stay, following = back_to_back(house)
    paid = owed(stay)
    assert paid > 0
    with nothing_changes(), pytest.raises(BalanceOpen):
        go_on(house, following)
    done = go_on(house, following, **settled(house, stay))
    assert (done.stay_id, done.room, done.paid, done.keys) == (stay, "101", paid, 1)
    before, after = row_of(stay), row_of(following)
    assert (before["status"], after["status"], after["room_id"]) == ("checked_out", "in_house", house.rooms["101"])
    assert (after["guest_id"], after["folio_id"] != before["folio_id"]) == (before["guest_id"], True)
    assert (owed(stay), owed(following)) == (0, 0)
    # Nobody left: registered since the first day, the cards theirs, the room as it was.
    people = Registration.objects.filter(room_reservation_id=following, left_at=None)
    assert [person.registered_at for person in people] == [NOW, NOW]
    assert not Registration.objects.filter(room_reservation_id=stay).exists()
    assert KeyCard.objects.get().room_reservation_id == following
    told = set(OutboxEvent.objects.values_list("topic", flat=True))
    assert ("stay.continued" in told, "stay.checked_out" in told) == (True, False)
    assert audit_of(following)[-1] == "stay.continued"
    sound(house)
    with nothing_changes(), pytest.raises(NothingToContinue):
        go_on(house, following)
    # And leaves at last like everybody.
    run_audit_day(house)
    run_audit_day(house)
    services.check_out(
        hotel_id=house.pk, room_reservation_id=following, **settled(house, following), actor=SYSTEM, now=NOW + 3 * DAY
    )
    assert not Registration.objects.filter(left_at=None).exists()
    sound(house)


def test_staying_on_is_taken_back_as_it_was_while_nothing_is_charged(house: TestHotel) -> None:
    stay, following = back_to_back(house)
    go_on(house, following, **settled(house, stay))
    with nothing_changes(), pytest.raises(StayedOn):
        services.undo_check_in(hotel_id=house.pk, room_reservation_id=following, **WHO)
    undo_continue(hotel_id=house.pk, room_reservation_id=following, **WHO)
    assert (row_of(stay)["status"], row_of(following)["status"]) == ("in_house", "reserved")
    assert Registration.objects.filter(room_reservation_id=stay, left_at=None).count() == 2
    assert KeyCard.objects.get().room_reservation_id == stay
    assert Continuation.objects.filter(undone_at=None).count() == 0
    sound(house)
    with nothing_changes(), pytest.raises(NotContinued):
        undo_continue(hotel_id=house.pk, room_reservation_id=following, **WHO)
    go_on(house, following)
    charge(house, following)
    with nothing_changes(), pytest.raises(AlreadyCharged):
        undo_continue(hotel_id=house.pk, room_reservation_id=following, **WHO)


def test_only_the_booking_of_the_same_guest_that_begins_today_is_gone_on_with(house: TestHotel) -> None:
    stay, following = back_to_back(house)
    stranger = arrive(house, after=1, guest_id=guest(house, "李想"))
    nameless, later = arrive(house, after=1), arrive(house, after=2, guest_id=row_of(stay)["guest_id"])
    for other in (stranger, nameless, later):
        with nothing_changes(), pytest.raises(NothingToContinue):
            go_on(house, other)
    for rights in ([Permission.CHECK_OUT], [Permission.CHECK_IN], [Money.TAKE_PAYMENT]):
        with nothing_changes(), pytest.raises(Forbidden):
            go_on(house, following, actor=make_actor(house, rights))


def test_another_type_is_asked_about_and_a_room_promised_to_somebody_else_is_refused(house: TestHotel) -> None:
    stay, following = back_to_back(house, room_type="king")
    paid = settled(house, stay)
    with nothing_changes(), pytest.raises(WrongRoomType):
        go_on(house, following, **paid)
    arrive(house, after=2, nights=1, room="101")
    with nothing_changes(), pytest.raises(RoomTaken):
        go_on(house, following, change_type=True, **paid)


def test_the_same_room_is_proposed_first_and_the_lists_say_who_stays_on(house: TestHotel) -> None:
    stay, following = back_to_back(house)
    hotel = house.refreshed()
    best = rooms_for(hotel=hotel, room_reservation_id=following)[0]
    assert (best.room.number, best.reasons[0].code) == ("101", "stays_on")
    assert day_plan(hotel=hotel, day=TODAY + DAY).proposals[following].room.number == "101"
    asked: dict[str, Any] = {"hotel": hotel, "day": TODAY + DAY, "now": NOW + DAY}
    (came,) = arrivals(**asked, filters=BoardFilter()).rows
    (goes,) = departures(**asked, filters=BoardFilter()).rows
    number = db.fetch_value(
        "SELECT number FROM reservations_reservation WHERE id = %s", [row_of(following)["reservation_id"]]
    )
    assert (came.stays_in, goes.stays_on, goes.next_id) == ("101", number, following)
    go_on(house, following, **settled(house, stay))
    (came,) = arrivals(**asked, filters=BoardFilter(status="arrived")).rows
    assert came.stays_in == "101"


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_continue_a_stay_once(transactional_db: None) -> None:
    hotel = make_hotel(documents_required=False, with_billing=True)
    stay, following = back_to_back(hotel)
    paid = settled(hotel, stay)

    def press() -> object:
        return go_on(hotel, following, **paid)

    assert run_all([press] * 3) == {"ok": 1, "NothingToContinue": 2}
    db.enter_scope("*", "*")
    assert (Continuation.objects.count(), owed(stay)) == (1, 0)


def test_what_the_police_know_goes_with_the_guest(house: TestHotel) -> None:
    PoliceLink.objects.create(hotel_id=house.pk, is_on=True, region="x")
    stay, following = back_to_back(house)
    reports = "SELECT kind, room_reservation_id AS stay FROM frontdesk_policereport ORDER BY id"
    assert [(row["kind"], row["stay"]) for row in db.fetch_all(reports, [])] == [("in", stay)] * 2
    go_on(house, following, **settled(house, stay))
    assert [(row["kind"], row["stay"]) for row in db.fetch_all(reports, [])] == [("in", following)] * 2
    run_audit_day(house)
    run_audit_day(house)
    services.check_out(
        hotel_id=house.pk, room_reservation_id=following, **settled(house, following), actor=SYSTEM, now=NOW + 3 * DAY
    )
    assert [row["kind"] for row in db.fetch_all(reports, [])] == ["in", "in", "out", "out"]


@pytest.mark.django_db
def test_staying_on_over_http_asks_to_settle_first_then_one_press_and_back() -> None:
    today = clock.now().date()
    hotel = make_hotel(today=today - DAY, documents_required=False, with_billing=True)
    who = guest(hotel)
    stay = booked(hotel, who, today - DAY, 1)
    following = booked(hotel, who, today, 2)
    services.check_in(
        hotel_id=hotel.pk, room_reservation_id=stay, room_id=hotel.rooms["101"],
        registrations=[RegistrationInput(guest_id=who)], actor=SYSTEM, now=clock.now() - DAY,
    )  # fmt: skip
    run_audit_day(hotel)
    charge(hotel, stay)
    client = desk(hotel)
    listed = text(client.get(at(hotel, "departures")))
    assert (f"stays/{following}/stay-on" in listed, "Stays on" in listed) == (True, True)
    assert "stays on in 101" in text(client.get(at(hotel, "arrivals")))
    assert f"stays/{following}/stay-on" in text(client.get(at(hotel, f"stays/{following}/check-in")))
    bar = next(one for one in client.get(at(hotel, "calendar/data")).json()["bars"] if one[0] == following)
    assert bar[14] == 1
    owes = client.post(at(hotel, f"stays/{following}/stay-on"))
    assert owes["Location"].endswith(f"stays/{stay}/check-out")
    page = text(client.get(owes["Location"]))
    assert ('name="stay_on"' in page, row_of(following)["status"]) == (True, "reserved")
    paid = {"means": "cash", "amount": str(owed(stay)), "stay_on": "1", "return_means": "cash"}
    done = client.post(at(hotel, f"stays/{stay}/check-out"), paid)
    assert (done.status_code, row_of(following)["status"]) == (302, "in_house")
    assert client.post(at(hotel, f"stays/{following}/stay-on/undo")).status_code == 302
    assert (row_of(stay)["status"], row_of(following)["status"]) == ("in_house", "reserved")
    # Settled by now: one press.
    assert client.post(at(hotel, f"stays/{following}/stay-on")).status_code == 302
    assert row_of(following)["status"] == "in_house"
    refused = client.post(at(hotel, f"stays/{following}/stay-on"), follow=True)
    assert "No stay of this guest" in text(refused)


def booked(hotel: TestHotel, who: int, arrival: date, nights: int) -> int:
    wanted = booking(arrival=arrival, nights=nights, guest_id=who)
    return create_reservation(hotel_id=hotel.pk, booking=wanted, actor=SYSTEM, now=NOW).room_ids[0]
