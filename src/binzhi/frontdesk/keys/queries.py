"""Which cards a stay has, and the log of all: who made which card for which door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from binzhi.frontdesk.keys.services import GRACE_MINUTES, MOST_CARDS
from binzhi.frontdesk.names import board_name
from binzhi.kernel import db

PER_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """A card of the log."""

    pk: int
    stay_id: int
    room: str
    state: str
    is_copy: bool
    by_hand: bool
    card_no: str
    valid_until: datetime
    asked_at: datetime
    asked_by: str
    made_at: datetime | None
    void_reason: str
    voided_by: str
    void_asked_at: datetime | None
    error: str
    attempts: int
    name: str
    sex: str
    marked: str
    room_now: str
    in_house: bool
    too_short: bool

    @property
    def short_name(self) -> str:
        return board_name(self.name, self.sex, self.marked)

    @property
    def opens(self) -> bool:
        return self.state in ("asked", "made")

    @property
    def waits(self) -> bool:
        return self.state in ("asked", "voiding")


# A card opens until the departure it was made for; who stays longer needs it written again.
_TOO_SHORT = """
k.state IN ('asked', 'made') AND rr.status = 'in_house' AND k.room_id = rr.room_id
    AND k.valid_until < (rr.departure + h.check_out_time) AT TIME ZONE h.timezone
"""
_COUNT_TOO_SHORT = f"""
SELECT count(*) FROM frontdesk_keycard k JOIN reservations_roomreservation rr ON rr.id = k.room_reservation_id
JOIN property_hotel h ON h.id = k.hotel_id WHERE k.hotel_id = %s AND k.room_reservation_id = %s AND {_TOO_SHORT}
"""  # noqa: S608  (constants)
_ROWS = f"""
SELECT k.id AS pk, k.room_reservation_id AS stay_id, m.number AS room, k.state, k.is_copy, k.by_hand, k.card_no,
       k.valid_until, k.asked_at, coalesce(nullif(u.name, ''), u.username, '') AS asked_by, k.made_at, k.void_reason,
       coalesce(nullif(w.name, ''), w.username, '') AS voided_by, k.void_asked_at, k.error, k.attempts,
       coalesce(g.name, v.booker_name) AS name, coalesce(g.sex, '') AS sex, coalesce(g.marked, '') AS marked,
       coalesce(n.number, '') AS room_now, rr.status = 'in_house' AS in_house, {_TOO_SHORT} AS too_short
FROM frontdesk_keycard k
JOIN property_hotel h ON h.id = k.hotel_id
JOIN property_room m ON m.id = k.room_id
JOIN reservations_roomreservation rr ON rr.id = k.room_reservation_id
JOIN reservations_reservation v ON v.id = rr.reservation_id
LEFT JOIN property_room n ON n.id = rr.room_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
LEFT JOIN people_user u ON u.id = k.asked_by
LEFT JOIN people_user w ON w.id = k.voided_by
WHERE k.hotel_id = %(hotel)s AND (%(stay)s::bigint IS NULL OR k.room_reservation_id = %(stay)s)
  AND (%(room)s = '' OR m.number = %(room)s)
  AND CASE %(state)s WHEN 'open' THEN k.state IN ('asked', 'made') WHEN 'waiting' THEN k.state IN ('asked', 'voiding')
      WHEN 'lost' THEN k.void_reason = 'lost' ELSE true END
ORDER BY k.id DESC LIMIT %(limit)s
"""  # noqa: S608  (constants)


def keys(*, hotel_id: int, room_reservation_id: int | None = None, room: str = "", state: str = "") -> list[KeyRow]:
    """Newest first, in one statement; `state` is open, waiting, lost or empty for all."""
    params: dict[str, Any] = {
        "hotel": hotel_id, "stay": room_reservation_id, "room": room, "state": state, "limit": PER_PAGE,
    }  # fmt: skip
    return [KeyRow(**row) for row in db.fetch_all(_ROWS, params)]


def too_short(*, hotel_id: int, room_reservation_id: int) -> int:
    """How many cards of a stay end before it does."""
    return int(db.fetch_value(_COUNT_TOO_SHORT, [hotel_id, room_reservation_id]))


@dataclass(frozen=True, slots=True)
class LocksRow:
    """The lock system of a hotel; whether a key is kept is said, not which."""

    provider_url: str
    has_key: bool
    most_cards: int
    grace_minutes: int


def lock_system(*, hotel_id: int) -> LocksRow:
    """What makes the cards here; without an address it is done at the lock system's own station."""
    row = db.fetch_one(
        "SELECT url AS provider_url, key IS NOT NULL AS has_key, most_cards, grace_minutes FROM frontdesk_locksystem"
        " WHERE hotel_id = %s",
        [hotel_id],
    )
    return LocksRow(**row) if row else LocksRow("", False, MOST_CARDS, GRACE_MINUTES)
