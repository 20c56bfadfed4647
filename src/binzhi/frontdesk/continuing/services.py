"""A guest stays on under the next booking: one bill ends, another begins, and nobody leaves the room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from binzhi.billing import folios, ledger
from binzhi.frontdesk import readiness
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import (
    AlreadyCharged,
    AnotherBusinessDay,
    NotContinued,
    NothingToContinue,
    RoomOutOfOrder,
)
from binzhi.frontdesk.events import ContinuationReverted, StayContinued
from binzhi.frontdesk.requests import DepositReturn, PaymentInput
from binzhi.frontdesk.services.arriving import has_postings, started
from binzhi.frontdesk.services.leaving import settle_bill
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.reservations import stays
from binzhi.reservations.enums import Status
from binzhi.reservations.locks import LockedRoom

_BEFORE = """
SELECT s.id, s.reservation_id, n.reservation_id AS next_reservation_id
FROM reservations_roomreservation n
LEFT JOIN reservations_roomreservation s ON s.id = frontdesk_stay_before(n.id)
WHERE n.hotel_id = %s AND n.id = %s
"""
_NOTE = """
INSERT INTO frontdesk_continuation (hotel_id, stay_id, next_stay_id, at, by) VALUES (%s, %s, %s, %s, %s::bigint)
RETURNING id
"""
# Everybody who is registered and has not left, what the police know of them, the cards of the room, and what is still
# to be done for them.
_CARRY = """
WITH people AS (
    UPDATE frontdesk_registration SET room_reservation_id = %(to)s
    WHERE room_reservation_id = %(from)s AND left_at IS NULL RETURNING id
), told AS (
    UPDATE frontdesk_policereport SET room_reservation_id = %(to)s
    WHERE room_reservation_id = %(from)s AND registration_id IN (
        SELECT r.id FROM frontdesk_registration r WHERE r.room_reservation_id = %(from)s AND r.left_at IS NULL)
), keys AS (
    UPDATE frontdesk_keycard SET room_reservation_id = %(to)s
    WHERE room_reservation_id = %(from)s AND room_id = %(room)s AND state IN ('asked', 'made') RETURNING id
), messages AS (
    UPDATE frontdesk_guestmessage SET room_reservation_id = %(to)s
    WHERE room_reservation_id = %(from)s AND done_at IS NULL
), calls AS (
    UPDATE frontdesk_wakeupcall SET room_reservation_id = %(to)s WHERE room_reservation_id = %(from)s AND state = 'due'
), alarms AS (
    UPDATE frontdesk_minoralarm SET room_reservation_id = %(to)s
    WHERE room_reservation_id = %(from)s AND closed_at IS NULL
), visitors AS (
    UPDATE frontdesk_visitor SET room_reservation_id = %(to)s WHERE room_reservation_id = %(from)s AND left_at IS NULL
)
SELECT (SELECT count(*) FROM people) AS people, (SELECT count(*) FROM keys) AS keys
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued:
    """What came of it: the room, the bill that begins, what the one that ends was settled with."""

    stay_id: int
    next_stay_id: int
    room: str
    folio_id: int
    paid: Decimal
    returned: Decimal
    keys: int


@operation(Permission.CHECK_OUT)
def continue_stay(
    *, hotel_id: int, room_reservation_id: int, payments: Sequence[PaymentInput] = (),
    deposit: DepositReturn | None = None, change_type: bool = False, actor: Actor, now: datetime,
) -> Continued:  # fmt: skip
    """Let a guest who is due out today stay on in the room under the booking `room_reservation_id`.

    The bill of the stay that ends is settled by itself, as at a check-out; the next one's begins. The people
    registered, what the police were told of them, key cards, messages and calls go with the guest; the room is neither
    left nor made dirty. Asks for the rights to check out and in. Locks hotel day, both reservations, nights, room,
    bills. Raises NothingToContinue, BalanceOpen, DepositHeld, WrongRoomType (unless `change_type`), RoomTaken,
    RoomFixed, RoomTypeSoldOut, RoomSealed, RoomOutOfOrder, NotFound and what payments refuse. Publishes
    StayContinued. Not idempotent.
    """
    actor.require(Permission.CHECK_IN, hotel_id)
    stay, following = _locked_pair(hotel_id, room_reservation_id)
    assert stay.room_id is not None  # in house has a room
    paid, returned = settle_bill(stay, payments, deposit, actor=actor, now=now)
    stay = stays.end(room_reservation=stay, now=now)
    room_id = stay.room_id
    assert room_id is not None
    given = stays.assign(room_reservation=following, room_id=room_id)
    readiness.require_type(before=following, after=given, change_type=change_type)
    room = readiness.lock_room(stay=given, room_id=room_id)
    if room.out_of_order or room.maintenance == "out_of_order":
        raise RoomOutOfOrder(number=room.number)
    readiness.open_seal(room=room, stay=given, actor=actor, now=now)
    begun, folio_id = started(given, guest_id=given.guest_id or stay.guest_id, now=now)
    note_id = db.fetch_value(_NOTE, [hotel_id, stay.id, begun.id, now, actor.user_id])
    went = db.fetch_one(_CARRY, {"from": stay.id, "to": begun.id, "room": room_id})
    assert went is not None
    record(
        StayContinued.topic, subject="room_reservation", subject_id=begun.id, hotel_id=hotel_id, actor=actor, now=now,
        before={"room_id": room_id, "stay": stay.id, "folio_id": stay.folio_id},
        after={"room_id": room_id, "folio_id": folio_id, "note": note_id, "paid": paid, "deposit_returned": returned,
               **went},
        event=StayContinued(
            hotel_id=hotel_id, reservation_id=begun.reservation_id, room_reservation_id=begun.id,
            room_reservation_ids=f"{stay.id},{begun.id}", room_id=room_id,
        ),
    )  # fmt: skip
    return Continued(
        stay_id=stay.id, next_stay_id=begun.id, room=room.number, folio_id=folio_id, paid=paid, returned=returned,
        keys=went["keys"],
    )  # fmt: skip


