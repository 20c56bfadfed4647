"""Building block: a stay ends for everybody registered in it."""

from __future__ import annotations

from datetime import datetime

from binzhi.frontdesk.police import queueing as police
from binzhi.kernel import db

# One statement, as every check-out runs it: nobody in the room, nobody to look after, and are the police owed a word?
_CLOSE = """
WITH gone AS (
    UPDATE frontdesk_registration SET left_at = %(now)s WHERE room_reservation_id = %(stay)s AND left_at IS NULL
    RETURNING hotel_id
), settled AS (
    UPDATE frontdesk_minoralarm SET outcome = 'left', closed_at = %(now)s
    WHERE room_reservation_id = %(stay)s AND closed_at IS NULL
), out AS (
    UPDATE frontdesk_visitor SET left_at = greatest(%(now)s, came_at)
    WHERE room_reservation_id = %(stay)s AND left_at IS NULL
)
SELECT EXISTS (SELECT FROM gone) AND EXISTS (
    SELECT FROM frontdesk_policereport WHERE room_reservation_id = %(stay)s AND kind = 'in'
)
"""


def close_registrations(*, room_reservation_id: int, room_id: int, now: datetime) -> None:
    """Everybody of the stay has left; what the police were told to have come they are told to have gone."""
    if db.fetch_value(_CLOSE, {"now": now, "stay": room_reservation_id}):
        police.note_departures(room_reservation_id=room_reservation_id, room_id=room_id, now=now)
