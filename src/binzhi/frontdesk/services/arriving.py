"""Guests come in: check-in, walk-in, late registration, and the inverse while nothing was charged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from binzhi.billing import ledger, payments
from binzhi.billing.access import Permission as Money
from binzhi.frontdesk import readiness
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import AlreadyCharged, GuestRegisteredTwice, StayedOn, TooManyGuests
from binzhi.frontdesk.events import CheckedIn as CheckedInEvent
from binzhi.frontdesk.events import CheckInReverted, GuestRegistered
from binzhi.frontdesk.police import queueing as police
from binzhi.frontdesk.readiness import HouseRoom
from binzhi.frontdesk.registering import Registered, register
from binzhi.frontdesk.registration.enums import AlarmOutcome
from binzhi.frontdesk.registration.minors import raise_alarm, settle_with_stay
from binzhi.frontdesk.requests import CheckedIn, DepositInput, NewReservation, RegistrationInput
from binzhi.guests import files
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations import stays
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import WrongStatus
from binzhi.reservations.locks import LockedRoom
from binzhi.reservations.services import create_reservation

NOTE_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What check-in and walk-in are asked for alike."""

    registrations: Sequence[RegistrationInput]
    room_id: int | None
    deposit: DepositInput | None
    coming_later: int
    change_type: bool
    accept_as_it_is: bool
    note: str = ""


@operation(Permission.CHECK_IN)
def check_in(
    *,
    hotel_id: int,
    room_reservation_id: int,
    registrations: Sequence[RegistrationInput] = (),
    room_id: int | None = None,
    deposit: DepositInput | None = None,
    coming_later: int = 0,
    change_type: bool = True,
    accept_as_it_is: bool = False,
    note: str = "",
    actor: Actor,
    now: datetime,
) -> CheckedIn:
    """Begin a stay: people registered, room given, bill opened, deposit taken; all of it or nothing.

    `room_id` gives another room than the assigned one, of another type only with `change_type`. A room that is not
    clean needs `accept_as_it_is` and the right to override. Locks hotel day, reservation, nights, room, bill.
    Raises what `stays`, `readiness`, `registering` and `payments` refuse. Publishes CheckedIn, and MinorAlarmRaised for
    who is under 18 and on his own; queues the reports to the police. Not idempotent.
    """
    asked = _Asked(
        registrations=registrations,
        room_id=room_id,
        deposit=deposit,
        coming_later=coming_later,
        change_type=change_type,
        accept_as_it_is=accept_as_it_is,
        note=clean_text(note, field="note", limit=NOTE_LIMIT),
    )
    before = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    return _begin(before, asked, actor=actor, now=now)


@operation(Permission.WALK_IN)
def walk_in(
    *,
    hotel_id: int,
    booking: NewReservation,
    registrations: Sequence[RegistrationInput] = (),
    room_id: int,
    deposit: DepositInput | None = None,
    coming_later: int = 0,
    accept_as_it_is: bool = False,
    actor: Actor,
    now: datetime,
) -> CheckedIn:
    """Book one room and check in at once, in one transaction: refused anywhere, nothing was booked.

    Asks for the rights to book and to check in as well. Raises what both refuse; publishes ReservationCreated and
    CheckedIn. Not idempotent: entry points pass an Idempotency-Key.
    """
    actor.require(Permission.CHECK_IN, hotel_id)
    made = create_reservation(hotel_id=hotel_id, booking=booking, actor=actor, now=now)
    asked = _Asked(
        registrations=registrations,
        room_id=room_id,
        deposit=deposit,
        coming_later=coming_later,
        change_type=False,
        accept_as_it_is=accept_as_it_is,
    )
    before = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=made.room_ids[0])
    return _begin(before, asked, actor=actor, now=now)


