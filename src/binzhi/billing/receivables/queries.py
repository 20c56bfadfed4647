"""Companies' accounts read: ageing, what is open, how it came about. Each list is one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from binzhi.billing.receivables.accounts import OPEN
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO

USUAL_TERMS = 30


@dataclass(frozen=True, slots=True)
class AgedRow:
    """A company in the ageing list: what it owes by age, what it paid and nobody used, and what that comes to."""

    account_id: int
    organisation_id: int
    name: str
    code: str
    limit: Decimal
    days: int
    to_30: Decimal
    to_60: Decimal
    to_90: Decimal
    older: Decimal
    unused: Decimal
    balance: Decimal
    overdue: Decimal
    oldest: date | None
    reminders: int
    reminded_on: date | None
    windows: Decimal

    @property
    def left(self) -> Decimal:
        """Of the limit, after what it owes and what stands in the open windows that it pays."""
        return self.limit - self.balance - self.windows


_ACCOUNTS = """
SELECT a.id FROM billing_account a
WHERE a.hotel_id = %(hotel)s AND a.kind = 'receivable' AND a.organisation_id IS NOT NULL AND a.folio_id IS NULL
  AND (%(organisation)s::bigint IS NULL OR a.organisation_id = %(organisation)s::bigint)
"""
_AGED = f"""{OPEN}, dated AS (
    SELECT o.account_id, o.amount, o.standing, t.business_date, %(as_of)s - t.business_date AS age
    FROM open_now o JOIN billing_transaction t ON t.id = o.root WHERE o.amount <> 0
), sums AS (
    SELECT d.account_id,
           coalesce(sum(d.amount) FILTER (WHERE d.standing > 0 AND d.age <= 30), 0) AS to_30,
           coalesce(sum(d.amount) FILTER (WHERE d.standing > 0 AND d.age BETWEEN 31 AND 60), 0) AS to_60,
           coalesce(sum(d.amount) FILTER (WHERE d.standing > 0 AND d.age BETWEEN 61 AND 90), 0) AS to_90,
           coalesce(sum(d.amount) FILTER (WHERE d.standing > 0 AND d.age > 90), 0) AS older,
           coalesce(sum(d.amount) FILTER (WHERE d.standing < 0), 0) AS unused,
           coalesce(sum(d.amount), 0) AS balance,
           coalesce(sum(d.amount) FILTER (WHERE d.standing > 0 AND d.age > coalesce(c.days, %(usual)s)), 0) AS overdue,
           min(d.business_date) FILTER (WHERE d.standing > 0 AND d.age > coalesce(c.days, %(usual)s)) AS oldest
    FROM dated d JOIN billing_account a ON a.id = d.account_id
    LEFT JOIN billing_companyterms c ON c.hotel_id = a.hotel_id AND c.organisation_id = a.organisation_id
    GROUP BY d.account_id
)
SELECT a.id AS account_id, a.organisation_id, o.name, o.code, coalesce(a.credit_limit, o.credit_limit) AS limit,
       coalesce(c.days, %(usual)s) AS days, coalesce(s.to_30, 0) AS to_30, coalesce(s.to_60, 0) AS to_60,
       coalesce(s.to_90, 0) AS to_90, coalesce(s.older, 0) AS older, coalesce(s.unused, 0) AS unused,
       coalesce(s.balance, 0) AS balance, coalesce(s.overdue, 0) AS overdue, s.oldest,
       coalesce(r.reminders, 0) AS reminders, r.reminded_on,
       coalesce((SELECT sum(w.balance) FROM billing_account w
                 WHERE w.hotel_id = a.hotel_id AND w.organisation_id = a.organisation_id AND w.kind = 'folio'
                   AND w.is_open AND w.balance > 0), 0) AS windows
