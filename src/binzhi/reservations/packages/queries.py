"""What rates contain, and what of a stay's price is which part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from binzhi.kernel import db
from binzhi.property.queries import localised
from binzhi.reservations.enums import PartPer, PartWhen


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part of a rate as it is sold now."""

    plan_id: int
    plan: str
    charge_code: str
    code_name: str
    name: str
    name_en: str
    per: str
    frequency: str
    amount: Decimal
    child_amount: Decimal

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)

    @property
    def per_label(self) -> str:
        return str(PartPer(self.per).label)

    @property
    def frequency_label(self) -> str:
        return str(PartWhen(self.frequency).label)


_PARTS = """
SELECT p.id AS plan_id, p.code AS plan, c.code AS charge_code, c.name AS code_name, k.name, k.name_en, k.per,
       k.frequency, k.amount, k.child_amount
FROM reservations_packagepart k
JOIN reservations_rateplan p ON p.id = k.rate_plan_id AND p.is_active
JOIN billing_chargecode c ON c.id = k.charge_code_id
WHERE k.hotel_id = %s AND k.ended_at IS NULL AND (%s = '' OR p.code = %s)
ORDER BY p.position, p.code, k.position, k.id
"""


def parts_of(hotel_id: int, rate_plan: str = "") -> list[PartRow]:
    """What the rates of a hotel contain (or one of them), in the order of posting; one statement."""
    return [PartRow(**row) for row in db.fetch_all(_PARTS, [hotel_id, rate_plan, rate_plan])]


# The charge codes that the night audit posts parts to: few, and those of parts that have ended too.
_CODES = """
SELECT DISTINCT c.id, c.code FROM reservations_packagepart k JOIN billing_chargecode c ON c.id = k.charge_code_id
WHERE k.hotel_id = %s ORDER BY c.code
"""


def part_codes(hotel_id: int) -> list[tuple[int, str]]:
    """(id, code) of every charge code to which parts of packages were ever posted."""
    return [(row["id"], row["code"]) for row in db.fetch_all(_CODES, [hotel_id])]


@dataclass(frozen=True, slots=True)
class NightPart:
    """What of the price of a night is a part."""

    night: date
    name: str
    amount: Decimal


# Of a night `n` of a room reservation `r`: its parts, and what is left of the price for the room. Rates that never had
# a part are told by a set that is looked up: in a house without packages nothing more is read for a night.
PARTS_OF_NIGHT = "reservations_parts(n.rate_plan_id, n.price, n.agreed_at, r.adults, r.children, n.night = r.arrival)"
HAS_PARTS = "n.rate_plan_id IN (SELECT k.rate_plan_id FROM reservations_packagepart k WHERE k.hotel_id = %(hotel)s)"
ROOM_PART = f"""CASE WHEN {HAS_PARTS}
    THEN n.price - coalesce((SELECT sum(part.amount) FROM {PARTS_OF_NIGHT} part), 0) ELSE n.price END"""  # noqa: S608  (constants)
_OF_STAY = f"""
SELECT n.night, part.name, part.amount
FROM reservations_roomreservation r
JOIN reservations_staynight n ON n.room_reservation_id = r.id
CROSS JOIN LATERAL {PARTS_OF_NIGHT} part
WHERE r.hotel_id = %s AND r.id = %s AND part.amount > 0
ORDER BY n.night, part.part_id
"""  # noqa: S608  (constants)


def parts_of_stay(*, hotel_id: int, room_reservation_id: int) -> list[NightPart]:
    """The parts of every night of a stay as they are posted; the room has the rest of each price."""
    return [NightPart(**row) for row in db.fetch_all(_OF_STAY, [hotel_id, room_reservation_id])]
