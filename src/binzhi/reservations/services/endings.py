"""Cancelling, noting that nobody came, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.billing import corrections
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations import fees, holding, nights
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import CodeKind, Status
from binzhi.reservations.errors import NothingToCancel, NotYetDue, TooLateToReinstate, WrongStatus
from binzhi.reservations.events import ReservationCancelled, ReservationNoShow, ReservationReinstated
from binzhi.reservations.locks import LockedRoom, lock_reservation, lock_room_reservation
from binzhi.reservations.requests import Cancelled
from binzhi.reservations.stay_rows import rewrite
from binzhi.reservations.walks import costs

NOTE_LIMIT = 300

# The agreed prices stay: a fee is explained by them, and a reinstated stay has them again.
_END = """
WITH freed AS (
    DELETE FROM reservations_roomnight WHERE room_reservation_id = ANY (%(ids)s)
)
UPDATE reservations_roomreservation
SET status = %(status)s, room_id = NULL, room_fixed = '', ended_on = %(today)s,
    end_reason = %(reason)s, end_note = %(note)s
WHERE id = ANY (%(ids)s)
"""


@operation(Permission.CANCEL)
def cancel_reservation(
    *,
    hotel_id: int,
    reservation_id: int,
    reason: str,
    room_ids: Sequence[int] | None = None,
    note: str = "",
    waive_fee: bool = False,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Cancelled:
    """Cancel the rooms that are still expected, or the named ones: nights and rooms go back, the fee is posted.

    Locks day, reservation, nights, folio. Raises NotFound, NothingToCancel, WrongStatus, EditConflict, InvalidInput
    at `reason`; waiving the fee needs its right. Publishes ReservationCancelled. Not idempotent (the second refuses).
    """
    if waive_fee:
        actor.require(Permission.WAIVE_FEE, hotel_id)
    note = clean_text(note, field="note", limit=NOTE_LIMIT, multiline=True)
    rooms = lock_reservation(hotel_id=hotel_id, reservation_id=reservation_id, expected_version=expected_version)
    chosen = _chosen(rooms, room_ids)
    _check_reason(hotel_id, reason)
    terms = fees.terms_of([room.id for room in chosen])
    due = {
        room.id: fees.cancellation_fee(
            terms[room.id][0], prices=terms[room.id][1], arrival=room.arrival, timezone=room.timezone,
            currency=room.currency, now=now,
        )
        for room in chosen
    }  # fmt: skip
    give_back(hotel_id, chosen, Status.CANCELLED, reason, note)
    fee = _charge(chosen, {} if waive_fee else due, fees.CANCELLATION_CODE, actor, now)
    record(
        "reservation.cancelled", subject="reservation", subject_id=reservation_id, hotel_id=hotel_id, actor=actor,
        now=now, before=_before(chosen), reason=reason,
        after={"status": Status.CANCELLED.value, "fee": fee, "waived": sum(due.values(), ZERO) if waive_fee else ZERO},
        event=ReservationCancelled(hotel_id=hotel_id, reservation_id=reservation_id),
    )  # fmt: skip
    return Cancelled(fee, tuple(room.id for room in chosen), chosen[0].version)


@operation(Permission.MARK_NO_SHOW)
def mark_no_show(
    *, hotel_id: int, room_reservation_id: int, note: str = "", waive_fee: bool = False, actor: Actor, now: datetime
) -> Cancelled:
    """The guests of a room did not come: its nights go back from the arrival on, the no-show fee is posted.

    Locks day, reservation, nights, folio. Raises NotFound, WrongStatus, NotYetDue before the day of arrival; waiving
    needs its right. Publishes ReservationNoShow. Not idempotent (the second refuses).
    """
    if waive_fee:
        actor.require(Permission.WAIVE_FEE, hotel_id)
    note = clean_text(note, field="note", limit=NOTE_LIMIT, multiline=True)
    room = lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if not room.is_reserved:
        raise WrongStatus(status=Status(room.status).label)
    if room.arrival > room.today:
        raise NotYetDue(arrival=room.arrival)
    policy, prices = fees.terms_of([room.id])[room.id]
    due = {room.id: fees.no_show_fee(policy, prices=prices, currency=room.currency)}
    give_back(hotel_id, [room], Status.NO_SHOW, "", note)
    fee = _charge([room], {} if waive_fee else due, fees.NO_SHOW_CODE, actor, now)
    record(
        "reservation.no_show", subject="reservation", subject_id=room.reservation_id, hotel_id=hotel_id, actor=actor,
        now=now, before=_before([room]),
        after={"status": Status.NO_SHOW.value, "fee": fee, "waived": due[room.id] if waive_fee else ZERO},
        event=ReservationNoShow(hotel_id=hotel_id, reservation_id=room.reservation_id),
    )  # fmt: skip
    return Cancelled(fee, (room.id,), room.version)


@operation(Permission.REINSTATE)
def reinstate(*, hotel_id: int, room_reservation_id: int, actor: Actor, now: datetime) -> int:
    """Bring a cancelled or no-show room back at the agreed prices, from tonight where its arrival has passed.

    Takes the nights again and reverses the fee that was posted, and what is owed for housing the guest elsewhere. The
    room it had is not given back to it. Locks day, reservation, nights, folio. Raises WrongStatus, TooLateToReinstate,
    RoomTypeSoldOut, RoomTypeClosed, NotFound; PartlyUsed when the fee was moved or refunded meanwhile. Publishes
    ReservationReinstated. The new version.
    """
    room = lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if room.status not in (Status.CANCELLED, Status.NO_SHOW):
        raise WrongStatus(status=Status(room.status).label)
    # A day use has no night left once its day is over; a stay needs one.
    gone = room.departure <= room.today if room.nights else room.arrival < room.today
    if gone:
        raise TooLateToReinstate
    back = replace(room, arrival=max(room.arrival, room.today), status=Status.RESERVED.value)
    nights.take(hotel_id=hotel_id, deltas=nights.deltas_of(back.nights, back.room_type_id, 1))
    rewrite(before=room, after=back)
    walk_id = costs.undo(hotel_id=hotel_id, room_reservation_id=room.id, reason=room.number, actor=actor, now=now)
    db.execute(
        "UPDATE reservations_roomreservation SET status = 'reserved', ended_on = NULL, end_reason = '', end_note = ''"
        " WHERE id = %s",
        [room.id],
    )
    _reverse_fee(room, actor, now)
    record(
        "reservation.reinstated", subject="reservation", subject_id=room.reservation_id, hotel_id=hotel_id,
        actor=actor, now=now, before=_before([room]),
        after={"room": room.id, "status": Status.RESERVED.value, "arrival": back.arrival, "walk_undone": walk_id},
        event=ReservationReinstated(hotel_id=hotel_id, reservation_id=room.reservation_id),
    )  # fmt: skip
    return room.version


def _chosen(rooms: list[LockedRoom], room_ids: Sequence[int] | None) -> list[LockedRoom]:
    if room_ids is None:
        chosen = [room for room in rooms if room.is_reserved]
        if not chosen:
            raise NothingToCancel
        return chosen
    known = {room.id: room for room in rooms}
    if not room_ids or set(room_ids) - set(known):
        raise NotFound(field="room_ids")
    chosen = [known[pk] for pk in dict.fromkeys(room_ids)]
    for room in chosen:
        if not room.is_reserved:
            raise WrongStatus(status=Status(room.status).label)
    return chosen


def _check_reason(hotel_id: int, reason: str) -> None:
    known = (
        reason.isascii()
        and reason.isprintable()
        and db.fetch_value(
            "SELECT 1 FROM reservations_code WHERE hotel_id = %s AND kind = %s AND code = %s AND is_active",
            [hotel_id, CodeKind.CANCEL_REASON.value, reason],
        )
    )
    if not known:
        raise InvalidInput(field="reason", message=_("Choose the reason of the cancellation."))


def give_back(hotel_id: int, rooms: list[LockedRoom], status: Status, reason: str, note: str) -> None:
    nights.take(
        hotel_id=hotel_id,
        deltas=nights.merged(*(holding.held(room, room.nights, -1) for room in rooms)),
    )
    db.execute(
        _END,
        {
            "ids": [room.id for room in rooms],
            "status": status.value,
            "today": rooms[0].today,
            "reason": reason,
            "note": note,
        },
    )


def _charge(rooms: list[LockedRoom], due: dict[int, Decimal], charge_code: str, actor: Actor, now: datetime) -> Decimal:
    for room in rooms:
        amount = due.get(room.id, ZERO)
        if amount:
            fees.charge_fee(
                room=room,
                amount=amount,
                charge_code=charge_code,
                description=room.number,
                user_id=actor.user_id,
                now=now,
            )
    return sum(due.values(), ZERO)


_FEE = """
SELECT t.id FROM billing_transaction t
WHERE t.hotel_id = %s AND t.source_key LIKE %s
  AND NOT EXISTS (SELECT 1 FROM billing_transaction x WHERE x.reverses_id = t.id)
ORDER BY t.id
"""


def _reverse_fee(room: LockedRoom, actor: Actor, now: datetime) -> None:
    # On the room's own bill or on its group's.
    if room.charge_account_id is None:
        return
    for row in db.fetch_all(_FEE, [room.hotel_id, f"fee:{room.id}:%"]):
        corrections.reverse(
            hotel_id=room.hotel_id, transaction_id=row["id"], reason=room.number, user_id=actor.user_id, now=now
        )


def _before(rooms: list[LockedRoom]) -> dict[str, object]:
    return {
        "rooms": [
            {
                "id": room.id,
                "status": room.status,
                "arrival": room.arrival,
                "departure": room.departure,
                "room": room.room_id,
            }
            for room in rooms
        ]
    }
