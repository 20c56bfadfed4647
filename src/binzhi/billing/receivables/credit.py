"""How far a company may go: what it owes and what stands in the windows it pays, counted under one lock.

A window is a company's when it carries its organisation. Companies without a limit have no account to go over: they
settle at the desk. Whoever may raise what a company owes takes `hold_credit` last, after all accounts, and counts then:
of two at once the second counts what the first has posted. The night audit asks nobody (see `over_limit`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from binzhi.billing.access import Permission
from binzhi.billing.errors import CreditLimitExceeded
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.money import ZERO

_HOLD = "SELECT pg_advisory_xact_lock(7106, (%s %% 2147483647)::int)"
# What a window was paid ahead is the guest's, not the company's to spend elsewhere: it counts as nothing.
_EXPOSURE = """
SELECT coalesce(r.credit_limit, o.credit_limit) AS limit, coalesce(r.balance, 0) AS debt,
       coalesce((SELECT sum(w.balance) FROM billing_account w
                 WHERE w.hotel_id = h.id AND w.organisation_id = o.id AND w.kind = 'folio' AND w.is_open
                   AND w.balance > 0 AND w.id <> %(without)s), 0) AS windows
FROM property_hotel h
JOIN guests_organisation o ON o.group_id = h.group_id AND o.id = %(organisation)s
LEFT JOIN billing_account r
    ON r.hotel_id = h.id AND r.kind = 'receivable' AND r.code = 'org:' || o.id AND r.folio_id IS NULL
WHERE h.id = %(hotel)s
"""
# The companies with a limit to whose windows a posting has added.
_RAISED = """
SELECT DISTINCT w.organisation_id
FROM billing_line l
JOIN billing_account w ON w.id = l.account_id AND w.kind = 'folio' AND w.organisation_id IS NOT NULL
JOIN guests_organisation o ON o.id = w.organisation_id
LEFT JOIN billing_account r ON r.hotel_id = w.hotel_id AND r.kind = 'receivable' AND r.code = 'org:' || o.id
    AND r.folio_id IS NULL
WHERE l.transaction_id = ANY(%s) AND l.amount > 0 AND coalesce(r.credit_limit, o.credit_limit) > 0
ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a company owes, what stands in its open windows, and how far it may go."""

    limit: Decimal
    debt: Decimal
    windows: Decimal

    @property
    def owed(self) -> Decimal:
        return self.debt + self.windows

    @property
    def left(self) -> Decimal:
        return self.limit - self.owed


def hold_credit(organisation_id: int) -> None:
    """Nobody else raises what the company owes before this transaction ends. After all accounts."""
    db.execute(_HOLD, [organisation_id])


def exposure_of(*, hotel_id: int, organisation_id: int, without: int = 0) -> Exposure:
    """How it stands now; `without` is a window that is not counted. None of it where there is no such company."""
    row = db.fetch_one(_EXPOSURE, {"hotel": hotel_id, "organisation": organisation_id, "without": without})
    return Exposure(**row) if row else Exposure(ZERO, ZERO, ZERO)


def within_credit(
    *, hotel_id: int, transaction_ids: Sequence[int], actor: Actor, exceed_limit: bool = False
) -> dict[str, str]:
    """After what a person has posted: no company's limit is passed by it, unless who may says so.

    What the audit keeps of it: `over_limit` with the companies whose limit was passed on purpose, or nothing. Locks the
    companies' credit. Raises CreditLimitExceeded.
    """
    over: list[int] = []
    for organisation_id in db.fetch_values(_RAISED, [list(transaction_ids)]) if transaction_ids else ():
        hold_credit(organisation_id)
        found = exposure_of(hotel_id=hotel_id, organisation_id=organisation_id)
        if found.left < 0:
            if not (exceed_limit and actor.may(Permission.EXCEED_CREDIT, hotel_id)):
                added = _added(transaction_ids, organisation_id)
                raise CreditLimitExceeded(limit=found.limit, left=max(found.left + added, ZERO))
            over.append(organisation_id)
    return {"over_limit": ",".join(str(pk) for pk in over)} if over else {}


_ADDED = """
SELECT coalesce(sum(l.amount), 0) FROM billing_line l JOIN billing_account w ON w.id = l.account_id
WHERE l.transaction_id = ANY(%s) AND w.organisation_id = %s AND w.kind = 'folio'
"""


def _added(transaction_ids: Sequence[int], organisation_id: int) -> Decimal:
    added: Decimal = db.fetch_value(_ADDED, [list(transaction_ids), organisation_id])
    return added


@dataclass(frozen=True, slots=True)
class OverLimit:
    """A company that owes more than it may, with what stands in its open windows."""

    organisation_id: int
    name: str
    limit: Decimal
    debt: Decimal
    windows: Decimal
    has_account: bool

    @property
    def owed(self) -> Decimal:
        return self.debt + self.windows

    @property
    def over(self) -> Decimal:
        return self.owed - self.limit


# Companies of the house with a limit that something stands against; the windows are found by their organisation.
_OVER = """
WITH stood AS (
    SELECT w.organisation_id, sum(w.balance) AS windows
    FROM billing_account w
    WHERE w.hotel_id = %(hotel)s AND w.organisation_id IS NOT NULL AND w.kind = 'folio' AND w.is_open AND w.balance > 0
    GROUP BY 1
), owing AS (
    SELECT r.organisation_id, r.credit_limit, r.balance FROM billing_account r
    WHERE r.hotel_id = %(hotel)s AND r.organisation_id IS NOT NULL AND r.kind = 'receivable' AND r.folio_id IS NULL
)
SELECT o.id AS organisation_id, o.name, coalesce(d.credit_limit, o.credit_limit) AS limit,
       coalesce(d.balance, 0) AS debt, coalesce(s.windows, 0) AS windows, d.balance IS NOT NULL AS has_account
FROM owing d FULL JOIN stood s USING (organisation_id)
JOIN guests_organisation o ON o.id = organisation_id
WHERE coalesce(d.credit_limit, o.credit_limit) > 0
  AND coalesce(d.balance, 0) + coalesce(s.windows, 0) > coalesce(d.credit_limit, o.credit_limit)
ORDER BY coalesce(d.balance, 0) + coalesce(s.windows, 0) - coalesce(d.credit_limit, o.credit_limit) DESC, o.id
"""


def over_limit(*, hotel_id: int) -> list[OverLimit]:
    """Who owes more than he may, the most first, in one statement for the hotel. Reads only."""
    return [OverLimit(**row) for row in db.fetch_all(_OVER, {"hotel": hotel_id})]
