"""What hours cost, which rooms can be had for them, who is in one and how long over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from binzhi.kernel import db
from binzhi.kernel.money import ZERO
from binzhi.property.queries import HotelRef, localised
from binzhi.reservations.enums import Status

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def minute_of(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds() // 60)


def moment_of(minute: int) -> datetime:
    return EPOCH + timedelta(minutes=minute)


def at_clock(hotel: HotelRef, clock: time) -> datetime:
    """That time of the open hotel day's date on the hotel's clocks."""
    return datetime.combine(hotel.business_date, clock, ZoneInfo(hotel.timezone))


@dataclass(frozen=True, slots=True)
class Terms:
    """Between which hours rooms are sold by the hour."""

    rate_plan: str
    opens: time
    closes: time
    turnaround: int
    grace: int


_TERMS = """
SELECT p.code AS rate_plan, t.opens, t.closes, t.turnaround, t.grace
FROM reservations_dayuseterms t JOIN reservations_rateplan p ON p.id = t.rate_plan_id WHERE t.hotel_id = %s
"""


def terms_of(hotel_id: int) -> Terms | None:
    """The hotel's terms, or None: it sells no hours."""
    row = db.fetch_one(_TERMS, [hotel_id])
    return None if row is None else Terms(**row)


@dataclass(frozen=True, slots=True)
class HourPrice:
    """A block of hours in a room type."""

    room_type_id: int
    room_type: str
    name: str
    name_en: str
    hours: int
    price: Decimal
    overtime_price: Decimal

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)


_PRICES = """
SELECT d.room_type_id, t.code AS room_type, t.name, t.name_en, d.hours, d.price, d.overtime_price
FROM reservations_dayuseprice d JOIN property_roomtype t ON t.id = d.room_type_id AND t.is_active
WHERE d.hotel_id = %s ORDER BY t.position, t.code, d.hours
"""


def prices_of(hotel_id: int) -> list[HourPrice]:
    """All blocks that are sold; one statement."""
    return [HourPrice(**row) for row in db.fetch_all(_PRICES, [hotel_id])]


@dataclass(frozen=True, slots=True)
class HourRoom:
    """A vacant room that can be had for hours now; `until` is the minute by which it must be free, at the latest."""

    room_id: int
    number: str
    room_type: str
    housekeeping: str
    floor: str
    until: int


# Vacant, in order, not sealed, nobody's in these hours; tonight's guest, if the room is given, comes after it is ready.
_ROOMS = """
SELECT r.id AS room_id, r.number, t.code AS room_type, r.housekeeping, f.name AS floor,
       least(%(closes)s::bigint,
             coalesce((SELECT reservations_ready_minute(n.room_reservation_id, n.hotel_id, n.night) - %(turnaround)s
                       FROM reservations_roomnight n WHERE n.room_id = r.id AND n.night = %(day)s), %(closes)s::bigint),
             coalesce((SELECT min(u.start_minute) FROM reservations_hourlyuse u
                       WHERE u.room_id = r.id AND u.closed_at IS NULL AND u.end_minute > %(start)s), %(closes)s::bigint)
       ) AS until
FROM property_room r
JOIN property_roomtype t ON t.id = r.room_type_id
JOIN property_floor f ON f.id = r.floor_id
WHERE r.hotel_id = %(hotel)s AND r.is_active AND r.maintenance <> 'out_of_order' AND t.code = ANY (%(types)s)
  AND NOT EXISTS (SELECT 1 FROM reservations_roomreservation o WHERE o.room_id = r.id AND o.status = 'in_house')
  AND NOT EXISTS (SELECT 1 FROM property_roomseal s WHERE s.room_id = r.id AND s.broken_at IS NULL)
ORDER BY r.housekeeping = 'dirty', t.position, f.level, r.number
"""


