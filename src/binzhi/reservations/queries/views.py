"""One reservation with everything on it, and a page of the list: one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.search import name_keys
from binzhi.property.queries import localised
from binzhi.reservations.enums import Status
from binzhi.reservations.requests import ReservationDetails


@dataclass(frozen=True, slots=True)
class RoomView:
    """One room of a reservation. `room_type` is what was booked and priced, `held_type` what the counters hold."""

    id: int
    position: int
    status: str
    room_type_id: int
    room_type: str
    room_type_name: str
    room_type_name_en: str
    held_type: str
    rate_plan: str
    rate_plan_name: str
    rate_plan_name_en: str
    policy_name: str
    policy_name_en: str
    breakfasts: int
    arrival: date
    departure: date
    adults: int
    children: int
    infants: int
    child_ages: Sequence[int]
    extra_beds: int
    guest_id: int | None
    guest_name: str
    vip_level: str
    vip_rank: int
    room_id: int | None
    room: str | None
    room_fixed: str
    folio_id: int | None
    folio: str | None
    walk_in: bool
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    ended_on: date | None
    end_reason: str
    end_note: str
    nightly: tuple[tuple[date, Decimal], ...]
    today: date

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    @property
    def total(self) -> Decimal:
        return sum((price for _night, price in self.nightly), ZERO)

    @property
    def due(self) -> str:
        """Derived from the hotel day, never stored: due_in, due_out or nothing."""
        if self.status == Status.RESERVED and self.arrival <= self.today:
            return "due_in"
        if self.status == Status.IN_HOUSE and self.departure <= self.today:
            return "due_out"
        return ""

    @property
    def room_type_label(self) -> str:
        return localised(self.room_type_name, self.room_type_name_en)

    @property
    def rate_plan_label(self) -> str:
        return localised(self.rate_plan_name, self.rate_plan_name_en)

    @property
    def policy_label(self) -> str:
        return localised(self.policy_name, self.policy_name_en)


@dataclass(frozen=True, slots=True)
class ReservationView:
    """What was booked together. The phone is masked; `today` is the hotel day."""

    id: int
    hotel_id: int
    number: str
    version: int
    guest_id: int | None
    guest_name: str
    organisation_id: int | None
    organisation: str
    booker_name: str
    booker_phone: str
    market: str
    source: str
    channel: str
    channel_number: str | None
    guarantee: str
    special_requests: Sequence[str]
    remarks: str
    expected_at: time | None
    confirmed_at: datetime | None
    booked_on: date
    created_at: datetime
    today: date
    rooms: tuple[RoomView, ...]

    @property
    def status(self) -> str:
        """The furthest that any of its rooms has come: a guest in house counts before one still expected."""
        states = {room.status for room in self.rooms}
        for status in (Status.IN_HOUSE, Status.RESERVED, Status.CHECKED_OUT, Status.NO_SHOW):
            if status in states:
                return status.value
        return Status.CANCELLED.value

    @property
    def total(self) -> Decimal:
        """Of the rooms that are expected, in house or were slept in."""
        gone = (Status.CANCELLED, Status.NO_SHOW)
        return sum((room.total for room in self.rooms if room.status not in gone), ZERO)


_VIEW = """
SELECT v.id AS reservation_id, v.hotel_id, v.number, v.version, v.guest_id AS booker_guest_id,
       coalesce(bg.name, '') AS booker_guest_name, v.organisation_id, coalesce(o.name, '') AS organisation,
       v.booker_name, v.booker_phone_masked AS booker_phone, v.market, v.source, v.channel, v.channel_number,
       v.guarantee, v.special_requests, v.remarks, v.expected_at, v.confirmed_at, v.booked_on, v.created_at,
       h.business_date AS today, rr.id, rr.position, rr.status, rr.priced_type_id AS room_type_id,
       t.code AS room_type, t.name AS room_type_name, t.name_en AS room_type_name_en, held.code AS held_type,
       p.code AS rate_plan, p.name AS rate_plan_name, p.name_en AS rate_plan_name_en, c.name AS policy_name,
       c.name_en AS policy_name_en, p.breakfasts, rr.arrival, rr.departure, rr.adults, rr.children,
       rr.infants, rr.child_ages, rr.extra_beds, rr.guest_id, coalesce(g.name, '') AS guest_name,
       coalesce(g.vip_level, '') AS vip_level,
       coalesce(g.vip_rank, 0) AS vip_rank, rr.room_id,
       r.number AS room, rr.room_fixed, rr.folio_id, f.number AS folio, rr.walk_in, rr.checked_in_at, rr.checked_out_at,
       rr.ended_on, rr.end_reason, rr.end_note,
       (SELECT coalesce(array_agg(n.night ORDER BY n.night), '{}') FROM reservations_staynight n
        WHERE n.room_reservation_id = rr.id) AS priced_nights,
       (SELECT coalesce(array_agg(n.price ORDER BY n.night), '{}') FROM reservations_staynight n
        WHERE n.room_reservation_id = rr.id) AS prices
