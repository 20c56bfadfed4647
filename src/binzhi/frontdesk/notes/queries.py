"""Messages for guests: those that wait, those of a stay, all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from binzhi.frontdesk.names import board_name
from binzhi.kernel import db

PER_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message for a guest."""

    pk: int
    stay_id: int
    room: str
    name: str
    sex: str
    marked: str
    text: str
    from_whom: str
    is_urgent: bool
    taken_at: datetime
    taken_by: str
    how: str
    done_at: datetime | None
    done_by: str

    @property
    def short_name(self) -> str:
        return board_name(self.name, self.sex, self.marked)

    @property
    def waits(self) -> bool:
        return self.done_at is None


_ROWS = """
SELECT x.id AS pk, x.room_reservation_id AS stay_id, coalesce(m.number, '') AS room,
       coalesce(g.name, v.booker_name) AS name, coalesce(g.sex, '') AS sex, coalesce(g.marked, '') AS marked, x.text,
       x.from_whom, x.is_urgent, x.taken_at, coalesce(nullif(u.name, ''), u.username, '') AS taken_by, x.how, x.done_at,
       coalesce(nullif(w.name, ''), w.username, '') AS done_by
FROM frontdesk_guestmessage x
JOIN reservations_roomreservation rr ON rr.id = x.room_reservation_id
JOIN reservations_reservation v ON v.id = rr.reservation_id
LEFT JOIN property_room m ON m.id = rr.room_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
LEFT JOIN people_user u ON u.id = x.taken_by
LEFT JOIN people_user w ON w.id = x.done_by
WHERE x.hotel_id = %(hotel)s AND (%(stay)s::bigint IS NULL OR x.room_reservation_id = %(stay)s)
  AND (%(state)s <> 'waiting' OR x.done_at IS NULL)
ORDER BY x.done_at IS NOT NULL, x.is_urgent DESC, x.id DESC LIMIT %(limit)s
"""


def messages(*, hotel_id: int, room_reservation_id: int | None = None, state: str = "") -> list[MessageRow]:
    """Those that wait first, the urgent before others, in one statement."""
    params: dict[str, Any] = {
        "hotel": hotel_id, "stay": room_reservation_id, "state": state, "limit": PER_PAGE,
    }  # fmt: skip
    return [MessageRow(**row) for row in db.fetch_all(_ROWS, params)]


def waiting_for(stay_ids: Sequence[int]) -> Mapping[int, int]:
    """How many messages wait for each stay, in one statement; those for whom none does are missing."""
    rows = (
        db.fetch_all(
            "SELECT room_reservation_id AS stay_id, count(*) AS n FROM frontdesk_guestmessage"
            " WHERE room_reservation_id = ANY(%s) AND done_at IS NULL GROUP BY 1",
            [list(stay_ids)],
        )
        if stay_ids
        else []
    )
    return {row["stay_id"]: row["n"] for row in rows}
