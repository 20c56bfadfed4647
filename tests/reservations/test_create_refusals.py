from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from binzhi.guests.models import Guest
from binzhi.kernel import db
from tests.factories import (
    TODAY,
    TestHotel,
    booking,
    make_hotel,
)
from tests.reservations.test_create import refused, with_room


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"arrival": TODAY - timedelta(days=1)}, "arrival"),
        ({"departure": TODAY - timedelta(days=1)}, "departure"),
        ({"departure": TODAY + timedelta(days=31)}, "departure"),
        ({"departure": date(9999, 12, 31)}, "departure"),
        ({"arrival": date(1, 1, 1)}, "arrival"),
        ({"arrival": TODAY + timedelta(days=91), "departure": TODAY + timedelta(days=92)}, "arrival"),
        ({"arrival": TODAY + timedelta(days=90), "departure": TODAY + timedelta(days=92)}, "departure"),
        ({"adults": 0}, "adults"),
        ({"adults": -1}, "adults"),
        ({"adults": 3}, "adults"),
        ({"adults": 2, "children": 2}, "adults"),
        ({"children": 10**12}, "children"),
        ({"infants": -1}, "infants"),
        ({"room_type": "nope"}, "room_type"),
        ({"rate_plan": "nope"}, "rate_plan"),
        ({"rate_plan": "\x00"}, "rate_plan"),
        ({"room_type": "\ud800"}, "room_type"),
        ({"guest_id": 10**9}, "guest"),
    ],
)
def test_create_reservation_impossible_room_is_refused_at_its_field(
    hotel: TestHotel, changes: dict[str, Any], field: str
) -> None:
    refusal = refused(hotel, with_room(booking(), **changes))
    assert (refusal.status, refusal.field) == (422, field)
    assert refusal.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"booker_name": ""}, "booker_name"),
        ({"booker_name": "\u202e \x08"}, "booker_name"),
        ({"booker_name": "a\x00"}, "booker_name"),
        ({"market": "a\x00"}, "market"),
        ({"channel": "\ud800"}, "channel"),
        ({"source": "电话"}, "source"),
        ({"booker_name": "长" * 121}, "booker_name"),
        ({"booker_name": "\ud800"}, "booker_name"),
        ({"remarks": "x" * 1001}, "remarks"),
        ({"booker_phone": "call me"}, "booker_phone"),
        ({"booker_phone": "1391234567899"}, "booker_phone"),
        ({"market": "nope"}, "market"),
        ({"source": "nope"}, "source"),
        ({"channel": "nope"}, "channel"),
        ({"channel_number": "A-1"}, "channel"),
        ({"channel": "ota", "channel_number": "x" * 61}, "channel_number"),
        ({"special_requests": ("high", "nope")}, "special_requests"),
        ({"guarantee": "gold"}, "guarantee"),
        ({"guest_id": 10**9}, "guest"),
        ({"organisation_id": 10**9}, "organisation"),
        ({"rooms": ()}, "rooms"),
    ],
)
def test_create_reservation_impossible_details_are_refused_at_their_field(
    hotel: TestHotel, changes: dict[str, Any], field: str
) -> None:
    refusal = refused(hotel, replace(booking(), **changes))
    assert (refusal.status, refusal.field) == (422, field)


def test_create_reservation_second_room_impossible_names_its_place(hotel: TestHotel) -> None:
    request = booking()
    bad = replace(request.rooms[0], adults=0)
    assert refused(hotel, replace(request, rooms=(request.rooms[0], bad))).field == "rooms.1.adults"


def test_create_reservation_guest_of_another_group_does_not_exist(hotel: TestHotel) -> None:
    other = make_hotel()
    guest = Guest.objects.create(group_id=other.ref.group_id, name="别家的客人")
    assert refused(hotel, booking(guest_id=guest.pk)).field == "guest"


def test_create_reservation_inactive_code_type_or_plan_is_unknown(hotel: TestHotel) -> None:
    db.execute("UPDATE reservations_code SET is_active = false WHERE hotel_id = %s AND code = 'fit'", [hotel.pk])
    assert refused(hotel, booking(market="fit")).field == "market"
    db.execute("UPDATE reservations_rateplan SET is_active = false WHERE id = %s", [hotel.plans["bb"]])
    assert refused(hotel, booking(rate_plan="bb")).field == "rate_plan"
    db.execute("UPDATE property_roomtype SET is_active = false WHERE id = %s", [hotel.room_types["king"]])
    assert refused(hotel, booking(room_type="king")).field == "room_type"
