"""Opening and closing a shift, bringing cash to the safe: each one transaction, one right, one audit row, one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError

from binzhi.billing import ledger
from binzhi.billing.access import Permission
from binzhi.billing.amounts import clean_amount
from binzhi.billing.cashier.counting import CASH, CountInput, counted_in, expected_in
from binzhi.billing.cashier.settling import drop_foreign, keep_count
from binzhi.billing.cashier_errors import (
    DropTooLarge,
    NoOpenShift,
    ShiftClosed,
    ShiftOpenAlready,
    SuccessorBusy,
    SuccessorCannot,
    TillTaken,
)
from binzhi.billing.errors import AmountTooFine
from binzhi.billing.events import CashDropped, ShiftEnded, ShiftOpened
from binzhi.billing.houses import SAFE, house_account
from binzhi.billing.ledger import Posted, Posting
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.kernel.money import LARGEST, ZERO, quantum
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

NOTE_LIMIT = 120


@dataclass(frozen=True, slots=True)
class LockedShift:
    """An open shift that nobody takes money in before this transaction ends."""

    pk: int
    till_id: int
    user_id: int
    opening_float: Decimal
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Closed:
    """The shift that ended and, where it was handed over, the one that began."""

    shift_id: int
    next_shift_id: int | None
    differs: bool


_OPEN = """
INSERT INTO billing_cashiershift (hotel_id, till_id, user_id, business_date, opening_float, opened_at,
    taken_over_from_id)
SELECT %(hotel)s, t.id, %(user)s, %(day)s, %(float)s, %(now)s, %(from)s::bigint
FROM billing_till t WHERE t.hotel_id = %(hotel)s AND t.id = %(till)s AND t.is_active
RETURNING id
"""
# The day comes before the row, as in every operation that posts.
_LOCK = """
SELECT id AS pk, till_id, user_id, opening_float, closed_at FROM billing_cashiershift
WHERE hotel_id = %(hotel)s AND id = %(id)s AND billing_hold_day(%(hotel)s) IS NOT NULL FOR UPDATE
"""
_CLOSE = """
UPDATE billing_cashiershift SET closed_at = %(now)s, closed_by = %(user)s::bigint, left_in_drawer = %(left)s,
    note = %(note)s
