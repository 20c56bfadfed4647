"""Denials (拒客): what was asked for and not sold, noted with one press and counted by reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.money import LARGEST, round_money
from binzhi.kernel.operations import operation, record
from binzhi.property.queries import localised
from binzhi.reservations import facts, limits
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import DenialReason
from binzhi.reservations.events import StayDenied


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDenial:
    """`value` is what the stay would have brought; no room type: any."""

    reason: str
    arrival: date
    departure: date
    rooms: int = 1
    room_type: str = ""
    value: Decimal | None = None


_PLACE = """
SELECT h.business_date, h.longest_stay, h.booking_horizon, t.id AS type_id FROM property_hotel h
LEFT JOIN property_roomtype t ON t.hotel_id = h.id AND t.code = %s WHERE h.id = %s
"""
_INSERT = """
INSERT INTO reservations_denial (hotel_id, business_date, at, user_id, reason, room_type_id, arrival, departure, rooms,
    value)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""


@operation(Permission.CREATE)
def record_denial(*, hotel_id: int, denial: NewDenial, actor: Actor, now: datetime) -> int:
    """Note that a stay was asked for and not sold; the row's id.

    Adds a row that stays as it is. Locks nothing. Raises InvalidInput at the field. Publishes StayDenied.
    """
    if denial.reason not in DenialReason.values:
        raise InvalidInput(field="reason", message=_("Choose from the list."))
    facts.check_codes([("", denial.room_type, "room_type")])
    place = db.fetch_one(_PLACE, [denial.room_type, hotel_id])
    if place is None:
        raise NotFound
    if denial.room_type and place["type_id"] is None:
        raise InvalidInput(field="room_type", message=_("The code %(code)s is not known."), code=denial.room_type)
    limits.check_dates(
        arrival=denial.arrival, departure=denial.departure, today=place["business_date"],
        longest_stay=place["longest_stay"], booking_horizon=place["booking_horizon"],
    )  # fmt: skip
    if not 1 <= denial.rooms <= limits.MAX_ROOMS:
        raise InvalidInput(field="rooms", message=_("From 1 to %(most)s rooms."), most=limits.MAX_ROOMS)
    value = denial.value
    if value is not None and not (value.is_finite() and 0 <= value <= LARGEST and round_money(value) == value):
        raise InvalidInput(field="value", message=_("This is not a price."))
    denial_id: int = db.fetch_value(
        _INSERT,
        [hotel_id, place["business_date"], now, actor.user_id, denial.reason, place["type_id"], denial.arrival,
         denial.departure, denial.rooms, value],
    )  # fmt: skip
    record(
        "stay.denied", subject="denial", subject_id=denial_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"reason": denial.reason, "arrival": denial.arrival, "departure": denial.departure,
               "rooms": denial.rooms, "value": value},
        event=StayDenied(
            hotel_id=hotel_id, reason=denial.reason, arrival=denial.arrival, departure=denial.departure,
            rooms=denial.rooms,
        ),
    )  # fmt: skip
    return denial_id


@dataclass(frozen=True, slots=True)
class DenialRow:
    """Denials of a reason and type in a span of hotel days; `value` where a price was quoted.

    `type_name` is the type in the reader's language; both are empty where none was asked for.
    """

    reason: str
    room_type: str
    type_name: str
    denials: int
    room_nights: int
    value: Decimal


_REPORT = """
SELECT d.reason, coalesce(t.code, '') AS room_type, coalesce(t.name, '') AS name, coalesce(t.name_en, '') AS name_en,
       count(*)::integer AS denials, sum(d.rooms * greatest(d.departure - d.arrival, 1))::integer AS room_nights,
       coalesce(sum(d.value), 0) AS value
FROM reservations_denial d LEFT JOIN property_roomtype t ON t.id = d.room_type_id
WHERE d.hotel_id = %s AND d.business_date BETWEEN %s AND %s
GROUP BY d.reason, t.id ORDER BY 6 DESC, 1, t.code
"""


def denial_report(*, hotel_id: int, first: date, last: date) -> list[DenialRow]:
    """Denials of hotel days `first` to `last` (both included), the most room nights first; one statement."""
    rows = db.fetch_all(_REPORT, [hotel_id, first, last])
    return [DenialRow(type_name=localised(row.pop("name"), row.pop("name_en")), **row) for row in rows]
