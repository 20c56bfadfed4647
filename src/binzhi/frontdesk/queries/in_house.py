"""Who sleeps in the house, and who leaves today: both lists stand on the stays in house and their bills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
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

# Late from the hotel's check-out time of the departure day on; who came for the day has the day.
_OUT_BY = "(rr.departure + CASE WHEN rr.arrival = rr.departure THEN time '24:00' ELSE %(check_out_time)s::time END)"
LATE = f"""
CASE WHEN rr.status <> 'in_house' THEN 0
     WHEN {_OUT_BY} < %(local_now)s::timestamp AND rr.departure <= %(business_date)s
     THEN greatest(1, (extract(epoch FROM %(local_now)s::timestamp - {_OUT_BY}) / 60)::int)
     ELSE 0 END
"""
_FROM = """
FROM reservations_roomreservation rr
JOIN reservations_reservation v ON v.id = rr.reservation_id
JOIN property_roomtype t ON t.id = rr.room_type_id
JOIN property_room rm ON rm.id = rr.room_id
JOIN property_floor f ON f.id = rm.floor_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
LEFT JOIN guests_organisation o ON o.id = v.organisation_id
LEFT JOIN LATERAL (
    SELECT sum(a.balance) FILTER (WHERE a.kind = 'folio') AS balance,
           -sum(a.balance) FILTER (WHERE a.kind = 'deposit') AS deposit
    FROM billing_account a WHERE a.folio_id = rr.folio_id
) money ON true
LEFT JOIN billing_folio folio ON folio.id = rr.folio_id
"""
_COLUMNS = f"""
SELECT rr.id, rr.reservation_id, v.number, rr.status, rr.arrival, rr.departure, rr.adults, rr.children, rr.infants,
       {GUEST_COLUMNS}, t.code AS type_code, t.name AS type_name, t.name_en AS type_name_en,
       rm.number AS room, f.name AS floor, {LATE} AS late_minutes,
       rr.checked_in_at, rr.checked_out_at, rm.do_not_disturb,
       CASE WHEN rr.status <> 'in_house' THEN CASE WHEN rm.housekeeping = 'dirty' THEN 'vd' ELSE 'vc' END
            WHEN rm.housekeeping = 'dirty' THEN 'od' ELSE 'oc' END AS room_state,
       coalesce(money.balance, 0) AS balance, coalesce(money.deposit, 0) AS deposit,
       coalesce(folio.number, '') AS folio_number,
       EXISTS (SELECT 1 FROM frontdesk_partyroom p WHERE p.room_reservation_id = rr.id AND p.parted_at IS NULL)
           AS is_joined,
       coalesce((SELECT n.price FROM reservations_staynight n
                 WHERE n.room_reservation_id = rr.id AND n.night <= %(business_date)s
                 ORDER BY n.night DESC LIMIT 1), 0) AS price,
       count(*) OVER () AS matching, sum(rr.adults) OVER () AS all_adults,
       sum(rr.children + rr.infants) OVER () AS all_minors,
       sum(coalesce(money.balance, 0)) OVER () AS all_balance, sum(coalesce(money.deposit, 0)) OVER () AS all_deposit
{_FROM}
WHERE rr.hotel_id = %(hotel)s
"""  # noqa: S608  (constants)
_IN_HOUSE = f"""
{_COLUMNS} AND rr.status = 'in_house'
  AND CASE %(status)s::text
      WHEN 'due_out' THEN rr.departure <= %(business_date)s
      WHEN 'arrived' THEN rr.arrival = %(business_date)s
      WHEN 'staying' THEN rr.departure > %(business_date)s
      WHEN 'owing' THEN coalesce(money.balance, 0) > 0
      WHEN 'dnd' THEN rm.do_not_disturb
      ELSE true END
{COMMON}
"""
_DEPARTURES = f"""
{_COLUMNS}
  AND CASE %(status)s::text
      WHEN 'left' THEN rr.status = 'checked_out' AND rr.ended_on = %(day)s
      WHEN 'all' THEN (rr.status = 'in_house' AND (rr.departure = %(day)s
                       OR rr.departure < %(day)s AND %(day)s = %(business_date)s))
                   OR (rr.status = 'checked_out' AND rr.ended_on = %(day)s)
      WHEN 'owing' THEN rr.status = 'in_house' AND (rr.departure = %(day)s
                   OR rr.departure < %(day)s AND %(day)s = %(business_date)s) AND coalesce(money.balance, 0) <> 0
      WHEN 'late' THEN rr.status = 'in_house' AND {LATE} > 0
      ELSE rr.status = 'in_house' AND (rr.departure = %(day)s
           OR rr.departure < %(day)s AND %(day)s = %(business_date)s) END
{COMMON}
"""
_IN_HOUSE_COUNTS = f"""
SELECT count(*) AS all,
       count(*) FILTER (WHERE rr.departure <= %(business_date)s) AS due_out,
       count(*) FILTER (WHERE rr.arrival = %(business_date)s) AS arrived,
       count(*) FILTER (WHERE rr.departure > %(business_date)s) AS staying,
       count(*) FILTER (WHERE coalesce(money.balance, 0) > 0) AS owing,
       count(*) FILTER (WHERE rm.do_not_disturb) AS dnd,
       count(*) FILTER (WHERE coalesce(g.vip_level, '') <> '') AS vip
{_FROM}
WHERE rr.hotel_id = %(hotel)s AND rr.status = 'in_house'
"""
_DEPARTURE_COUNTS = f"""
SELECT count(*) AS all,
       count(*) FILTER (WHERE rr.status = 'in_house') AS due,
       count(*) FILTER (WHERE rr.status = 'checked_out') AS left,
       count(*) FILTER (WHERE rr.status = 'in_house' AND coalesce(money.balance, 0) <> 0) AS owing,
       count(*) FILTER (WHERE {LATE} > 0) AS late,
       count(*) FILTER (WHERE rr.status = 'in_house' AND coalesce(g.vip_level, '') <> '') AS vip
{_FROM}
WHERE rr.hotel_id = %(hotel)s
  AND ((rr.status = 'in_house' AND (rr.departure = %(day)s
        OR rr.departure < %(day)s AND %(day)s = %(business_date)s))
       OR (rr.status = 'checked_out' AND rr.ended_on = %(day)s))
