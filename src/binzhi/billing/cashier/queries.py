"""Tills, shifts and the report of a shift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.paginator import Paginator

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO
from binzhi.property.queries import localised

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class TillRow:
    """A drawer: who has it now, and what lay in it when the last shift ended."""

    pk: int
    code: str
    name: str
    is_active: bool
    cashier: str
    shift_id: int | None
    left: Decimal | None


_TILLS = """
SELECT t.id AS pk, t.code, t.name, t.is_active, s.id AS shift_id,
       coalesce(nullif(u.name, ''), u.username, '') AS cashier, last.left_in_drawer AS left
FROM billing_till t
LEFT JOIN billing_cashiershift s ON s.till_id = t.id AND s.closed_at IS NULL
LEFT JOIN people_user u ON u.id = s.user_id
LEFT JOIN LATERAL (
    SELECT c.left_in_drawer FROM billing_cashiershift c WHERE c.till_id = t.id AND c.closed_at IS NOT NULL
    ORDER BY c.id DESC LIMIT 1
) last ON true
WHERE t.hotel_id = %s AND (t.is_active OR %s) ORDER BY t.is_active DESC, t.code
"""


def tills(*, hotel_id: int, with_inactive: bool = False) -> list[TillRow]:
    """The drawers of the counter, in one statement."""
    return [TillRow(**row) for row in db.fetch_all(_TILLS, [hotel_id, with_inactive])]


def must_be_open(*, hotel_id: int) -> bool:
    """Whether money is taken only within a shift."""
    return bool(
        db.fetch_value("SELECT must_be_open FROM billing_cashiersetting WHERE hotel_id = %s", [hotel_id])
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift in the list. `difference` is what over and short came to in the hotel's money."""

    pk: int
    till: str
    user_id: int
    cashier: str
    business_date: date
    opening_float: Decimal
    opened_at: datetime
    closed_at: datetime | None
    closer: str
    left: Decimal | None
    note: str
    taken_over_from: int | None
    next_id: int | None
    next_cashier: str
    postings: int
    difference: Decimal


_SHIFTS = """
SELECT s.id AS pk, t.code || ' ' || t.name AS till, s.user_id, s.business_date, s.opening_float, s.opened_at,
       s.closed_at, s.left_in_drawer AS left, s.note, s.taken_over_from_id AS taken_over_from, n.id AS next_id,
       coalesce(nullif(u.name, ''), u.username, '') AS cashier,
       coalesce(nullif(c.name, ''), c.username, '') AS closer,
       coalesce(nullif(w.name, ''), w.username, '') AS next_cashier,
       made.postings, made.difference
FROM billing_cashiershift s
JOIN billing_till t ON t.id = s.till_id
LEFT JOIN people_user u ON u.id = s.user_id
LEFT JOIN people_user c ON c.id = s.closed_by
LEFT JOIN billing_cashiershift n ON n.taken_over_from_id = s.id
LEFT JOIN people_user w ON w.id = n.user_id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE p.kind <> 'over_short') AS postings,
           coalesce(sum(l.amount) FILTER (WHERE p.kind = 'over_short' AND a.kind = 'means'), 0) AS difference
    FROM billing_transaction p
    LEFT JOIN billing_line l ON l.transaction_id = p.id AND p.kind = 'over_short'
    LEFT JOIN billing_account a ON a.id = l.account_id
    WHERE p.shift_id = s.id AND (p.kind <> 'over_short' OR a.kind = 'means')
) made
WHERE s.hotel_id = %(hotel)s AND {which} ORDER BY s.id DESC LIMIT %(limit)s OFFSET %(offset)s
"""
_OF_LIST = _SHIFTS.replace("{which}", "(%(user)s::bigint IS NULL OR s.user_id = %(user)s::bigint)")
_ONE = _SHIFTS.replace("{which}", "s.id = %(id)s")
_MINE = _SHIFTS.replace("{which}", "s.user_id = %(user)s AND s.closed_at IS NULL")
_COUNT = (
    "SELECT count(*) FROM billing_cashiershift"
    " WHERE hotel_id = %(hotel)s AND (%(user)s::bigint IS NULL OR user_id = %(user)s::bigint)"
)


@dataclass(frozen=True, slots=True)
class ShiftPage:
    """A page of shifts, newest first."""

    rows: list[ShiftRow]
    number: int
    total: int

    @property
    def paginator(self) -> Paginator[int]:
        """Only for the page numbers."""
        return Paginator(range(self.total), PER_PAGE)


