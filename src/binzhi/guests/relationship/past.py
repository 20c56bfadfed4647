"""Contacts, assessments and checks on the guest's line of time."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from binzhi.guests.access import Permission
from binzhi.guests.enums import AssessmentKind, ContactChannel, ContactOutcome, RelationshipLevel
from binzhi.guests.timeline import TimelineEntry, register_timeline_source
from binzhi.kernel import db

CONTACT, ASSESSED = "contact", "assessed"


_CONTACTS = """
SELECT c.done_at AS at, c.channel, c.purpose, c.outcome, c.result, c.spent, coalesce(u.name, '') AS by
FROM guests_plannedcontact c LEFT JOIN people_user u ON u.id = c.done_by
WHERE c.group_id = %(group)s AND c.guest_id = %(guest)s AND c.done_at IS NOT NULL
  AND (%(before)s::timestamptz IS NULL OR c.done_at < %(before)s) ORDER BY c.done_at DESC, c.id DESC LIMIT %(limit)s
"""
_STATES = {ContactOutcome.GOOD: "ok", ContactOutcome.BAD: "late", ContactOutcome.UNREACHED: "soon"}


def contacts(group_id: int, guest_id: int, before: datetime | None, limit: int) -> list[TimelineEntry]:
    """Visits, calls, meals, gifts and letters that were made, the newest first."""
    given = {"group": group_id, "guest": guest_id, "before": before, "limit": limit}
    return [
        TimelineEntry(
            at=row["at"], kind=CONTACT, by=row["by"], amount=row["spent"], state=_STATES.get(row["outcome"], ""),
            text=": ".join(part for part in (row["purpose"], row["result"]) if part),
            word=str(ContactChannel(row["channel"]).label),
        )
        for row in db.fetch_all(_CONTACTS, given)
    ]  # fmt: skip


_ASSESSED = """
SELECT x.at, x.kind, x.level, coalesce(u.name, '') AS by FROM (
    SELECT at, kind, '' AS level, user_id FROM guests_assessment WHERE group_id = %(group)s AND guest_id = %(guest)s
    UNION ALL
    SELECT at, '' AS kind, level, user_id FROM guests_relationshipcheck WHERE group_id = %(group)s AND guest_id
    = %(guest)s
) x LEFT JOIN people_user u ON u.id = x.user_id
WHERE %(before)s::timestamptz IS NULL OR x.at < %(before)s ORDER BY x.at DESC LIMIT %(limit)s
"""


def assessed(group_id: int, guest_id: int, before: datetime | None, limit: int) -> list[TimelineEntry]:
    """Assessments and checks, the newest first: that they were made, not what they say."""
    given = {"group": group_id, "guest": guest_id, "before": before, "limit": limit}
    return [
        TimelineEntry(
            at=row["at"], kind=ASSESSED, by=row["by"],
            text=(
                _("Assessed: %(kind)s") % {"kind": AssessmentKind(row["kind"]).label} if row["kind"]
                else _("Relationship: %(level)s") % {"level": RelationshipLevel(row["level"]).label}
            ),
        )
        for row in db.fetch_all(_ASSESSED, given)
    ]  # fmt: skip


def register() -> None:
    """Give both to the line of time."""
    for name, label, icon, read in (
        (CONTACT, pgettext_lazy("timeline", "Contacts"), "phone", contacts),
        (ASSESSED, gettext_lazy("Assessments"), "chart", assessed),
    ):
        register_timeline_source(read, name=name, label=label, icon=icon, permission=Permission.VIEW_RELATIONSHIP)
