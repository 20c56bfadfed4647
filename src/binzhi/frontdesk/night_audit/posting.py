"""Room and tax of a night for the whole house, in one statement whatever the number of rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from binzhi.billing import ledger
from binzhi.billing.ledger import Charges
from binzhi.billing.setup import ROOM
from binzhi.kernel import db
from binzhi.kernel.money import MINOR_DIGITS
from binzhi.property.queries import localised
from binzhi.reservations.packages.queries import HAS_PARTS, PARTS_OF_NIGHT, ROOM_PART, part_codes

# The night of the day, and for guests who came after an earlier audit the nights they had agreed on before: the
# source key of the night makes each be charged once.
_NIGHTS = """
    FROM reservations_roomreservation r
    JOIN reservations_staynight n ON n.room_reservation_id = r.id AND n.night BETWEEN r.arrival AND r.departure - 1
        AND (n.night = %(day)s
             OR (n.night < %(day)s AND r.checked_in_at >= (
                 SELECT d.opened_at FROM property_businessday d WHERE d.hotel_id = %(hotel)s AND d.date = %(day)s)))
    JOIN property_room m ON m.id = r.room_id
    JOIN property_roomtype t ON t.id = r.room_type_id
"""
_IN_HOUSE = "    WHERE r.hotel_id = %(hotel)s AND r.status = 'in_house'"
_SOURCE = (
    """
    SELECT r.charge_account_id, {room_part}, 1::smallint,
           left(concat(t.name, ' ', m.number, CASE WHEN n.night < %(day)s THEN to_char(n.night, ' MM-DD') END), 120),
           'room:' || n.night || ':' || r.id
""".replace("{room_part}", ROOM_PART)
    + _NIGHTS
    + _IN_HOUSE
)
# The parts of packages that go to one charge code; parts and room of a night are exactly the price that was agreed.
_PART_SOURCE = (
    """
    SELECT r.charge_account_id, part.amount, 1::smallint,
           left(concat(part.name, ' ', m.number, CASE WHEN n.night < %(day)s THEN to_char(n.night, ' MM-DD') END), 120),
           'part:' || n.night || ':' || r.id || ':' || part.part_id
"""
    + _NIGHTS
    + f"CROSS JOIN LATERAL {PARTS_OF_NIGHT} part"
    + _IN_HOUSE
    + f" AND {HAS_PARTS} AND part.charge_code_id = %(part_code)s AND part.amount > 0"
)


def post_rooms(*, hotel_id: int, business_date: date, user_id: int | None, now: datetime) -> Charges:
    """Charge every in-house room its night, and the parts of packages to their own codes; what was charged before is
    left out. What was charged for the rooms alone.

    Raises FolioClosed, BusinessDayClosed, UnknownChargeCode.
    """
    of: dict[str, Any] = {"hotel_id": hotel_id, "user_id": user_id, "now": now}
    posted = ledger.charge_each(charge_code=ROOM, source=_SOURCE, params={"day": business_date}, **of)
    for code_id, code in part_codes(hotel_id):
        ledger.charge_each(
            charge_code=code, source=_PART_SOURCE, params={"day": business_date, "part_code": code_id}, **of
        )
    return posted


@dataclass(frozen=True, slots=True)
class Planned:
    """A group of rooms of the preview: what they will be charged. `late` counts nights of earlier days."""

    room_type: str
    room_type_en: str
    rate_plan: str
    rate_plan_en: str
    rooms: int
    late: int
    gross: Decimal
    net: Decimal

    @property
    def tax(self) -> Decimal:
        return self.gross - self.net

    @property
    def type_label(self) -> str:
        return localised(self.room_type, self.room_type_en)

    @property
    def plan_label(self) -> str:
        return localised(self.rate_plan, self.rate_plan_en)


_PLANNED = (
    """
