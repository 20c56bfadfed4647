"""Guests under 18 (五必须): asked for before the check-in is done, and watched where nobody answers for them.

Refusing them as such is not the aim: who is alone is taken in, and somebody is told at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import AlarmClosed, MinorIdentityRequired, ParentNotThere, RoomRelationRequired
from binzhi.frontdesk.events import MinorAlarmNoted, MinorAlarmRaised
from binzhi.frontdesk.registration.enums import (
    BY_HAND,
    UNGUARDED,
    AlarmOutcome,
    AlarmReason,
    IdentityBy,
    RoomRelation,
)
from binzhi.frontdesk.requests import RegistrationInput
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text

NOTE_LIMIT, POLICE_NO_LIMIT = 200, 40


def check_minor(given: RegistrationInput, *, has_document: bool, documents_required: bool) -> None:
    """The first and the third of the five musts; the second, the guardian, is `registering`'s.

    Raises RoomRelationRequired, MinorIdentityRequired, ParentNotThere, InvalidInput.
    """
    if given.room_relation not in RoomRelation.values:
        raise RoomRelationRequired
    if given.identity_by not in IdentityBy.values:
        raise InvalidInput(field="identity_by")
    if has_document or not documents_required:
        return
    if not given.identity_by:
        raise MinorIdentityRequired
    if given.identity_by == IdentityBy.PARENT and given.room_relation not in (
        RoomRelation.PARENT, RoomRelation.GUARDIAN,
    ):  # fmt: skip
        raise ParentNotThere


def reason_of(given: RegistrationInput) -> AlarmReason | None:
    """Why somebody has to look after this minor; None where an adult of the family or a teacher does."""
    if given.room_relation in UNGUARDED:
        return AlarmReason(given.room_relation)
    return AlarmReason.NOT_REACHED if given.guardian_reached is False else None


@dataclass(frozen=True, slots=True)
class Unguarded:
    """A minor of a stay that just began."""

    guest_id: int
    reason: AlarmReason


def raise_alarm(*, hotel_id: int, room_reservation_id: int, minor: Unguarded, actor: Actor, now: datetime) -> None:
    """Building block: the alarm with its audit row and event, in the transaction of the check-in."""
    alarm_id = db.fetch_value(
        "INSERT INTO frontdesk_minoralarm (hotel_id, room_reservation_id, guest_id, reason, raised_at)"
        " VALUES (%s, %s, %s, %s, %s) RETURNING id",
        [hotel_id, room_reservation_id, minor.guest_id, minor.reason.value, now],
    )
    record(
        "stay.minor_alarm", subject="room_reservation", subject_id=room_reservation_id, hotel_id=hotel_id, actor=actor,
        now=now, after={"alarm_id": alarm_id, "reason": minor.reason.value},
        event=MinorAlarmRaised(
            hotel_id=hotel_id, room_reservation_id=room_reservation_id, reason=minor.reason.value
        ),
    )  # fmt: skip


def settle_with_stay(*, room_reservation_id: int, outcome: AlarmOutcome, now: datetime) -> None:
    """Building block: who has left the house, or never came in, needs nobody to look any more."""
    db.execute(
        "UPDATE frontdesk_minoralarm SET outcome = %s, closed_at = %s WHERE room_reservation_id = %s"
        " AND closed_at IS NULL",
        [outcome.value, now, room_reservation_id],
    )


@operation(Permission.REGISTER)
def note_patrol(*, hotel_id: int, alarm_id: int, note: str = "", actor: Actor, now: datetime) -> None:
    """Somebody went and looked. Adds a row to the log. Locks the alarm. Raises NotFound, AlarmClosed, InvalidInput.

    Publishes MinorAlarmNoted. Not idempotent: each round is one.
    """
    note = clean_text(note, field="note", limit=NOTE_LIMIT)
    _open_alarm(hotel_id, alarm_id)
    db.execute(
        "INSERT INTO frontdesk_minorpatrol (hotel_id, alarm_id, at, by, note) VALUES (%s, %s, %s, %s, %s)",
        [hotel_id, alarm_id, now, actor.user_id, note],
    )
    _record("stay.minor_patrol", hotel_id, alarm_id, "", actor=actor, now=now)


@operation(Permission.REGISTER)
def close_alarm(
    *, hotel_id: int, alarm_id: int, outcome: str, police_no: str = "", note: str = "", actor: Actor, now: datetime
) -> None:
    """Say what was found; a report to the police has its number or the officer's name.

    Changes the alarm. Locks it. Raises NotFound, AlarmClosed, InvalidInput at the field. Publishes MinorAlarmNoted.
    Not idempotent: the second is refused.
    """
    if outcome not in BY_HAND:
        raise InvalidInput(field="outcome")
    reported = outcome == AlarmOutcome.REPORTED
    police_no = clean_text(police_no, field="police_no", limit=POLICE_NO_LIMIT, required=reported)
    note = clean_text(note, field="note", limit=NOTE_LIMIT)
    _open_alarm(hotel_id, alarm_id)
    db.execute(
        "UPDATE frontdesk_minoralarm SET outcome = %s, police_no = %s, note = %s, closed_at = %s, closed_by = %s"
        " WHERE id = %s",
        [outcome, police_no, note, now, actor.user_id, alarm_id],
    )
    _record("stay.minor_alarm_closed", hotel_id, alarm_id, outcome, actor=actor, now=now)


def _open_alarm(hotel_id: int, alarm_id: int) -> None:
    row = db.fetch_one(
        "SELECT closed_at FROM frontdesk_minoralarm WHERE hotel_id = %s AND id = %s FOR NO KEY UPDATE",
        [hotel_id, alarm_id],
    )
    if row is None:
        raise NotFound(field="alarm")
    if row["closed_at"] is not None:
        raise AlarmClosed


def _record(name: str, hotel_id: int, alarm_id: int, outcome: str, *, actor: Actor, now: datetime) -> None:
    record(
        name, subject="minor_alarm", subject_id=alarm_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"outcome": outcome},
        event=MinorAlarmNoted(hotel_id=hotel_id, alarm_id=alarm_id, outcome=outcome),
    )  # fmt: skip
