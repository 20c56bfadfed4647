"""Building blocks: a hold under its lock, a request about it, and what the answer changes."""

from __future__ import annotations

import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError

from binzhi.billing import ledger
from binzhi.billing.cashier_errors import NoOpenShift
from binzhi.billing.folio_errors import AuthCodeWrong, CardNumberTyped, CardTailWrong, HoldBusy, HoldNotHeld
from binzhi.billing.holds.acquirer import Outcome
from binzhi.billing.ledger import Posting
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import attempt
from binzhi.kernel.text import clean_text

NOTE_LIMIT = 120
CARD = "card"
HOLD_DAYS = 30
_CODE = re.compile(r"[0-9A-Za-z]{4,12}")
_LONG_NUMBER = re.compile(r"(?:\d[ -]?){13,19}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedHold:
    """A hold as it stands now; nobody else changes it before this transaction ends."""

    pk: int
    folio_id: int
    state: str
    amount: Decimal
    currency: str
    by_hand: bool
    folio_is_open: bool
    business_date: date
    hold_days: int


_LOCK = """
SELECT h.id AS pk, h.folio_id, h.state, h.amount, h.currency, h.by_hand, f.closed_at IS NULL AS folio_is_open,
       o.business_date, coalesce(a.hold_days, %(days)s) AS hold_days
FROM billing_hold h JOIN billing_folio f ON f.id = h.folio_id JOIN property_hotel o ON o.id = h.hotel_id
LEFT JOIN billing_acquirer a ON a.hotel_id = h.hotel_id
WHERE h.hotel_id = %(hotel)s AND h.id = %(hold)s FOR NO KEY UPDATE OF h
"""
_STEP = """
INSERT INTO billing_holdstep (hotel_id, hold_id, serial, kind, amount, account_id, reason, asked_by, asked_at, next_at)
VALUES (%(hotel)s, %(hold)s, %(serial)s, %(kind)s, %(amount)s, %(account)s::bigint, %(reason)s, %(user)s::bigint,
    %(now)s, %(next)s) RETURNING id
"""
_ANSWERED = """
UPDATE billing_holdstep SET state = %(state)s, auth_code = %(code)s, error = %(error)s, answered_at = %(now)s,
    next_at = NULL, transaction_id = %(transaction)s::bigint WHERE id = %(step)s
"""
_CHANGE = """
UPDATE billing_hold SET state = %(state)s, amount = amount + %(more)s, captured = %(captured)s,
    auth_code = coalesce(nullif(%(code)s, ''), auth_code), card_tail = coalesce(nullif(%(tail)s, ''), card_tail),
    expires_on = coalesce(%(ends)s::date, expires_on) WHERE id = %(hold)s
"""


def lock_hold(*, hotel_id: int, hold_id: int) -> LockedHold:
    """Raises NotFound."""
    row = db.fetch_one(_LOCK, {"hotel": hotel_id, "hold": hold_id, "days": HOLD_DAYS})
    if row is None:
        raise NotFound
    return LockedHold(**row)


def waits(hold_id: int) -> bool:
    """Has the bank not said yet what became of the last request? Read after the hold's lock."""
    found: bool = db.fetch_value(
        "SELECT EXISTS (SELECT 1 FROM billing_holdstep WHERE hold_id = %s AND state IN ('asked', 'giving_up'))",
        [hold_id],
    )
    return found


def require_held(hold: LockedHold) -> None:
    """Raises HoldBusy while the bank has not said whether it holds it, HoldNotHeld."""
    if hold.state == "asked":
        raise HoldBusy
    if hold.state != "held":
        raise HoldNotHeld


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked about a hold."""

    kind: str
    amount: Decimal
    account_id: int | None = None
    reason: str = ""


def ask(*, hotel_id: int, hold_id: int, what: Ask, user_id: int | None, now: datetime, by_hand: bool) -> int:
    """Keep a request, to be sent; one made by hand needs no sending. Raises HoldBusy."""
    try:
        step_id: int = db.fetch_value(
            _STEP,
            {
                "hotel": hotel_id, "hold": hold_id, "serial": uuid.uuid4().hex, "kind": what.kind,
                "amount": what.amount, "account": what.account_id, "reason": what.reason, "user": user_id, "now": now,
                "next": None if by_hand else now,
            },
        )  # fmt: skip
    except IntegrityError as error:
        if db.constraint_of(error) == "hold_one_step_at_a_time":
            raise HoldBusy from error
        raise
    return step_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A request that waits for its answer; what is done by hand is sent nowhere and has no serial."""

    pk: int
    kind: str
    amount: Decimal
    account_id: int | None
    state: str
    serial: str = ""


def settle(
    *, hotel_id: int, hold: LockedHold, step: Step, outcome: Outcome, user_id: int | None, now: datetime
) -> int | None:
    """What an answer that is known changes: the hold, the request, with a capture or refund the bill; what was posted.

    The caller holds the day, the window of a capture or refund and the hold.
    """
    paid = None
    if outcome.state == "done":
        if step.kind in ("capture", "refund"):
            paid = _book(
                hotel_id, step, _payment(step) if step.kind == "capture" else _refund(hold, step), user_id, now
            )
        if step.kind != "refund":
            _change(hold, step, outcome)
    elif step.kind == "hold":
        # Never held: refused by the bank, or taken back before it was known.
        _set(hold, "refused" if outcome.state == "refused" else "released", outcome)
    db.execute(
        _ANSWERED,
        {
            "state": outcome.state, "code": outcome.auth_code, "error": outcome.error[:120], "now": now,
            "transaction": paid, "step": step.pk,
        },
    )  # fmt: skip
    return paid


def _change(hold: LockedHold, step: Step, outcome: Outcome) -> None:
    if step.kind == "capture":
        _set(hold, "captured", outcome, captured=step.amount)
    elif step.kind == "release":
        _set(hold, "released", outcome)
    else:
        ends = outcome.expires_on or hold.business_date + timedelta(days=hold.hold_days)
        more = step.amount if step.kind == "extend" else Decimal(0)
        _set(hold, "held", outcome, more=more, ends=ends, code=outcome.auth_code)


def _set(
    hold: LockedHold, state: str, outcome: Outcome, *, more: Decimal = Decimal(0), captured: Decimal = Decimal(0),
    ends: date | None = None, code: str = "",
) -> None:  # fmt: skip
    db.execute(
        _CHANGE,
        {
            "state": state, "more": more, "captured": captured, "code": code, "tail": outcome.card_tail,
            "ends": ends, "hold": hold.pk,
        },
    )  # fmt: skip


def _payment(step: Step) -> Posting:
    assert step.account_id is not None  # a capture pays a window
    return Posting(
        kind="payment", lines=[(step.account_id, -step.amount)], means=CARD, means_amount=step.amount,
        window_id=step.account_id, source_key=f"hold:{step.pk}",
    )  # fmt: skip


_CAPTURED = """
SELECT c.transaction_id, s.reason FROM billing_holdstep c JOIN billing_holdstep s ON s.id = %s
WHERE c.hold_id = %s AND c.kind = 'capture' AND c.state = 'done'
"""


def _refund(hold: LockedHold, step: Step) -> Posting:
    assert step.account_id is not None  # a refund goes from the window that was paid
    row = db.fetch_one(_CAPTURED, [step.pk, hold.pk])
    assert row is not None  # the database lets nothing be given back that was not taken
    return Posting(
        kind="refund", lines=[(step.account_id, step.amount)], means=CARD, means_amount=-step.amount,
        window_id=step.account_id, origin_id=row["transaction_id"], description=row["reason"],
        source_key=f"hold:{step.pk}",
    )  # fmt: skip


def _book(hotel_id: int, step: Step, posting: Posting, user_id: int | None, now: datetime) -> int:
    """The money has moved: it is booked whatever the window owes by now, once."""
    try:
        with attempt():
            return ledger.post(hotel_id=hotel_id, posting=posting, user_id=user_id, now=now).transaction_id
    except NoOpenShift:
        if step.serial:
            # Asked for within a shift that was closed before the bank answered: it belongs to none.
            return ledger.post(hotel_id=hotel_id, posting=posting, user_id=None, now=now).transaction_id
        raise


# ---------------------------------------------------------------- what is typed


def clean_code(code: str) -> str:
    """The code on the terminal's slip. Raises AuthCodeWrong."""
    text = unicodedata.normalize("NFKC", clean_text(code, field="auth_code", limit=40)).replace(" ", "").upper()
    if text and not _CODE.fullmatch(text):
        raise AuthCodeWrong
    return text


def clean_tail(tail: str) -> str:
    """The card's last four digits. Raises CardTailWrong."""
    text = unicodedata.normalize("NFKC", clean_text(tail, field="card_tail", limit=40))
    if not (len(text) == 4 and text.isascii() and text.isdigit()):
        raise CardTailWrong
    return text


def clean_words(text: str, *, field: str) -> str:
    """Words without a card's number in them. Raises InvalidInput, CardNumberTyped."""
    words = clean_text(text, field=field, limit=NOTE_LIMIT)
    for found in _LONG_NUMBER.findall(unicodedata.normalize("NFKC", words)):
        if _adds_up([int(digit) for digit in found if digit.isdigit()]):
            raise CardNumberTyped(field=field)
    return words


def _adds_up(digits: list[int]) -> bool:
    """The check digit of card numbers (Luhn)."""
    doubled = [digit if place % 2 == 0 else sum(divmod(digit * 2, 10)) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