FROM reservations_reservation v
JOIN property_hotel h ON h.id = v.hotel_id
JOIN reservations_roomreservation rr ON rr.reservation_id = v.id
JOIN property_roomtype t ON t.id = rr.priced_type_id
JOIN property_roomtype held ON held.id = rr.room_type_id
JOIN reservations_rateplan p ON p.id = rr.rate_plan_id
JOIN reservations_cancellationpolicy c ON c.id = coalesce(rr.policy_id, p.cancellation_policy_id)
LEFT JOIN guests_guest bg ON bg.id = v.guest_id
LEFT JOIN guests_organisation o ON o.id = v.organisation_id
LEFT JOIN guests_guest g ON g.id = rr.guest_id
LEFT JOIN property_room r ON r.id = rr.room_id
LEFT JOIN billing_folio f ON f.id = rr.folio_id
WHERE v.hotel_id = %(hotel)s AND {which}
ORDER BY rr.position
"""
_BY_NUMBER = _VIEW.replace("{which}", "v.number = %(key)s")
_BY_ROOM = _VIEW.replace(
    "{which}",
    "v.id = (SELECT x.reservation_id FROM reservations_roomreservation x"
    " WHERE x.id = %(key)s AND x.hotel_id = %(hotel)s)",
)
_OF_ROOM = tuple(field.name for field in fields(RoomView) if field.name != "nightly")
_OF_RESERVATION = tuple(
    field.name for field in fields(ReservationView) if field.name not in ("id", "guest_id", "guest_name", "rooms")
)


def reservation_view(*, hotel_id: int, number: str) -> ReservationView:
    """By its number. Raises NotFound, for a number of another hotel too."""
    return _view(_BY_NUMBER, hotel_id, number)


def reservation_of_room(*, hotel_id: int, room_reservation_id: int) -> ReservationView:
    """The reservation that a room reservation belongs to. Raises NotFound."""
    return _view(_BY_ROOM, hotel_id, room_reservation_id)


def room_of(*, hotel_id: int, number: str, room_reservation_id: int) -> RoomView:
    """One room of the reservation with this number. Raises NotFound when it is not one of its rooms."""
    view = reservation_view(hotel_id=hotel_id, number=number)
    for room in view.rooms:
        if room.id == room_reservation_id:
            return room
    raise NotFound


def _view(sql: str, hotel_id: int, key: str | int) -> ReservationView:
    rows = db.fetch_all(sql, {"hotel": hotel_id, "key": key})
    if not rows:
        raise NotFound
    rooms = tuple(
        RoomView(
            **{name: row[name] for name in _OF_ROOM},
            nightly=tuple(zip(row["priced_nights"], row["prices"], strict=True)),
        )
        for row in rows
    )
    head = rows[0]
    return ReservationView(
        id=head["reservation_id"], guest_id=head["booker_guest_id"], guest_name=head["booker_guest_name"], rooms=rooms,
        **{name: head[name] for name in _OF_RESERVATION},
    )  # fmt: skip


def details_of(view: ReservationView, **given: Any) -> ReservationDetails:
    """The details as they stand, with what is `given` put in; the sealed phone stays unless one is given."""
    kept: dict[str, Any] = {
        "booker_name": view.booker_name, "booker_phone": None, "guest_id": view.guest_id,
        "organisation_id": view.organisation_id, "market": view.market, "source": view.source,
        "channel": view.channel, "channel_number": view.channel_number, "guarantee": view.guarantee,
        "special_requests": tuple(view.special_requests), "remarks": view.remarks, "expected_at": view.expected_at,
    }  # fmt: skip
    return ReservationDetails(**kept | given)


@dataclass(frozen=True, slots=True)
class ReservationRow:
    """A line of the list: one room of a reservation. `room_id` is the room reservation's id, `room` the number."""

    room_id: int
    reservation_id: int
    number: str
    status: str
    booker_name: str
    guest_name: str
    room_type: str
    rate_plan: str
    room: str | None
    arrival: date
    departure: date
    adults: int
    children: int
    total: Decimal


