"""What the house itself pays, to accounts of its own: owed at first, or paid out of the till. Building blocks.

A cost is known by a key; what is posted for it is `<key>:1`, `<key>:2` and so on, each the difference to what stood
before. What is owed stands in `payable` until it is paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from binzhi.billing import corrections, ledger
from binzhi.billing.access import Permission
from binzhi.billing.counter import authority
from binzhi.billing.folio_errors import BeyondAuthority, CompanyCannotPayOut
from binzhi.billing.houses import PAYABLE, house_account
from binzhi.billing.ledger import Posting
from binzhi.billing.setup import COMPANY
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.money import ZERO

MOST = 99


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of a cost, and how much of it is still owed."""

    amount: Decimal
    owed: Decimal
    postings: int


# A number per key at most, so that each is found by its own key.
_STANDING = """
SELECT k.key, count(DISTINCT t.id) AS postings,
       coalesce(sum(l.amount) FILTER (WHERE a.code <> %(payable)s), 0) AS amount,
       coalesce(-sum(l.amount) FILTER (WHERE a.code = %(payable)s), 0) AS owed
FROM unnest(%(keys)s::text[]) AS k (key)
CROSS JOIN generate_series(1, %(most)s) AS n
JOIN billing_transaction o ON o.hotel_id = %(hotel)s AND o.source_key = k.key || ':' || n
JOIN LATERAL (
    SELECT o.id UNION ALL SELECT r.id FROM billing_transaction r WHERE r.reverses_id = o.id
) t ON true
JOIN billing_line l ON l.transaction_id = t.id
JOIN billing_account a ON a.id = l.account_id AND a.kind = 'house'
GROUP BY k.key
"""


def standing(*, hotel_id: int, keys: Sequence[str]) -> Mapping[str, Standing]:
    """What stands of each of these costs, in one statement; nothing of those that are missing."""
    params = {"hotel": hotel_id, "keys": list(keys), "most": MOST, "payable": PAYABLE}
    return {
        row["key"]: Standing(row["amount"], row["owed"], row["postings"]) for row in db.fetch_all(_STANDING, params)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense:
    """What a cost should come to: on which of the house's accounts, and its words on the posting."""

    key: str
    code: str
    amount: Decimal
    words: str


def check_payer(*, hotel_id: int, means: str, amount: Decimal, actor: Actor) -> None:
    """Whether the actor may lay out as much by this means. Raises CompanyCannotPayOut, Forbidden, BeyondAuthority."""
    if not means:
        return
    if means == COMPANY or not means.isidentifier():
        raise CompanyCannotPayOut
    actor.require(Permission.PAY_OUT, hotel_id)
    limit = authority.limit_of(hotel_id=hotel_id, actor=actor, kind=authority.PAID_OUT)
    if amount > limit:
        raise BeyondAuthority(field="means", limit=limit)


def restate(*, hotel_id: int, expenses: Sequence[Expense], means: str, actor: Actor, now: datetime) -> list[int]:
    """Post what each cost differs from what stands of it: owed, or paid by `means`; the postings.

    The caller holds the day and a lock that keeps others from these costs. Raises UnknownMeans, CompanyCannotPayOut,
    Forbidden, BeyondAuthority, NoOpenShift, InvalidInput (changed too often).
    """
    known = standing(hotel_id=hotel_id, keys=[one.key for one in expenses])
    wanted = [(one, one.amount - (known[one.key].amount if one.key in known else ZERO)) for one in expenses]
    check_payer(
        hotel_id=hotel_id, means=means, amount=sum((more for _one, more in wanted if more > 0), ZERO), actor=actor
    )
    made = []
    for one, more in wanted:
        if more:
            nth = 1 + (known[one.key].postings if one.key in known else 0)
            made.append(_post(hotel_id, one, more, nth, means, actor, now))
    return made


def _post(
    hotel_id: int, one: Expense, amount: Decimal, nth: int, means: str, actor: Actor, now: datetime
) -> int:  # fmt: skip
    if nth > MOST:
        raise InvalidInput(field=one.code)
    lines = [(house_account(hotel_id=hotel_id, code=one.code), amount)]
    if not means:
        lines.append((house_account(hotel_id=hotel_id, code=PAYABLE), -amount))
    posting = Posting(
        kind="expense", lines=lines, means=means, means_amount=-amount if means else None, description=one.words[:120],
        source_key=f"{one.key}:{nth}",
    )  # fmt: skip
    return ledger.post(hotel_id=hotel_id, posting=posting, user_id=actor.user_id, now=now).transaction_id


def pay_owed(*, hotel_id: int, key: str, amount: Decimal, means: str, words: str, actor: Actor, now: datetime) -> int:
    """Pay what is owed under a key of its own; the posting. The caller has seen that as much is owed.

    Raises UnknownMeans, CompanyCannotPayOut, Forbidden, BeyondAuthority, NoOpenShift.
    """
    if not means:
        raise CompanyCannotPayOut
    check_payer(hotel_id=hotel_id, means=means, amount=amount, actor=actor)
    known = standing(hotel_id=hotel_id, keys=[key])
    posting = Posting(
        kind="expense", lines=[(house_account(hotel_id=hotel_id, code=PAYABLE), amount)], means=means,
        means_amount=-amount, description=words[:120],
        source_key=f"{key}:{1 + (known[key].postings if key in known else 0)}",
    )  # fmt: skip
    return ledger.post(hotel_id=hotel_id, posting=posting, user_id=actor.user_id, now=now).transaction_id


_OWED_STILL = """
SELECT o.id FROM unnest(%(keys)s::text[]) AS k (key)
CROSS JOIN generate_series(1, %(most)s) AS n
JOIN billing_transaction o ON o.hotel_id = %(hotel)s AND o.source_key = k.key || ':' || n
WHERE o.means_id IS NULL AND NOT EXISTS (SELECT 1 FROM billing_transaction r WHERE r.reverses_id = o.id)
ORDER BY o.id
"""


def take_back_owed(*, hotel_id: int, keys: Sequence[str], reason: str, user_id: int | None, now: datetime) -> list[int]:
    """Reverse what is owed of these costs and not paid; what was paid out stays. The reversals."""
    found = db.fetch_values(_OWED_STILL, {"hotel": hotel_id, "keys": list(keys), "most": MOST})
    return [
        corrections.reverse(
            hotel_id=hotel_id, transaction_id=pk, reason=reason, user_id=user_id, now=now
        ).transaction_id
        for pk in found
    ]  # fmt: skip
