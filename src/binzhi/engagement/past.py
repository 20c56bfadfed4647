"""Messages on the guest's line of time."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy

from binzhi.engagement.access import Permission
from binzhi.engagement.enums import Kind, State, Way
from binzhi.guests.timeline import TimelineEntry, register_timeline_source
from binzhi.kernel import db

_OF_GUEST = """
SELECT m.kind, m.way, m.state, m.address_masked, coalesce(m.ended_at, m.created_at) AS at,
    coalesce(nullif(u.name, ''), u.username, '') AS by
FROM engagement_message m LEFT JOIN people_user u ON u.id = m.created_by_id
JOIN property_hotel h ON h.id = m.hotel_id AND h.group_id = %(group)s
WHERE m.guest_id = %(guest)s
  AND (%(before)s::timestamptz IS NULL OR coalesce(m.ended_at, m.created_at) < %(before)s)
ORDER BY coalesce(m.ended_at, m.created_at) DESC, m.id DESC LIMIT %(limit)s
"""
_PAINT = {State.SENT: "ok", State.DEAD: "late", State.QUEUED: "info", State.SENDING: "info"}


def register() -> None:
    register_timeline_source(
        sent, name="message", label=gettext_lazy("Messages"), icon="mail", permission=Permission.VIEW
    )


def sent(group_id: int, guest_id: int, before: datetime | None, limit: int) -> list[TimelineEntry]:
    """What was sent to the guest, or tried; the newest first. One statement."""
    rows = db.fetch_all(_OF_GUEST, {"group": group_id, "guest": guest_id, "before": before, "limit": limit})
    return [
        TimelineEntry(
            at=row["at"], kind="message",
            text=" · ".join(
                part for part in (str(Kind(row["kind"]).label), str(Way(row["way"]).label), row["address_masked"],
                                  str(State(row["state"]).label)) if part
            ),
            by=row["by"], state=_PAINT.get(State(row["state"]), ""),
        )
        for row in rows
    ]  # fmt: skip
