"""A bill as the cashier sees it: windows, lines, what stands of each, the deposit held."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO
from binzhi.property.queries import localised

_FOLIO = """
SELECT f.id AS pk, f.number, f.guest_id, f.opened_at, f.closed_at, h.currency, h.business_date,
       a.id AS account_id, a.kind, a."window", a.name AS payee, a.balance
FROM billing_folio f
JOIN property_hotel h ON h.id = f.hotel_id
JOIN billing_account a ON a.folio_id = f.id
WHERE f.hotel_id = %s AND f.number = %s
ORDER BY a.kind DESC, a."window"
"""
# One row per line on an account of the bill. The other end of a transfer is the one other line it has.
_LINES = """
SELECT l.account_id, l.amount, t.id AS transaction_id, t.kind, t.business_date, t.posted_at, t.description, t.quantity,
       t.reverses_id, coalesce(t.origin_id, t.id) AS root_id, t.user_id, coalesce(t.source_key, '') AS source_key,
       coalesce(c.code, '') AS code, coalesce(c.name, '') AS code_name, coalesce(c.name_en, '') AS code_name_en,
       coalesce(m.code, '') AS means, coalesce(m.name, '') AS means_name, coalesce(m.name_en, '') AS means_name_en,
       coalesce(nullif(u.name, ''), u.username, '') AS clerk, r.id AS reversed_by,
       o.kind AS reversed_kind, coalesce(far."window", 0) AS far_window, coalesce(farf.number, '') AS far_folio,
       coalesce(rc.name, '') AS origin_name, coalesce(rc.name_en, '') AS origin_name_en,
       came.amount AS came, coalesce(came.words, '') AS came_from,
       went.amount AS went, coalesce(went.words, '') AS went_to
FROM billing_account a
JOIN billing_line l ON l.account_id = a.id
JOIN billing_transaction t ON t.id = l.transaction_id
LEFT JOIN billing_chargecode c ON c.id = t.charge_code_id
LEFT JOIN billing_paymentmeans m ON m.id = t.means_id
LEFT JOIN people_user u ON u.id = t.user_id
LEFT JOIN billing_transaction r ON r.reverses_id = t.id
LEFT JOIN billing_transaction o ON o.id = t.reverses_id
LEFT JOIN billing_transaction root ON root.id = t.origin_id
LEFT JOIN billing_chargecode rc ON rc.id = root.charge_code_id
LEFT JOIN LATERAL (
    SELECT fa."window", fa.folio_id FROM billing_line fl JOIN billing_account fa ON fa.id = fl.account_id
    WHERE fl.transaction_id = t.id AND fl.id <> l.id LIMIT 1
) far ON t.kind = 'transfer' OR o.kind = 'transfer'
LEFT JOIN billing_folio farf ON farf.id = far.folio_id AND farf.id <> a.folio_id
LEFT JOIN LATERAL (
    SELECT sum(s.amount) AS amount, string_agg(DISTINCT concat_ws(' ', sf.number, sa."window"), ', ') AS words
    FROM billing_routed s JOIN billing_routingrule rule ON rule.id = s.rule_id
    JOIN billing_account sa ON sa.id = rule.account_id
    LEFT JOIN billing_folio sf ON sf.id = sa.folio_id AND sf.id <> a.folio_id
    WHERE s.transaction_id = t.id AND s.account_id = l.account_id
) came ON t.kind = 'charge'
LEFT JOIN LATERAL (
    SELECT sum(s.amount) AS amount, string_agg(DISTINCT concat_ws(' ', sf.number, sa."window"), ', ') AS words
    FROM billing_routed s JOIN billing_account sa ON sa.id = s.account_id
    LEFT JOIN billing_folio sf ON sf.id = sa.folio_id AND sf.id <> a.folio_id
    WHERE s.transaction_id = t.id AND s.account_id <> l.account_id
) went ON t.kind = 'charge' AND came.amount IS NULL
WHERE a.folio_id = %s
ORDER BY t.id, l.id
"""


@dataclass(frozen=True, slots=True)
class FolioLine:
    """A posting as one window shows it. `standing` is what is left of its charge or payment in this window.

    `came` and `went` say what a routing rule sent here or took away when it was posted, and from or to which window.
    """

    transaction_id: int
    kind: str
    business_date: date
    posted_at: datetime
    description: str
    quantity: int
    amount: Decimal
    code: str
    code_name: str
    code_name_en: str
    means: str
    means_name: str
    means_name_en: str
    clerk: str
    user_id: int | None
    source_key: str
    root_id: int
    reverses_id: int | None
    reversed_by: int | None
    reversed_kind: str | None
    far_window: int
    far_folio: str
    origin_name: str
    origin_name_en: str
    came: Decimal | None
    came_from: str
    went: Decimal | None
    went_to: str
    standing: Decimal

    @property
    def is_of_night_audit(self) -> bool:
        return self.source_key.startswith("room:")

    @property
    def is_money(self) -> bool:
        """Payments, refunds and used deposits stand below the charges."""
        kind = self.reversed_kind if self.kind == "reversal" else self.kind
        return kind in ("payment", "refund", "deposit_use")

    @property
    def held(self) -> Decimal:
        """On a deposit: what it added to the money held (an account the hotel owes from is negative)."""
        return -self.amount

    @property
    def code_label(self) -> str:
        return localised(self.code_name, self.code_name_en)

    @property
    def means_label(self) -> str:
        return localised(self.means_name, self.means_name_en)

    @property
    def origin_label(self) -> str:
        return localised(self.origin_name, self.origin_name_en)

    @property
    def is_void(self) -> bool:
        """Reversed, or the reversal itself: the two cancel out and the guest's copy leaves them away."""
        return self.kind == "reversal" or self.reversed_by is not None

    @property
    def is_reversible(self) -> bool:
        return self.kind != "reversal" and self.reversed_by is None and self.is_whole

    @property
    def is_whole(self) -> bool:
        """Nothing was moved away or refunded of it."""
        if self.kind in ("charge", "payment"):
            return self.standing == self.amount
        return self.kind != "transfer" or self.amount < 0 or self.standing >= self.amount

    @property
    def is_transferable(self) -> bool:
        return self.kind in ("charge", "transfer") and self.amount > 0 and self.standing > 0 and not self.reversed_by

    @property
    def is_refundable(self) -> bool:
        return self.kind == "payment" and self.standing < 0

    @property
    def refundable(self) -> Decimal:
        return -self.standing


