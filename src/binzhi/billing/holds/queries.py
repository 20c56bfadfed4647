"""What is held: for a bill, for bills, for the hotel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from binzhi.billing.holds.services import DEFAULT_WARN_DAYS
from binzhi.billing.holds.steps import HOLD_DAYS
from binzhi.kernel import db

PER_PAGE = 200
OPEN = ("asked", "held")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """A hold and its last request."""

    pk: int
    folio_id: int
    folio: str
    folio_is_open: bool
    state: str
    amount: Decimal
    captured: Decimal
    currency: str
    card_tail: str
    auth_code: str
    by_hand: bool
    expires_on: date | None
    note: str
    asked_at: datetime
    asked_by: str
    step_kind: str
    step_state: str
    step_amount: Decimal
    step_error: str
    step_attempts: int
    payment_id: int | None
    given_back: Decimal
    business_date: date
    warn_days: int

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_held(self) -> bool:
        return self.state == "held"

    @property
    def waits(self) -> bool:
        """The bank has not said yet what became of the last request."""
        return self.step_state in ("asked", "giving_up")

    @property
    def may_give_up(self) -> bool:
        return self.step_state == "asked" and self.step_kind != "release" and self.step_attempts > 0

    @property
    def may_refund(self) -> bool:
        """The bank took it, and not all of it went back."""
        return self.payment_id is not None and not self.waits and self.given_back < self.captured

    @property
    def ends_soon(self) -> bool:
        return (
            self.is_held and self.expires_on is not None
            and self.expires_on <= self.business_date + timedelta(days=self.warn_days)
        )  # fmt: skip


_ROWS = """
SELECT h.id AS pk, h.folio_id, f.number AS folio, f.closed_at IS NULL AS folio_is_open, h.state, h.amount, h.captured,
       h.currency, h.card_tail, h.auth_code, h.by_hand, h.expires_on, h.note, h.asked_at,
       coalesce(nullif(u.name, ''), u.username, '') AS asked_by, s.kind AS step_kind, s.state AS step_state,
       s.amount AS step_amount, s.error AS step_error, s.attempts AS step_attempts, c.payment_id,
       coalesce(c.given_back, 0) AS given_back, o.business_date,
       coalesce(a.warn_days, %(warn)s) AS warn_days
FROM billing_hold h
JOIN billing_folio f ON f.id = h.folio_id
JOIN property_hotel o ON o.id = h.hotel_id
LEFT JOIN billing_acquirer a ON a.hotel_id = h.hotel_id
LEFT JOIN people_user u ON u.id = h.asked_by
JOIN LATERAL (
    SELECT kind, state, amount, error, attempts FROM billing_holdstep WHERE hold_id = h.id ORDER BY id DESC LIMIT 1
) s ON true
LEFT JOIN LATERAL (
    SELECT p.transaction_id AS payment_id, (
        SELECT sum(l.amount) FROM billing_transaction t JOIN billing_line l
            ON l.transaction_id = t.id AND l.account_id = p.account_id
        WHERE t.origin_id = p.transaction_id) AS given_back
    FROM billing_holdstep p WHERE p.hold_id = h.id AND p.kind = 'capture' AND p.state = 'done'
) c ON h.state = 'captured'
WHERE h.hotel_id = %(hotel)s AND (%(folio)s::bigint IS NULL OR h.folio_id = %(folio)s)
  AND (%(pk)s::bigint IS NULL OR h.id = %(pk)s)
  AND CASE %(state)s
      WHEN 'open' THEN h.state IN ('asked', 'held')
      WHEN 'ending' THEN h.state = 'held' AND h.expires_on <= o.business_date + coalesce(a.warn_days, %(warn)s)
      WHEN 'waiting' THEN s.state IN ('asked', 'giving_up')
      ELSE true END
ORDER BY h.id DESC LIMIT %(limit)s
"""


def holds(*, hotel_id: int, folio_id: int | None = None, hold_id: int | None = None, state: str = "") -> list[HoldRow]:
    """Newest first, in one statement; `state` is open, ending, waiting or empty for all."""
    params: dict[str, Any] = {
        "hotel": hotel_id, "folio": folio_id, "pk": hold_id, "state": state, "limit": PER_PAGE,
        "warn": DEFAULT_WARN_DAYS,
    }  # fmt: skip
    return [HoldRow(**row) for row in db.fetch_all(_ROWS, params)]


_HELD = """
SELECT folio_id, sum(amount) AS held, min(expires_on) AS ends FROM billing_hold
WHERE folio_id = ANY(%s) AND state = 'held' GROUP BY folio_id
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What is held for a bill, and when the first of it ends."""

    amount: Decimal
    ends: date


def held_for(folio_ids: Sequence[int]) -> Mapping[int, Held]:
    """What is held for each of these bills; those for which nothing is are missing."""
    rows = db.fetch_all(_HELD, [list(folio_ids)]) if folio_ids else []
    return {row["folio_id"]: Held(row["held"], row["ends"]) for row in rows}


@dataclass(frozen=True, slots=True)
class AcquirerRow:
    """The acquirer of a hotel; whether a key is kept is said, not which."""

    merchant_no: str
    provider_url: str
    has_key: bool
    hold_days: int
    warn_days: int


def acquirer(*, hotel_id: int) -> AcquirerRow:
    """Who holds money on cards here; without an address it is done by hand."""
    row = db.fetch_one(
        "SELECT merchant_no, url AS provider_url, key IS NOT NULL AS has_key, hold_days, warn_days"
        " FROM billing_acquirer WHERE hotel_id = %s",
        [hotel_id],
    )
    return AcquirerRow(**row) if row else AcquirerRow("", "", False, HOLD_DAYS, DEFAULT_WARN_DAYS)
