"""What was seen of a guest, on the line of time."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.observations.queries import observations_of
from binzhi.guests.timeline import TimelineEntry, register_timeline_source


def register() -> None:
    register_timeline_source(
        observed, name="observation", label=_("Observations"), icon="eye", permission=Permission.OBSERVE
    )


def observed(group_id: int, guest_id: int, before: datetime | None, limit: int) -> list[TimelineEntry]:
    """What was seen of the guest; what was cleared with its stay has no words left and no line."""
    rows = observations_of(group_id=group_id, guest_id=guest_id, before=before, limit=limit)
    return [TimelineEntry(at=row.at, kind="observation", text=row.words, by=row.by) for row in rows if row.words]