"""
# The booking under which the guest stays on.
_MORE = """
, coalesce(frontdesk_stay_after(x.id), 0) AS next_id,
coalesce((SELECT v.number FROM reservations_roomreservation n JOIN reservations_reservation v ON v.id = n.reservation_id
          WHERE n.id = frontdesk_stay_after(x.id)), '') AS stays_on
"""
_BY_ROOM = "late_minutes DESC, room, id"
_LATE_FIRST = "late_minutes DESC, status = 'checked_out', room, id"
_ORDERS = {
    "room": "room",
    "name": "name_key",
    "type": "type_position",
    "arrival": "arrival",
    "departure": "departure",
    "nights": "departure - arrival",
    "price": "price",
    "balance": "balance",
    "number": "number",
}
_TOTALS = ("all_adults", "all_minors", "all_balance", "all_deposit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay(BoardRow):
    """One room in the house or just left. `late_minutes` counts from check-out time of the departure day."""

    checked_in_at: datetime | None
    checked_out_at: datetime | None
    do_not_disturb: bool
    room_state: str
    balance: Decimal
    deposit: Decimal
    folio_number: str
    is_joined: bool
    price: Decimal
    next_id: int = 0
    stays_on: str = ""

    @property
    def has_left(self) -> bool:
        return self.status == "checked_out"


def night_of(*, arrival: date, departure: date, business_date: date) -> tuple[int, int]:
    """Which night of how many: (3, 4). On the day of departure the last one."""
    nights = (departure - arrival).days
    return min(max((business_date - arrival).days + 1, 1), max(nights, 1)), nights


def in_house(*, hotel: HotelRef, now: datetime, filters: BoardFilter) -> Page[Stay]:
    """One page of the guests in house, in one statement."""
    statement = paged(_IN_HOUSE, orders=_ORDERS, asked=filters.sort, default=_BY_ROOM, more=_MORE)
    found = db.fetch_all(statement, parameters(hotel=hotel, day=hotel.business_date, now=now, filters=filters))
    return page_of(found, Stay, filters=filters, totals=_TOTALS)


def in_house_counts(*, hotel: HotelRef, now: datetime) -> Mapping[str, int]:
    """How many stays stand under each filter, whatever is filtered now."""
    given = parameters(hotel=hotel, day=hotel.business_date, now=now, filters=BoardFilter())
    return db.fetch_one(_IN_HOUSE_COUNTS, given) or {}


def departures(*, hotel: HotelRef, day: date, now: datetime, filters: BoardFilter) -> Page[Stay]:
    """One page of the departures of a day, in one statement; who should have left comes first."""
    statement = paged(_DEPARTURES, orders=_ORDERS, asked=filters.sort, default=_LATE_FIRST, more=_MORE)
    found = db.fetch_all(statement, parameters(hotel=hotel, day=day, now=now, filters=filters))
    return page_of(found, Stay, filters=filters, totals=_TOTALS)


def departure_counts(*, hotel: HotelRef, day: date, now: datetime) -> Mapping[str, int]:
    """How many of the day's departures stand under each filter."""
    return db.fetch_one(_DEPARTURE_COUNTS, parameters(hotel=hotel, day=day, now=now, filters=BoardFilter())) or {}
