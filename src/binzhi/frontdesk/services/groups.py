"""A group at the desk: everybody who can comes in or leaves with one press; who cannot is named with the reason.

Each room is its own operation, so one that is refused holds up no other and leaves nothing half-done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.requests import RegistrationInput
from binzhi.frontdesk.services.arriving import check_in
from binzhi.frontdesk.services.leaving import check_out
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError
from binzhi.property.queries import hotel_by_id
from binzhi.reservations.access import Permission as Bookings
from binzhi.reservations.blocks import queries
from binzhi.reservations.blocks.master import move_to_master


@dataclass(frozen=True, slots=True)
class Refused:
    """A room that could not be done: `code` is the stable name of the rule, `text` says it."""

    room_reservation_id: int
    number: str
    guest: str
    room: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class GroupDone:
    """Rooms done, and those that were not with the rule that stood against each."""

    done: tuple[str, ...]
    refused: tuple[Refused, ...]


def check_in_group(
    *, hotel_id: int, block_id: int, stays: Sequence[int] | None = None, actor: Actor, now: datetime
) -> GroupDone:
    """Check in all of a group that are due, or the chosen ones; people announced for a room are registered with the
    newest document of their file.

    Needs the right to check in. What `check_in` refuses is noted for that room. Raises NotFound, Forbidden.
    Publishes CheckedIn each. Idempotent: who is in the house already is not asked again.
    """
    actor.require(Permission.CHECK_IN, hotel_id)
    today = _today(hotel_id, block_id)
    due = [
        row
        for row in queries.block_rooms(hotel_id=hotel_id, block_id=block_id)
        if row.status == "reserved" and (row.arrival <= today if stays is None else row.room_reservation_id in stays)
    ]
    people = _registrations(hotel_id, block_id)

    def come(row: queries.BlockRoomView) -> None:
        check_in(
            hotel_id=hotel_id, room_reservation_id=row.room_reservation_id,
            registrations=people.get(row.room_reservation_id, ()), change_type=False, actor=actor, now=now,
        )  # fmt: skip

    return _each(due, come)


def check_out_group(
    *, hotel_id: int, block_id: int, stays: Sequence[int] | None = None, exceed_limit: bool = False, actor: Actor,
    now: datetime,
) -> GroupDone:  # fmt: skip
    """Check out all of a group that are due out, or the chosen ones, after moving to the master bill what goes there.

    Who owes something himself stays in the house and is named with the amount. Needs the rights to check out and to
    manage groups. Raises NotFound, Forbidden. Publishes CheckedOut each. Idempotent.
    """
    actor.require(Permission.CHECK_OUT, hotel_id)
    actor.require(Bookings.MANAGE_BLOCKS, hotel_id)
    today = _today(hotel_id, block_id)
    due = [
        row
        for row in queries.block_rooms(hotel_id=hotel_id, block_id=block_id)
        if row.status == "in_house" and (row.departure <= today if stays is None else row.room_reservation_id in stays)
    ]

    def leave(row: queries.BlockRoomView) -> None:
        stay: dict[str, Any] = {"hotel_id": hotel_id, "room_reservation_id": row.room_reservation_id}
        move_to_master(block_id=block_id, exceed_limit=exceed_limit, actor=actor, now=now, **stay)
        check_out(actor=actor, now=now, **stay)

    return _each(due, leave)


def _today(hotel_id: int, block_id: int) -> date:
    queries.block_view(hotel_id=hotel_id, block_id=block_id)
    return hotel_by_id(hotel_id).business_date


def _each(rows: Sequence[queries.BlockRoomView], work: Callable[[queries.BlockRoomView], None]) -> GroupDone:
    done: list[str] = []
    refused: list[Refused] = []
    for row in rows:
        try:
            work(row)
        except DomainError as refusal:
            refused.append(
                Refused(row.room_reservation_id, row.number, row.guest, row.room, refusal.code, refusal.text)
            )
        else:
            done.append(row.room)
    return GroupDone(tuple(done), tuple(refused))


# Announced people first; where nobody was announced the guest of the booking. The document that was checked last.
_PEOPLE = """
SELECT rr.id AS stay, g.id AS guest_id,
       (SELECT d.id FROM guests_guestdocument d WHERE d.guest_id = g.id
        AND coalesce(d.expires_on >= h.business_date, true)
        ORDER BY d.checked_at DESC, d.id DESC LIMIT 1) AS document_id
FROM reservations_roomreservation rr
JOIN reservations_reservation r ON r.id = rr.reservation_id
JOIN property_hotel h ON h.id = rr.hotel_id
LEFT JOIN reservations_expectedguest e ON e.room_reservation_id = rr.id
JOIN guests_guest g ON g.id = coalesce(e.guest_id, rr.guest_id, r.guest_id)
WHERE rr.hotel_id = %s AND rr.block_id = %s AND rr.status = 'reserved'
ORDER BY rr.id, e.position
"""


def _registrations(hotel_id: int, block_id: int) -> dict[int, list[RegistrationInput]]:
    found: dict[int, list[RegistrationInput]] = {}
    for row in db.fetch_all(_PEOPLE, [hotel_id, block_id]):
        entry = RegistrationInput(guest_id=row["guest_id"], document_id=row["document_id"])
        found.setdefault(row["stay"], []).append(entry)
    return found
