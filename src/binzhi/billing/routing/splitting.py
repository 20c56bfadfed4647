"""Splitting what stands in a window: by item, by day, by share or up to an amount. Building block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from binzhi.billing import corrections
from binzhi.billing.amounts import clean_amount
from binzhi.billing.corrections import Transferred
from binzhi.billing.folio_errors import DaysOutOfOrder, NothingToSplit, ShareRequired, SplitTooLarge
from binzhi.billing.routing.rules import WHOLE, clean_percent
from binzhi.kernel import db
from binzhi.kernel.money import ZERO, quantum


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitInput:
    """Which charges (all when nothing is named) and how much of them: an amount in all, or a share of each."""

    codes: Sequence[str] = ()
    groups: Sequence[str] = ()
    first_date: date | None = None
    last_date: date | None = None
    amount: Decimal | None = None
    percent: Decimal | None = None


# What stands of each charge in the window, oldest first. The day is that of the charge, not of its transfers.
_FITTING = """
SELECT r.id AS root, sum(l.amount) AS amount
FROM billing_line l
JOIN billing_transaction t ON t.id = l.transaction_id
JOIN billing_transaction r ON r.id = coalesce(t.origin_id, t.id) AND r.kind = 'charge'
JOIN billing_chargecode c ON c.id = r.charge_code_id
WHERE l.account_id = %(source)s
  AND r.business_date BETWEEN coalesce(%(first)s::date, r.business_date) AND coalesce(%(last)s::date, r.business_date)
  AND ((%(codes)s::varchar[] = '{}' AND %(groups)s::varchar[] = '{}')
       OR c.code = ANY (%(codes)s::varchar[]) OR c."group" = ANY (%(groups)s::varchar[]))
GROUP BY r.id HAVING sum(l.amount) > 0 ORDER BY r.business_date, r.id
"""


def split(
    *, hotel_id: int, source_id: int, target_id: int, split: SplitInput, reason: str, currency: str,
    user_id: int | None, now: datetime,
) -> Transferred:  # fmt: skip
    """Move the part that is asked for of every charge that fits to another window. Locks the two windows.

    Raises InvalidInput at amount, percent or last_date, NotFound, SameWindow, NothingToSplit, FolioClosed.
    """
    if split.amount is not None and split.percent is not None:
        raise ShareRequired
    if split.first_date and split.last_date and split.first_date > split.last_date:
        raise DaysOutOfOrder
    corrections.lock_windows(hotel_id=hotel_id, source_id=source_id, target_id=target_id)
    rows = db.fetch_all(
        _FITTING,
        {
            "source": source_id, "first": split.first_date, "last": split.last_date, "codes": list(split.codes),
            "groups": list(split.groups),
        },
    )  # fmt: skip
    if not rows:
        raise NothingToSplit
    parts = _parts([row["amount"] for row in rows], split, currency)
    chosen = [(row["root"], part) for row, part in zip(rows, parts, strict=True) if part > 0]
    if not chosen:
        # A share so small that it rounds to nothing.
        raise NothingToSplit
    return corrections.move(
        hotel_id=hotel_id, roots=[root for root, _part in chosen], amounts=[part for _root, part in chosen],
        source_id=source_id, target_id=target_id, reason=reason, user_id=user_id, now=now,
    )  # fmt: skip


def _parts(standing: Sequence[Decimal], split: SplitInput, currency: str) -> list[Decimal]:
    """How much of each charge: an amount is taken from the oldest on; shares add up to the share of the whole."""
    if split.percent is not None:
        return shares(standing, clean_percent(split.percent), quantum(currency))
    if split.amount is None:
        return list(standing)
    left = clean_amount(split.amount, currency=currency)
    if left > sum(standing):
        raise SplitTooLarge(amount=sum(standing, ZERO))
    parts = []
    for amount in standing:
        parts.append(min(amount, left))
        left -= parts[-1]
    return parts


def shares(standing: Sequence[Decimal], percent: Decimal, smallest: Decimal) -> list[Decimal]:
    """`percent` of each, rounded so that their sum is that share of the sum: no fen is lost or made by splitting."""
    parts, before, taken = [], ZERO, ZERO
    for amount in standing:
        before += amount
        upto = (before * percent / WHOLE).quantize(smallest, rounding=ROUND_HALF_UP)
        # Never more than stands of this charge; what that leaves over comes with the next.
        parts.append(min(upto - taken, amount))
        taken += parts[-1]
    return parts