# A text is looked for where an index answers: number, channel order, the beginning of a name or its pinyin.
_FOUND = """
WITH found AS (
    SELECT v.id FROM reservations_reservation v
    WHERE v.hotel_id = %(hotel)s AND (v.number = %(text)s OR v.channel_number = %(text)s)
    UNION
    SELECT v.id FROM reservations_reservation v
    WHERE v.hotel_id = %(hotel)s AND lower(v.booker_name) ~>=~ %(name)s AND lower(v.booker_name) ~<~ %(name_end)s
    UNION
    SELECT x.reservation_id FROM guests_guest g
    JOIN property_hotel h ON h.id = %(hotel)s AND h.group_id = g.group_id
    JOIN reservations_roomreservation x ON x.guest_id = g.id AND x.hotel_id = %(hotel)s
    WHERE (%(plain)s <> '' AND g.plain ~>=~ %(plain)s AND g.plain ~<~ %(plain_end)s)
       OR (%(pinyin)s <> '' AND g.pinyin ~>=~ %(pinyin)s AND g.pinyin ~<~ %(pinyin_end)s)
)
"""
_LIST = """
SELECT rr.id AS room_id, v.id AS reservation_id, v.number, rr.status, v.booker_name, coalesce(g.name, '') AS guest_name,
       t.code AS room_type, p.code AS rate_plan, r.number AS room, rr.arrival, rr.departure, rr.adults, rr.children,
       (SELECT coalesce(sum(n.price), 0) FROM reservations_staynight n WHERE n.room_reservation_id = rr.id) AS total
FROM reservations_roomreservation rr
JOIN reservations_reservation v ON v.id = rr.reservation_id
JOIN property_roomtype t ON t.id = rr.priced_type_id
JOIN reservations_rateplan p ON p.id = rr.rate_plan_id
LEFT JOIN guests_guest g ON g.id = rr.guest_id
LEFT JOIN property_room r ON r.id = rr.room_id
WHERE rr.hotel_id = %(hotel)s
  AND (%(status)s = '' OR rr.status = %(status)s)
  AND (%(from)s::date IS NULL OR rr.arrival >= %(from)s::date)
  AND (%(to)s::date IS NULL OR rr.arrival <= %(to)s::date)
  AND (%(after_date)s::date IS NULL OR (rr.arrival, rr.id) > (%(after_date)s::date, %(after_id)s::bigint))
"""
_AMONG = " AND rr.reservation_id IN (SELECT id FROM found)"
_ORDER = " ORDER BY rr.arrival, rr.id LIMIT %(limit)s"


def reservation_list(
    *,
    hotel_id: int,
    text: str = "",
    status: str = "",
    arrival_from: date | None = None,
    arrival_to: date | None = None,
    after: tuple[date, int] | None = None,
    limit: int = 50,
) -> list[ReservationRow]:
    """Rooms of reservations by arrival. The cursor `after` is (arrival, room_id) of the last row seen."""
    params: dict[str, Any] = {
        "hotel": hotel_id, "status": status, "from": arrival_from, "to": arrival_to, "limit": limit,
        "after_date": after[0] if after else None, "after_id": after[1] if after else 0,
    }  # fmt: skip
    sql = _LIST + _ORDER
    text = text.strip()
    if text:
        keys = name_keys(text)
        sql = _FOUND + _LIST + _AMONG + _ORDER
        params |= {
            "text": text,
            "name": text.lower(),
            "plain": keys.plain,
            "pinyin": keys.pinyin if text.isascii() else "",
        }
        params |= {f"{name}_end": _after(params[name]) for name in ("name", "plain", "pinyin")}
    return [ReservationRow(**row) for row in db.fetch_all(sql, params)]


def _after(prefix: str) -> str:
    """The smallest text behind everything that begins with `prefix`."""
    return prefix + "\U0010ffff"
