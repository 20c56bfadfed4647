"""Guests go: settled, the nights they do not use freed, the room dirty; and the inverse on the same hotel day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from binzhi.billing import folios, ledger, payments
from binzhi.billing.access import Permission as Money
from binzhi.billing.errors import AlreadyPosted, FolioNotSettled
from binzhi.billing.errors import DepositHeld as FolioDepositHeld
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import AnotherBusinessDay, BalanceOpen, DepositHeld
from binzhi.frontdesk.events import CheckedOut as CheckedOutEvent
from binzhi.frontdesk.events import CheckOutReverted
from binzhi.frontdesk.police import queueing as police
from binzhi.frontdesk.registration.closing import close_registrations
from binzhi.frontdesk.requests import CheckedOut, DepositInput, DepositReturn, PaymentInput
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.money import ZERO
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.conditions import mark_dirty
from binzhi.reservations import stays
from binzhi.reservations.day_use.queries import overtime_of
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import WrongStatus
from binzhi.reservations.locks import LockedRoom

DAY_USE = "1030"
REASON_LIMIT = 200


@operation(Permission.CHECK_OUT)
def check_out(
    *,
    hotel_id: int,
    room_reservation_id: int,
    payments: Sequence[PaymentInput] = (),
    deposit: DepositReturn | None = None,
    waive_day_use: str = "",
    waive_overtime: str = "",
    actor: Actor,
    now: datetime,
) -> CheckedOut:
    """End a stay: every window of the bill at zero, no deposit held, the bill closed, the room dirty.

    Leaving before the agreed day frees the nights left. Who leaves on the day of arrival is charged that day's price
    once, unless waived with a reason and the right to reverse; who stays over the hours that were sold, each hour
    begun, unless that is waived the same way. `payments` go to the window of the room charges;
    `deposit` uses the deposit for what is owed and returns the rest. Locks hotel day, reservation, nights, bill, room.
    Raises BalanceOpen, DepositHeld, WrongStatus and what payments refuse; publishes CheckedOut. Not idempotent.
    """
    waive_day_use = clean_text(waive_day_use, field="waive_day_use", limit=REASON_LIMIT)
    waive_overtime = clean_text(waive_overtime, field="waive_overtime", limit=REASON_LIMIT)
    stay = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if not stay.is_in_house or stay.room_id is None:
        raise WrongStatus(status=Status(stay.status).label)
    freed = max((stay.departure - stay.today).days, 0)
    charged = _charge_day_use(stay, waived=waive_day_use, actor=actor, now=now)
    charged += _charge_overtime(stay, waived=waive_overtime, actor=actor, now=now)
    paid, returned = settle_bill(stay, payments, deposit, actor=actor, now=now)
    stay = stays.end(room_reservation=stay, now=now)
    assert stay.room_id is not None  # in house has a room
    if stay.guest_id is not None:
        close_registrations(room_reservation_id=stay.id, room_id=stay.room_id, now=now)
    mark_dirty(room_ids=[stay.room_id], now=now)
    record(
        "stay.checked_out", subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor, now=now,
        before={"freed_nights": freed},
        after={
            "departure": stay.departure, "room_id": stay.room_id, "folio_id": stay.folio_id, "paid": paid,
            "deposit_returned": returned, "day_use": charged,
        },
        reason=waive_day_use or waive_overtime,
        event=CheckedOutEvent(
            hotel_id=hotel_id, reservation_id=stay.reservation_id, room_reservation_id=stay.id, room_id=stay.room_id,
            folio_id=stay.folio_id, business_date=stay.today,
        ),
    )  # fmt: skip
    return CheckedOut(stay.id, stay.reservation_id, stay.room_id, stay.folio_id, freed, charged, paid, returned)


def day_use_key(room_reservation_id: int) -> str:
    """The source key that lets the day of a stay without a night be charged once."""
    return f"dayuse:{room_reservation_id}"


def _charge_day_use(stay: LockedRoom, *, waived: str, actor: Actor, now: datetime) -> Decimal:
    """Nobody was there at night, so no audit charged the room."""
    if stay.arrival != stay.today or stay.charge_account_id is None:
        return ZERO
    price = stays.agreed_prices([stay])[stay.id].get(stay.arrival, ZERO)
    if price <= 0:
        return ZERO
    if waived:
        actor.require(Money.REVERSE, stay.hotel_id)
        return ZERO
    try:
        charged = ledger.charge(
            hotel_id=stay.hotel_id, account_id=stay.charge_account_id, charge_code=DAY_USE, amount=price,
            currency=stay.currency, source_key=day_use_key(stay.id), user_id=actor.user_id, now=now,
        )  # fmt: skip
    except AlreadyPosted:
        # Checked out before and taken back: the charge stands.
        return ZERO
    return charged.gross


def _charge_overtime(stay: LockedRoom, *, waived: str, actor: Actor, now: datetime) -> Decimal:
    """Hours begun beyond those that were sold."""
    if stay.arrival != stay.departure or stay.charge_account_id is None:
        return ZERO
    over = overtime_of(hotel_id=stay.hotel_id, room_reservation_id=stay.id, now=now)
    if over is None or over.amount <= 0:
        return ZERO
    if waived:
        actor.require(Money.REVERSE, stay.hotel_id)
        return ZERO
    try:
        charged = ledger.charge(
            hotel_id=stay.hotel_id, account_id=stay.charge_account_id, charge_code=DAY_USE, amount=over.amount,
            currency=stay.currency, description=f"+{over.hours} h", source_key=overtime_key(stay.id),
            user_id=actor.user_id, now=now,
        )  # fmt: skip
    except AlreadyPosted:
        return ZERO
    return charged.gross


def overtime_key(room_reservation_id: int) -> str:
    """The source key that lets the overtime of a stay by the hour be charged once."""
    return f"overtime:{room_reservation_id}"


def settle_bill(
    stay: LockedRoom,
    given: Sequence[PaymentInput],
    deposit: DepositReturn | None,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[Decimal, Decimal]:
    """Pay, use and return the deposit, close the bill; what was paid and what went back."""
    if stay.folio_id is None:
        return ZERO, ZERO
    of: dict[str, Any] = {"hotel_id": stay.hotel_id, "currency": stay.currency, "user_id": actor.user_id, "now": now}
    if given:
        actor.require(Money.TAKE_PAYMENT, stay.hotel_id)
    returned = ZERO
    if deposit is not None:
        returned = _return_deposit(stay, deposit, actor=actor, now=now)
    for payment in given:
        allowed = payments.within_rights(payment, hotel_id=stay.hotel_id, actor=actor)
        payments.pay(account_id=_own_window(stay), payment=allowed, **of)
    try:
        folios.close(hotel_id=stay.hotel_id, folio_id=stay.folio_id, now=now)
    except FolioNotSettled as refusal:
        raise BalanceOpen(balance=ledger.balance_of(stay.folio_id)) from refusal
    except FolioDepositHeld as refusal:
        raise DepositHeld(amount=ledger.deposit_of(stay.folio_id)) from refusal
    return sum((payment.amount for payment in given), ZERO), returned


# Who pays at the desk pays the bill of the stay, though the room may be charged to a group's.
_OWN_WINDOW = """
SELECT id FROM billing_account WHERE folio_id = %s AND kind = 'folio' ORDER BY id = %s::bigint DESC, "window" LIMIT 1
"""


def _own_window(stay: LockedRoom) -> int:
    assert stay.charge_account_id is not None  # set together with the folio
    if stay.block_id is None:
        return stay.charge_account_id
    account_id: int = db.fetch_value(_OWN_WINDOW, [stay.folio_id, stay.charge_account_id])
    return account_id


def _return_deposit(stay: LockedRoom, asked: DepositReturn, *, actor: Actor, now: datetime) -> Decimal:
    assert stay.folio_id is not None
    actor.require(Money.TAKE_PAYMENT, stay.hotel_id)
    payments.settle_from_deposit(
        hotel_id=stay.hotel_id, folio_id=stay.folio_id, currency=stay.currency, user_id=actor.user_id, now=now
    )
    left = ledger.deposit_of(stay.folio_id)
    if left <= 0:
        return ZERO
    actor.require(Money.REFUND_DEPOSIT, stay.hotel_id)
    payments.refund_deposit(
        hotel_id=stay.hotel_id, folio_id=stay.folio_id, deposit=DepositInput(means=asked.means, amount=left),
        currency=stay.currency, user_id=actor.user_id, now=now,
    )  # fmt: skip
    return left


@operation(Permission.UNDO_CHECK_OUT)
def undo_check_out(*, hotel_id: int, room_reservation_id: int, reason: str = "", actor: Actor, now: datetime) -> None:
    """Take a check-out back on the same hotel day: in house again and due out today, the bill open again.

    What was paid stays paid; nights that an early departure freed stay freed. Locks hotel day, reservation, bill.
    Raises AnotherBusinessDay, RoomOccupied, WrongStatus. Publishes CheckOutReverted. Not idempotent.
    """
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT)
    stay = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if stay.status != Status.CHECKED_OUT or stay.room_id is None:
        raise WrongStatus(status=Status(stay.status).label)
    ended = db.fetch_one("SELECT ended_on, checked_out_at FROM reservations_roomreservation WHERE id = %s", [stay.id])
    if ended is None or ended["ended_on"] != stay.today:
        raise AnotherBusinessDay
    stays.undo_end(room_reservation=stay)
    if stay.folio_id is not None:
        folios.reopen(hotel_id=hotel_id, folio_id=stay.folio_id)
    db.execute(
        "UPDATE frontdesk_registration SET left_at = NULL WHERE room_reservation_id = %s AND left_at = %s",
        [stay.id, ended["checked_out_at"]],
    )
    police.note_departure_undone(
        room_reservation_id=stay.id, room_id=stay.room_id, since=ended["checked_out_at"], now=now
    )
    record(
        "stay.check_out_reverted", subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor,
        now=now, before={"checked_out_at": ended["checked_out_at"]}, after={"room_id": stay.room_id}, reason=reason,
        event=CheckOutReverted(
            hotel_id=hotel_id, reservation_id=stay.reservation_id, room_reservation_id=stay.id, room_id=stay.room_id
        ),
    )  # fmt: skip
