"""The promises that are open towards one guest."""

from __future__ import annotations

from datetime import datetime

from binzhi.promises.queries.cards import CARDS, Card, cards

# Through the runs that are live in the house, of which there are few.
_OF_GUEST = f"""
{CARDS} WHERE r.hotel_id = %(hotel)s AND r.status = 'live' AND r.guest_id = %(guest)s
    AND t.state IN ('waiting', 'open') ORDER BY due_at NULLS LAST, run_id, position, id
"""


def open_promises(*, hotel_id: int, guest_id: int, now: datetime) -> list[Card]:
    """The most pressing first; one statement."""
    return cards(_OF_GUEST, {"hotel": hotel_id, "guest": guest_id}, now)
