"""Staying on under the next booking, for programs."""

from __future__ import annotations

from datetime import timedelta

from binzhi.frontdesk import services
from binzhi.guests import services as guests
from binzhi.reservations.services import create_reservation
from tests.api.conftest import Api
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, run_audit_day


def test_stay_is_continued_once_per_key_and_taken_back(api: Api, hotel: TestHotel) -> None:
    who = guests.create_guest(
        hotel_id=hotel.pk, details=guests.GuestDetails(name="陈国梁"), actor=SYSTEM, now=NOW
    )  # fmt: skip
    stay, following = (
        create_reservation(
            hotel_id=hotel.pk, booking=booking(arrival=TODAY + timedelta(days=n), nights=1, guest_id=who),
            actor=SYSTEM, now=NOW,
        ).room_ids[0]
        for n in (0, 1)
    )  # fmt: skip
    services.assign_room(hotel_id=hotel.pk, room_reservation_id=stay, room_id=hotel.rooms["101"], actor=SYSTEM, now=NOW)
    services.check_in(hotel_id=hotel.pk, room_reservation_id=stay, coming_later=2, actor=SYSTEM, now=NOW)
    run_audit_day(hotel)
    place = f"/stays/{following}/continue"
    for _time in range(2):
        done = api.post(place, {}, idempotency_key="k")
        assert (done.status_code, done.json()["room"], done.json()["before"]) == (201, "101", stay)
    again = api.post(place, {}, idempotency_key="other")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_continue")
    assert api.send("DELETE", place).status_code == 204
    assert api.send("DELETE", place).json()["code"] == "not_continued"
