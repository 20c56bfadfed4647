"""A house to close the day of: stays under way made through the real blocks, or thousands of them by one statement."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from binzhi.billing import ledger
from binzhi.frontdesk.night_audit import AuditResult, run_night_audit
from binzhi.kernel import db
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations import stays
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_hotel, make_rooms

# 02:00 of the next day on the hotel's clocks: when a day is closed.
NIGHT = datetime.fromisoformat("2026-11-21T18:00:00+00:00")


def close_day(hotel: TestHotel, day: date = TODAY, *, now: datetime | None = None) -> AuditResult:
    at = now or NIGHT + (day - TODAY)
    return run_night_audit(hotel_id=hotel.pk, business_date=day, actor=SYSTEM, now=at)


def reserve(hotel: TestHotel, *, nights: int = 2, **more: object) -> int:
    """A reservation of one room; the id of its room reservation."""
    made = create_reservation(
        hotel_id=hotel.pk,
        booking=booking(nights=nights, **more),
        actor=SYSTEM,
        now=NOW,  # type: ignore[arg-type]
    )
    return made.room_ids[0]


def arrive(hotel: TestHotel, stay: int, number: str, *, at: datetime = NOW) -> int:
    """In the room, with a bill; the account that room and tax go to."""
    with unit_of_work():
        held = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=stay)
        held = stays.assign(room_reservation=held, room_id=hotel.rooms[number])
        held = stays.start(room_reservation=held, now=at)
        folio = ledger.open_folio(hotel_id=hotel.pk, guest_id=held.guest_id, now=at)
        stays.set_folio(room_reservation=held, folio_id=folio.folio_id, account_id=folio.account_id)
    return folio.account_id


def leave(hotel: TestHotel, stay: int, *, at: datetime = NOW) -> None:
    with unit_of_work():
        held = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=stay)
        stays.end(room_reservation=held, now=at)


# As many rooms as one INSERT of the ORM can carry.
AT_ONCE = 3000
_FILL = """
WITH rooms AS (
    SELECT id AS room_id, room_type_id, row_number() OVER (ORDER BY id) AS n FROM property_room
    WHERE hotel_id = %(hotel)s ORDER BY id LIMIT %(rooms)s
), numbered AS MATERIALIZED (
    SELECT r.*, nextval('reservations_reservation_id_seq') AS reservation_id,
           nextval('reservations_roomreservation_id_seq') AS stay_id, nextval('billing_folio_id_seq') AS folio_id,
           nextval('billing_account_id_seq') AS account_id
    FROM rooms r
), reservations AS (
    INSERT INTO reservations_reservation (id, hotel_id, booker_name, guarantee, booked_on, created_at)
    SELECT reservation_id, %(hotel)s, '客人' || n, 'none', %(today)s, %(now)s FROM numbered
), folios AS (
    INSERT INTO billing_folio (id, hotel_id, opened_at) SELECT folio_id, %(hotel)s, %(now)s FROM numbered
), accounts AS (
    INSERT INTO billing_account (id, hotel_id, kind, folio_id, "window")
    SELECT account_id, %(hotel)s, 'folio', folio_id, 1 FROM numbered
), stays AS (
    INSERT INTO reservations_roomreservation (id, hotel_id, reservation_id, status, room_type_id, priced_type_id,
        rate_plan_id, arrival, departure, adults, room_id, folio_id, charge_account_id, checked_in_at)
    SELECT stay_id, %(hotel)s, reservation_id, 'in_house', room_type_id, room_type_id, %(plan)s, %(today)s,
        %(today)s::date + %(nights)s::int, 2, room_id, folio_id, account_id, %(now)s FROM numbered
), nights AS (
    INSERT INTO reservations_staynight (room_reservation_id, hotel_id, night, price, rate_plan_id)
    SELECT stay_id, %(hotel)s, %(today)s::date + d, 300 + (n %% 400) + (n %% 7) * 0.01, %(plan)s
    FROM numbered CROSS JOIN generate_series(0, %(nights)s::int - 1) AS d
), room_nights AS (
    INSERT INTO reservations_roomnight (room_id, night, hotel_id, room_reservation_id)
    SELECT room_id, %(today)s::date + d, %(hotel)s, stay_id
    FROM numbered CROSS JOIN generate_series(0, %(nights)s::int - 1) AS d
)
UPDATE reservations_night s SET sold = c.rooms
FROM (SELECT room_type_id, count(*) AS rooms FROM numbered GROUP BY 1) c
WHERE s.hotel_id = %(hotel)s AND s.room_type_id = c.room_type_id
  AND s.night >= %(today)s AND s.night < %(today)s::date + %(nights)s::int
"""


def full_house(rooms: int, *, nights: int = 3, **more: object) -> TestHotel:
    """A hotel whose rooms are all slept in since today, at prices that differ; the ledger is empty."""
    hotel = make_hotel(
        types={"std": min(rooms, AT_ONCE)},
        nights=nights + 1,
        booking_horizon=nights,
        with_billing=True,
        **more,  # type: ignore[arg-type]
    )
    for first in range(AT_ONCE, rooms, AT_ONCE):
        make_rooms(
            hotel_id=hotel.pk, room_type_id=hotel.room_types["std"], floor_id=hotel.floors[0], first=101 + first,
            rooms=min(AT_ONCE, rooms - first),
        )  # fmt: skip
    db.execute("UPDATE reservations_night SET rooms = %s WHERE hotel_id = %s", [rooms, hotel.pk])
    params = {
        "hotel": hotel.pk,
        "rooms": rooms,
        "today": hotel.first_night,
        "now": NOW,
        "nights": nights,
        "plan": hotel.plans["bar"],
    }
    db.execute(_FILL, params)
    return hotel


def ledger_of(hotel: TestHotel) -> list[tuple[date, str, str | None, str, int, str, Decimal]]:
    """Every line of a hotel, in a form that does not depend on the ids that a sequence happened to give."""
    found = db.fetch_all(
        "SELECT t.business_date, t.kind, t.source_key, t.description,"
        " dense_rank() OVER (ORDER BY a.id)::int AS account,"
        " a.kind AS account_kind, l.amount"
        " FROM billing_line l JOIN billing_transaction t ON t.id = l.transaction_id"
        " JOIN billing_account a ON a.id = l.account_id WHERE l.hotel_id = %s ORDER BY t.source_key, account, l.amount",
        [hotel.pk],
    )
    return [tuple(row.values()) for row in found]  # type: ignore[misc]


def books_of(hotel: TestHotel) -> list[tuple[object, ...]]:
    """As `ledger_of`, without the ids of stays: what two houses that lived the same days have in common."""
    found = db.fetch_all(
        "SELECT t.business_date, t.kind, regexp_replace(t.source_key, '(:[0-9]+)+$', '') AS source,"
        " a.kind AS side, a.code,"
        " dense_rank() OVER (ORDER BY a.id)::int AS account, l.amount"
        " FROM billing_line l JOIN billing_transaction t ON t.id = l.transaction_id"
        " JOIN billing_account a ON a.id = l.account_id WHERE l.hotel_id = %s",
        [hotel.pk],
    )
    return sorted(tuple(row.values()) for row in found)


__all__ = [
    "NIGHT", "NOW", "SYSTEM", "TODAY", "TestHotel", "arrive", "books_of", "close_day", "full_house", "leave",
    "ledger_of",
    "make_hotel", "make_rooms", "reserve", "timedelta",
]  # fmt: skip
