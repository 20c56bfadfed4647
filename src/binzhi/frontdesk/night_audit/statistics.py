"""The figures of a day, written once by its audit and never changed: corrections are postings of a later day."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from binzhi.kernel import db
from binzhi.kernel.money import ZERO


@dataclass(frozen=True, slots=True)
class Figures:
    """A closed day. Money net of tax; `payments` is what came in by all means, refunds taken off.

    `sold` are the rooms slept in, `comp` and `house_use` those of them that cost nothing by leave; `day_uses` had no
    night. `room_revenue` holds that of day uses, not the fees of who did not come.
    """

    rooms: int
    out_of_order: int
    sold: int
    guests: int
    arrivals: int
    walk_ins: int
    departures: int
    cancellations: int
    no_shows: int
    room_revenue: Decimal
    other_revenue: Decimal
    tax: Decimal
    payments: Decimal
    comp: int = 0
    house_use: int = 0
    day_uses: int = 0
    day_use_revenue: Decimal = ZERO
    no_show_revenue: Decimal = ZERO

    @property
    def paid(self) -> int:
        """Rooms slept in and paid for: S of the register of figures."""
        return self.sold - self.comp - self.house_use

    @property
    def night_revenue(self) -> Decimal:
        """Room revenue of nights; day uses are told apart."""
        return self.room_revenue - self.day_use_revenue

    @property
    def available(self) -> int:
        return self.rooms - self.out_of_order

    @property
    def occupancy(self) -> Decimal:
        """Rooms slept in and paid for per room that could be sold, in per cent."""
        return Decimal(100 * self.paid) / self.available if self.available else ZERO

    @property
    def average_rate(self) -> Decimal:
        """Per room paid for; who sleeps for nothing and who has the room for hours are not counted."""
        return self.night_revenue / self.paid if self.paid else ZERO

    @property
    def revenue_per_room(self) -> Decimal:
        return self.night_revenue / self.available if self.available else ZERO


# Each branch of `stays` on its own index: in house, ended on the day. The lines of the day are told apart by small
# hashed sets, not by joins: planned from statistics taken before the audit posted, joins would look up every line.
_WRITE = """
WITH house AS (
    SELECT coalesce(sum(rooms), 0) AS rooms, coalesce(sum(out_of_order), 0) AS out_of_order
    FROM reservations_night WHERE night = %(day)s AND hotel_id = %(hotel)s
), stays AS (
    SELECT status, arrival, departure, walk_in, adults + children + infants AS guests
    FROM reservations_roomreservation WHERE hotel_id = %(hotel)s AND status = 'in_house'
    UNION ALL
    SELECT status, arrival, departure, walk_in, 0
    FROM reservations_roomreservation
    WHERE hotel_id = %(hotel)s AND ended_on = %(day)s AND status IN ('checked_out', 'cancelled', 'no_show')
), counted AS (
    SELECT count(*) FILTER (WHERE status = 'in_house' AND departure > %(day)s) AS sold,
           coalesce(sum(guests) FILTER (WHERE status = 'in_house' AND departure > %(day)s), 0) AS guests,
           count(*) FILTER (WHERE status IN ('in_house', 'checked_out') AND arrival = %(day)s) AS arrivals,
           count(*) FILTER (WHERE status IN ('in_house', 'checked_out') AND arrival = %(day)s AND walk_in) AS walk_ins,
           count(*) FILTER (WHERE status = 'checked_out') AS departures,
           count(*) FILTER (WHERE status = 'cancelled') AS cancellations,
           count(*) FILTER (WHERE status = 'no_show') AS no_shows,
           count(*) FILTER (WHERE status = 'checked_out' AND arrival = %(day)s) AS day_uses
    FROM stays
), given AS (
    SELECT count(DISTINCT f.room_reservation_id) FILTER (WHERE f.kind = 'comp') AS comp,
           count(DISTINCT f.room_reservation_id) FILTER (WHERE f.kind = 'house') AS house_use
    FROM (SELECT DISTINCT ON (f.room_reservation_id) f.room_reservation_id, f.kind FROM frontdesk_freeroom f
          WHERE f.hotel_id = %(hotel)s AND f.first <= %(day)s AND f.until > %(day)s
            AND (f.state = 'approved' OR (f.state = 'ended' AND f.ended_on > %(day)s))
          ORDER BY f.room_reservation_id, f.id DESC) f
    JOIN reservations_roomreservation r ON r.id = f.room_reservation_id AND r.status = 'in_house'
        AND r.departure > %(day)s
    JOIN reservations_staynight n ON n.room_reservation_id = r.id AND n.night = %(day)s AND n.price = 0
), books AS (
    SELECT id, kind FROM billing_account WHERE hotel_id = %(hotel)s AND folio_id IS NULL
), rooms AS (
    SELECT id FROM billing_chargecode WHERE hotel_id = %(hotel)s AND "group" = 'room'
), day_use AS (
    SELECT id FROM billing_chargecode WHERE hotel_id = %(hotel)s AND code = '1030'
), missed AS (
    SELECT id FROM billing_chargecode WHERE hotel_id = %(hotel)s AND code = '8020'
), others AS (
    SELECT id FROM billing_chargecode WHERE hotel_id = %(hotel)s AND "group" <> 'room'
), revenue AS (SELECT id FROM books WHERE kind = 'revenue'
), tax AS (SELECT id FROM books WHERE kind = 'tax'
), means AS (SELECT id FROM books WHERE kind = 'means'
), money AS (
    SELECT coalesce(-sum(l.amount) FILTER (
               WHERE l.account_id IN (TABLE revenue) AND t.charge_code_id IN (TABLE rooms)), 0) AS room_revenue,
           coalesce(-sum(l.amount) FILTER (
               WHERE l.account_id IN (TABLE revenue) AND t.charge_code_id IN (TABLE others)), 0) AS other_revenue,
           coalesce(-sum(l.amount) FILTER (
               WHERE l.account_id IN (TABLE revenue) AND t.charge_code_id IN (TABLE day_use)), 0) AS day_use_revenue,
           coalesce(-sum(l.amount) FILTER (
               WHERE l.account_id IN (TABLE revenue) AND t.charge_code_id IN (TABLE missed)), 0) AS no_show_revenue,
           coalesce(-sum(l.amount) FILTER (WHERE l.account_id IN (TABLE tax)), 0) AS tax,
           coalesce(sum(l.amount) FILTER (WHERE l.account_id IN (TABLE means)), 0) AS payments
    FROM billing_transaction t
    JOIN billing_line l ON l.transaction_id = t.id
    WHERE t.hotel_id = %(hotel)s AND t.business_date = %(day)s
)
INSERT INTO frontdesk_daystatistics (hotel_id, business_date, rooms, out_of_order, sold, guests, arrivals, walk_ins,
    departures, cancellations, no_shows, room_revenue, other_revenue, tax, payments, comp, house_use, day_uses,
    day_use_revenue, no_show_revenue, created_at)