FROM billing_account a
JOIN guests_organisation o ON o.id = a.organisation_id
LEFT JOIN sums s ON s.account_id = a.id
LEFT JOIN billing_companyterms c ON c.hotel_id = a.hotel_id AND c.organisation_id = a.organisation_id
LEFT JOIN LATERAL (
    SELECT count(*) AS reminders, max(d.business_date) AS reminded_on FROM billing_dunning d
    WHERE d.account_id = a.id AND d.business_date <= %(as_of)s AND d.oldest >= s.oldest
) r ON true
WHERE a.id = ANY(%(accounts)s) ORDER BY coalesce(s.overdue, 0) DESC, coalesce(s.balance, 0) DESC, o.pinyin
"""  # noqa: S608  (constants)
_TODAY = "SELECT business_date FROM property_hotel WHERE id = %s"


def _today(hotel_id: int) -> date:
    day: date = db.fetch_value(_TODAY, [hotel_id])
    return day


def aged(*, hotel_id: int, as_of: date | None = None, organisation_id: int | None = None) -> list[AgedRow]:
    """Every company with an account, by age at the end of `as_of` (today): what is overdue first. Three statements."""
    accounts = db.fetch_values(_ACCOUNTS, {"hotel": hotel_id, "organisation": organisation_id})
    params = {"accounts": accounts, "as_of": as_of or _today(hotel_id), "usual": USUAL_TERMS}
    return [AgedRow(**row) for row in db.fetch_all(_AGED, params)]


def company_account(*, hotel_id: int, organisation_id: int, as_of: date | None = None) -> AgedRow:
    """One company's row. Raises NotFound."""
    found = aged(hotel_id=hotel_id, organisation_id=organisation_id, as_of=as_of)
    if not found:
        raise NotFound
    return found[0]


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a company should have paid, and since when the oldest of it stands."""

    amount: Decimal
    oldest: date


def overdue_of(*, hotel_id: int, organisation_id: int) -> Overdue | None:
    """None: nothing is overdue."""
    found = aged(hotel_id=hotel_id, organisation_id=organisation_id)
    if not found or found[0].oldest is None:
        return None
    return Overdue(found[0].overdue, found[0].oldest)


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An item that is not paid in full (`amount` above zero) or a credit that is not used in full (below)."""

    transaction_id: int
    kind: str
    business_date: date
    age: int
    folio_id: int | None
    folio: str
    means: str
    description: str
    standing: Decimal
    amount: Decimal
    invoices: str
    waits: bool

    @property
    def unused(self) -> Decimal:
        return -self.amount


_OPEN_ROWS = f"""{OPEN}
SELECT t.id AS transaction_id, t.kind, t.business_date, %(as_of)s - t.business_date AS age, t.folio_id,
       coalesce(f.number, '') AS folio, coalesce(m.name, '') AS means, t.description, o.standing, o.amount,
       coalesce((SELECT string_agg(i.number, ', ' ORDER BY i.id) FROM billing_invoice i
                 WHERE i.folio_id = t.folio_id AND i.state = 'issued' AND i.red_of_id IS NULL), '') AS invoices,
       EXISTS (SELECT 1 FROM billing_writeoff w WHERE w.item_id = t.id AND w.state = 'asked') AS waits
FROM open_now o JOIN billing_transaction t ON t.id = o.root
LEFT JOIN billing_folio f ON f.id = t.folio_id
LEFT JOIN billing_paymentmeans m ON m.id = t.means_id
WHERE o.amount <> 0 ORDER BY t.business_date, t.id
"""  # noqa: S608  (constants)


def open_rows(*, account_id: int, as_of: date) -> list[OpenRow]:
    """What is open on an account, oldest first."""
    return [OpenRow(**row) for row in db.fetch_all(_OPEN_ROWS, {"accounts": [account_id], "as_of": as_of})]


@dataclass(frozen=True, slots=True)
class UsedRow:
    """A payment that was used for an item."""

    pk: int
    credit_id: int
    credit_kind: str
    credit_date: date
    item_id: int
    item_folio: str
    item_date: date
    amount: Decimal
    made_at: datetime
    clerk: str


_USED = """
SELECT x.id AS pk, x.credit_id, c.kind AS credit_kind, c.business_date AS credit_date, x.item_id,
       coalesce(f.number, '') AS item_folio, i.business_date AS item_date, x.amount, x.made_at,
       coalesce(nullif(u.name, ''), u.username, '') AS clerk
FROM billing_allocation x
JOIN billing_transaction c ON c.id = x.credit_id JOIN billing_transaction i ON i.id = x.item_id
LEFT JOIN billing_folio f ON f.id = i.folio_id LEFT JOIN people_user u ON u.id = x.user_id
WHERE x.account_id = %s AND x.takes_back_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM billing_allocation b WHERE b.takes_back_id = x.id)
ORDER BY x.id DESC LIMIT 50
"""


