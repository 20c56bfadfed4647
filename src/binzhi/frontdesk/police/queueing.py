"""Building blocks: what happens to a stay is queued for the police in its own transaction, once per source.

Nothing is read of the person here: what is told is written down at the first try, see `telling`. A hotel that reports
nothing gets no rows.
"""

from __future__ import annotations

from datetime import datetime

from binzhi.kernel import db

COLUMNS = """
hotel_id, kind, room_reservation_id, registration_id, guest_id, room_id, about_id, is_foreign, source, serial, state,
occurred_at, due_at, alarm_at, limit_at
"""
# Who is from abroad by file or document; Hong Kong, Macao and Taiwan count as such here.
IS_FOREIGN = """
(coalesce(nullif(g.nationality, ''), nullif(d.country, ''), 'CHN') <> 'CHN'
 OR coalesce(d.kind IN ('hk_macao', 'taiwan', 'hmt_residence', 'foreigner_pr'), false))
"""
_CAME = f"""
INSERT INTO frontdesk_policereport ({COLUMNS})
SELECT x.hotel_id, 'in', x.room_reservation_id, x.id, x.guest_id, %(room)s, NULL, {IS_FOREIGN},
    'in:' || x.id || %(again)s::text, gen_random_uuid(), 'waiting', %(now)s, %(now)s,
    %(now)s + make_interval(mins => l.alarm_minutes),
    %(now)s + make_interval(mins => CASE WHEN {IS_FOREIGN} THEN l.foreign_minutes ELSE l.limit_minutes END)
FROM frontdesk_registration x
JOIN frontdesk_policelink l ON l.hotel_id = x.hotel_id AND l.is_on
LEFT JOIN guests_guest g ON g.id = x.guest_id LEFT JOIN guests_guestdocument d ON d.id = x.document_id
WHERE x.room_reservation_id = %(stay)s AND x.left_at IS NULL
  AND NOT EXISTS (
      SELECT FROM frontdesk_policereport a WHERE a.registration_id = x.id AND a.kind = 'in' AND a.state <> 'withdrawn'
      AND NOT EXISTS (
          SELECT FROM frontdesk_policereport o WHERE o.registration_id = x.id AND o.id > a.id
          AND o.kind IN ('out', 'void') AND o.state <> 'withdrawn'
      )
  )
ORDER BY x.id
ON CONFLICT (hotel_id, source) DO NOTHING
"""  # noqa: S608  (constants)
# What follows an arrival that was, or is still to be, reported; with the same limit.
_FOLLOWS = f"""
INSERT INTO frontdesk_policereport ({COLUMNS})
SELECT a.hotel_id, %(kind)s::text, a.room_reservation_id, a.registration_id, a.guest_id,
    coalesce(%(room)s::bigint, a.room_id), a.id, a.is_foreign,
    %(kind)s::text || ':' || a.registration_id || ':' || %(tag)s::text, gen_random_uuid(), 'waiting',
    %(now)s, %(now)s, %(now)s + make_interval(mins => l.alarm_minutes),
    %(now)s + make_interval(mins => CASE WHEN a.is_foreign THEN l.foreign_minutes ELSE l.limit_minutes END)
FROM frontdesk_policereport a
JOIN frontdesk_policelink l ON l.hotel_id = a.hotel_id
WHERE a.room_reservation_id = %(stay)s AND a.kind = 'in' AND a.state <> 'withdrawn'
  AND NOT EXISTS (
      SELECT FROM frontdesk_policereport n WHERE n.registration_id = a.registration_id AND n.id > a.id
      AND (n.kind = 'in' OR (n.kind IN ('out', 'void') AND n.state <> 'withdrawn'))
  )
  AND (%(kind)s::text = 'void' OR EXISTS (
      SELECT FROM frontdesk_registration x
      WHERE x.id = a.registration_id
      AND CASE WHEN %(kind)s::text = 'out' THEN x.left_at = %(now)s ELSE x.left_at IS NULL END
  ))
ORDER BY a.id
ON CONFLICT (hotel_id, source) DO NOTHING
"""  # noqa: S608  (constants)
# What nobody has been told yet need not be told any more.
_WITHDRAW = """
UPDATE frontdesk_policereport SET state = 'withdrawn', reason = 'undone'
WHERE room_reservation_id = %(stay)s AND state IN ('waiting', 'incomplete', 'refused') AND kind = ANY (%(kinds)s)
  AND (%(since)s::timestamptz IS NULL OR occurred_at >= %(since)s)
"""


def note_arrivals(*, room_reservation_id: int, room_id: int, now: datetime) -> int:
    """Everybody registered in a stay who is here and not reported yet; how many were queued."""
    return db.execute(_CAME, {"stay": room_reservation_id, "room": room_id, "again": "", "now": now})


def note_move(*, room_reservation_id: int, room_id: int, now: datetime) -> int:
    """Everybody of the stay sleeps in another room from now on."""
    return _follow("move", room_reservation_id, room_id, now)


def note_departures(*, room_reservation_id: int, room_id: int, now: datetime) -> int:
    """Who of the stay has left: after the registrations were closed at this very moment."""
    return _follow("out", room_reservation_id, room_id, now)


def note_arrival_undone(*, room_reservation_id: int, now: datetime) -> int:
    """The check-in never was: what was not told is dropped, what was told or is being told is taken back."""
    db.execute(_WITHDRAW, {"stay": room_reservation_id, "kinds": ["in", "move", "fix"], "since": None})
    return _follow("void", room_reservation_id, None, now)


def note_departure_undone(*, room_reservation_id: int, room_id: int, since: datetime, now: datetime) -> int:
    """They did not leave: what was not told is dropped; of whom it was told, the arrival is told anew."""
    db.execute(_WITHDRAW, {"stay": room_reservation_id, "kinds": ["out"], "since": since})
    again = {"stay": room_reservation_id, "room": room_id, "again": f":{now:%Y%m%d%H%M%S%f}", "now": now}
    return db.execute(_CAME, again)


def _follow(kind: str, room_reservation_id: int, room_id: int | None, now: datetime) -> int:
    return db.execute(
        _FOLLOWS,
        {"kind": kind, "stay": room_reservation_id, "room": room_id, "tag": f"{now:%Y%m%d%H%M%S%f}", "now": now},
    )
