"""Pre-authorisations: each request kept before it is sent, so that it is done once whatever the wire does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from binzhi.billing import ledger, payments
from binzhi.billing.access import Permission
from binzhi.billing.amounts import clean_amount
from binzhi.billing.cashier.drawers import with_drawer
from binzhi.billing.cashier_errors import NoOpenShift
from binzhi.billing.events import AcquirerSet, HoldAnswered, HoldAsked, HoldExpired
from binzhi.billing.folio_errors import (
    AcquirerMissing,
    AuthCodeWrong,
    DoneByHand,
    HoldBusy,
    HoldNotHeld,
    HoldStepAnswered,
    HoldTooSmall,
    WholeDays,
)
from binzhi.billing.holds import steps
from binzhi.billing.holds.acquirer import Outcome
from binzhi.billing.holds.steps import Ask, LockedHold, Step
from binzhi.billing.ledger.refusals import typed_refusals
from binzhi.billing.payments import PaymentInput
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.calls import clean_address
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.operations import operation, record
from binzhi.kernel.partners import Link
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

WAITING = ("asked", "giving_up")
DEFAULT_WARN_DAYS = 3
LINK = Link("billing_acquirer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What the terminal's slip says of a request that a clerk made by hand."""

    auth_code: str = ""
    card_tail: str = ""


_INSERT = """
INSERT INTO billing_hold (hotel_id, folio_id, amount, currency, by_hand, card_tail, note, asked_by, asked_at)
SELECT %(hotel)s, f.id, %(amount)s, %(currency)s, %(by_hand)s, %(tail)s, %(note)s, %(user)s::bigint, %(now)s
FROM billing_folio f WHERE f.id = %(folio)s AND f.hotel_id = %(hotel)s RETURNING id
"""
_CONNECTED = "SELECT url <> '' FROM billing_acquirer WHERE hotel_id = %s"


