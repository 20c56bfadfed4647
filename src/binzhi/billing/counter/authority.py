"""How far an actor may go by himself, and what waits for a second person. Building blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from binzhi.billing.access import Permission
from binzhi.billing.folio_errors import AlreadyDecided, BeyondAuthority, OwnApproval
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import LARGEST, ZERO

ADJUSTMENT, PAID_OUT = "adjustment", "paid_out"

_LIMIT = """
SELECT l.amount FROM people_staff s JOIN billing_authoritylimit l ON l.post_id = s.post_id AND l.hotel_id = s.hotel_id
WHERE s.hotel_id = %s AND s.id = %s AND l.kind = %s
"""


def limit_of(*, hotel_id: int, actor: Actor, kind: str) -> Decimal:
    """What the actor decides alone: his post's limit; without one nothing, or anything for those who approve."""
    if actor.is_system:
        return LARGEST
    limit: Decimal | None = db.fetch_value(_LIMIT, [hotel_id, actor.staff_id, kind])
    if limit is not None:
        return limit
    return LARGEST if actor.may(Permission.APPROVE, hotel_id) else ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What waits for a second person."""

    approval_id: int
    folio_id: int


_ASK = """
INSERT INTO billing_approval (hotel_id, folio_id, kind, account_id, charge_id, means, amount, reason, asked_by,
    asked_at)
SELECT %(hotel)s, a.folio_id, %(kind)s, a.id, %(charge)s::bigint, %(means)s, %(amount)s, %(reason)s, %(user)s::bigint,
       %(now)s
FROM billing_account a WHERE a.id = %(account)s AND a.hotel_id = %(hotel)s AND a.kind = 'folio'
RETURNING id AS approval_id, folio_id
"""


def ask(
    *, hotel_id: int, kind: str, account_id: int, amount: Decimal, reason: str, user_id: int | None, now: datetime,
    charge_id: int | None = None, means: str = "",
) -> Asked:  # fmt: skip
    """Let it wait for a second person; nothing is posted. Raises NotFound."""
    row = db.fetch_one(
        _ASK,
        {
            "hotel": hotel_id, "kind": kind, "charge": charge_id, "means": means, "amount": amount, "reason": reason,
            "user": user_id, "now": now, "account": account_id,
        },
    )  # fmt: skip
    if row is None:
        raise NotFound
    return Asked(**row)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A locked request as it stands."""

    pk: int
    folio_id: int
    kind: str
    account_id: int
    charge_id: int | None
    means: str
    amount: Decimal
    reason: str
    state: str
    asked_by: int | None


# The day before the row, as every operation that posts.
_LOCK = """
SELECT id AS pk, folio_id, kind, account_id, charge_id, means, amount, reason, state, asked_by FROM billing_approval
WHERE hotel_id = %(hotel)s AND id = %(id)s AND billing_hold_day(%(hotel)s) IS NOT NULL FOR NO KEY UPDATE
"""


def lock(*, hotel_id: int, approval_id: int, actor: Actor) -> Waiting:
    """A request that this actor may decide. Raises NotFound, AlreadyDecided, OwnApproval, BeyondAuthority."""
    row = db.fetch_one(_LOCK, {"hotel": hotel_id, "id": approval_id})
    if row is None:
        raise NotFound
    found = Waiting(**row)
    if found.state != "asked":
        raise AlreadyDecided
    if actor.user_id is not None and actor.user_id == found.asked_by:
        raise OwnApproval
    limit = limit_of(hotel_id=hotel_id, actor=actor, kind=found.kind)
    if found.amount > limit:
        raise BeyondAuthority(limit=limit)
    return found


def decided(*, approval: Waiting, approved: bool, posted_id: int | None, user_id: int | None, now: datetime) -> None:
    """Note the decision."""
    db.execute(
        "UPDATE billing_approval SET state = %s, decided_by = %s, decided_at = %s, posted_id = %s WHERE id = %s",
        ["approved" if approved else "refused", user_id, now, posted_id, approval.pk],
    )


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A request in the list."""

    pk: int
    folio: str
    folio_id: int
    kind: str
    window: int
    item: str
    amount: Decimal
    reason: str
    state: str
    asked_by: str
    asked_by_id: int | None
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None


_LIST = """
SELECT p.id AS pk, f.number AS folio, p.folio_id, p.kind, a."window", p.amount, p.reason, p.state, p.asked_at,
       p.asked_by AS asked_by_id, p.decided_at, coalesce(c.name, '') AS item,
       coalesce(nullif(u.name, ''), u.username, '') AS asked_by,
       coalesce(nullif(d.name, ''), d.username, '') AS decided_by
FROM billing_approval p
JOIN billing_folio f ON f.id = p.folio_id
JOIN billing_account a ON a.id = p.account_id
LEFT JOIN billing_transaction t ON t.id = p.charge_id
LEFT JOIN billing_chargecode c ON c.id = t.charge_code_id
LEFT JOIN people_user u ON u.id = p.asked_by
LEFT JOIN people_user d ON d.id = p.decided_by
WHERE p.hotel_id = %(hotel)s AND (%(folio)s::bigint IS NULL OR p.folio_id = %(folio)s)
ORDER BY p.state <> 'asked', p.id DESC LIMIT 100
"""


def approvals(*, hotel_id: int, folio_id: int | None = None) -> list[ApprovalRow]:
    """What waits, then what was decided lately, in one statement."""
    rows: list[dict[str, Any]] = db.fetch_all(_LIST, {"hotel": hotel_id, "folio": folio_id})
    return [ApprovalRow(**row) for row in rows]
