"""Building block: stays held as they are while something is noted about them.

Not `stays.lock_room_reservation`: that is for who changes the reservation, and counts its version; whoever edits the
booking is not to be told that it changed because a message was taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import WrongStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldStay:
    """A stay that nobody begins, moves or ends before this transaction is over."""

    id: int
    hotel_id: int
    reservation_id: int
    number: str
    status: str
    arrival: date
    departure: date
    room_id: int | None
    folio_id: int | None
    charge_account_id: int | None
    currency: str

    @property
    def is_in_house(self) -> bool:
        return self.status == Status.IN_HOUSE

    def require(self, *allowed: Status) -> None:
        """Raises WrongStatus."""
        if self.status not in allowed:
            raise WrongStatus(status=Status(self.status).label)


_HOLD = """
SELECT rr.id, rr.hotel_id, rr.reservation_id, v.number, rr.status, rr.arrival, rr.departure, rr.room_id, rr.folio_id,
       rr.charge_account_id, h.currency
FROM reservations_roomreservation rr
JOIN reservations_reservation v ON v.id = rr.reservation_id
JOIN property_hotel h ON h.id = rr.hotel_id
WHERE rr.hotel_id = %s AND rr.id = ANY(%s) ORDER BY rr.reservation_id, rr.id FOR NO KEY UPDATE OF rr
"""


def hold_stays(*, hotel_id: int, stay_ids: Sequence[int]) -> dict[int, HeldStay]:
    """All of them, in the order of their reservations. Raises NotFound.

    Who posts afterwards calls `ledger.hold_day` before.
    """
    wanted = sorted(set(stay_ids))
    rows = db.fetch_all(_HOLD, [hotel_id, wanted])
    if len(rows) != len(wanted):
        raise NotFound
    return {row["id"]: HeldStay(**row) for row in rows}


def hold_stay(*, hotel_id: int, stay_id: int) -> HeldStay:
    """One stay. Raises NotFound."""
    return hold_stays(hotel_id=hotel_id, stay_ids=[stay_id])[stay_id]
