"""Visits, read: the list of those to come and in house, one visit with everything on it, the standing list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.property.queries import localised


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit in the list, with how its protocol stands: tasks open, late, done."""

    id: int
    title: str
    level: str
    level_name: str
    level_name_en: str
    rank: int
    status: str
    room: str
    arrival_at: datetime
    departure_at: datetime
    host: str
    run_id: int | None
    request_id: int | None
    version: int
    open: int
    late: int
    done: int

    @property
    def level_label(self) -> str:
        return localised(self.level_name, self.level_name_en)


_LIST = """
SELECT x.id, x.title, coalesce(l.code, '') AS level, coalesce(l.name, '') AS level_name,
    coalesce(l.name_en, '') AS level_name_en, coalesce(l.rank, 0) AS rank, x.status, coalesce(r.number, '') AS room,
    x.arrival_at, x.departure_at, coalesce(d.code, '') AS host, x.run_id, q.id AS request_id, x.version,
    coalesce(t.open, 0) AS open, coalesce(t.late, 0) AS late, coalesce(t.done, 0) AS done
FROM vip_visit x
LEFT JOIN vip_level l ON l.id = x.level_id
LEFT JOIN people_department d ON d.id = x.host_department_id
LEFT JOIN reservations_roomreservation rr ON rr.id = x.room_reservation_id
LEFT JOIN property_room r ON r.id = rr.room_id
LEFT JOIN vip_levelrequest q ON q.visit_id = x.id AND q.approved IS NULL
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE k.state IN ('waiting', 'open')) AS open,
        count(*) FILTER (WHERE k.state = 'open' AND k.due_at < %(now)s) AS late,
        count(*) FILTER (WHERE k.state IN ('done', 'waived')) AS done
    FROM promises_task k WHERE k.run_id = x.run_id
) t ON true
WHERE x.hotel_id = %(hotel)s
"""
_ORDER = " ORDER BY x.arrival_at, coalesce(l.rank, 0) DESC, x.id LIMIT %(limit)s"


def visits(
    *, hotel_id: int, now: datetime, first: datetime | None = None, until: datetime | None = None, limit: int = 200
) -> list[VisitLine]:
    """Visits by arrival: those not over, or with `first` and `until` all that arrive in between. One statement."""
    params = {"hotel": hotel_id, "now": now, "first": first, "until": until, "limit": limit}
    which = (
        " AND x.status NOT IN ('gone', 'cancelled')"
        if first is None
        else " AND x.arrival_at >= %(first)s AND (%(until)s::timestamptz IS NULL OR x.arrival_at < %(until)s)"
    )
    return [VisitLine(**row) for row in db.fetch_all(_LIST + which + _ORDER, params)]


@dataclass(frozen=True, slots=True)
class VisitView:
    """One visit whole: its line, what is known of the guest, and its papers, each list in the order they were made."""

    line: VisitLine
    guest_id: int | None
    room_reservation_id: int | None
    room_id: int | None
    sealed_at: datetime | None
    level_sealed: bool
    party_size: int
    needs: str
    cautions: str
    letter: str
    level_letter: str
    requests: list[dict[str, Any]]
    meetings: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    menus: list[dict[str, Any]]
    purchases: list[dict[str, Any]]
    cards: list[dict[str, Any]]
    events: list[dict[str, Any]]
    meals_before: list[dict[str, Any]]
    amenities: list[dict[str, Any]]


