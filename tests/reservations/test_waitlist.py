"""The waitlist: offered by itself when nights come free, in order, kept for a while, booked with one press."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.kernel import crypto, db
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.reservations import errors
from binzhi.reservations.access import Permission
from binzhi.reservations.denials import DenialRow, NewDenial, denial_report, record_denial
from binzhi.reservations.models import Denial, Reservation, WaitlistEntry
from binzhi.reservations.requests import LimitChange
from binzhi.reservations.services import cancel_reservation, create_reservation, set_sell_limits
from binzhi.reservations.verify import differences, group_differences
from binzhi.reservations.waitlist import services
from binzhi.reservations.waitlist.jobs import heed_all, lapse, look
from binzhi.reservations.waitlist.queries import waitlist
from tests.factories import (
    NOW,
    SYSTEM,
    TODAY,
    TestHotel,
    booking,
    fingerprint,
    make_actor,
    make_hotel,
    run_audit_day,
    statements,
)
from tests.reservations.desk import CLERK, signed_in
from tests.reservations.groups import FIRST, counters

WHO: dict[str, Any] = {"actor": SYSTEM, "now": NOW}
LAST = FIRST + timedelta(days=3)
HOUR = timedelta(hours=1)


def wait(hotel: TestHotel, **more: Any) -> int:
    given = {"name": "贺振东", "room_type": "std", "rate_plan": "bar", "arrival": FIRST, "departure": LAST}
    return services.put_on_waitlist(hotel_id=hotel.pk, entry=services.NewEntry(**given | more), **WHO)


def fill(hotel: TestHotel, rooms: int = 5) -> Any:
    return create_reservation(hotel_id=hotel.pk, booking=booking(arrival=FIRST, nights=3, rooms=rooms), **WHO)


def free_one(hotel: TestHotel, ref: Any) -> None:
    room = next(
        iter(ref.room_ids[n] for n in range(len(ref.room_ids)) if status_of_room(ref.room_ids[n]) == "reserved")
    )
    cancel_reservation(hotel_id=hotel.pk, reservation_id=ref.id, room_ids=[room], reason="guest", **WHO)


def status_of_room(pk: int) -> str:
    return str(db.fetch_value("SELECT status FROM reservations_roomreservation WHERE id = %s", [pk]))


def state(pk: int) -> str:
    return WaitlistEntry.objects.get(pk=pk).status


def right(hotel: TestHotel) -> None:
    db.enter_scope("*", "*")
    assert (differences(hotel_id=hotel.pk), group_differences(hotel_id=hotel.pk)) == ([], [])


def test_what_comes_free_is_offered_to_the_first_and_kept(hotel: TestHotel) -> None:
    full = fill(hotel)
    late, early, last = wait(hotel), wait(hotel, priority=1), wait(hotel, priority=3)
    assert look(now=NOW) == 0
    free_one(hotel, full)
    assert look(now=NOW) == 1
    assert [state(pk) for pk in (early, late, last)] == ["offered", "waiting", "waiting"]
    assert counters(hotel) == [(4, 1)] * 3
    with pytest.raises(errors.RoomTypeSoldOut):
        fill(hotel, 1)
    assert look(now=NOW + HOUR) == 0
    right(hotel)


@pytest.mark.django_db(transaction=True)
def test_reader_of_events_offers_what_came_free_and_looks_only_where_something_happened(
    transactional_db: None,
) -> None:
    hotel = make_hotel()
    full, entry = fill(hotel), wait(hotel)
    assert heed_all(now=NOW) == 0
    free_one(hotel, full)
    assert (heed_all(now=NOW), state(entry)) == (1, "offered")
    with statements() as sent:
        assert heed_all(now=NOW) == 0
    assert not [one for one in sent if "waitlistentry" in one]
    # What lapses is told as an event, and goes to the next by it.
    following = wait(hotel)
    assert (lapse(now=NOW + 2 * HOUR), heed_all(now=NOW + 2 * HOUR)) == (1, 1)
    db.enter_scope("*", "*")
    assert (state(entry), state(following)) == ("lapsed", "offered")


def test_offer_that_is_over_goes_to_the_next(hotel: TestHotel) -> None:
    full = fill(hotel)
    first, second = wait(hotel), wait(hotel)
    free_one(hotel, full)
    look(now=NOW)
    assert look(now=NOW + 2 * HOUR) == 2
    assert [state(first), state(second)] == ["lapsed", "offered"]
    with pytest.raises(errors.WrongWaitStatus):
        services.offer(hotel_id=hotel.pk, entry_id=first, **WHO)
    services.wait_again(hotel_id=hotel.pk, entry_id=first, **WHO)
    assert (state(first), counters(hotel)) == ("waiting", [(4, 1)] * 3)
    right(hotel)


def test_booking_an_offer_makes_held_sold_and_keeps_the_phone(hotel: TestHotel) -> None:
    full = fill(hotel)
    entry = wait(hotel, phone="13805713391", rooms=1)
    free_one(hotel, full)
    look(now=NOW)
    made = services.book_from_waitlist(hotel_id=hotel.pk, entry_id=entry, **WHO)
    assert (made.total, counters(hotel), state(entry)) == (Decimal(1200), [(5, 0)] * 3, "booked")
    kept = Reservation.objects.get(pk=made.id)
    assert (kept.booker_name, kept.booker_phone_masked) == ("贺振东", "138****3391")
    sealed = WaitlistEntry.objects.get().phone_sealed
    assert sealed is not None
    assert crypto.open_sealed(bytes(sealed), place=services.phone_place(entry)) == "+8613805713391"
    with pytest.raises(errors.WrongWaitStatus):
        services.book_from_waitlist(hotel_id=hotel.pk, entry_id=entry, **WHO)
    right(hotel)


def test_booking_an_offer_that_is_over_is_refused(hotel: TestHotel) -> None:
    entry = wait(hotel, hold_minutes=5)
    look(now=NOW)
    before = fingerprint(hotel)
    with pytest.raises(errors.OfferOver):
        services.book_from_waitlist(hotel_id=hotel.pk, entry_id=entry, actor=SYSTEM, now=NOW + HOUR)
    assert (fingerprint(hotel), state(entry)) == (before, "offered")


def test_booking_without_an_offer_takes_what_is_for_sale_or_is_refused(hotel: TestHotel) -> None:
    fill(hotel, 4)
    one, two = wait(hotel), wait(hotel)
    services.book_from_waitlist(hotel_id=hotel.pk, entry_id=one, **WHO)
    before = fingerprint(hotel)
    with pytest.raises(errors.RoomTypeSoldOut):
        services.book_from_waitlist(hotel_id=hotel.pk, entry_id=two, **WHO)
    assert (fingerprint(hotel), state(two)) == (before, "waiting")
    right(hotel)


def test_two_rooms_are_offered_together_or_not_at_all(hotel: TestHotel) -> None:
    full = fill(hotel)
    pair = wait(hotel, rooms=2, priority=1)
    single = wait(hotel)
    free_one(hotel, full)
    assert look(now=NOW) == 1
    assert [state(pair), state(single)] == ["waiting", "offered"]
    free_one(hotel, full)
    assert look(now=NOW) == 0
    free_one(hotel, full)
    assert look(now=NOW) == 1
    assert (state(pair), counters(hotel)) == ("offered", [(2, 3)] * 3)
    right(hotel)


def test_taking_off_the_list_and_a_day_that_passed_give_back(hotel: TestHotel) -> None:
    offered, waiting = wait(hotel), wait(hotel, arrival=TODAY, departure=TODAY + timedelta(days=1), room_type="king")
    services.offer(hotel_id=hotel.pk, entry_id=offered, **WHO)
    services.end_entry(hotel_id=hotel.pk, entry_id=offered, **WHO)
    assert (state(offered), counters(hotel)) == ("withdrawn", [(0, 0)] * 3)
    run_audit_day(hotel)
    look(now=NOW)
    assert state(waiting) == "lapsed"
    with pytest.raises(InvalidInput):
        services.wait_again(hotel_id=hotel.pk, entry_id=waiting, **WHO)
    right(hotel)


def test_stopped_sale_is_not_offered(hotel: TestHotel) -> None:
    entry = wait(hotel)
    stop = LimitChange(room_type="std", first=FIRST, last=FIRST, closed=True)
    set_sell_limits(hotel_id=hotel.pk, change=stop, **WHO)
    assert (look(now=NOW), state(entry)) == (0, "waiting")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"), ({"rooms": 0}, "rooms"), ({"priority": 4}, "priority"), ({"hold_minutes": 1}, "hold_minutes"),
        ({"departure": FIRST}, "departure"), ({"room_type": "x"}, "room_type"), ({"rate_plan": "x"}, "rate_plan"),
        ({"phone": "12"}, "booker_phone"), ({"guest_id": 2**40}, "guest"), ({"organisation_id": 2**40}, "organisation"),
    ],
)  # fmt: skip
def test_entry_is_refused_at_the_field(hotel: TestHotel, given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        wait(hotel, **given)
    assert (refusal.value.field, WaitlistEntry.objects.count()) == (field, 0)


def test_entry_needs_its_right_and_its_hotel(hotel: TestHotel) -> None:
    entry = wait(hotel)
    with pytest.raises(Forbidden):
        services.offer(hotel_id=hotel.pk, entry_id=entry, actor=make_actor(hotel, []), now=NOW)
    with pytest.raises(Forbidden):
        services.book_from_waitlist(
            hotel_id=hotel.pk, entry_id=entry, actor=make_actor(hotel, [Permission.MANAGE_WAITLIST]), now=NOW
        )
    with pytest.raises(NotFound):
        services.offer(hotel_id=hotel.pk, entry_id=entry + 1, **WHO)


def test_list_is_one_statement_in_the_order_served(hotel: TestHotel) -> None:
    one, two, three = wait(hotel), wait(hotel, priority=1), wait(hotel)
    services.offer(hotel_id=hotel.pk, entry_id=three, **WHO)
    rows = waitlist(hotel_id=hotel.pk)
    assert [(row.id, row.free) for row in rows] == [(three, 4), (two, 4), (one, 4)]


def test_screen_takes_the_stay_of_the_booking_screen_and_books(hotel: TestHotel) -> None:
    client = signed_in(hotel, [*CLERK, Permission.MANAGE_WAITLIST])
    place = f"/h/{hotel.ref.code}/waitlist"
    stay = {"arrival": FIRST, "departure": LAST, "rooms": 1, "adults": 2, "children": 0, "guest_text": "贺振东"}
    page = client.post(place, stay | {"what": "ask", "booker_phone": "13805713391"}).content.decode()
    assert 'value="13805713391"' in page
    assert "贺振东" in page
    assert WaitlistEntry.objects.count() == 0
    entry = stay | {"room_type": "std", "rate_plan": "bar", "priority": 2, "hold_minutes": 120}
    wrong = client.post(place, entry | {"guest_text": "", "note": "靠窗"})
    assert wrong.status_code == 422
    assert "靠窗" in wrong.content.decode()
    assert client.post(place, entry).status_code == 302
    pk = WaitlistEntry.objects.get().pk
    client.post(f"{place}/{pk}", {"what": "offer"})
    assert state(pk) == "offered"
    answer = client.post(f"{place}/{pk}/book")
    assert answer.status_code == 302
    assert "/reservations/" in answer["Location"]
    assert "贺振东" in client.get(place, {"ended": "1"}).content.decode()


# ---------------------------------------------------------------- denials


def deny(hotel: TestHotel, **more: Any) -> int:
    given = {"reason": "sold_out", "arrival": FIRST, "departure": LAST}
    return record_denial(hotel_id=hotel.pk, denial=NewDenial(**given | more), **WHO)


def test_denials_are_counted_by_reason_and_type(hotel: TestHotel) -> None:
    deny(hotel)
    deny(hotel, rooms=2, room_type="std", value=Decimal(2400))
    deny(hotel, reason="price", room_type="std", value=Decimal(1200))
    assert denial_report(hotel_id=hotel.pk, first=TODAY, last=TODAY) == [
        DenialRow("sold_out", "std", "std", 1, 6, Decimal(2400)), DenialRow("price", "std", "std", 1, 3, Decimal(1200)),
        DenialRow("sold_out", "", "", 1, 3, Decimal(0)),
    ]  # fmt: skip
    assert denial_report(hotel_id=hotel.pk, first=TODAY - timedelta(days=9), last=TODAY - timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "x"}, "reason"), ({"room_type": "x"}, "room_type"), ({"rooms": 0}, "rooms"),
        ({"value": Decimal(-1)}, "value"), ({"departure": FIRST - timedelta(days=1)}, "departure"),
    ],
)  # fmt: skip
def test_denial_is_refused_at_the_field(hotel: TestHotel, given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        deny(hotel, **given)
    assert (refusal.value.field, Denial.objects.count()) == (field, 0)


def test_screen_notes_a_denial_with_one_press_and_reports_it(hotel: TestHotel) -> None:
    client = signed_in(hotel)
    place = f"/h/{hotel.ref.code}/denials"
    stay = {"arrival": FIRST, "departure": LAST, "rooms": "2", "offer": "std:bar"}
    headers = {"HTTP_HX_REQUEST": "true"}
    answer = client.post(f"{place}/note?reason=price", stay, **headers)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert "Noted as not sold." in answer.content.decode()
    refused = client.post(f"{place}/note?reason=price", {"arrival": ""}, **headers)  # type: ignore[arg-type]
    assert "Enter the dates" in refused.content.decode()
    assert Denial.objects.count() == 1
    assert "Too dear" in client.get(place).content.decode()
    assert client.get(place, {"format": "csv"})["Content-Type"].startswith("text/csv")
