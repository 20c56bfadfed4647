"""The rules of a bill, as the cashier reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from binzhi.kernel import db


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule: from which window, what, how much, where to. `target_folio` is empty on the same bill."""

    pk: int
    window: int
    codes: tuple[str, ...]
    groups: tuple[str, ...]
    percent: Decimal
    amount_limit: Decimal | None
    used: Decimal
    first_date: date | None
    last_date: date | None
    note: str
    created_at: datetime
    ended_at: datetime | None
    target_window: int
    target_folio: str
    payee: str
    target_open: bool

    @property
    def is_whole(self) -> bool:
        return self.percent == 100

    @property
    def left(self) -> Decimal | None:
        return None if self.amount_limit is None else self.amount_limit - self.used


_RULES = """
SELECT r.id AS pk, a."window", r.codes, r.groups, r.percent, r.amount_limit, r.used, r.first_date, r.last_date, r.note,
       r.created_at, r.ended_at, t."window" AS target_window, t.name AS payee, t.is_open AS target_open,
       CASE WHEN t.folio_id = a.folio_id THEN '' ELSE f.number END AS target_folio
FROM billing_account a
JOIN billing_routingrule r ON r.account_id = a.id
JOIN billing_account t ON t.id = r.target_id
JOIN billing_folio f ON f.id = t.folio_id
WHERE a.folio_id = %(folio)s AND (r.ended_at IS NULL OR %(ended)s)
ORDER BY a."window", r.id
"""


def rules_of(*, folio_id: int, with_ended: bool = False) -> list[RuleRow]:
    """The rules of all windows of a bill in the order in which they are applied, in one statement."""
    rows = db.fetch_all(_RULES, {"folio": folio_id, "ended": with_ended})
    return [RuleRow(**row | {"codes": tuple(row["codes"]), "groups": tuple(row["groups"])}) for row in rows]