def shifts(*, hotel_id: int, user_id: int | None = None, page: int = 1) -> ShiftPage:
    """Shifts newest first, of everybody or one cashier, in two statements."""
    params = {"hotel": hotel_id, "user": user_id, "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
    total: int = db.fetch_value(_COUNT, params)
    return ShiftPage([ShiftRow(**row) for row in db.fetch_all(_OF_LIST, params)], page, total)


def shift_of(*, hotel_id: int, user_id: int | None) -> ShiftRow | None:
    """The shift that this colleague has open."""
    row = db.fetch_one(_MINE, {"hotel": hotel_id, "user": user_id, "limit": 1, "offset": 0})
    return ShiftRow(**row) if row else None


# ---------------------------------------------------------------- the report


@dataclass(frozen=True, slots=True)
class MeansLine:
    """What passed by one means. `expected`, `counted` and `dropped_notes` are in the means' own money, the rest in the
    hotel's.
    """

    code: str
    label: str
    taken: Decimal
    given: Decimal
    dropped: Decimal
    dropped_notes: Decimal | None
    expected: Decimal | None
    counted: Decimal | None
    difference: Decimal | None


@dataclass(frozen=True, slots=True)
class Passed:
    """One posting of the shift."""

    transaction_id: int
    kind: str
    reversed_kind: str
    posted_at: datetime
    folio: str
    means: str
    means_name: str
    means_name_en: str
    amount: Decimal
    description: str

    @property
    def means_label(self) -> str:
        return localised(self.means_name, self.means_name_en)


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """A shift with what passed through it and what was counted."""

    shift: ShiftRow
    means: tuple[MeansLine, ...]
    passed: tuple[Passed, ...]
    pieces: tuple[tuple[Decimal, int], ...]

    @property
    def taken(self) -> Decimal:
        return sum((line.taken for line in self.means), ZERO)

    @property
    def given(self) -> Decimal:
        return sum((line.given for line in self.means), ZERO)


# A company's account is no drawer; what it took over is listed and not counted.
_MEANS = """
WITH moved AS (
    SELECT CASE a.kind WHEN 'receivable' THEN 'company' ELSE a.code END AS code,
           sum(l.amount) FILTER (WHERE l.amount > 0 AND coalesce(o.kind, t.kind) <> 'drop') AS taken,
           -sum(l.amount) FILTER (WHERE l.amount < 0 AND coalesce(o.kind, t.kind) <> 'drop') AS given,
           -sum(l.amount) FILTER (WHERE coalesce(o.kind, t.kind) = 'drop') AS dropped
    FROM billing_transaction t
    LEFT JOIN billing_transaction o ON o.id = t.reverses_id
    JOIN billing_line l ON l.transaction_id = t.id JOIN billing_account a ON a.id = l.account_id
    WHERE t.shift_id = %(shift)s AND t.kind <> 'over_short'
      AND (a.kind = 'means' OR a.kind = 'receivable' AND coalesce(o.kind, t.kind) IN ('payment', 'refund'))
    GROUP BY 1
), notes AS (
    SELECT 'cash:' || n.currency AS code,
           sum(CASE WHEN t.reverses_id IS NULL THEN n.foreign_amount ELSE -n.foreign_amount END) AS amount
    FROM billing_transaction t JOIN billing_currencynote n ON n.transaction_id = coalesce(t.reverses_id, t.id)
    JOIN billing_transaction r ON r.id = n.transaction_id AND r.kind = 'drop'
    WHERE t.shift_id = %(shift)s GROUP BY 1
), counted AS (
    SELECT code, expected, counted, difference FROM billing_shiftcount WHERE shift_id = %(shift)s
)
SELECT both_of.code, m.name, m.name_en, coalesce(moved.taken, 0) AS taken, coalesce(moved.given, 0) AS given,
       coalesce(moved.dropped, 0) AS dropped, notes.amount AS dropped_notes, counted.expected,
       counted.counted, counted.difference
FROM (SELECT code FROM moved UNION SELECT code FROM counted) both_of
LEFT JOIN moved ON moved.code = both_of.code LEFT JOIN counted ON counted.code = both_of.code
LEFT JOIN notes ON notes.code = both_of.code
LEFT JOIN billing_paymentmeans m ON m.hotel_id = %(hotel)s AND m.code = split_part(both_of.code, ':', 1)
ORDER BY m.position, both_of.code
"""
_PASSED = """
SELECT t.id AS transaction_id, t.kind, coalesce(o.kind, '') AS reversed_kind, t.posted_at, t.description,
       coalesce(f.number, '') AS folio, coalesce(m.code, '') AS means, coalesce(m.name, '') AS means_name,
       coalesce(m.name_en, '') AS means_name_en, coalesce(sum(l.amount), 0) AS amount
FROM billing_transaction t
LEFT JOIN billing_transaction o ON o.id = t.reverses_id
LEFT JOIN billing_folio f ON f.id = t.folio_id
LEFT JOIN billing_paymentmeans m ON m.id = t.means_id
LEFT JOIN (billing_line l JOIN billing_account a ON a.id = l.account_id) ON l.transaction_id = t.id
    AND (a.kind = 'means' OR a.kind = 'receivable' AND coalesce(o.kind, t.kind) IN ('payment', 'refund'))
WHERE t.shift_id = %s GROUP BY t.id, o.kind, f.number, m.id ORDER BY t.id
"""


def shift_report(*, hotel_id: int, shift_id: int) -> ShiftReport:
    """A shift, its means, its postings, its count: in four statements. Raises NotFound."""
    row = db.fetch_one(_ONE, {"hotel": hotel_id, "id": shift_id, "limit": 1, "offset": 0})
    if row is None:
        raise NotFound
    means = db.fetch_all(_MEANS, {"hotel": hotel_id, "shift": shift_id})
    pieces = db.fetch_all(
        "SELECT face, pieces FROM billing_shiftpiece WHERE shift_id = %s ORDER BY face DESC", [shift_id]
    )
    return ShiftReport(
        shift=ShiftRow(**row),
        means=tuple(_means_line(line) for line in means),
        passed=tuple(Passed(**line) for line in db.fetch_all(_PASSED, [shift_id])),
        pieces=tuple((piece["face"], piece["pieces"]) for piece in pieces),
    )


def _means_line(row: dict[str, object]) -> MeansLine:
    name, name_en = row.pop("name"), row.pop("name_en")
    code = str(row["code"])
    label = localised(str(name or code), str(name_en or ""))
    if ":" in code:
        label = f"{label} {code.partition(':')[2]}"
    return MeansLine(label=label, **row)  # type: ignore[arg-type]  # a row of the statement above
