"""Making and ending rules, and giving back what a reversed charge had used of their limits. Building blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from binzhi.billing import folios, ledger
from binzhi.billing.amounts import clean_amount
from binzhi.billing.errors import AmountTooFine, CompanyRequired, FolioClosed, SameWindow, UnknownChargeCode
from binzhi.billing.folio_errors import DaysOutOfOrder, PercentOutOfRange, RuleEnded, TargetRequired, TooManyRules
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.text import clean_text

MOST_RULES = 20
WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInput:
    """What goes where: without codes and groups everything; `target_id` is a window, or a new one is made for a payee.

    `organisation_id` makes the window the company's own; one that the bill has for it already is taken.
    """

    codes: Sequence[str] = ()
    groups: Sequence[str] = ()
    percent: Decimal = WHOLE
    amount_limit: Decimal | None = None
    first_date: date | None = None
    last_date: date | None = None
    target_id: int | None = None
    organisation_id: int | None = None
    payee: str = ""
    note: str = ""


def clean_percent(percent: Decimal, *, field: str = "percent") -> Decimal:
    """Above 0, at most 100, two decimals. Raises PercentOutOfRange, AmountTooFine."""
    if not percent.is_finite() or not 0 < percent <= WHOLE:
        raise PercentOutOfRange(field=field)
    exact = percent.quantize(Decimal("0.01"))
    if exact != percent:
        raise AmountTooFine(field=field, currency="%", digits=2)
    return exact


_ADD = """
INSERT INTO billing_routingrule (hotel_id, account_id, target_id, codes, groups, percent, amount_limit, first_date,
    last_date, note, created_at, created_by)
VALUES (%(hotel)s, %(account)s, %(target)s, %(codes)s::varchar[], %(groups)s::varchar[], %(percent)s, %(limit)s,
    %(first)s, %(last)s, %(note)s, %(now)s, %(user)s)
RETURNING id
"""


def add(
    *, hotel_id: int, folio_id: int, account_id: int, rule: RuleInput, currency: str, user_id: int | None, now: datetime
) -> tuple[int, int]:
    """Begin a rule for a window of the bill: its id and the window it sends to. Locks the bill's accounts.

    Raises InvalidInput at codes, percent, amount_limit, last_date, target or payee, NotFound, FolioClosed, SameWindow,
    TooManyRules, TooManyWindows.
    """
    percent = clean_percent(rule.percent)
    limit = (
        None if rule.amount_limit is None
        else clean_amount(rule.amount_limit, currency=currency, field="amount_limit")
    )  # fmt: skip
    if rule.first_date and rule.last_date and rule.first_date > rule.last_date:
        raise DaysOutOfOrder
    _check_codes(hotel_id, rule.codes)
    windows = {account.pk: account for account in ledger.lock_folio(hotel_id=hotel_id, folio_id=folio_id)}
    source = windows.get(account_id)
    if source is None or source.kind != "folio":
        raise NotFound
    if not source.is_open:
        raise FolioClosed
    if _open_rules(account_id) >= MOST_RULES:
        raise TooManyRules(limit=MOST_RULES)
    target_id = _target(hotel_id, folio_id, rule)
    if target_id == account_id:
        raise SameWindow
    rule_id = db.fetch_value(
        _ADD,
        {
            "hotel": hotel_id, "account": account_id, "target": target_id, "codes": list(rule.codes),
            "groups": list(rule.groups), "percent": percent, "limit": limit, "first": rule.first_date,
            "last": rule.last_date, "note": clean_text(rule.note, field="note", limit=120), "now": now, "user": user_id,
        },
    )  # fmt: skip
    return rule_id, target_id


def _open_rules(account_id: int) -> int:
    count: int = db.fetch_value(
        "SELECT count(*) FROM billing_routingrule WHERE account_id = %s AND ended_at IS NULL", [account_id]
    )
    return count


def _check_codes(hotel_id: int, codes: Sequence[str]) -> None:
    known = set(
        db.fetch_values(
            "SELECT code FROM billing_chargecode WHERE hotel_id = %s AND is_active AND code = ANY(%s)",
            [hotel_id, list(codes)],
        )
    )
    for code in codes:
        if code not in known:
            raise UnknownChargeCode(field="codes", charge_code=code)


_WINDOW = "SELECT id, is_open FROM billing_account WHERE hotel_id = %s AND id = %s AND kind = 'folio'"
_OF_COMPANY = """
SELECT a.id FROM billing_account a WHERE a.folio_id = %s AND a.kind = 'folio' AND a.organisation_id = %s ORDER BY a.id
"""
_COMPANY = """
SELECT left(o.name, 80) FROM guests_organisation o JOIN property_hotel h ON h.group_id = o.group_id
WHERE h.id = %s AND o.id = %s
"""


def _target(hotel_id: int, folio_id: int, rule: RuleInput) -> int:
    """The window that takes it: a known one, the company's on this bill, or a new one for the payee."""
    if rule.target_id is not None:
        row = db.fetch_one(_WINDOW, [hotel_id, rule.target_id])
        if row is None:
            raise NotFound(field="target")
        if not row["is_open"]:
            raise FolioClosed(field="target")
        return int(row["id"])
    if rule.organisation_id is not None:
        return company_window(hotel_id=hotel_id, folio_id=folio_id, organisation_id=rule.organisation_id)
    payee = clean_text(rule.payee, field="payee", limit=80)
    if not payee:
        raise TargetRequired
    return folios.add_window(hotel_id=hotel_id, folio_id=folio_id, payee=payee).account_id


