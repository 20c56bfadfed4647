"""Asking for a room that costs nothing, deciding about it, ending it: each one transaction, right, audit row, event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import (
    FreeRoomDecidedAlready,
    FreeRoomWaits,
    NothingToGiveAway,
    OwnFreeRoom,
    ReasonRequired,
)
from binzhi.frontdesk.events import FreeRoomAsked, FreeRoomDecided, FreeRoomEnded
from binzhi.frontdesk.free_rooms.models import FreeRoom
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations import stay_rows, stays
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import WrongStatus
from binzhi.reservations.locks import LockedRoom

REASON_LIMIT = 200
_ASK = """
INSERT INTO frontdesk_freeroom (hotel_id, room_reservation_id, kind, first, until, reason, asked_by, asked_at)
VALUES (%(hotel)s, %(stay)s, %(kind)s, %(first)s, %(until)s, %(reason)s, %(user)s::bigint, %(now)s)
ON CONFLICT (room_reservation_id) WHERE state = 'asked' DO NOTHING
RETURNING id
"""


@operation(Permission.CHANGE_STAY)
def ask_free_room(
    *, hotel_id: int, room_reservation_id: int, kind: str, reason: str, first: date | None = None,
    until: date | None = None, actor: Actor, now: datetime,
) -> int:  # fmt: skip
    """Ask that nights of a stay cost nothing (all that are left, or `first` to `until`); the id of the request.

    Changes no price. Locks hotel day and reservation. Raises InvalidInput at kind, ReasonRequired, WrongStatus,
    NothingToGiveAway, FreeRoomWaits. Publishes FreeRoomAsked. Not idempotent: a second request is refused.
    """
    if kind not in FreeRoom.Kind.values:
        raise InvalidInput(field="kind")
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT)
    if not reason:
        raise ReasonRequired
    stay = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    _require_open(stay)
    nights = [
        night for night in stay.nights_left if (first is None or night >= first) and (until is None or night < until)
    ]
    if not nights:
        raise NothingToGiveAway
    end = stay.departure if until is None else min(until, stay.departure)
    free_room_id = db.fetch_value(
        _ASK,
        {
            "hotel": hotel_id, "stay": stay.id, "kind": kind, "first": nights[0], "until": end, "reason": reason,
            "user": actor.user_id, "now": now,
        },
    )  # fmt: skip
    if free_room_id is None:
        raise FreeRoomWaits
    record(
        FreeRoomAsked.topic, subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor, now=now,
        after={"free_room": free_room_id, "kind": kind, "first": nights[0], "until": end}, reason=reason,
        event=FreeRoomAsked(hotel_id=hotel_id, room_reservation_id=stay.id, free_room_id=free_room_id),
    )  # fmt: skip
    return int(free_room_id)


def _require_open(stay: LockedRoom) -> None:
    if not (stay.is_reserved or stay.is_in_house):
        raise WrongStatus(status=Status(stay.status).label)


@dataclass(frozen=True, slots=True)
class _Held:
    """A request with its stay, both locked."""

    stay: LockedRoom
    kind: str
    first: date
    until: date
    state: str
    asked_by: int | None
    prices: dict[date, Decimal]


_STAY_OF = "SELECT room_reservation_id FROM frontdesk_freeroom WHERE hotel_id = %s AND id = %s"
# The reservation's lock is the lock of its requests.
_HELD = "SELECT kind, first, until, state, asked_by, prices::text AS prices FROM frontdesk_freeroom WHERE id = %s"


def _hold(hotel_id: int, free_room_id: int) -> _Held:
    stay_id = db.fetch_value(_STAY_OF, [hotel_id, free_room_id])
    if stay_id is None:
        raise NotFound
    stay = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=stay_id)
    row = db.fetch_one(_HELD, [free_room_id])
    assert row is not None  # nobody deletes one
    kept = orjson.loads(row.pop("prices"))
    return _Held(stay=stay, prices={date.fromisoformat(night): Decimal(price) for night, price in kept.items()}, **row)


_DECIDE = """
UPDATE frontdesk_freeroom SET state = %(state)s, prices = %(prices)s::jsonb, decided_by = %(user)s::bigint,
    decided_at = %(now)s WHERE id = %(id)s
