"""What extra beds and children cost, as data and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from binzhi.kernel import db
from binzhi.reservations.enums import BandKind


@dataclass(frozen=True, slots=True)
class Band:
    """Children of these ages; both are included."""

    from_age: int
    until_age: int
    kind: str
    amount: Decimal

    @property
    def kind_label(self) -> str:
        return str(BandKind(self.kind).label)


@dataclass(frozen=True, slots=True)
class ExtrasRow:
    """What a rate itself says; without a word of its own it has what its parent says."""

    plan: str
    bed_price: Decimal | None
    most_beds: int
    bands: tuple[Band, ...]


_EXTRAS = """
SELECT p.code AS plan, e.bed_price, coalesce(e.most_beds, 1) AS most_beds,
       ARRAY(SELECT concat_ws(' ', b.from_age, b.until_age, b.kind, b.amount) FROM reservations_childband b
             WHERE b.rate_plan_id = p.id ORDER BY b.from_age) AS bands
FROM reservations_rateplan p LEFT JOIN reservations_planextra e ON e.rate_plan_id = p.id
WHERE p.hotel_id = %s AND p.is_active AND (%s = '' OR p.code = %s) ORDER BY p.position, p.code
"""


def extras_of(hotel_id: int, rate_plan: str = "") -> list[ExtrasRow]:
    """By active rate (or one of them): extra beds and children's ages; one statement."""
    rows = db.fetch_all(_EXTRAS, [hotel_id, rate_plan, rate_plan])
    return [ExtrasRow(row["plan"], row["bed_price"], row["most_beds"], _bands(row["bands"])) for row in rows]


def _bands(texts: Sequence[str]) -> tuple[Band, ...]:
    parts = [text.split(" ") for text in texts]
    return tuple(Band(int(first), int(last), kind, Decimal(amount)) for first, last, kind, amount in parts)


@dataclass(frozen=True, slots=True)
class ExtraLine:
    """What one child or the extra beds add to each night. `age` is None for beds; `kind` empty without a price."""

    age: int | None
    beds: int
    kind: str
    amount: Decimal | None

    @property
    def kind_label(self) -> str:
        return str(BandKind(self.kind).label) if self.kind else ""


_LINES = """
SELECT a.age, 0 AS beds, coalesce(b.kind, '') AS kind, b.amount
FROM reservations_rateplan p CROSS JOIN unnest(%(ages)s::smallint[]) WITH ORDINALITY AS a (age, place)
LEFT JOIN reservations_childband b ON a.age BETWEEN b.from_age AND b.until_age
 AND b.rate_plan_id = coalesce(
     (SELECT o.rate_plan_id FROM reservations_childband o WHERE o.rate_plan_id = p.id LIMIT 1), p.parent_id)
WHERE p.hotel_id = %(hotel)s AND p.code = %(plan)s
UNION ALL
(SELECT NULL, %(beds)s, 'bed', e.bed_price * %(beds)s
 FROM reservations_rateplan p JOIN reservations_planextra e ON e.rate_plan_id IN (p.id, p.parent_id)
 WHERE p.hotel_id = %(hotel)s AND p.code = %(plan)s AND %(beds)s > 0
 ORDER BY e.rate_plan_id = p.id DESC LIMIT 1)
"""


def explained(*, hotel_id: int, rate_plan: str, child_ages: Sequence[int], extra_beds: int) -> list[ExtraLine]:
    """Each child and the extra beds with what they add to a night under a rate; for none of them nothing is read."""
    if not child_ages and not extra_beds:
        return []
    params = {"hotel": hotel_id, "plan": rate_plan, "ages": list(child_ages), "beds": extra_beds}
    return [ExtraLine(**row) for row in db.fetch_all(_LINES, params)]
