"""Arrivals of a day: who is to come, who came, in which room, and what is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from binzhi.frontdesk.queries.board import (
    COMMON,
    GUEST_COLUMNS,
    BoardFilter,
    BoardRow,
    Page,
    page_of,
    paged,
    parameters,
)
from binzhi.kernel import db
from binzhi.property.queries import HotelRef

# Expected at the time told; without one an unguaranteed reservation is held until the hotel's hold time.
_DUE_AT = "coalesce(v.expected_at, CASE WHEN v.guarantee = 'none' THEN %(hold_until)s::time END)"
_LATE = f"""
CASE WHEN rr.status <> 'reserved' THEN 0
     WHEN rr.arrival + coalesce({_DUE_AT}, time '23:59:59') < %(local_now)s::timestamp
     THEN greatest(1, (extract(epoch FROM %(local_now)s::timestamp
                       - (rr.arrival + coalesce({_DUE_AT}, time '23:59:59'))) / 60)::int)
     ELSE 0 END
"""
_FROM = """
FROM reservations_roomreservation rr
JOIN reservations_reservation v ON v.id = rr.reservation_id
JOIN property_roomtype t ON t.id = rr.room_type_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
LEFT JOIN guests_organisation o ON o.id = v.organisation_id
LEFT JOIN property_room rm ON rm.id = rr.room_id
LEFT JOIN property_floor f ON f.id = rm.floor_id
LEFT JOIN reservations_roomreservation sleeper
       ON sleeper.room_id = rr.room_id AND sleeper.status = 'in_house' AND sleeper.id <> rr.id
"""
# Yesterday's guests who never came stay on today's list until the night audit or a clerk settles them.
_OF_DAY = """
WHERE rr.hotel_id = %(hotel)s
  AND (rr.arrival = %(day)s OR (rr.arrival < %(day)s AND rr.status = 'reserved' AND %(day)s = %(business_date)s))
"""
_READY = """
(rm.id IS NOT NULL AND sleeper.id IS NULL AND rm.maintenance = 'in_service'
 AND (rm.housekeeping = 'inspected' OR (rm.housekeeping = 'clean' AND NOT %(inspection)s::boolean)))
"""
_STATUS = """
  AND CASE %(status)s::text
      WHEN 'all' THEN true
      WHEN 'arrived' THEN rr.status IN ('in_house', 'checked_out')
      WHEN 'cancelled' THEN rr.status = 'cancelled'
      WHEN 'no_show' THEN rr.status = 'no_show'
      ELSE rr.status = 'reserved' END
"""
_ROOM = f"""
  AND CASE %(room)s::text
      WHEN 'none' THEN rr.room_id IS NULL
      WHEN 'waiting' THEN rr.room_id IS NOT NULL AND NOT {_READY}
      WHEN 'ready' THEN {_READY}
      WHEN 'late' THEN {_LATE} > 0
      ELSE true END
"""
_ROWS = f"""
SELECT rr.id, rr.reservation_id, v.number, rr.status, rr.arrival, rr.departure, rr.adults, rr.children, rr.infants,
       {GUEST_COLUMNS}, t.code AS type_code, t.name AS type_name, t.name_en AS type_name_en,
       coalesce(rm.number, '') AS room, coalesce(f.name, '') AS floor, {_LATE} AS late_minutes,
       v.expected_at, v.guarantee, v.special_requests, v.remarks <> '' AS has_remarks, rr.walk_in,
       rr.checked_in_at, coalesce(rr.room_id, 0) AS room_id,
       CASE WHEN rm.id IS NULL THEN ''
            WHEN sleeper.id IS NOT NULL THEN CASE WHEN rm.housekeeping = 'dirty' THEN 'od' ELSE 'oc' END
            WHEN rm.maintenance = 'out_of_order' THEN 'ooo' WHEN rm.maintenance = 'out_of_service' THEN 'oos'
            WHEN rm.housekeeping = 'dirty' THEN 'vd' ELSE 'vc' END AS room_state,
       {_READY} AS room_ready,
       (SELECT coalesce(sum(n.price), 0) FROM reservations_staynight n WHERE n.room_reservation_id = rr.id) AS price,
       (SELECT coalesce(-sum(a.balance), 0) FROM billing_account a
        WHERE a.folio_id = rr.folio_id AND a.kind = 'deposit') AS deposit,
       count(*) OVER () AS matching, sum(rr.adults) OVER () AS all_adults,
       sum(rr.children + rr.infants) OVER () AS all_minors
{_FROM} {_OF_DAY} {_STATUS} {_ROOM} {COMMON}
"""  # noqa: S608  (constants)
_COUNTS = f"""
SELECT count(*) FILTER (WHERE rr.status = 'reserved') AS due,
       count(*) FILTER (WHERE rr.status IN ('in_house', 'checked_out')) AS arrived,
       count(*) FILTER (WHERE rr.status = 'cancelled') AS cancelled,
       count(*) FILTER (WHERE rr.status = 'no_show') AS no_show,
       count(*) AS all,
       count(*) FILTER (WHERE rr.status = 'reserved' AND rr.room_id IS NULL) AS none,
       count(*) FILTER (WHERE rr.status = 'reserved' AND rr.room_id IS NOT NULL AND NOT {_READY}) AS waiting,
       count(*) FILTER (WHERE rr.status = 'reserved' AND {_LATE} > 0) AS late,
       count(*) FILTER (WHERE rr.status = 'reserved' AND coalesce(g.vip_level, '') <> '') AS vip
{_FROM} {_OF_DAY}
"""
# The room in which the guest is already, under the booking before.
_MORE = """
, coalesce((SELECT m.number FROM reservations_roomreservation s JOIN property_room m ON m.id = s.room_id
            WHERE s.id = frontdesk_stay_before(x.id) AND s.status IN ('in_house', 'checked_out')), '') AS stays_in
"""
_LATE_FIRST = "late_minutes DESC, coalesce(expected_at, %(check_in_time)s::time), vip_level = '', id"
_ORDERS = {
    "time": "coalesce(expected_at, %(check_in_time)s::time)",
    "name": "name_key",
    "number": "number",
    "room": "nullif(room, '')",
    "type": "type_position",
    "nights": "departure - arrival",
    "price": "price",
}
_TOTALS = ("all_adults", "all_minors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival(BoardRow):
    """One room that arrives. `late_minutes` counts from the expected time or, unguaranteed, from the hold time."""

    expected_at: time | None
    guarantee: str
    special_requests: Sequence[str]
    has_remarks: bool
    walk_in: bool
    checked_in_at: datetime | None
    room_id: int
    room_state: str
    room_ready: bool
    price: Decimal
    deposit: Decimal
    stays_in: str = ""

    @property
    def is_due(self) -> bool:
        return self.status == "reserved"


def arrivals(*, hotel: HotelRef, day: date, now: datetime, filters: BoardFilter) -> Page[Arrival]:
    """One page of the arrivals of a day, in one statement; what is late comes first unless sorted otherwise."""
    statement = paged(_ROWS, orders=_ORDERS, asked=filters.sort, default=_LATE_FIRST, more=_MORE)
    found = db.fetch_all(statement, parameters(hotel=hotel, day=day, now=now, filters=filters))
    return page_of(found, Arrival, filters=filters, totals=_TOTALS)


def arrival_counts(*, hotel: HotelRef, day: date, now: datetime) -> Mapping[str, int]:
    """How many of the day's arrivals stand under each filter, whatever is filtered now."""
    counts = db.fetch_one(_COUNTS, parameters(hotel=hotel, day=day, now=now, filters=BoardFilter()))
    return counts or {}
