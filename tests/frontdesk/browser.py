"""A clerk's browser at the desk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.test import Client

from binzhi.billing.access import Permission as Money
from binzhi.frontdesk.access import Permission
from binzhi.guests.access import Permission as Guests
from binzhi.property.access import Permission as Property
from binzhi.reservations.access import Permission as Booking
from tests.factories import TestHotel
from tests.reservations.desk import signed_in

ALL = [*Permission, *Money, *Booking, *Guests, *Property]
PART = {"HTTP_HX_REQUEST": "true", "HTTP_HX_REQUEST_TYPE": "partial"}


def at(hotel: TestHotel, path: str) -> str:
    return f"/h/{hotel.ref.code}/{path}"


def desk(hotel: TestHotel, rights: Iterable[str] = tuple(ALL)) -> Client:
    return signed_in(hotel, rights)


def text(answer: Any) -> str:
    return answer.content.decode()