_MORE = """
SELECT x.guest_id, x.room_reservation_id, rr.room_id, s.sealed_at, coalesce(l.sealed, false) AS level_sealed,
    x.party_size, x.needs, x.cautions, x.letter, coalesce(l.letter, '') AS level_letter, x.level_id
FROM vip_visit x
LEFT JOIN vip_level l ON l.id = x.level_id
LEFT JOIN reservations_roomreservation rr ON rr.id = x.room_reservation_id
LEFT JOIN property_roomseal s ON s.room_id = rr.room_id AND s.broken_at IS NULL AND s.stay_id = rr.id
WHERE x.hotel_id = %s AND x.id = %s
"""
_PAPERS = {
    "requests": """
        SELECT q.id, l.code AS level, l.name AS level_name, l.name_en AS level_name_en, l.rank, q.route, q.reason,
            q.asked_at, coalesce(nullif(a.name, ''), a.username, '') AS asked_by, q.approved, q.decided_at,
            coalesce(nullif(b.name, ''), b.username, '') AS decided_by, q.note
        FROM vip_levelrequest q JOIN vip_level l ON l.id = q.level_id
        LEFT JOIN people_user a ON a.id = q.asked_by_id LEFT JOIN people_user b ON b.id = q.decided_by_id
        WHERE q.visit_id = %s ORDER BY q.id""",
    "meetings": """
        SELECT m.id, m.held_at, m.minutes, m.attendees, coalesce(nullif(u.name, ''), u.username, '') AS noted_by
        FROM vip_meeting m LEFT JOIN people_user u ON u.id = m.noted_by_id WHERE m.visit_id = %s ORDER BY m.id""",
    "decisions": """
        SELECT c.meeting_id, d.code AS department, d.name AS department_name, d.name_en AS department_name_en, c.text,
            c.due_at, c.task_id, t.state
        FROM vip_decision c JOIN vip_meeting m ON m.id = c.meeting_id JOIN people_department d ON d.id = c.department_id
        JOIN promises_task t ON t.id = c.task_id WHERE m.visit_id = %s ORDER BY c.id""",
    "notices": """
        SELECT n.id, n.kind, n.number, n.issued_at, coalesce(nullif(u.name, ''), u.username, '') AS issued_by
        FROM vip_notice n LEFT JOIN people_user u ON u.id = n.issued_by_id WHERE n.visit_id = %s ORDER BY n.id""",
    "menus": """
        SELECT id, occurrence, meal_at, private_room, dishes, seats, drafted_at, approved_at FROM vip_menu
        WHERE visit_id = %s ORDER BY meal_at, id""",
    "purchases": """
        SELECT id, kind, quality, needed_by, state, delivered_at, received_at FROM vip_purchase
        WHERE visit_id = %s ORDER BY id""",
    "cards": "SELECT id, purpose, made_at, received_by, received_at FROM vip_keycard WHERE visit_id = %s ORDER BY id",
    "events": """
        SELECT e.id, e.kind, e.text, e.at, coalesce(nullif(u.name, ''), u.username, '') AS noted_by,
            coalesce(nullif(w.name, ''), w.username, '') AS leader
        FROM vip_visitevent e LEFT JOIN people_user u ON u.id = e.noted_by_id
        LEFT JOIN people_staff f ON f.id = e.leader_id LEFT JOIN people_user w ON w.id = f.user_id
        WHERE e.visit_id = %s ORDER BY e.at, e.id""",
    # What the guest was served on earlier visits: the history a menu is drafted by.
    "meals_before": """
        SELECT m.id, m.meal_at, m.dishes FROM vip_visit me
        JOIN vip_visit v ON v.hotel_id = me.hotel_id AND v.guest_id = me.guest_id AND v.id <> me.id
        JOIN vip_menu m ON m.visit_id = v.id AND m.dishes <> ''
        WHERE me.id = %s AND v.status <> 'cancelled' ORDER BY m.meal_at DESC, m.id DESC LIMIT 5""",
}
_AMENITIES = "SELECT kind, value, note FROM vip_amenity WHERE level_id = %s ORDER BY id"


def visit_view(*, hotel_id: int, visit_id: int, now: datetime) -> VisitView:
    """One visit with everything on it: a statement for each kind of paper. Raises NotFound."""
    params = {"hotel": hotel_id, "now": now, "visit": visit_id, "limit": 1}
    line = db.fetch_one(f"{_LIST} AND x.id = %(visit)s{_ORDER}", params)
    more = db.fetch_one(_MORE, [hotel_id, visit_id])
    if line is None or more is None:
        raise NotFound(field="visit")
    papers: dict[str, Any] = {name: db.fetch_all(sql, [visit_id]) for name, sql in _PAPERS.items()}
    level_id = more.pop("level_id")
    amenities = db.fetch_all(_AMENITIES, [level_id])
    return VisitView(line=VisitLine(**line), **more, **papers, amenities=amenities)


def visit_of_stay(*, hotel_id: int, room_reservation_id: int) -> int | None:
    """The visit of a reserved room that is not cancelled."""
    found: int | None = db.fetch_value(
        "SELECT id FROM vip_visit WHERE hotel_id = %s AND room_reservation_id = %s AND status <> 'cancelled'",
        [hotel_id, room_reservation_id],
    )
    return found


_NOTICE = """
SELECT n.kind, n.number, n.issued_at, n.content FROM vip_notice n
WHERE n.hotel_id = %s AND n.visit_id = %s AND n.kind = %s AND n.number = %s
"""


