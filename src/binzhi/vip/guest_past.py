"""Receptions on a guest's line of time: levels asked for and decided, notices, what happened, how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from binzhi.guests.timeline import TimelineEntry, register_timeline_source
from binzhi.kernel import db
from binzhi.property.queries import localised
from binzhi.vip.access import Permission
from binzhi.vip.enums import Happening, NoticeKind

# Erased words leave a dash.
NOTHING = "—"
_PAST = """
WITH his AS MATERIALIZED (SELECT * FROM vip_visit WHERE guest_id = %(guest)s)
SELECT e.at, e.what, e.text, e.number, e.said, l.name AS level, l.name_en AS level_en, his.id, h.code AS hotel,
       coalesce(nullif(u.name, ''), u.username, '') AS by
FROM (
    (SELECT coalesce(q.decided_at, q.asked_at) AS at, coalesce(q.decided_by_id, q.asked_by_id) AS user_id, q.visit_id,
            q.level_id, CASE q.approved WHEN true THEN 'given' WHEN false THEN 'refused' ELSE 'asked' END AS what,
            q.reason AS text, 0 AS number, '' AS said
     FROM vip_levelrequest q WHERE q.visit_id IN (SELECT id FROM his)
       AND (%(before)s::timestamptz IS NULL OR coalesce(q.decided_at, q.asked_at) < %(before)s)
     ORDER BY 1 DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT n.issued_at, n.issued_by_id, n.visit_id, NULL, 'notice', n.kind, n.number, ''
     FROM vip_notice n WHERE n.visit_id IN (SELECT id FROM his)
       AND (%(before)s::timestamptz IS NULL OR n.issued_at < %(before)s)
     ORDER BY 1 DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT v.at, v.noted_by_id, v.visit_id, NULL, 'event', v.kind, 0, v.text
     FROM vip_visitevent v WHERE v.visit_id IN (SELECT id FROM his) AND v.kind IN ('wish', 'feedback', 'seal_broken')
       AND (%(before)s::timestamptz IS NULL OR v.at < %(before)s)
     ORDER BY 1 DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT ended_at, NULL, id, level_id, status, '', 0, '' FROM his
     WHERE ended_at IS NOT NULL AND (%(before)s::timestamptz IS NULL OR ended_at < %(before)s)
     ORDER BY 1 DESC LIMIT %(limit)s)
) e
JOIN his ON his.id = e.visit_id
JOIN property_hotel h ON h.id = his.hotel_id
LEFT JOIN vip_level l ON l.id = e.level_id
LEFT JOIN people_user u ON u.id = e.user_id
ORDER BY e.at DESC, his.id DESC LIMIT %(limit)s
"""
_STATES = {"asked": "soon", "refused": "late"}
_ICONS = {"notice": "document", "event": "note"}


def register() -> None:
    register_timeline_source(
        past, name="vip", label=pgettext_lazy("timeline", "Receptions"), icon="star", permission=Permission.VIEW
    )


def past(_group_id: int, guest_id: int, before: datetime | None, limit: int) -> list[TimelineEntry]:
    """The newest first, at the hotels the reader may see. One statement."""
    rows = db.fetch_all(_PAST, {"guest": guest_id, "before": before, "limit": limit})
    return [
        TimelineEntry(
            at=row["at"], kind="vip", text=_text(row), word=_word(row["what"]), by=row["by"],
            state=_STATES.get(row["what"], ""), icon=_ICONS.get(row["what"], ""),
            url=reverse("vip:visit", args=[row["hotel"], row["id"]]),
        )
        for row in rows
    ]  # fmt: skip


def _word(what: str) -> str:
    if what in ("asked", "given", "refused"):
        return pgettext("timeline", "Level")
    return pgettext("timeline", "Notice") if what == "notice" else pgettext("timeline", "Reception")


def _text(row: dict[str, Any]) -> str:
    level = localised(row["level"] or "", row["level_en"] or "")
    match row["what"]:
        case "asked":
            said = _("%(level)s asked for") % {"level": level}
        case "given":
            said = _("%(level)s given") % {"level": level}
        case "refused":
            said = _("%(level)s refused") % {"level": level}
        case "notice":
            return f"{NoticeKind(row['text']).label} · {row['number']}"
        case "event":
            return _with(str(Happening(row["text"]).label), row["said"])
        case "cancelled":
            return _("Reception cancelled")
        case _:
            return _("Received as %(level)s, and seen off") % {"level": level}
    return _with(said, row["text"])


def _with(said: str, words: str) -> str:
    return _("%(what)s: %(words)s") % {"what": said, "words": words} if words and words != NOTHING else said
