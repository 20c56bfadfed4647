"""What a walk costs, in the books: each part to its own account, once, and the difference when it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from binzhi.billing import expenses
from binzhi.billing.expenses import Expense
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.money import ZERO

# Part of the costs: the house's account that bears it (see `billing.houses`).
PARTS = {
    "room_cost": "walk_room",
    "transport_cost": "walk_transport",
    "compensation_cost": "walk_compensation",
    "other_cost": "walk_other",
}
PAID = "paid"


def _key(walk_id: int, part: str) -> str:
    return f"walk:{walk_id}:{part}"


def _keys(walk_id: int) -> list[str]:
    return [_key(walk_id, part) for part in PARTS]


@dataclass(frozen=True, slots=True)
class Posted:
    """What the books say of a walk: what it cost, and how much of that is still owed."""

    amount: Decimal
    owed: Decimal


def posted(*, hotel_id: int, walk_ids: Sequence[int]) -> Mapping[int, Posted]:
    """Of each walk; one statement."""
    keys = [key for pk in walk_ids for key in (*_keys(pk), _key(pk, PAID))]
    known = expenses.standing(hotel_id=hotel_id, keys=keys) if keys else {}
    found = {}
    for pk in walk_ids:
        parts = [known[key] for key in _keys(pk) if key in known]
        paid = known.get(_key(pk, PAID))
        owed = sum((part.owed for part in parts), ZERO) + (paid.owed if paid else ZERO)
        found[pk] = Posted(sum((part.amount for part in parts), ZERO), owed)
    return found


def post(
    *, hotel_id: int, walk_id: int, costs: Mapping[str, Decimal], means: str, words: str, actor: Actor, now: datetime
) -> list[int]:
    """Bring the books to these costs: what is more or less is owed, or paid by `means`. The caller has locked the walk.

    Raises UnknownMeans, CompanyCannotPayOut, Forbidden, BeyondAuthority, NoOpenShift.
    """
    wanted = [
        Expense(key=_key(walk_id, part), code=code, amount=costs[part], words=words) for part, code in PARTS.items()
    ]
    return expenses.restate(hotel_id=hotel_id, expenses=wanted, means=means, actor=actor, now=now)


def pay(*, hotel_id: int, walk_id: int, amount: Decimal, means: str, words: str, actor: Actor, now: datetime) -> int:
    """Pay what is owed of a walk. The caller has locked it and seen that it owes as much."""
    return expenses.pay_owed(
        hotel_id=hotel_id, key=_key(walk_id, PAID), amount=amount, means=means, words=words, actor=actor, now=now
    )


_LAST = """
SELECT w.id FROM reservations_walk w
JOIN reservations_roomreservation rr ON rr.id = w.room_reservation_id AND rr.end_reason = 'walked'
WHERE w.hotel_id = %s AND w.room_reservation_id = %s AND w.undone_on IS NULL
ORDER BY w.id DESC LIMIT 1 FOR NO KEY UPDATE OF w
"""
_UNDONE = """
UPDATE reservations_walk w SET undone_on = h.business_date, room_cost = %(room_cost)s,
    transport_cost = %(transport_cost)s, compensation_cost = %(compensation_cost)s, other_cost = %(other_cost)s
FROM property_hotel h WHERE h.id = w.hotel_id AND w.id = %(walk)s
"""


def undo(*, hotel_id: int, room_reservation_id: int, reason: str, actor: Actor, now: datetime) -> int | None:
    """The guest is here after all: what is owed for his walk is reversed, what was paid stays its cost. The walk.

    Where something of it was paid later, it stays as it is: that is settled with whoever got it. None: the stay did
    not end by a walk, or it was taken back before. Called before the stay's end is rewritten.
    """
    walk_id: int | None = db.fetch_value(_LAST, [hotel_id, room_reservation_id])
    if walk_id is None:
        return None
    keys = _keys(walk_id)
    if not expenses.standing(hotel_id=hotel_id, keys=[_key(walk_id, PAID)]):
        expenses.take_back_owed(hotel_id=hotel_id, keys=keys, reason=reason, user_id=actor.user_id, now=now)
    left = expenses.standing(hotel_id=hotel_id, keys=keys)
    amounts = {part: left[_key(walk_id, part)].amount if _key(walk_id, part) in left else ZERO for part in PARTS}
    db.execute(_UNDONE, {"walk": walk_id, **amounts})
    return walk_id
