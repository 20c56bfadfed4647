"""The runs that are live, and what there is to choose from on a screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from binzhi.kernel import db
from binzhi.promises.protocols import store
from binzhi.promises.protocols.language import ProtocolSpec
from binzhi.property.queries import localised

MOST_RUNS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A live run with its next moment and how it stands."""

    id: int
    label: str
    room: str
    facts: dict[str, Any]
    protocol: ProtocolSpec
    anchor: str
    at: datetime | None
    late: int
    ended: int
    tasks: int

    @property
    def title(self) -> str:
        return localised(self.protocol.name, self.protocol.name_en)

    @property
    def anchor_label(self) -> str:
        if not self.anchor:
            return ""
        found = self.protocol.anchor(self.anchor)
        return localised(found.label, found.label_en)


_LIVE = """
SELECT r.id, r.label, r.facts, r.version_id, coalesce(room.number, '') AS room, coalesce(a.name, '') AS anchor, a.at,
    t.late, t.ended, t.tasks
FROM promises_run r
LEFT JOIN property_room room ON room.id = r.room_id
LEFT JOIN LATERAL (
    SELECT name, at FROM promises_anchor WHERE run_id = r.id AND at >= %(now)s ORDER BY at LIMIT 1) a ON true
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'open' AND due_at < %(now)s) AS late,
        count(*) FILTER (WHERE state IN ('done', 'waived')) AS ended,
        count(*) FILTER (WHERE state <> 'dropped') AS tasks
    FROM promises_task WHERE run_id = r.id) t
WHERE r.hotel_id = %(hotel)s AND r.status = 'live'
ORDER BY a.at NULLS LAST, r.id LIMIT %(limit)s
"""


def live_runs(*, hotel_id: int, now: datetime) -> list[RunRow]:
    """By their next moment. One statement."""
    found = db.fetch_all(_LIVE, {"hotel": hotel_id, "now": now, "limit": MOST_RUNS})
    return [_row(row, store.spec_of(row.pop("version_id"))) for row in found]


def _row(row: dict[str, Any], protocol: ProtocolSpec) -> RunRow:
    return RunRow(**row | {"facts": db.plain_json(row["facts"])}, protocol=protocol)


_DEPARTMENTS = "SELECT code, name, name_en FROM people_department WHERE hotel_id = %s ORDER BY position, id"


def departments_of(hotel_id: int) -> list[tuple[str, str]]:
    """Code and name, in the order of the house. One statement."""
    return [(row["code"], localised(row["name"], row["name_en"])) for row in db.fetch_all(_DEPARTMENTS, [hotel_id])]