SELECT %(hotel)s, %(day)s, house.rooms, house.out_of_order, counted.sold, counted.guests, counted.arrivals,
    counted.walk_ins, counted.departures, counted.cancellations, counted.no_shows, money.room_revenue,
    money.other_revenue, money.tax, money.payments, given.comp, given.house_use, counted.day_uses,
    money.day_use_revenue, money.no_show_revenue, %(now)s
FROM house, counted, money, given
RETURNING rooms, out_of_order, sold, guests, arrivals, walk_ins, departures, cancellations, no_shows, room_revenue,
    other_revenue, tax, payments, comp, house_use, day_uses, day_use_revenue, no_show_revenue
"""
COLUMNS = tuple(field.name for field in fields(Figures))
_READ = f"""
SELECT {", ".join(COLUMNS)} FROM frontdesk_daystatistics WHERE hotel_id = %s AND business_date = %s
"""  # noqa: S608  (constants)


def write_figures(*, hotel_id: int, business_date: date, now: datetime) -> Figures:
    """Write the day's row; a second one is refused by the database."""
    row = db.fetch_one(_WRITE, {"hotel": hotel_id, "day": business_date, "now": now})
    assert row is not None
    return Figures(**row)


def figures_of(*, hotel_id: int, business_date: date) -> Figures | None:
    """The figures of a closed day, or None."""
    row = db.fetch_one(_READ, [hotel_id, business_date])
    return None if row is None else Figures(**row)
