"""What became of the message about an offer to somebody who waited, for the waitlist's page."""

from __future__ import annotations

from collections.abc import Collection

from binzhi.engagement.enums import OPEN, State, Way
from binzhi.kernel import db
from binzhi.reservations.waitlist.told import Told, register_told

# Of the offer that stands, the way that reached best: what was sent, then what is on its way, then the last.
_TOLD = """
SELECT DISTINCT ON (m.entry_id) m.entry_id, m.id, m.way, m.state, coalesce(m.ended_at, m.created_at) AS at
FROM engagement_message m JOIN reservations_waitlistentry w ON w.id = m.entry_id
WHERE m.hotel_id = %s AND m.entry_id = ANY (%s) AND w.status = 'offered' AND m.created_at >= w.offered_at
ORDER BY m.entry_id, m.state = 'sent' DESC, m.state IN ('queued', 'sending') DESC, m.id DESC
"""


def register() -> None:
    register_told(_told)


def _told(hotel_id: int, entries: Collection[int]) -> dict[int, Told]:
    return {
        row["entry_id"]: Told(
            way=str(Way(row["way"]).label), state=str(State(row["state"]).label), at=row["at"],
            reached=row["state"] in (State.SENT, *OPEN),
        )
        for row in db.fetch_all(_TOLD, [hotel_id, list(entries)])
    }  # fmt: skip