def rooms_for_hours(*, hotel: HotelRef, terms: Terms, start: datetime) -> list[HourRoom]:
    """Vacant rooms of types that have a price, clean ones first; those with an hour at least. One statement."""
    params = {
        "hotel": hotel.pk, "day": hotel.business_date, "start": minute_of(start), "turnaround": terms.turnaround,
        "closes": minute_of(at_clock(hotel, terms.closes)),
        "types": sorted({one.room_type for one in prices_of(hotel.pk)}),
    }  # fmt: skip
    rows = [HourRoom(**row) for row in db.fetch_all(_ROOMS, params)]
    return [row for row in rows if row.until >= minute_of(start) + 60]


@dataclass(frozen=True, slots=True)
class HoursRow:
    """Hours sold on a hotel day."""

    room_reservation_id: int
    number: str
    guest_name: str
    room: str
    status: str
    starts_at: datetime
    ends_at: datetime
    hours: int
    price: Decimal
    overtime_price: Decimal

    @property
    def is_in(self) -> bool:
        return self.status == Status.IN_HOUSE

    @property
    def is_expected(self) -> bool:
        return self.status == Status.RESERVED

    def minutes_over(self, now: datetime) -> int:
        return max(minute_of(now) - minute_of(self.ends_at), 0) if self.is_in else 0


_BOARD = """
SELECT u.room_reservation_id, v.number, coalesce(g.name, v.booker_name) AS guest_name, m.number AS room, r.status,
       u.start_minute, u.end_minute, u.hours, n.price, u.overtime_price
FROM reservations_hourlyuse u
JOIN reservations_roomreservation r ON r.id = u.room_reservation_id
JOIN reservations_reservation v ON v.id = r.reservation_id
JOIN reservations_staynight n ON n.room_reservation_id = r.id
JOIN property_room m ON m.id = u.room_id
LEFT JOIN guests_guest g ON g.id = coalesce(r.guest_id, v.guest_id)
WHERE u.hotel_id = %s AND u.night = %s
ORDER BY u.closed_at IS NOT NULL, u.end_minute, m.number
"""


def hours_sold(*, hotel_id: int, day: date) -> list[HoursRow]:
    """The hours of a hotel day, those that end first first; one statement."""
    return [
        HoursRow(
            **{name: row[name] for name in row if name not in ("start_minute", "end_minute")},
            starts_at=moment_of(row["start_minute"]), ends_at=moment_of(row["end_minute"]),
        )
        for row in db.fetch_all(_BOARD, [hotel_id, day])
    ]  # fmt: skip


def is_hourly(room_reservation_id: int) -> bool:
    """Whether a stay was sold by the hour."""
    sql = "SELECT EXISTS (SELECT 1 FROM reservations_hourlyuse WHERE room_reservation_id = %s)"
    return bool(db.fetch_value(sql, [room_reservation_id]))


@dataclass(frozen=True, slots=True)
class Overtime:
    """What a guest is over the hours: minutes, hours begun beyond the grace, what they cost."""

    minutes: int
    hours: int
    amount: Decimal


_OVER = """
SELECT u.end_minute, u.overtime_price, coalesce(t.grace, 0) AS grace,
       EXISTS (SELECT 1 FROM billing_transaction b
               WHERE b.hotel_id = u.hotel_id AND b.source_key = 'overtime:' || u.room_reservation_id) AS charged
FROM reservations_hourlyuse u LEFT JOIN reservations_dayuseterms t ON t.hotel_id = u.hotel_id
WHERE u.hotel_id = %s AND u.room_reservation_id = %s
"""


def overtime_of(*, hotel_id: int, room_reservation_id: int, now: datetime) -> Overtime | None:
    """What leaving now costs on top of the hours: each hour begun, none within the grace nor twice.

    None: no hours were sold.
    """
    row = db.fetch_one(_OVER, [hotel_id, room_reservation_id])
    if row is None:
        return None
    minutes = max(minute_of(now) - row["end_minute"], 0)
    hours = -(-minutes // 60) if minutes > row["grace"] and not row["charged"] else 0
    return Overtime(minutes, hours, hours * row["overtime_price"] if hours else ZERO)