def used_rows(*, account_id: int) -> list[UsedRow]:
    """The latest fifty uses that stand."""
    return [UsedRow(**row) for row in db.fetch_all(_USED, [account_id])]


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of a statement: debit above zero, credit below; `balance` after it."""

    transaction_id: int
    kind: str
    business_date: date
    folio_id: int | None
    folio: str
    means: str
    description: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """A company's account over a period: opening and movements make the closing balance."""

    opening: Decimal
    movements: tuple[Movement, ...]

    @property
    def closing(self) -> Decimal:
        return self.movements[-1].balance if self.movements else self.opening

    @property
    def debits(self) -> Decimal:
        return sum((one.amount for one in self.movements if one.amount > 0), ZERO)

    @property
    def credits(self) -> Decimal:
        return -sum((one.amount for one in self.movements if one.amount < 0), ZERO)


_OPENING = """
SELECT coalesce(sum(l.amount), 0) FROM billing_line l JOIN billing_transaction t ON t.id = l.transaction_id
WHERE l.account_id = %s AND t.business_date < %s
"""
_MOVEMENTS = """
SELECT t.id AS transaction_id, t.kind, t.business_date, t.folio_id, coalesce(f.number, '') AS folio,
       coalesce(m.name, '') AS means, t.description, l.amount,
       %(opening)s + sum(l.amount) OVER (ORDER BY t.business_date, t.id, l.id) AS balance
FROM billing_line l JOIN billing_transaction t ON t.id = l.transaction_id
LEFT JOIN billing_folio f ON f.id = t.folio_id LEFT JOIN billing_paymentmeans m ON m.id = t.means_id
WHERE l.account_id = %(account)s AND t.business_date BETWEEN %(first)s AND %(last)s
ORDER BY t.business_date, t.id, l.id
"""


def statement(*, account_id: int, first: date, last: date) -> Statement:
    """What moved on an account from `first` to `last`, both included; two statements."""
    opening: Decimal = db.fetch_value(_OPENING, [account_id, first])
    rows = db.fetch_all(_MOVEMENTS, {"opening": opening, "account": account_id, "first": first, "last": last})
    return Statement(opening, tuple(Movement(**row) for row in rows))


@dataclass(frozen=True, slots=True)
class WriteOffRow:
    """A request to write off, in the list."""

    pk: int
    organisation_id: int
    name: str
    folio: str
    amount: Decimal
    reason: str
    state: str
    asked_by: str
    asked_by_id: int | None
    asked_at: datetime
    decided_by: str


_WRITE_OFFS = """
SELECT w.id AS pk, a.organisation_id, o.name, coalesce(f.number, '') AS folio, w.amount, w.reason, w.state,
       w.asked_by AS asked_by_id, w.asked_at, coalesce(nullif(u.name, ''), u.username, '') AS asked_by,
       coalesce(nullif(d.name, ''), d.username, '') AS decided_by
FROM billing_writeoff w JOIN billing_account a ON a.id = w.account_id
JOIN guests_organisation o ON o.id = a.organisation_id
JOIN billing_transaction t ON t.id = w.item_id LEFT JOIN billing_folio f ON f.id = t.folio_id
LEFT JOIN people_user u ON u.id = w.asked_by LEFT JOIN people_user d ON d.id = w.decided_by
WHERE w.hotel_id = %(hotel)s AND (%(account)s::bigint IS NULL OR w.account_id = %(account)s::bigint)
ORDER BY w.state <> 'asked', w.id DESC LIMIT 50
"""


def write_offs(*, hotel_id: int, account_id: int | None = None) -> list[WriteOffRow]:
    """What waits for a second person, then what was decided lately."""
    rows: list[dict[str, Any]] = db.fetch_all(_WRITE_OFFS, {"hotel": hotel_id, "account": account_id})
    return [WriteOffRow(**row) for row in rows]