def _begin(before: LockedRoom, asked: _Asked, *, actor: Actor, now: datetime) -> CheckedIn:
    hotel_id = before.hotel_id
    stay = before if asked.room_id is None else stays.assign(room_reservation=before, room_id=asked.room_id)
    readiness.require_type(before=before, after=stay, change_type=asked.change_type)
    # Told before anything about the room: who is not expected needs none.
    stays.require_due(room_reservation=stay)
    assert stay.room_id is not None  # who is due has a room
    room = readiness.lock_room(stay=stay, room_id=stay.room_id)
    readiness.require_ready(room=room, hotel_id=hotel_id, accept_as_it_is=asked.accept_as_it_is, actor=actor)
    readiness.open_seal(room=room, stay=stay, actor=actor, now=now)
    known = register(
        stay=stay, room=room, registrations=asked.registrations, coming_later=asked.coming_later, with_main=True,
        user_id=actor.user_id, now=now,
    )  # fmt: skip
    if not known.guest_ids and stay.guest_id is not None:
        files.note_stay(guest_id=stay.guest_id, on=stay.today)
    stay, folio_id = started(stay, guest_id=known.main_guest_id or stay.guest_id, now=now)
    if asked.deposit is not None:
        actor.require(Money.TAKE_DEPOSIT, hotel_id)
        payments.take_deposit(
            hotel_id=hotel_id, folio_id=folio_id, deposit=asked.deposit, currency=stay.currency,
            user_id=actor.user_id, now=now,
        )  # fmt: skip
    _record_arrival(before, stay, room, known, asked, folio_id=folio_id, actor=actor, now=now)
    _tell(stay, room, known, actor=actor, now=now)
    return CheckedIn(stay.id, stay.reservation_id, stay.number, room.id, room.number, folio_id, stay.guest_id)


def _tell(stay: LockedRoom, room: HouseRoom, known: Registered, *, actor: Actor, now: datetime) -> None:
    """Who was registered is owed to the police; of a minor on his own somebody in the house must know."""
    if room.tells_police and known.guest_ids:
        police.note_arrivals(room_reservation_id=stay.id, room_id=room.id, now=now)
    for minor in known.unguarded:
        raise_alarm(hotel_id=stay.hotel_id, room_reservation_id=stay.id, minor=minor, actor=actor, now=now)


def started(stay: LockedRoom, *, guest_id: int | None, now: datetime) -> tuple[LockedRoom, int]:
    """The stay begun, with its bill; one that was opened for a deposit before arrival is kept."""
    if stay.folio_id is not None:
        return stays.start(room_reservation=stay, guest_id=guest_id, now=now), stay.folio_id
    folio = ledger.open_folio(hotel_id=stay.hotel_id, guest_id=guest_id, now=now)
    # The room of a group is charged to the group's bill; the guest has one of his own for the rest.
    account_id = stay.charge_account_id or folio.account_id
    begun = stays.start(
        room_reservation=stay, guest_id=guest_id, folio_id=folio.folio_id, account_id=account_id, now=now
    )
    return begun, folio.folio_id