def _locked_pair(hotel_id: int, room_reservation_id: int) -> tuple[LockedRoom, LockedRoom]:
    """The stay that ends and the one that follows it today, locked in the order of their reservations."""
    pair = _pair(hotel_id, room_reservation_id)
    wanted = sorted([(pair[1], pair[0]), (pair[2], room_reservation_id)])
    held = {
        stay_id: stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=stay_id)
        for _reservation, stay_id in wanted
    }
    # Somebody may have changed one of them before the locks were had.
    if _pair(hotel_id, room_reservation_id) != pair:
        raise NothingToContinue
    stay, following = held[pair[0]], held[room_reservation_id]
    if not (stay.is_in_house and following.is_reserved and stay.departure == following.arrival == stay.today):
        raise NothingToContinue
    return stay, following


def _pair(hotel_id: int, room_reservation_id: int) -> tuple[int, int, int]:
    row = db.fetch_one(_BEFORE, [hotel_id, room_reservation_id])
    if row is None:
        raise NotFound
    if row["id"] is None:
        raise NothingToContinue
    return row["id"], row["reservation_id"], row["next_reservation_id"]


_NOTED = """
SELECT id, stay_id FROM frontdesk_continuation WHERE hotel_id = %s AND next_stay_id = %s AND undone_at IS NULL
"""
_UNDO = "UPDATE frontdesk_continuation SET undone_at = %s WHERE id = %s"


@operation(Permission.UNDO_CHECK_OUT)
def undo_continue(*, hotel_id: int, room_reservation_id: int, actor: Actor, now: datetime) -> None:
    """Take it back on the same hotel day, while nothing stands on the next bill: due out today again.

    What was paid stays paid; the room stays given to the next booking. Locks hotel day, both reservations, bills.
    Raises NotContinued, AnotherBusinessDay, AlreadyCharged, NotFound. Publishes ContinuationReverted. A second call is
    refused.
    """
    noted = db.fetch_one(_NOTED, [hotel_id, room_reservation_id])
    if noted is None:
        known = db.fetch_one(_BEFORE, [hotel_id, room_reservation_id])
        raise NotContinued if known else NotFound
    _stay_id, of_stay, of_next = _pair(hotel_id, room_reservation_id)
    wanted = sorted([(of_stay, noted["stay_id"]), (of_next, room_reservation_id)])
    held = {pk: stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=pk) for _reservation, pk in wanted}
    stay, following = held[noted["stay_id"]], held[room_reservation_id]
    if db.fetch_one(_NOTED, [hotel_id, room_reservation_id]) is None or not following.is_in_house:
        raise NotContinued
    if following.arrival != following.today or stay.status != Status.CHECKED_OUT:
        raise AnotherBusinessDay
    since, room_id = following.checked_in_at, following.room_id
    if following.folio_id is not None and since is not None:
        ledger.lock_folio(hotel_id=hotel_id, folio_id=following.folio_id)
        if has_postings(folio_id=following.folio_id, since=since):
            raise AlreadyCharged
    db.fetch_one(_CARRY, {"from": following.id, "to": stay.id, "room": room_id})
    stays.undo_start(room_reservation=following)
    stays.undo_end(room_reservation=stay)
    if stay.folio_id is not None:
        folios.reopen(hotel_id=hotel_id, folio_id=stay.folio_id)
    db.execute(_UNDO, [now, noted["id"]])
    record(
        ContinuationReverted.topic, subject="room_reservation", subject_id=following.id, hotel_id=hotel_id,
        actor=actor, now=now, before={"room_id": room_id, "checked_in_at": since}, after={"stay": stay.id},
        event=ContinuationReverted(
            hotel_id=hotel_id, reservation_id=following.reservation_id, room_reservation_id=following.id,
            room_reservation_ids=f"{stay.id},{following.id}",
        ),
    )  # fmt: skip
