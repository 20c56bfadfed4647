"""Companies above their limit and who of the house stays at their cost. The audit posts all the same and says so."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from binzhi.billing.receivables.credit import OverLimit, over_limit
from binzhi.kernel import db

SHOWN = 20


@dataclass(frozen=True, slots=True)
class StayOfCompany:
    """A stay in the house with a window that a company pays, on its own bill or where its room is charged."""

    organisation_id: int
    reservation: str
    room: str
    folio: str


@dataclass(frozen=True, slots=True)
class Warned:
    """A company above its limit with its stays; `more` of them are not shown."""

    company: OverLimit
    stays: tuple[StayOfCompany, ...]

    @property
    def shown(self) -> tuple[StayOfCompany, ...]:
        return self.stays[:SHOWN]

    @property
    def more(self) -> int:
        return max(len(self.stays) - SHOWN, 0)


_STAYS = """
SELECT DISTINCT w.organisation_id, v.number AS reservation, coalesce(m.number, '') AS room, f.number AS folio
FROM billing_account w
JOIN billing_folio f ON f.id = w.folio_id
JOIN reservations_roomreservation r ON r.hotel_id = w.hotel_id AND r.status = 'in_house'
    AND (r.folio_id = w.folio_id OR r.charge_account_id = w.id)
JOIN reservations_reservation v ON v.id = r.reservation_id
LEFT JOIN property_room m ON m.id = r.room_id
WHERE w.hotel_id = %(hotel)s AND w.kind = 'folio' AND w.is_open AND w.organisation_id = ANY (%(organisations)s)
ORDER BY room, reservation
"""


def over_credit(*, hotel_id: int) -> tuple[Warned, ...]:
    """Who is above his limit and whose stays they are: one statement, a second where there is anybody."""
    companies = over_limit(hotel_id=hotel_id)
    if not companies:
        return ()
    stays: defaultdict[int, list[StayOfCompany]] = defaultdict(list)
    asked = {"hotel": hotel_id, "organisations": [one.organisation_id for one in companies]}
    for row in db.fetch_all(_STAYS, asked):
        stays[row["organisation_id"]].append(StayOfCompany(**row))
    return tuple(Warned(one, tuple(stays[one.organisation_id])) for one in companies)