@dataclass(frozen=True, slots=True)
class WindowView:
    """One window with its lines; `charges` and `money` are what it owes and what was paid."""

    account_id: int
    number: int
    payee: str
    balance: Decimal
    lines: tuple[FolioLine, ...]

    @property
    def charge_lines(self) -> list[FolioLine]:
        return [line for line in self.lines if not line.is_money]

    @property
    def money_lines(self) -> list[FolioLine]:
        return [line for line in self.lines if line.is_money]

    @property
    def charged(self) -> Decimal:
        return sum((line.amount for line in self.charge_lines), ZERO)

    @property
    def paid(self) -> Decimal:
        return -sum((line.amount for line in self.money_lines), ZERO)


@dataclass(frozen=True, slots=True)
class FolioView:
    """A whole bill. `deposit` is what is held, `deposit_lines` how it came about."""

    pk: int
    number: str
    guest_id: int | None
    opened_at: datetime
    closed_at: datetime | None
    currency: str
    business_date: date
    windows: tuple[WindowView, ...]
    deposit: Decimal
    deposit_lines: tuple[FolioLine, ...]

    @property
    def balance(self) -> Decimal:
        return sum((window.balance for window in self.windows), ZERO)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def window(self, number: int) -> WindowView:
        """Raises NotFound."""
        for window in self.windows:
            if window.number == number:
                return window
        raise NotFound

    def line(self, transaction_id: int) -> FolioLine | None:
        for window in self.windows:
            for line in window.lines:
                if line.transaction_id == transaction_id:
                    return line
        return None


def folio_view(*, hotel_id: int, number: str) -> FolioView:
    """A bill with all its windows and lines, in two statements. Raises NotFound."""
    accounts = db.fetch_all(_FOLIO, [hotel_id, number]) if number.isalnum() else []
    if not accounts:
        raise NotFound
    head = accounts[0]
    lines = _lines_by_account(db.fetch_all(_LINES, [head["pk"]]))
    deposits = [row for row in accounts if row["kind"] == "deposit"]
    return FolioView(
        pk=head["pk"], number=head["number"], guest_id=head["guest_id"], opened_at=head["opened_at"],
        closed_at=head["closed_at"], currency=head["currency"], business_date=head["business_date"],
        windows=tuple(
            WindowView(row["account_id"], row["window"], row["payee"], row["balance"], tuple(lines[row["account_id"]]))
            for row in accounts if row["kind"] == "folio"
        ),
        deposit=-sum((row["balance"] for row in deposits), ZERO),
        deposit_lines=tuple(line for row in deposits for line in lines[row["account_id"]]),
    )  # fmt: skip


