"""Rooms that leave the inventory for a while, and come back."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from binzhi.billing import ledger
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property import seals
from binzhi.reservations import nights, out_of_order, setup
from binzhi.reservations.access import Permission
from binzhi.reservations.errors import AlreadyReturned, RoomTaken
from binzhi.reservations.events import RoomReturnedToService, RoomTakenOutOfOrder
from binzhi.reservations.locks import nights_between

LONGEST = 1100  # nights: three years
REASON_LIMIT = 200
_ROOM = "SELECT number, room_type_id FROM property_room WHERE hotel_id = %s AND id = %s AND is_active"
_TAKE_OUT = """
WITH made AS (
    INSERT INTO reservations_outoforder (hotel_id, room_id, start, until, reason)
    VALUES (%(hotel)s, %(room)s, %(start)s, %(until)s, %(reason)s) RETURNING id
), given AS (
    INSERT INTO reservations_roomnight (room_id, night, hotel_id, out_of_order_id)
    SELECT %(room)s, n.night, %(hotel)s, made.id FROM made, unnest(%(nights)s::date[]) AS n (night) ORDER BY n.night
    ON CONFLICT DO NOTHING
    RETURNING night
)
SELECT made.id, (SELECT coalesce(array_agg(night), '{}') FROM given) AS given FROM made
"""


@operation(Permission.SET_OUT_OF_ORDER)
def set_room_out_of_order(
    *, hotel_id: int, room_id: int, start: date, until: date, reason: str, actor: Actor, now: datetime
) -> int:
    """Take a room out of the inventory for the nights `start` to `until` (not included); the id to return it by.

    Locks day, nights, room nights. Raises RoomTaken when the room is given to a guest or out of order on a night,
    LimitBelowSold when more rooms of the type are sold than would be left, RoomSealed, NotFound, InvalidInput.
    Publishes RoomTakenOutOfOrder.
    """
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    today = ledger.hold_day(hotel_id=hotel_id)
    _check(start, until, today)
    room = db.fetch_one(_ROOM, [hotel_id, room_id])
    if room is None:
        raise NotFound(field="room")
    seals.require_open(hotel_id=hotel_id, room_id=room_id)
    wanted = nights_between(start, until)
    db.execute(setup.INVENTORY_LOCK, [hotel_id])
    nights.put_out_of_order(hotel_id=hotel_id, deltas=nights.deltas_of(wanted, room["room_type_id"], 1))
    with seals.refusals(room["number"]):
        made = db.fetch_one(
            _TAKE_OUT,
            {"hotel": hotel_id, "room": room_id, "start": start, "until": until, "reason": reason, "nights": wanted},
        )
    assert made is not None  # the insert of one row
    taken = sorted(set(wanted) - set(made["given"]))
    if taken:
        raise RoomTaken(number=room["number"], night=taken[0])
    out_of_order.mark(hotel_id=hotel_id, today=today, now=now, room_id=room_id)
    record(
        "room.out_of_order", subject="room", subject_id=room_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"id": made["id"], "start": start, "until": until}, reason=reason,
        event=RoomTakenOutOfOrder(hotel_id=hotel_id, room_id=room_id, start=start, until=until),
    )  # fmt: skip
    return int(made["id"])


def _check(start: date, until: date, today: date) -> None:
    if start < today:
        raise InvalidInput(field="start", message=_("This date has passed: the hotel day is %(today)s."), today=today)
    if until <= start:
        raise InvalidInput(field="until", message=_("The end must be after the start."))
    if (until - start).days > LONGEST:
        raise InvalidInput(field="until", message=_("At most %(days)s days at once."), days=LONGEST)


_RECORD = """
SELECT o.room_id, o.start, o.until, o.returned_at, r.room_type_id
FROM reservations_outoforder o JOIN property_room r ON r.id = o.room_id
WHERE o.hotel_id = %s AND o.id = %s FOR NO KEY UPDATE OF o
"""
_RETURN = """
WITH freed AS (
    DELETE FROM reservations_roomnight WHERE out_of_order_id = %(id)s AND night >= %(today)s
)
UPDATE reservations_outoforder SET returned_at = %(now)s, until = greatest(start, least(until, %(today)s))
WHERE id = %(id)s
"""


@operation(Permission.SET_OUT_OF_ORDER)
def return_room_to_service(*, hotel_id: int, out_of_order_id: int, actor: Actor, now: datetime) -> None:
    """Bring a room back into the inventory from tonight on; nights that have passed stay out of order.

    Locks day, the record, nights. Raises NotFound, AlreadyReturned, RoomSealed. Publishes RoomReturnedToService.
    """
    today = ledger.hold_day(hotel_id=hotel_id)
    entry = db.fetch_one(_RECORD, [hotel_id, out_of_order_id])
    if entry is None:
        raise NotFound
    if entry["returned_at"] is not None:
        raise AlreadyReturned
    seals.require_open(hotel_id=hotel_id, room_id=entry["room_id"])
    left = nights_between(max(entry["start"], today), entry["until"])
    db.execute(setup.INVENTORY_LOCK, [hotel_id])
    nights.put_out_of_order(hotel_id=hotel_id, deltas=nights.deltas_of(left, entry["room_type_id"], -1))
    db.execute(_RETURN, {"id": out_of_order_id, "today": today, "now": now})
    out_of_order.mark(hotel_id=hotel_id, today=today, now=now, room_id=entry["room_id"])
    record(
        "room.returned_to_service", subject="room", subject_id=entry["room_id"], hotel_id=hotel_id, actor=actor,
        now=now, before={"id": out_of_order_id, "start": entry["start"], "until": entry["until"]},
        event=RoomReturnedToService(hotel_id=hotel_id, room_id=entry["room_id"]),
    )  # fmt: skip