def notice(*, hotel_id: int, visit_id: int, kind: str, number: int) -> dict[str, Any]:
    """A notice exactly as it was issued, for its form. Raises NotFound."""
    row = db.fetch_one(_NOTICE, [hotel_id, visit_id, kind, number])
    if row is None:
        raise NotFound(field="notice")
    return row | {"content": db.plain_json(row["content"])}


_STANDING = """
SELECT e.id, e.guest_id, e.organisation_id, coalesce(g.name, o.name, '') AS name, e.post, e.reason,
    d.code AS department, d.name AS department_name, d.name_en AS department_name_en, e.proposed_at, e.approved_at,
    e.ended_at
FROM vip_standingentry e
JOIN people_department d ON d.id = e.department_id
LEFT JOIN guests_guest g ON g.id = e.guest_id
LEFT JOIN guests_organisation o ON o.id = e.organisation_id
WHERE e.hotel_id = %s AND e.ended_at IS NULL ORDER BY e.approved_at IS NOT NULL, e.id
"""


def standing_list(*, hotel_id: int) -> list[dict[str, Any]]:
    """The list at the duty manager's desk, what waits for the general manager first. One statement."""
    return db.fetch_all(_STANDING, [hotel_id])


_LEVELS = """
SELECT l.id, l.code, l.name, l.name_en, l.rank, l.sealed, l.sealed_by, l.protocol, l.letter, l.is_active, a.kind,
    a.value, a.note
FROM vip_level l LEFT JOIN vip_amenity a ON a.level_id = l.id WHERE l.hotel_id = %s ORDER BY l.rank, a.id
"""


@dataclass(frozen=True, slots=True)
class LevelView:
    id: int
    code: str
    name: str
    name_en: str
    rank: int
    sealed: bool
    sealed_by: str
    protocol: str
    letter: str
    is_active: bool
    amenities: dict[str, tuple[str, str]]

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)


def levels(*, hotel_id: int) -> list[LevelView]:
    """Levels from the lowest, each with its amenities: value and note by kind. One statement."""
    found: dict[int, LevelView] = {}
    for row in db.fetch_all(_LEVELS, [hotel_id]):
        kind, value, note = row.pop("kind"), row.pop("value"), row.pop("note")
        level = found.setdefault(row["id"], LevelView(**row, amenities={}))
        if kind is not None:
            level.amenities[kind] = (value, note)
    return list(found.values())


def level_codes(hotel_id: int) -> list[str]:
    """The levels in use, the lowest first."""
    return list(
        db.fetch_values("SELECT code FROM vip_level WHERE hotel_id = %s AND is_active ORDER BY rank", [hotel_id])
    )


_SEAL = """
SELECT s.sealed_at, coalesce(nullif(a.name, ''), a.username, '') AS sealed_by, s.broken_at,
    coalesce(nullif(b.name, ''), b.username, '') AS broken_by, s.reason
FROM property_roomseal s JOIN vip_visit x ON x.hotel_id = s.hotel_id AND x.room_reservation_id = s.stay_id
LEFT JOIN people_user a ON a.id = s.sealed_by LEFT JOIN people_user b ON b.id = s.broken_by
WHERE x.hotel_id = %s AND x.id = %s ORDER BY s.id DESC LIMIT 1
"""


def last_seal(*, hotel_id: int, visit_id: int) -> dict[str, Any] | None:
    """The latest seal of the visit's room, whole or broken, with who sealed and who broke it."""
    return db.fetch_one(_SEAL, [hotel_id, visit_id])


_SIGNED = """
SELECT t.id AS task_id, coalesce(nullif(u.name, ''), u.username, '') AS name, p.at, p.text
FROM promises_task t JOIN promises_proof p ON p.task_id = t.id AND p.id > t.proofs_after
LEFT JOIN people_staff s ON s.id = p.staff_id LEFT JOIN people_user u ON u.id = s.user_id
WHERE t.hotel_id = %s AND t.run_id = %s ORDER BY p.id
"""


def proofs_by_task(*, hotel_id: int, run_id: int) -> dict[int, list[dict[str, Any]]]:
    """Who signed or wrote what under each task of a visit's run, in order. One statement."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in db.fetch_all(_SIGNED, [hotel_id, run_id]):
        found.setdefault(row.pop("task_id"), []).append(row)
    return found