def _record_arrival(
    before: LockedRoom,
    stay: LockedRoom,
    room: HouseRoom,
    known: Registered,
    asked: _Asked,
    *,
    folio_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    record(
        "stay.checked_in", subject="room_reservation", subject_id=stay.id, hotel_id=stay.hotel_id, actor=actor, now=now,
        before={"room_id": before.room_id, "room_type_id": before.room_type_id, "guest_id": before.guest_id},
        after={
            "room_id": room.id, "room_type_id": stay.room_type_id, "guest_id": stay.guest_id, "folio_id": folio_id,
            "registered": len(known.guest_ids), "coming_later": asked.coming_later,
            "deposit": asked.deposit.amount if asked.deposit else None, "housekeeping": room.housekeeping,
            "seal_opened": room.seal_id,
        },
        reason=asked.note,
        event=CheckedInEvent(
            hotel_id=stay.hotel_id, reservation_id=stay.reservation_id, room_reservation_id=stay.id, room_id=room.id,
            folio_id=folio_id, arrival=stay.arrival, departure=stay.departure,
        ),
    )  # fmt: skip


@operation(Permission.CHECK_IN)
def register_guest(
    *, hotel_id: int, room_reservation_id: int, registration: RegistrationInput, actor: Actor, now: datetime
) -> int | None:
    """Register somebody who joins a stay after check-in; the guest's file.

    Adds a registration. Locks hotel day, reservation, room. Raises WrongStatus, TooManyGuests, GuestRegisteredTwice
    and what `registering` refuses. Publishes GuestRegistered, MinorAlarmRaised. Not idempotent: the same guest again
    is refused.
    """
    stay = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if not stay.is_in_house or stay.room_id is None:
        raise WrongStatus(status=Status(stay.status).label)
    room = readiness.lock_room(stay=stay, room_id=stay.room_id)
    here = _here(stay.id)
    if len(here) >= room.max_guests:
        raise TooManyGuests(field="registrations.0.name", limit=room.max_guests)
    if registration.guest_id in here:
        raise GuestRegisteredTwice(field="registrations.0.name")
    known = register(
        stay=stay, room=room, registrations=[registration], coming_later=0, with_main=False, user_id=actor.user_id,
        now=now,
    )  # fmt: skip
    if here & set(known.guest_ids):
        raise GuestRegisteredTwice(field="registrations.0.name")
    _tell(stay, room, known, actor=actor, now=now)
    record(
        "stay.guest_registered", subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor,
        now=now, after={"guest_ids": list(known.guest_ids), "minors": known.minors},
        event=GuestRegistered(
            hotel_id=hotel_id, reservation_id=stay.reservation_id, room_reservation_id=stay.id
        ),
    )  # fmt: skip
    return known.guest_ids[0] if known.guest_ids else None


def _here(stay_id: int) -> set[int]:
    """The files of who is registered in a stay and has not left; minors without a file count by their row."""
    rows = db.fetch_all(
        "SELECT coalesce(guest_id, -id) AS person FROM frontdesk_registration"
        " WHERE room_reservation_id = %s AND left_at IS NULL",
        [stay_id],
    )
    return {row["person"] for row in rows}


# Whatever stands on the bill since check-in, reversed pairs left away; a deposit counts unless it went back whole.
_POSTED = """
SELECT EXISTS (
    SELECT 1 FROM billing_transaction t
    WHERE t.folio_id = %(folio)s AND t.posted_at >= %(since)s AND t.reverses_id IS NULL
      AND t.kind NOT IN ('deposit', 'deposit_refund')
      AND NOT EXISTS (SELECT 1 FROM billing_transaction r WHERE r.reverses_id = t.id)
) OR coalesce((
    SELECT sum(l.amount) FROM billing_account a JOIN billing_line l ON l.account_id = a.id
    JOIN billing_transaction t ON t.id = l.transaction_id
    WHERE a.folio_id = %(folio)s AND a.kind = 'deposit' AND t.posted_at >= %(since)s
), 0) <> 0
"""


def has_postings(*, folio_id: int, since: datetime) -> bool:
    """Whether something stands on a locked bill since then."""
    return bool(db.fetch_value(_POSTED, {"folio": folio_id, "since": since}))


_STAYED_ON = "SELECT 1 FROM frontdesk_continuation WHERE next_stay_id = %s AND undone_at IS NULL"
# Shares of the room go with those who had them, and the rules by which they paid.
_UNREGISTER = """
WITH shares AS (
    DELETE FROM frontdesk_sharer WHERE room_reservation_id = %(stay)s RETURNING rule_id
), rules AS (
    UPDATE billing_routingrule SET ended_at = %(now)s, ended_by = %(user)s::bigint
    WHERE id IN (SELECT rule_id FROM shares) AND ended_at IS NULL
)
DELETE FROM frontdesk_registration WHERE room_reservation_id = %(stay)s RETURNING guest_id
"""


@operation(Permission.UNDO_CHECK_IN)
def undo_check_in(*, hotel_id: int, room_reservation_id: int, actor: Actor, now: datetime) -> None:
    """Take a check-in back while nothing was posted since: reserved again, the room stays assigned.

    Removes the registrations (the audit trail keeps that they were there) and the stays noted in the guest files; what
    the police were told is taken back. Locks hotel day, reservation, bill. Raises AlreadyCharged, NightsSlept,
    StayedOn, WrongStatus. Publishes CheckInReverted.
    """
    stay = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if db.fetch_value(_STAYED_ON, [stay.id]):
        raise StayedOn
    since = stay.checked_in_at
    stays.undo_start(room_reservation=stay)
    if stay.folio_id is not None:
        # Locked, so that nothing is posted between the look and the commit.
        ledger.lock_folio(hotel_id=hotel_id, folio_id=stay.folio_id)
        if since is not None and has_postings(folio_id=stay.folio_id, since=since):
            raise AlreadyCharged
    police.note_arrival_undone(room_reservation_id=stay.id, now=now)
    settle_with_stay(room_reservation_id=stay.id, outcome=AlarmOutcome.UNDONE, now=now)
    removed = db.fetch_all(_UNREGISTER, {"stay": stay.id, "now": now, "user": actor.user_id})
    guests = {row["guest_id"] for row in removed} or {stay.guest_id}
    for guest_id in sorted(guests - {None}):
        files.forget_stay(guest_id=guest_id)
    room_id = stay.room_id
    assert room_id is not None  # in house has a room
    record(
        "stay.check_in_reverted", subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor,
        now=now, before={"room_id": room_id, "checked_in_at": since, "registered": len(removed)},
        after={"status": Status.RESERVED.value},
        event=CheckInReverted(
            hotel_id=hotel_id, reservation_id=stay.reservation_id, room_reservation_id=stay.id, room_id=room_id
        ),
    )  # fmt: skip