def _lines_by_account(rows: list[dict[str, Any]]) -> defaultdict[int, list[FolioLine]]:
    standing: defaultdict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        standing[row["account_id"], row["root_id"]] += row["amount"]
    lines: defaultdict[int, list[FolioLine]] = defaultdict(list)
    for row in rows:
        account_id = row.pop("account_id")
        lines[account_id].append(FolioLine(standing=standing[account_id, row["root_id"]], **row))
    return lines


def folio_number(*, hotel_id: int, folio_id: int) -> str:
    """The number of a bill. Raises NotFound."""
    number: str | None = db.fetch_value(
        "SELECT number FROM billing_folio WHERE hotel_id = %s AND id = %s", [hotel_id, folio_id]
    )
    if number is None:
        raise NotFound
    return number


@dataclass(frozen=True, slots=True)
class FolioSummary:
    """A bill in a list."""

    pk: int
    number: str
    opened_at: datetime
    closed_at: datetime | None
    balance: Decimal
    deposit: Decimal


@dataclass(frozen=True, slots=True)
class FolioPage:
    """A page of bills; sums are of all that fit, not only of this page."""

    rows: list[FolioSummary]
    number: int
    total: int
    balance: Decimal
    deposit: Decimal

    @property
    def paginator(self) -> Paginator[int]:
        """Only for the page numbers; the rows came from the database page by page."""
        return Paginator(range(self.total), PER_PAGE)


PER_PAGE = 50
STATES = {
    "": "TRUE",
    "owing": "balance > 0",
    "credit": "balance < 0",
    "deposit": "deposit > 0",
    "closed": "TRUE",
}
_LIST = """
WITH bills AS (
    SELECT f.id AS pk, f.number, f.opened_at, f.closed_at,
           coalesce(sum(a.balance) FILTER (WHERE a.kind = 'folio'), 0) AS balance,
           coalesce(-sum(a.balance) FILTER (WHERE a.kind = 'deposit'), 0) AS deposit
    FROM billing_folio f JOIN billing_account a ON a.folio_id = f.id
    WHERE f.hotel_id = %(hotel)s AND f.closed_at IS {closed} NULL
      AND (%(ids)s::bigint[] IS NULL OR f.id = ANY(%(ids)s::bigint[]) OR f.number = upper(%(number)s))
    GROUP BY f.id
), chosen AS (SELECT * FROM bills WHERE {state})
SELECT pk, number, opened_at, closed_at, balance, deposit, count(*) OVER () AS total,
       sum(balance) OVER () AS all_balance, sum(deposit) OVER () AS all_deposit
FROM chosen ORDER BY pk DESC LIMIT %(limit)s OFFSET %(offset)s
"""


def folio_list(
    *, hotel_id: int, state: str = "", number: str = "", folio_ids: list[int] | None = None, page: int = 1
) -> FolioPage:
    """Bills newest first, in one statement: the open ones, or as `state` says; found by number or among `folio_ids`."""
    sql = _LIST.replace("{state}", STATES.get(state, "TRUE")).replace("{closed}", "NOT" if state == "closed" else "")
    params = {
        "hotel": hotel_id, "ids": folio_ids, "number": number, "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE,
    }  # fmt: skip
    rows = db.fetch_all(sql, params)
    sums = [(row.pop("total"), row.pop("all_balance"), row.pop("all_deposit")) for row in rows]
    total, balance, deposit = sums[0] if sums else (0, ZERO, ZERO)
    return FolioPage([FolioSummary(**row) for row in rows], page, total, balance, deposit)


_OPEN_FOLIOS = """
SELECT f.id AS pk, f.number, f.opened_at, f.closed_at,
       coalesce(sum(a.balance) FILTER (WHERE a.kind = 'folio'), 0) AS balance,
       coalesce(-sum(a.balance) FILTER (WHERE a.kind = 'deposit'), 0) AS deposit
FROM billing_folio f JOIN billing_account a ON a.folio_id = f.id
WHERE f.hotel_id = %s AND f.closed_at IS NULL AND f.id = ANY(%s)
GROUP BY f.id ORDER BY f.id DESC
"""


def open_folios(*, hotel_id: int, folio_ids: list[int]) -> list[FolioSummary]:
    """Those of the named bills that are open, newest first, in one statement."""
    return [FolioSummary(**row) for row in db.fetch_all(_OPEN_FOLIOS, [hotel_id, folio_ids])]