WHERE id = %(id)s
"""


def clean_float(amount: Decimal, *, currency: str) -> Decimal:
    """An opening float: nothing or more. Raises InvalidInput at opening_float, AmountTooFine."""
    if not amount.is_finite() or not 0 <= amount <= LARGEST:
        raise InvalidInput(field="opening_float")
    exact = amount.quantize(quantum(currency))
    if exact != amount:
        raise AmountTooFine(
            field="opening_float", currency=currency, digits=-int(quantum(currency).as_tuple().exponent)
        )
    return exact


@operation(Permission.TAKE_PAYMENT)
def open_shift(*, hotel_id: int, till_id: int, opening_float: Decimal, actor: Actor, now: datetime) -> int:
    """Begin the actor's shift at a till, with the cash that lies in it; its id.

    Adds a shift. Raises InvalidInput at opening_float, NotFound, TillTaken, ShiftOpenAlready, Forbidden (the system
    has no drawer). Publishes ShiftOpened. A second call is refused.
    """
    if actor.user_id is None:
        raise Forbidden
    opening_float = clean_float(opening_float, currency=hotel_by_id(hotel_id).currency)
    day = ledger.hold_day(hotel_id=hotel_id)
    if db.fetch_value(
        "SELECT 1 FROM billing_cashiershift WHERE hotel_id = %s AND user_id = %s AND closed_at IS NULL",
        [hotel_id, actor.user_id],
    ):
        raise ShiftOpenAlready
    made = _begin(hotel_id, till_id, actor.user_id, day, opening_float, None, now)
    record(
        ShiftOpened.topic, subject="cashier_shift", subject_id=made, hotel_id=hotel_id, actor=actor, now=now,
        after={"till": till_id, "opening_float": opening_float, "business_date": day},
        event=ShiftOpened(shift_id=made, till_id=till_id),
    )  # fmt: skip
    return made


def _begin(
    hotel_id: int, till_id: int, user_id: int, day: date, opening_float: Decimal, before: int | None, now: datetime
) -> int:
    params = {
        "hotel": hotel_id, "till": till_id, "user": user_id, "day": day, "float": opening_float, "now": now,
        "from": before,
    }  # fmt: skip
    try:
        made: int | None = db.fetch_value(_OPEN, params)
    except IntegrityError as error:
        refusal = {
            "one_shift_per_till": TillTaken, "one_shift_each": SuccessorBusy if before else ShiftOpenAlready,
        }.get(db.constraint_of(error) or "")  # fmt: skip
        if refusal is None:
            raise
        raise refusal from error
    if made is None:
        raise NotFound(field="till")
    return made


def lock_shift(*, hotel_id: int, shift_id: int) -> LockedShift:
    """Building block: an open shift; payments of its cashier wait. Raises NotFound, ShiftClosed."""
    row = db.fetch_one(_LOCK, {"hotel": hotel_id, "id": shift_id})
    if row is None:
        raise NotFound
    if row["closed_at"] is not None:
        raise ShiftClosed
    return LockedShift(**row)


@operation(Permission.TAKE_PAYMENT)
def close_shift(
    *, hotel_id: int, shift_id: int, count: CountInput, successor: Actor | None = None, actor: Actor, now: datetime
) -> Closed:
    """End a shift by a blind count: what differs is posted as over or short; a successor begins with what was counted.

    `successor` is the colleague whose signature was seen. Somebody else's shift asks for the right to supervise.
    Changes the shift, its counts, the means and over/short. Locks hotel day and shift. Raises CountMissing, CountWrong
    at a means, FaceUnknown, NotFound, ShiftClosed, SuccessorCannot, SuccessorBusy, Forbidden. Publishes ShiftEnded. A
    second call is refused.
    """
    note = clean_text(count.note, field="note", limit=NOTE_LIMIT)
    shift = lock_shift(hotel_id=hotel_id, shift_id=shift_id)
    if shift.user_id != actor.user_id:
        actor.require(Permission.SUPERVISE_SHIFTS, hotel_id)
    if successor is not None and (
        successor.user_id in (None, shift.user_id) or not successor.may(Permission.TAKE_PAYMENT, hotel_id)
    ):
        raise SuccessorCannot
    expected = expected_in(shift_id=shift.pk, opening_float=shift.opening_float)
    counted = counted_in(count, expected)
    # The differences first, while the shift that they belong to is open.
    differs = keep_count(
        hotel_id=hotel_id, shift_id=shift.pk, user_id=shift.user_id, expected=expected, counted=counted,
        pieces=count.pieces, now=now,
    )  # fmt: skip
    db.execute(
        _CLOSE, {"now": now, "user": actor.user_id, "left": counted[CASH], "note": note, "id": shift.pk}
    )  # fmt: skip
    following = None
    if successor is not None:
        assert successor.user_id is not None  # seen above
        day = ledger.hold_day(hotel_id=hotel_id)
        following = _begin(hotel_id, shift.till_id, successor.user_id, day, counted[CASH], shift.pk, now)
    record(
        ShiftEnded.topic, subject="cashier_shift", subject_id=shift.pk, hotel_id=hotel_id, actor=actor, now=now,
        after={
            "till": shift.till_id, "expected": expected, "counted": counted, "next": following,
            "taken_over_by": successor.user_id if successor else None,
        },
        reason=note, event=ShiftEnded(shift_id=shift.pk, till_id=shift.till_id, next_shift_id=following),
    )  # fmt: skip
    return Closed(shift.pk, following, differs)


@operation(Permission.TAKE_PAYMENT)
def drop_cash(
    *, hotel_id: int, amount: Decimal, currency: str = "", note: str = "", actor: Actor, now: datetime
) -> Posted:
    """Bring cash from the actor's drawer to the safe; foreign notes (`currency`) as many as were counted of them.

    Foreign notes go at what they were taken for. Changes the cash and the safe. Locks hotel day and the actor's shift.
    Raises InvalidInput at amount or note, NoOpenShift, DropTooLarge. Publishes CashDropped. Not idempotent.
    """
    own = hotel_by_id(hotel_id).currency
    foreign = currency if currency != own else ""
    amount = clean_amount(amount, currency=currency or own)
    note = clean_text(note, field="note", limit=NOTE_LIMIT)
    shift_id = db.fetch_value(
        "SELECT id FROM billing_cashiershift WHERE hotel_id = %s AND user_id = %s AND closed_at IS NULL",
        [hotel_id, actor.user_id],
    )
    if shift_id is None:
        raise NoOpenShift
    shift = lock_shift(hotel_id=hotel_id, shift_id=shift_id)
    there = expected_in(shift_id=shift.pk, opening_float=shift.opening_float)
    if amount > there.get(f"{CASH}:{foreign}" if foreign else CASH, ZERO):
        raise DropTooLarge
    if foreign:
        posted = drop_foreign(
            hotel_id=hotel_id, shift_id=shift.pk, currency=foreign, notes=amount, there=there[f"{CASH}:{foreign}"],
            own=own, note=note, user_id=actor.user_id, now=now,
        )  # fmt: skip
    else:
        safe = house_account(hotel_id=hotel_id, code=SAFE)
        posting = Posting(kind="drop", lines=[(safe, amount)], means=CASH, means_amount=-amount, description=note)
        posted = ledger.post(hotel_id=hotel_id, posting=posting, user_id=actor.user_id, now=now)
    record(
        CashDropped.topic, subject="cashier_shift", subject_id=shift.pk, hotel_id=hotel_id, actor=actor, now=now,
        after={"transaction": posted.transaction_id, "amount": amount, "currency": currency or own}, reason=note,
        event=CashDropped(shift_id=shift.pk, transaction_id=posted.transaction_id),
    )  # fmt: skip
    return posted