"""


@operation(Permission.APPROVE_FREE_ROOM)
def decide_free_room(*, hotel_id: int, free_room_id: int, approve: bool, actor: Actor, now: datetime) -> list[date]:
    """Say yes or no to what a colleague asked for; with a yes the nights still to be charged cost nothing: which.

    Changes the request and the agreed prices. Locks hotel day and reservation. Raises NotFound, FreeRoomDecidedAlready,
    OwnFreeRoom, WrongStatus, NothingToGiveAway. Publishes FreeRoomDecided. A second call is refused.
    """
    held = _hold(hotel_id, free_room_id)
    if held.state != "asked":
        raise FreeRoomDecidedAlready
    if actor.user_id is not None and actor.user_id == held.asked_by:
        raise OwnFreeRoom
    prices = _given_away(held) if approve else {}
    db.execute(
        _DECIDE,
        {
            "state": "approved" if approve else "refused", "prices": orjson.dumps(_by_night(prices)).decode(),
            "user": actor.user_id, "now": now, "id": free_room_id,
        },
    )  # fmt: skip
    stay = held.stay
    record(
        FreeRoomDecided.topic, subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor, now=now,
        before={"free_room": free_room_id, "prices": _by_night(prices)}, after={"approved": approve, "kind": held.kind},
        event=FreeRoomDecided(
            hotel_id=hotel_id, room_reservation_id=stay.id, free_room_id=free_room_id, approved=approve
        ),
    )  # fmt: skip
    return sorted(prices)


def _given_away(held: _Held) -> dict[date, Decimal]:
    """The nights that cost nothing from now on, with the prices they had."""
    stay = held.stay
    _require_open(stay)
    agreed = stays.agreed_prices([stay])[stay.id]
    prices = {night: agreed[night] for night in stay.nights_left if held.first <= night < held.until}
    if not prices:
        raise NothingToGiveAway
    stay_rows.rewrite(before=stay, after=stay, prices=dict.fromkeys(prices, ZERO))
    return prices


def _by_night(prices: dict[date, Decimal]) -> dict[str, str]:
    return {night.isoformat(): str(price) for night, price in prices.items()}


_END = """
UPDATE frontdesk_freeroom SET state = 'ended', ended_by = %(user)s::bigint, ended_on = %(first)s WHERE id = %(id)s
"""


@operation(Permission.APPROVE_FREE_ROOM)
def end_free_room(*, hotel_id: int, free_room_id: int, actor: Actor, now: datetime) -> list[date]:
    """Let the nights that are left cost what they did before it was approved: which.

    Changes the request and the agreed prices. Locks hotel day and reservation. Raises NotFound, FreeRoomDecidedAlready
    (not approved, or ended before), WrongStatus, NothingToGiveAway. Publishes FreeRoomEnded. A second call is refused.
    """
    held = _hold(hotel_id, free_room_id)
    if held.state != "approved":
        raise FreeRoomDecidedAlready
    stay = held.stay
    _require_open(stay)
    back = {night: held.prices[night] for night in stay.nights_left if night in held.prices}
    if not back:
        raise NothingToGiveAway
    stay_rows.rewrite(before=stay, after=stay, prices=back)
    db.execute(_END, {"user": actor.user_id, "first": min(back), "id": free_room_id})
    record(
        FreeRoomEnded.topic, subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor, now=now,
        before={"free_room": free_room_id}, after={"prices": _by_night(back)},
        event=FreeRoomEnded(hotel_id=hotel_id, room_reservation_id=stay.id, free_room_id=free_room_id),
    )  # fmt: skip
    return sorted(back)


@dataclass(frozen=True, slots=True)
class FreeRoomRow:
    """A request as the lists show it."""

    pk: int
    room_reservation_id: int
    reservation: str
    room: str
    guest_name: str
    kind: str
    first: date
    until: date
    nights: int
    value: Decimal
    reason: str
    state: str
    asked_by_id: int | None
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    ended_on: date | None
    can_end: bool


_LIST = """
SELECT f.id AS pk, f.room_reservation_id, v.number AS reservation, coalesce(m.number, '') AS room,
       coalesce(g.name, v.booker_name) AS guest_name, f.kind, f.first, f.until, f.until - f.first AS nights,
       coalesce((SELECT sum(n.price) FROM reservations_staynight n
                 WHERE n.room_reservation_id = r.id AND n.night >= f.first AND n.night < f.until), 0)
       + coalesce((SELECT sum(p.value::numeric) FROM jsonb_each_text(f.prices) p), 0) AS value,
       f.reason, f.state, f.asked_by AS asked_by_id, f.asked_at, f.decided_at, f.ended_on,
       coalesce(nullif(a.name, ''), a.username, '') AS asked_by,
       coalesce(nullif(d.name, ''), d.username, '') AS decided_by,
       f.state = 'approved' AND r.status IN ('reserved', 'in_house') AND f.until > h.business_date AS can_end
FROM frontdesk_freeroom f
JOIN property_hotel h ON h.id = f.hotel_id
JOIN reservations_roomreservation r ON r.id = f.room_reservation_id
JOIN reservations_reservation v ON v.id = r.reservation_id
LEFT JOIN property_room m ON m.id = r.room_id
LEFT JOIN guests_guest g ON g.id = coalesce(r.guest_id, v.guest_id)
LEFT JOIN people_user a ON a.id = f.asked_by
LEFT JOIN people_user d ON d.id = f.decided_by
WHERE f.hotel_id = %(hotel)s AND (%(stay)s::bigint IS NULL OR f.room_reservation_id = %(stay)s)
ORDER BY f.state <> 'asked', f.id DESC LIMIT 100
"""


def free_rooms(*, hotel_id: int, room_reservation_id: int | None = None) -> list[FreeRoomRow]:
    """What waits, then what was decided lately, in one statement."""
    rows: list[dict[str, Any]] = db.fetch_all(_LIST, {"hotel": hotel_id, "stay": room_reservation_id})
    return [FreeRoomRow(**row) for row in rows]
