"""Messages for guests: taken, handed over, withdrawn."""

from __future__ import annotations

from datetime import datetime

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import MessageDone
from binzhi.frontdesk.events import GuestMessageDone, GuestMessageTaken
from binzhi.frontdesk.held import hold_stay
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations.enums import Status

TEXT_LIMIT, FROM_LIMIT = 500, 80
HANDED = ("hand", "phone", "room")
WITHDRAWN = "withdrawn"
_INSERT = """
INSERT INTO frontdesk_guestmessage (hotel_id, room_reservation_id, text, from_whom, is_urgent, taken_by, taken_at)
VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
_DONE = """
UPDATE frontdesk_guestmessage SET how = %s, done_by = %s, done_at = %s
WHERE hotel_id = %s AND id = %s AND done_at IS NULL RETURNING room_reservation_id
"""


@operation(Permission.TAKE_MESSAGES)
def take_message(
    *, hotel_id: int, room_reservation_id: int, text: str, from_whom: str = "", is_urgent: bool = False, actor: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Take a message for somebody who is in the house or expected.

    Adds it. Locks the stay. Raises InvalidInput at text or from_whom, NotFound, WrongStatus. Publishes
    GuestMessageTaken. Not idempotent.
    """
    text = clean_text(text, field="text", limit=TEXT_LIMIT, required=True, multiline=True)
    from_whom = clean_text(from_whom, field="from_whom", limit=FROM_LIMIT)
    stay = hold_stay(hotel_id=hotel_id, stay_id=room_reservation_id)
    stay.require(Status.RESERVED, Status.IN_HOUSE)
    made: int = db.fetch_value(_INSERT, [hotel_id, stay.id, text, from_whom, is_urgent, actor.user_id, now])
    record(
        GuestMessageTaken.topic, subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor,
        now=now, after={"message": made, "urgent": is_urgent},
        event=GuestMessageTaken(
            hotel_id=hotel_id, reservation_id=stay.reservation_id, room_reservation_id=stay.id, message_id=made
        ),
    )  # fmt: skip
    return made


@operation(Permission.TAKE_MESSAGES)
def finish_message(*, hotel_id: int, message_id: int, how: str, actor: Actor, now: datetime) -> None:
    """Note that a message was handed over (`hand`, `phone`, `room`) or `withdrawn`.

    Changes it. Raises InvalidInput at how, NotFound, MessageDone. Publishes GuestMessageDone. A second call is refused.
    """
    if how not in (*HANDED, WITHDRAWN):
        raise InvalidInput(field="how")
    stay_id = db.fetch_value(_DONE, [how, actor.user_id, now, hotel_id, message_id])
    if stay_id is None:
        known = db.fetch_value(
            "SELECT 1 FROM frontdesk_guestmessage WHERE hotel_id = %s AND id = %s", [hotel_id, message_id]
        )
        raise MessageDone if known else NotFound
    record(
        GuestMessageDone.topic, subject="room_reservation", subject_id=stay_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"message": message_id, "how": how},
        event=GuestMessageDone(hotel_id=hotel_id, room_reservation_id=stay_id, message_id=message_id, how=how),
    )  # fmt: skip