@operation(Permission.HOLD)
def place_hold(
    *, hotel_id: int, folio_id: int, amount: Decimal, slip: Slip | None = None, note: str = "", actor: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Have an amount held on the guest's card: asked of the acquirer, or noted from the terminal's `slip`.

    Adds a hold and a request. Locks the bill. Raises InvalidInput at amount, auth_code, card_tail or note, NotFound,
    FolioClosed, AcquirerMissing, CardNumberTyped. Publishes HoldAsked. Not idempotent.
    """
    hotel = hotel_by_id(hotel_id)
    amount = clean_amount(amount, currency=hotel.currency)
    code, tail = _of_slip(hotel_id, slip, with_tail=True)
    ledger.hold_day(hotel_id=hotel_id)
    with typed_refusals():
        hold_id = db.fetch_value(
            _INSERT,
            {
                "hotel": hotel_id, "folio": folio_id, "amount": amount, "currency": hotel.currency,
                "by_hand": bool(code), "tail": tail, "note": steps.clean_words(note, field="note"),
                "user": actor.user_id, "now": now,
            },
        )  # fmt: skip
    if hold_id is None:
        raise NotFound
    hold = steps.lock_hold(hotel_id=hotel_id, hold_id=hold_id)
    _do(hotel_id, hold, Ask(kind="hold", amount=amount), code, actor, now)
    return int(hold_id)


@operation(Permission.HOLD)
def extend_hold(
    *, hotel_id: int, hold_id: int, more: Decimal = ZERO, auth_code: str = "", actor: Actor, now: datetime
) -> None:
    """Have it held longer, and `more` of it when that is wanted.

    Adds a request. Locks the hold. Raises InvalidInput at more or auth_code, NotFound, HoldNotHeld, HoldBusy,
    FolioClosed, AcquirerMissing, DoneByHand. Publishes HoldAsked. A second call is refused until the bank answered.
    """
    if more:
        more = clean_amount(more, currency=hotel_by_id(hotel_id).currency, field="more")
    hold, code = _held(hotel_id, hold_id, auth_code)
    _do(hotel_id, hold, Ask(kind="extend", amount=more), code, actor, now)


_WITHIN_SHIFT = """
SELECT NOT EXISTS (SELECT 1 FROM billing_cashiersetting WHERE hotel_id = %s AND must_be_open)
    OR EXISTS (SELECT 1 FROM billing_cashiershift WHERE hotel_id = %s AND user_id = %s AND closed_at IS NULL)
"""
_ITS_WINDOW = """
SELECT 1 FROM billing_hold h JOIN billing_account a ON a.folio_id = h.folio_id AND a.hotel_id = h.hotel_id
WHERE h.hotel_id = %s AND h.id = %s AND a.id = %s AND a.kind = 'folio'
"""


@operation(Permission.HOLD)
def capture_hold(
    *, hotel_id: int, hold_id: int, account_id: int, amount: Decimal, auth_code: str = "", actor: Actor, now: datetime
) -> None:
    """Take what is owed from what is held, for a window of its bill; the rest goes back to the guest.

    Adds a request; the payment is booked when the bank says so. Asks for the right to take payments as well. Locks
    window and hold. Raises InvalidInput at amount or auth_code, NotFound, FolioClosed, PaidTooMuch, HoldTooSmall,
    HoldNotHeld, HoldBusy, NoOpenShift, AcquirerMissing, DoneByHand. Publishes HoldAsked. A second call is refused.
    """
    actor.require(Permission.TAKE_PAYMENT, hotel_id)
    currency = hotel_by_id(hotel_id).currency
    amount = clean_amount(amount, currency=currency)
    if not db.fetch_value(_ITS_WINDOW, [hotel_id, hold_id, account_id]):
        raise NotFound
    payment = PaymentInput(means=steps.CARD, amount=amount)
    payments.refuse_too_much(hotel_id=hotel_id, account_id=account_id, payment=payment, currency=currency)
    hold, code = _held(hotel_id, hold_id, auth_code)
    if amount > hold.amount:
        raise HoldTooSmall(amount=hold.amount)
    if actor.user_id is not None and not db.fetch_value(_WITHIN_SHIFT, [hotel_id, hotel_id, actor.user_id]):
        raise NoOpenShift
    _do(hotel_id, hold, Ask(kind="capture", amount=amount, account_id=account_id), code, actor, now)


@operation(Permission.HOLD)
def release_hold(
    *, hotel_id: int, hold_id: int, reason: str = "", auth_code: str = "", actor: Actor, now: datetime
) -> None:
    """Give the guest the whole amount free again.

    Adds a request. Locks the hold. Raises InvalidInput at reason or auth_code, NotFound, HoldNotHeld, HoldBusy,
    AcquirerMissing, DoneByHand. Publishes HoldAsked. A second call is refused.
    """
    reason = steps.clean_words(reason, field="reason")
    hold, code = _held(hotel_id, hold_id, auth_code)
    _do(hotel_id, hold, Ask(kind="release", amount=ZERO, reason=reason), code, actor, now, reason=reason)


def _of_slip(hotel_id: int, slip: Slip | None, *, with_tail: bool) -> tuple[str, str]:
    code = steps.clean_code(slip.auth_code) if slip else ""
    if not code:
        if slip and slip.card_tail:
            raise AuthCodeWrong
        if not db.fetch_value(_CONNECTED, [hotel_id]):
            raise AcquirerMissing
        return "", ""
    return code, steps.clean_tail(slip.card_tail) if slip and with_tail else ""


def _held(hotel_id: int, hold_id: int, auth_code: str) -> tuple[LockedHold, str]:
    code = steps.clean_code(auth_code)
    ledger.hold_day(hotel_id=hotel_id)
    hold = steps.lock_hold(hotel_id=hotel_id, hold_id=hold_id)
    steps.require_held(hold)
    if hold.by_hand != bool(code):
        raise AcquirerMissing if hold.by_hand else DoneByHand
    return hold, code


def _do(
    hotel_id: int, hold: LockedHold, what: Ask, code: str, actor: Actor, now: datetime, reason: str = ""
) -> None:  # fmt: skip
    """Ask for it; what was done by hand is done."""
    user_id = actor.user_id
    step_id = steps.ask(hotel_id=hotel_id, hold_id=hold.pk, what=what, user_id=user_id, now=now, by_hand=bool(code))
    paid = None
    if code:
        step = Step(pk=step_id, kind=what.kind, amount=what.amount, account_id=what.account_id, state="asked")
        paid = steps.settle(
            hotel_id=hotel_id, hold=hold, step=step, outcome=Outcome(state="done", auth_code=code), user_id=user_id,
            now=now,
        )  # fmt: skip
    record(
        HoldAsked.topic, subject="folio", subject_id=hold.folio_id, hotel_id=hotel_id, actor=actor, now=now,
        after={
            "hold": hold.pk, "kind": what.kind, "amount": what.amount, "by_hand": bool(code), "transaction": paid,
        },
        reason=reason, event=HoldAsked(folio_id=hold.folio_id, hold_id=hold.pk, kind=what.kind),
    )  # fmt: skip


# ---------------------------------------------------------------- what the acquirer says

_WAITING = """
SELECT s.id AS pk, s.hold_id, s.kind, s.amount, s.account_id, s.state, s.serial, s.asked_by FROM billing_holdstep s
WHERE s.hotel_id = %s AND s.id = %s
"""
_OF_HOLD = """
SELECT id AS pk, hold_id, kind, amount, account_id, state FROM billing_holdstep
WHERE hotel_id = %s AND hold_id = %s AND state IN ('asked', 'giving_up')
"""


@operation(Permission.HOLD)
def note_outcome(
    *, hotel_id: int, step_id: int, was: str, outcome: Outcome, next_at: datetime, actor: Actor, now: datetime
) -> None:
    """Keep what the acquirer said of a request that stood at `was` when asked; a capture or refund is booked here.

    Changes request, hold and, with a capture or refund, the bill, together. Locks window and hold. Raises NotFound,
    HoldStepAnswered (answered already, or given up meanwhile). Publishes HoldAnswered. A second answer is refused.
    """
    row = db.fetch_one(_WAITING, [hotel_id, step_id])
    if row is None:
        raise NotFound
    ledger.hold_day(hotel_id=hotel_id)
    if row["account_id"] is not None:
        ledger.lock_accounts(hotel_id=hotel_id, account_ids=[row["account_id"]])
    hold = steps.lock_hold(hotel_id=hotel_id, hold_id=row.pop("hold_id"))
    asked_by = row.pop("asked_by")
    step = Step(**row | {"state": db.fetch_value("SELECT state FROM billing_holdstep WHERE id = %s", [step_id])})
    if step.state != was or step.state not in WAITING:
        raise HoldStepAnswered
    paid = None
    if outcome.state == "unknown":
        db.execute(
            "UPDATE billing_holdstep SET error = %s, next_at = %s WHERE id = %s",
            [outcome.error[:120], next_at, step_id],
        )
    else:
        # The payment is of who asked for it, not of the worker that heard of it.
        payee = with_drawer(hotel_id=hotel_id, user_id=asked_by)
        paid = steps.settle(hotel_id=hotel_id, hold=hold, step=step, outcome=outcome, user_id=payee, now=now)
    if outcome.state == "given_up" and step.kind not in ("hold", "refund") and not hold.folio_is_open:
        # The guest is gone and nothing more will be taken.
        steps.ask(
            hotel_id=hotel_id, hold_id=hold.pk, what=Ask(kind="release", amount=ZERO), user_id=None, now=now,
            by_hand=False,
        )  # fmt: skip
    record(
        HoldAnswered.topic, subject="folio", subject_id=hold.folio_id, hotel_id=hotel_id, actor=actor, now=now,
        after={
            "hold": hold.pk, "kind": step.kind, "amount": step.amount, "state": outcome.state, "transaction": paid,
        },
        event=HoldAnswered(folio_id=hold.folio_id, hold_id=hold.pk, kind=step.kind, state=outcome.state),
    )  # fmt: skip


@operation(Permission.HOLD)
def ask_again(*, hotel_id: int, hold_id: int, actor: Actor, now: datetime) -> None:
    """Ask at once what became of a request, rather than when its turn comes.

    Changes its turn. Locks the hold. Raises NotFound, HoldStepAnswered. Publishes HoldAsked. Idempotent: the acquirer
    knows the serial.
    """
    hold, step = _unanswered(hotel_id, hold_id)
    db.execute("UPDATE billing_holdstep SET next_at = %s WHERE id = %s", [now, step.pk])
    _asked(hotel_id, hold, step, actor, now, again=True)


@operation(Permission.HOLD)
def give_up(*, hotel_id: int, hold_id: int, actor: Actor, now: datetime) -> None:
    """Have a request without an answer undone: the acquirer takes it back if it was done, and never does it later.

    Changes the request. Locks the hold. Raises NotFound, HoldStepAnswered, HoldBusy (what is released is released).
    Publishes HoldAsked. A second call changes nothing.
    """
    hold, step = _unanswered(hotel_id, hold_id)
    if step.kind == "release":
        raise HoldBusy
    db.execute("UPDATE billing_holdstep SET state = 'giving_up', next_at = %s WHERE id = %s", [now, step.pk])
    _asked(hotel_id, hold, step, actor, now, give_up=True)


def _unanswered(hotel_id: int, hold_id: int) -> tuple[LockedHold, Step]:
    hold = steps.lock_hold(hotel_id=hotel_id, hold_id=hold_id)
    row = db.fetch_one(_OF_HOLD, [hotel_id, hold_id])
    if row is None:
        raise HoldStepAnswered
    del row["hold_id"]
    return hold, Step(**row)


def _asked(hotel_id: int, hold: LockedHold, step: Step, actor: Actor, now: datetime, **after: object) -> None:
    record(
        HoldAsked.topic, subject="folio", subject_id=hold.folio_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"hold": hold.pk, "kind": step.kind, **after},
        event=HoldAsked(folio_id=hold.folio_id, hold_id=hold.pk, kind=step.kind),
    )  # fmt: skip


@operation(Permission.HOLD)
def expire_hold(*, hotel_id: int, hold_id: int, actor: Actor, now: datetime) -> None:
    """Note that the bank holds it no longer: its last day is over.

    Changes the hold. Locks it. Raises NotFound, HoldNotHeld (or not over yet), HoldBusy. Publishes HoldExpired.
    """
    hold = steps.lock_hold(hotel_id=hotel_id, hold_id=hold_id)
    steps.require_held(hold)
    if db.fetch_one(_OF_HOLD, [hotel_id, hold_id]) is not None:
        raise HoldBusy
    done = db.execute(
        "UPDATE billing_hold SET state = 'expired' WHERE id = %s AND expires_on < %s", [hold_id, hold.business_date]
    )
    if not done:
        raise HoldNotHeld
    record(
        HoldExpired.topic, subject="folio", subject_id=hold.folio_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"hold": hold_id, "amount": hold.amount}, event=HoldExpired(folio_id=hold.folio_id, hold_id=hold_id),
    )  # fmt: skip


# ---------------------------------------------------------------- who the acquirer is


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquirerInput:
    """The acquirer of a hotel; an empty key keeps the one there is."""

    merchant_no: str
    provider_url: str = ""
    provider_key: str = ""
    hold_days: int = steps.HOLD_DAYS
    warn_days: int = DEFAULT_WARN_DAYS


_SET = """
INSERT INTO billing_acquirer (hotel_id, merchant_no, url, key, hold_days, warn_days)
VALUES (%(hotel)s, %(merchant)s, %(url)s, %(key)s::bytea, %(hold)s, %(warn)s)
ON CONFLICT (hotel_id) DO UPDATE SET merchant_no = excluded.merchant_no, url = excluded.url,
    key = coalesce(excluded.key, billing_acquirer.key), hold_days = excluded.hold_days, warn_days = excluded.warn_days
"""


@operation(Permission.SET_HOLDS)
def set_acquirer(*, hotel_id: int, acquirer: AcquirerInput, actor: Actor, now: datetime) -> None:
    """Say who holds money on cards, how long, and how long before its end that is told.

    Changes the setting. Raises InvalidInput at merchant_no, provider_url, hold_days or warn_days. Publishes
    AcquirerSet. Idempotent.
    """
    merchant = clean_text(acquirer.merchant_no, field="merchant_no", limit=30, required=True)
    if not merchant.isascii():
        raise InvalidInput(field="merchant_no")
    if not 1 <= acquirer.hold_days <= 180:
        raise WholeDays(field="hold_days", least=1, most=180)
    if not 0 <= acquirer.warn_days <= 30:
        raise WholeDays(field="warn_days", least=0, most=30)
    db.execute(
        _SET,
        {
            "hotel": hotel_id, "merchant": merchant, "url": clean_address(acquirer.provider_url),
            "key": LINK.sealed(acquirer.provider_key, hotel_id=hotel_id), "hold": acquirer.hold_days,
            "warn": acquirer.warn_days,
        },
    )  # fmt: skip
    record(
        AcquirerSet.topic, subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={
            "hold_days": acquirer.hold_days, "warn_days": acquirer.warn_days,
            "connected": bool(acquirer.provider_url),
        },
        event=AcquirerSet(hotel_id=hotel_id),
    )  # fmt: skip