def company_window(*, hotel_id: int, folio_id: int, organisation_id: int) -> int:
    """The window of this bill that a company pays, made when there is none. Locks the bill's accounts."""
    found: int | None = db.fetch_value(_OF_COMPANY, [folio_id, organisation_id])
    if found is not None:
        return found
    name: str | None = db.fetch_value(_COMPANY, [hotel_id, organisation_id])
    if name is None:
        raise CompanyRequired
    window = folios.add_window(hotel_id=hotel_id, folio_id=folio_id, payee=name)
    db.execute("UPDATE billing_account SET organisation_id = %s WHERE id = %s", [organisation_id, window.account_id])
    return window.account_id


_END = """
UPDATE billing_routingrule r SET ended_at = %(now)s, ended_by = %(user)s
FROM billing_account a
WHERE r.id = %(rule)s AND r.hotel_id = %(hotel)s AND a.id = r.account_id AND a.folio_id = %(folio)s
  AND r.ended_at IS NULL
RETURNING r.account_id
"""


def end(*, hotel_id: int, folio_id: int, rule_id: int, user_id: int | None, now: datetime) -> int:
    """No charge goes by this rule from now on; what it sent stays sent. The window it was for.

    Raises NotFound, RuleEnded.
    """
    params = {"now": now, "user": user_id, "rule": rule_id, "hotel": hotel_id, "folio": folio_id}
    ended: int | None = db.fetch_value(_END, params)
    if ended is not None:
        return ended
    known = db.fetch_value(
        "SELECT 1 FROM billing_routingrule r JOIN billing_account a ON a.id = r.account_id"
        " WHERE r.id = %s AND r.hotel_id = %s AND a.folio_id = %s",
        [rule_id, hotel_id, folio_id],
    )
    raise RuleEnded if known else NotFound


# The rules come before the accounts in the order of locks: a posting takes them so.
_LOCK_OF = """
SELECT id FROM billing_routingrule
WHERE id IN (SELECT rule_id FROM billing_routed WHERE transaction_id = %(transaction)s)
  AND billing_hold_day(%(hotel)s) IS NOT NULL
ORDER BY id FOR NO KEY UPDATE
"""
_GIVE_BACK = """
UPDATE billing_routingrule r SET used = r.used - s.amount
FROM (SELECT rule_id, sum(amount) AS amount FROM billing_routed WHERE transaction_id = %s GROUP BY rule_id) s
WHERE r.id = s.rule_id
"""


def lock_rules_of(*, hotel_id: int, transaction_id: int) -> bool:
    """Lock the rules that a charge went by, before its accounts; were there any."""
    return bool(db.fetch_values(_LOCK_OF, {"transaction": transaction_id, "hotel": hotel_id}))


def give_back(transaction_id: int) -> None:
    """A charge was reversed: its rules may send as much again."""
    db.execute(_GIVE_BACK, [transaction_id])