SELECT t.name AS room_type, t.name_en AS room_type_en, p.name AS rate_plan, p.name_en AS rate_plan_en,
       count(*) FILTER (WHERE n.night = %(day)s) AS rooms, count(*) FILTER (WHERE n.night < %(day)s) AS late,
       sum(CASE WHEN h.inclusive THEN x.price ELSE x.price + round(x.price * c.tax_rate, h.digits) END) AS gross,
       sum(CASE WHEN h.inclusive THEN round(x.price / (1 + c.tax_rate), h.digits) ELSE x.price END) AS net
{nights}
    CROSS JOIN LATERAL (SELECT {room_part} AS price) x
    JOIN reservations_rateplan p ON p.id = n.rate_plan_id
    JOIN (SELECT id, prices_include_tax AS inclusive, CASE WHEN currency = ANY(%(whole)s) THEN 0 ELSE 2 END AS digits
          FROM property_hotel) h ON h.id = r.hotel_id
    JOIN billing_chargecode c ON c.hotel_id = r.hotel_id AND c.code = %(code)s
{in_house}
      AND NOT EXISTS (SELECT 1 FROM billing_transaction x
                      WHERE x.hotel_id = r.hotel_id AND x.source_key = 'room:' || n.night || ':' || r.id)
GROUP BY t.name, t.name_en, t.position, p.name, p.name_en, p.position ORDER BY t.position, p.position
""".replace("{nights}", _NIGHTS)
    .replace("{in_house}", _IN_HOUSE)
    .replace("{room_part}", ROOM_PART)
)


def planned_rooms(*, hotel_id: int, business_date: date) -> list[Planned]:
    """What the audit would post now, by room type and rate plan."""
    whole = [currency for currency, digits in MINOR_DIGITS.items() if digits == 0]
    params: dict[str, Any] = {"hotel": hotel_id, "day": business_date, "code": ROOM, "whole": whole}
    return [Planned(**row) for row in db.fetch_all(_PLANNED, params)]


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """Parts of packages of the preview: what one charge code will get."""

    code: str
    name: str
    name_en: str
    count: int
    gross: Decimal
    net: Decimal

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)


_PLANNED_PARTS = """
SELECT c.code, c.name, c.name_en, count(*) AS count,
       sum(CASE WHEN h.inclusive THEN part.amount ELSE part.amount + round(part.amount * c.tax_rate, h.digits) END)
           AS gross,
       sum(CASE WHEN h.inclusive THEN round(part.amount / (1 + c.tax_rate), h.digits) ELSE part.amount END) AS net
{nights}
    CROSS JOIN LATERAL {parts} part
    JOIN (SELECT id, prices_include_tax AS inclusive, CASE WHEN currency = ANY(%(whole)s) THEN 0 ELSE 2 END AS digits
          FROM property_hotel) h ON h.id = r.hotel_id
    JOIN billing_chargecode c ON c.id = part.charge_code_id
{in_house}
      AND {has_parts} AND part.amount > 0
      AND NOT EXISTS (SELECT 1 FROM billing_transaction x WHERE x.hotel_id = r.hotel_id
                      AND x.source_key = 'part:' || n.night || ':' || r.id || ':' || part.part_id)
GROUP BY c.code, c.name, c.name_en ORDER BY c.code
""".replace("{nights}", _NIGHTS).replace("{in_house}", _IN_HOUSE)
_PLANNED_PARTS = _PLANNED_PARTS.replace("{parts}", PARTS_OF_NIGHT).replace("{has_parts}", HAS_PARTS)


def planned_parts(*, hotel_id: int, business_date: date) -> list[PlannedPart]:
    """What parts of packages the audit would post now, by charge code."""
    whole = [currency for currency, digits in MINOR_DIGITS.items() if digits == 0]
    params: dict[str, Any] = {"hotel": hotel_id, "day": business_date, "whole": whole}
    return [PlannedPart(**row) for row in db.fetch_all(_PLANNED_PARTS, params)]
