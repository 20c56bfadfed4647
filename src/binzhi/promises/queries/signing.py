"""What waits for another post's signature."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from binzhi.kernel import db
from binzhi.promises import evidence
from binzhi.promises.evidence import Kept
from binzhi.promises.queries.cards import CARDS, Card, cards
from binzhi.promises.who import Person, PostFacts, fits

# Somebody has handed in something that counts, and the task is open still: few at any moment.
_BEGUN = f"""
{CARDS} WHERE t.hotel_id = %(hotel)s AND t.state IN ('waiting', 'open')
    AND EXISTS (SELECT 1 FROM promises_proof p WHERE p.task_id = t.id AND p.id > t.proofs_after)
ORDER BY t.due_at NULLS LAST, t.run_id, t.position, t.id
"""  # noqa: S608  (constants)
_PROOFS = """
SELECT p.task_id, p.id, p.kind, p.item, p.staff_id FROM promises_proof p JOIN promises_task t ON t.id = p.task_id
WHERE p.task_id = ANY (%s::bigint[]) AND p.id > t.proofs_after ORDER BY p.id
"""


def to_countersign(*, hotel_id: int, person: Person, posts: Mapping[str, PostFacts], now: datetime) -> list[Card]:
    """Tasks done by others that wait for this person's signature, the most pressing first. Two statements at most."""
    begun = cards(_BEGUN, {"hotel": hotel_id}, now)
    if not begun:
        return []
    kept: dict[int, list[Kept]] = {}
    for row in db.fetch_all(_PROOFS, [[card.id for card in begun]]):
        kept.setdefault(row.pop("task_id"), []).append(Kept(**row))
    return [card for card in begun if _wants(card, kept.get(card.id, []), person, posts)]


def _wants(card: Card, kept: list[Kept], person: Person, posts: Mapping[str, PostFacts]) -> bool:
    if not evidence.is_begun(card.spec, kept):
        return False
    return any(
        fits(
            post=person.post, grade=person.grade, department=person.department, wanted=[one.post],
            of=posts[one.post].department if one.post in posts else "", posts=posts,
        )
        for one in evidence.countersignatures_left(card.spec, kept)
    )  # fmt: skip
