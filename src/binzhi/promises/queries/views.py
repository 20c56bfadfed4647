"""One task and one run with everything that belongs to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.promises import evidence
from binzhi.promises.protocols import store
from binzhi.promises.protocols.language import ProtocolSpec, Wanted
from binzhi.promises.queries.cards import CARDS, Card, cards
from binzhi.property.queries import localised


@dataclass(frozen=True, slots=True)
class ProofRow:
    """What somebody showed or signed. `counts`: not, when the task was opened again since."""

    id: int
    kind: str
    item: str
    text: str
    number: Decimal | None
    photo_id: int | None
    staff_id: int | None
    by: str
    at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the ladder that was taken, and who was told."""

    round: int
    rung: int
    to_post: str
    staff_id: int | None
    told: str
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as the one who does it sees it: what is wanted, what is there, what is left."""

    card: Card
    proofs: list[ProofRow]
    steps: list[StepRow]
    ticked: frozenset[str]
    countersignatures_left: list[Wanted]
    signed: bool

    @property
    def run_id(self) -> int:
        return self.card.run_id


_TASK = f"{CARDS} WHERE t.hotel_id = %(hotel)s AND t.id = %(id)s"
_NAME = """
coalesce((SELECT coalesce(nullif(u.name, ''), u.username) FROM people_staff s JOIN people_user u ON u.id = s.user_id
          WHERE s.id = {staff}), '')
"""
_PROOFS = f"""
SELECT p.id, p.kind, p.item, p.text, p.number, p.photo_id, p.staff_id, {_NAME.format(staff="p.staff_id")} AS by, p.at,
    p.id > t.proofs_after AS counts
FROM promises_proof p JOIN promises_task t ON t.id = p.task_id WHERE p.task_id = %s ORDER BY p.id
"""  # noqa: S608  (constants)
_STEPS = f"""
SELECT e.round, e.rung, e.to_post, e.staff_id, {_NAME.format(staff="e.staff_id")} AS told, e.due_at, e.at
FROM promises_escalation e WHERE e.task_id = %s ORDER BY e.round, e.rung
"""  # noqa: S608  (constants)


def task_view(*, hotel_id: int, task_id: int, now: datetime) -> TaskView:
    """Raises NotFound. Three statements."""
    found = cards(_TASK, {"hotel": hotel_id, "id": task_id}, now)
    if not found:
        raise NotFound
    card = found[0]
    proofs = [ProofRow(**row) for row in db.fetch_all(_PROOFS, [task_id])]
    kept = [evidence.Kept(one.id, one.kind, one.item, one.staff_id) for one in proofs if one.counts]
    return TaskView(
        card=card, proofs=proofs, steps=[StepRow(**row) for row in db.fetch_all(_STEPS, [task_id])],
        ticked=frozenset(one.item for one in kept if one.item),
        countersignatures_left=evidence.countersignatures_left(card.spec, kept),
        signed=bool(kept) and evidence.is_begun(card.spec, kept),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AnchorRow:
    """A moment of a run, with its name in the protocol."""

    name: str
    occurrence: int
    at: datetime | None
    moves: int
    label: str
    label_en: str
    planned: bool
    repeats: bool

    @property
    def title(self) -> str:
        return localised(self.label, self.label_en)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run with its moments and all its tasks, ended ones too, in the order of their limits."""

    id: int
    version: int
    protocol: ProtocolSpec
    version_id: int
    subject: str
    subject_id: int
    occasion: str
    label: str
    room_id: int | None
    guest_id: int | None
    host_department: str
    facts: dict[str, Any]
    status: str
    started_at: datetime
    ended_at: datetime | None
    anchors: list[AnchorRow]
    tasks: list[Card]


_RUN = """
SELECT r.id, r.row_version AS version, r.version_id, r.subject, r.subject_id, r.occasion, r.label, r.room_id,
    r.guest_id, coalesce(d.code, '') AS host_department, r.facts, r.status, r.started_at, r.ended_at
FROM promises_run r LEFT JOIN people_department d ON d.id = r.host_department_id
WHERE r.hotel_id = %s AND r.id = %s
"""
_ANCHORS = "SELECT name, occurrence, at, moves FROM promises_anchor WHERE run_id = %s ORDER BY at NULLS LAST, id"
_TASKS = f"""
{CARDS} WHERE t.hotel_id = %(hotel)s AND t.run_id = %(id)s ORDER BY t.due_at NULLS LAST, t.position, t.id
"""


def run_view(*, hotel_id: int, run_id: int, now: datetime) -> RunView:
    """Raises NotFound. Three statements."""
    row = db.fetch_one(_RUN, [hotel_id, run_id])
    if row is None:
        raise NotFound
    spec = store.spec_of(row["version_id"])
    return RunView(
        **row | {"facts": db.plain_json(row["facts"])},
        protocol=spec,
        anchors=[_anchor(spec, one) for one in db.fetch_all(_ANCHORS, [run_id])],
        tasks=cards(_TASKS, {"hotel": hotel_id, "id": run_id}, now),
    )


def _anchor(spec: ProtocolSpec, row: dict[str, Any]) -> AnchorRow:
    words = spec.anchor(row["name"])
    return AnchorRow(**row, label=words.label, label_en=words.label_en, planned=words.planned, repeats=words.repeats)
