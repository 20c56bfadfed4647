"""Warnings and joined files on the guest's line of time: who said so, and who decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from binzhi.guests.access import Permission
from binzhi.guests.profile.warnings import SEVERITIES
from binzhi.guests.timeline import TimelineEntry, register_timeline_source
from binzhi.kernel import db

_WARNED = """
SELECT x.at, x.what, w.text, w.is_blacklist, w.severity, coalesce(nullif(u.name, ''), u.username, '') AS by
FROM guests_warning w
CROSS JOIN LATERAL (VALUES
    (w.raised_at, 'raised', w.raised_by),
    (w.decided_at, 'agreed', w.decided_by),
    (w.ended_at, 'ended', w.ended_by)) x (at, what, user_id)
LEFT JOIN people_user u ON u.id = x.user_id
WHERE w.group_id = %(group)s AND w.guest_id = %(guest)s AND x.at IS NOT NULL
  AND (x.what IN ('raised', 'ended') OR w.is_blacklist)
  -- What nobody has agreed to is between those who decide.
  AND NOT (w.is_blacklist AND w.status IN ('proposed', 'refused'))
  AND (%(before)s::timestamptz IS NULL OR x.at < %(before)s) ORDER BY x.at DESC, w.id DESC LIMIT %(limit)s
"""
_MERGED = """
SELECT x.at, x.what, other.name, coalesce(nullif(u.name, ''), u.username, '') AS by
FROM guests_merge m
CROSS JOIN LATERAL (VALUES (m.at, 'joined', m.user_id), (m.undone_at, 'parted', m.undone_by)) x (at, what, user_id)
JOIN guests_guest other ON other.id = CASE m.survivor_id WHEN %(guest)s THEN m.merged_id ELSE m.survivor_id END
LEFT JOIN people_user u ON u.id = x.user_id
WHERE m.group_id = %(group)s AND (m.survivor_id = %(guest)s OR m.merged_id = %(guest)s) AND x.at IS NOT NULL
  AND (%(before)s::timestamptz IS NULL OR x.at < %(before)s) ORDER BY x.at DESC, m.id DESC LIMIT %(limit)s
"""


def register() -> None:
    register_timeline_source(
        warned, name="warning", label=pgettext_lazy("timeline", "Warnings"), icon="alert", permission=Permission.VIEW
    )
    register_timeline_source(
        merged, name="merge", label=gettext_lazy("Joined files"), icon="users", permission=Permission.VIEW
    )


def _rows(sql: str, group_id: int, guest_id: int, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    return db.fetch_all(sql, {"group": group_id, "guest": guest_id, "before": before, "limit": limit})


def warned(group_id: int, guest_id: int, before: datetime | None, limit: int) -> list[TimelineEntry]:
    """Raised, agreed to, ended; the newest first. One statement."""
    return [_warning(row) for row in _rows(_WARNED, group_id, guest_id, before, limit)]


def _warning(row: dict[str, Any]) -> TimelineEntry:
    blacklist = row["is_blacklist"]
    kind = pgettext("timeline", "Blacklist") if blacklist else str(dict(SEVERITIES)[row["severity"]])
    words = {
        "raised": _("Proposed: %(text)s") if blacklist else "%(text)s",
        "agreed": _("Agreed: %(text)s"),
        "ended": _("No longer counts: %(text)s"),
    }[row["what"]]
    painted = row["what"] in ("raised", "agreed")
    return TimelineEntry(
        at=row["at"], kind="warning", text=words % {"text": row["text"]}, by=row["by"], word=kind,
        state=("late" if blacklist else {1: "info", 2: "soon", 3: "late"}[row["severity"]]) if painted else "",
    )  # fmt: skip


def merged(group_id: int, guest_id: int, before: datetime | None, limit: int) -> list[TimelineEntry]:
    """Files joined into this one, and taken out again."""
    return [
        TimelineEntry(
            at=row["at"], kind="merge", by=row["by"],
            text=(_("Joined with the file of %(name)s") if row["what"] == "joined"
                  else _("Parted again from the file of %(name)s")) % {"name": row["name"]},
        )
        for row in _rows(_MERGED, group_id, guest_id, before, limit)
    ]  # fmt: skip
