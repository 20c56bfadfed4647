"""Key cards made, copied, made void: each request kept before it is sent. A lock system that is away stops nobody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import (
    KeyAnswered,
    KeyCannotBeVoid,
    LocksMissing,
    NumberOutOfRange,
    TooManyKeys,
)
from binzhi.frontdesk.events import KeyAnswered as KeyAnsweredEvent
from binzhi.frontdesk.events import KeysMade, KeysVoided, LocksSet
from binzhi.frontdesk.held import hold_stay
from binzhi.frontdesk.keys.locks import Answer
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.calls import clean_address
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.partners import Link
from binzhi.property.queries import hotel_by_id
from binzhi.reservations.enums import Status

MOST_CARDS, GRACE_MINUTES = 4, 30
# Nobody stands at the encoder any more: a card that is written later would lie there for the next guest.
PATIENCE = timedelta(seconds=90)
BY_CLERK = ("lost", "back", "wrong")
LIVE = ("asked", "made")
LINK = Link("frontdesk_locksystem")

_RULES = "SELECT url <> '' AS connected, most_cards, grace_minutes FROM frontdesk_locksystem WHERE hotel_id = %s"
_LIVE = """
SELECT count(*) FROM frontdesk_keycard WHERE room_reservation_id = %s AND room_id = %s AND state IN ('asked', 'made')
"""
_INSERT = """
INSERT INTO frontdesk_keycard (hotel_id, room_reservation_id, room_id, serial, is_copy, state, by_hand, valid_until,
    asked_by, asked_at, made_at, next_at)
SELECT %(hotel)s, %(stay)s, %(room)s, serial, %(live)s + place > 1, CASE WHEN %(by_hand)s THEN 'made' ELSE 'asked' END,
    %(by_hand)s, %(until)s, %(user)s::bigint, %(now)s, CASE WHEN %(by_hand)s THEN %(now)s::timestamptz END,
    CASE WHEN NOT %(by_hand)s THEN %(now)s::timestamptz END
FROM unnest(%(serials)s::text[]) WITH ORDINALITY AS s (serial, place) RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    connected: bool = False
    most_cards: int = MOST_CARDS
    grace_minutes: int = GRACE_MINUTES


def _rules(hotel_id: int) -> _Rules:
    row = db.fetch_one(_RULES, [hotel_id])
    return _Rules(**row) if row else _Rules()


@operation(Permission.MAKE_KEYS)
def make_keys(
    *, hotel_id: int, room_reservation_id: int, count: int = 1, by_hand: bool = False, actor: Actor, now: datetime
) -> list[int]:
    """Have cards made for a stay in the house; the first lets older cards of the room open nothing, the others copy it.

    Adds cards, asked of the lock system or, `by_hand`, made at its own station. Locks the stay. Raises
    InvalidInput at count, NotFound, WrongStatus, TooManyKeys, LocksMissing. Publishes KeysMade. Not idempotent.
    """
    rules = _rules(hotel_id)
    if not 1 <= count <= rules.most_cards:
        raise NumberOutOfRange(field="count", least=1, most=rules.most_cards)
    stay = hold_stay(hotel_id=hotel_id, stay_id=room_reservation_id)
    stay.require(Status.IN_HOUSE)
    if not by_hand and not rules.connected:
        raise LocksMissing
    live = db.fetch_value(_LIVE, [stay.id, stay.room_id])
    if live + count > rules.most_cards:
        raise TooManyKeys(most=rules.most_cards, live=live)
    keys = db.fetch_values(
        _INSERT,
        {
            "hotel": hotel_id, "stay": stay.id, "room": stay.room_id, "live": live, "by_hand": by_hand,
            "until": _until(hotel_id, stay.departure, rules), "user": actor.user_id, "now": now,
            "serials": [uuid.uuid4().hex for _each in range(count)],
        },
    )  # fmt: skip
    record(
        KeysMade.topic, subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor, now=now,
        after={"room_id": stay.room_id, "cards": sorted(keys), "by_hand": by_hand},
        event=KeysMade(
            hotel_id=hotel_id, reservation_id=stay.reservation_id, room_reservation_id=stay.id,
            room_id=stay.room_id or 0,
        ),
    )  # fmt: skip
    return sorted(keys)


def _until(hotel_id: int, departure: Any, rules: _Rules) -> datetime:
    hotel = hotel_by_id(hotel_id)
    zone = hotel.local(datetime.fromisoformat("2000-01-01T00:00:00+00:00")).tzinfo
    return datetime.combine(departure, hotel.check_out_time, tzinfo=zone) + timedelta(minutes=rules.grace_minutes)


_VOID = """
UPDATE frontdesk_keycard SET state = CASE WHEN by_hand THEN 'void' ELSE 'voiding' END, void_reason = %(why)s,
    voided_by = %(user)s::bigint, void_asked_at = %(now)s,
    voided_at = CASE WHEN by_hand THEN %(now)s::timestamptz END, attempts = 0, error = '',
    next_at = CASE WHEN NOT by_hand THEN %(now)s::timestamptz END
WHERE hotel_id = %(hotel)s AND {which} AND state IN ('asked', 'made') RETURNING id, room_reservation_id, room_id
"""
_VOID_ONE = _VOID.replace("{which}", "id = %(key)s")
_VOID_OF_STAY = _VOID.replace(
    "{which}",
    "room_reservation_id = %(stay)s AND NOT EXISTS (SELECT 1 FROM reservations_roomreservation r"
    " WHERE r.id = room_reservation_id AND r.status = 'in_house' AND r.room_id = frontdesk_keycard.room_id)",
)


@operation(Permission.MAKE_KEYS)
def void_key(*, hotel_id: int, key_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Let one card open nothing any more: it is `lost`, came `back`, or was the `wrong` one.

    Changes the card. Raises InvalidInput at reason, NotFound, KeyCannotBeVoid. Publishes KeysVoided. A second call is
    refused.
    """
    if reason not in BY_CLERK:
        raise InvalidInput(field="reason")
    row = db.fetch_one(_VOID_ONE, {"hotel": hotel_id, "key": key_id, "why": reason, "user": actor.user_id, "now": now})
    if row is None:
        known = db.fetch_value("SELECT 1 FROM frontdesk_keycard WHERE hotel_id = %s AND id = %s", [hotel_id, key_id])
        raise KeyCannotBeVoid if known else NotFound
    _voided(hotel_id, row["room_reservation_id"], [row["id"]], reason, actor, now)


@operation(Permission.MAKE_KEYS)
def void_keys_of_stay(*, hotel_id: int, room_reservation_id: int, reason: str, actor: Actor, now: datetime) -> int:
    """Let the cards of rooms a stay is not in any more open nothing; how many those were.

    Changes cards. Raises NotFound, KeyCannotBeVoid when there are none. Publishes KeysVoided. A second call is refused.
    """
    rows = db.fetch_all(
        _VOID_OF_STAY,
        {"hotel": hotel_id, "stay": room_reservation_id, "why": reason, "user": actor.user_id, "now": now},
    )
    if not rows:
        known = db.fetch_value(
            "SELECT 1 FROM reservations_roomreservation WHERE hotel_id = %s AND id = %s",
            [hotel_id, room_reservation_id],
        )
        raise KeyCannotBeVoid if known else NotFound
    _voided(hotel_id, room_reservation_id, [row["id"] for row in rows], reason, actor, now)
    return len(rows)


def _voided(hotel_id: int, stay_id: int, keys: list[int], reason: str, actor: Actor, now: datetime) -> None:
    record(
        KeysVoided.topic, subject="room_reservation", subject_id=stay_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"cards": sorted(keys), "why": reason},
        event=KeysVoided(hotel_id=hotel_id, room_reservation_id=stay_id, why=reason),
    )  # fmt: skip


# ---------------------------------------------------------------- what the lock system says

_LOCK = """
SELECT id, room_reservation_id, state, asked_at FROM frontdesk_keycard WHERE hotel_id = %s AND id = %s
FOR NO KEY UPDATE
"""
_NOTE = """
UPDATE frontdesk_keycard k SET state = x.state, card_no = coalesce(nullif(%(card)s, ''), k.card_no), error = %(error)s,
    made_at = CASE WHEN x.state = 'made' THEN x.at ELSE k.made_at END,
    voided_at = CASE WHEN x.state = 'void' THEN x.at ELSE k.voided_at END,
    void_reason = CASE WHEN x.state = 'voiding' AND k.void_reason = '' THEN 'unmade' ELSE k.void_reason END,
    void_asked_at = CASE WHEN x.state = 'voiding' THEN coalesce(k.void_asked_at, x.at) ELSE k.void_asked_at END,
    next_at = %(next)s::timestamptz
FROM (SELECT %(state)s::varchar AS state, %(now)s::timestamptz AS at) x WHERE k.id = %(key)s
"""


@operation(Permission.MAKE_KEYS)
def note_answer(
    *, hotel_id: int, key_id: int, was: str, answer: Answer, next_at: datetime, actor: Actor, now: datetime
) -> str:
    """Keep what the lock system said of a card that stood at `was` when it was asked; the card's state.

    A card nobody answered for in time is made void: whether it was written is not known, and nobody waits for it. Locks
    the card. Raises NotFound, KeyAnswered (or made void meanwhile). Publishes KeyAnswered. A second answer is refused.
    """
    row = db.fetch_one(_LOCK, [hotel_id, key_id])
    if row is None:
        raise NotFound
    if row["state"] != was or was not in ("asked", "voiding"):
        raise KeyAnswered
    state = _after(was, answer, late=now - row["asked_at"] >= PATIENCE)
    db.execute(
        _NOTE,
        {
            "state": state, "card": answer.card_no, "error": answer.error, "now": now, "key": key_id,
            "next": next_at if state in ("asked", "voiding") else None,
        },
    )  # fmt: skip
    record(
        KeyAnsweredEvent.topic, subject="room_reservation", subject_id=row["room_reservation_id"], hotel_id=hotel_id,
        actor=actor, now=now, before={"card": key_id, "state": was}, after={"state": state},
        event=KeyAnsweredEvent(hotel_id=hotel_id, room_reservation_id=row["room_reservation_id"], state=state),
    )  # fmt: skip
    return state


def _after(was: str, answer: Answer, *, late: bool) -> str:
    if was == "voiding":
        # Refused: it does not know the card, so that it opens nothing.
        return "voiding" if answer.state == "unknown" else "void"
    if answer.state == "unknown":
        return "voiding" if late else "asked"
    return "made" if answer.state == "done" else "failed"


# ---------------------------------------------------------------- the lock system


@dataclass(frozen=True, slots=True, kw_only=True)
class LocksInput:
    """The lock system of a hotel; an empty key keeps the one there is."""

    provider_url: str = ""
    provider_key: str = ""
    most_cards: int = MOST_CARDS
    grace_minutes: int = GRACE_MINUTES


_SET = """
INSERT INTO frontdesk_locksystem (hotel_id, url, key, most_cards, grace_minutes)
VALUES (%(hotel)s, %(url)s, %(key)s::bytea, %(most)s, %(grace)s)
ON CONFLICT (hotel_id) DO UPDATE SET url = excluded.url, key = coalesce(excluded.key, frontdesk_locksystem.key),
    most_cards = excluded.most_cards, grace_minutes = excluded.grace_minutes
"""


@operation(Permission.SET_LOCKS)
def set_locks(*, hotel_id: int, locks: LocksInput, actor: Actor, now: datetime) -> None:
    """Say which lock system makes the cards, how many a stay may have, how long they open the door.

    Changes the setting; cards that are made stay as they are. Raises InvalidInput at provider_url, most_cards or
    grace_minutes. Publishes LocksSet. Idempotent.
    """
    for field, value, least, most in (
        ("most_cards", locks.most_cards, 1, 20), ("grace_minutes", locks.grace_minutes, 0, 720),
    ):  # fmt: skip
        if not least <= value <= most:
            raise NumberOutOfRange(field=field, least=least, most=most)
    db.execute(
        _SET,
        {
            "hotel": hotel_id, "url": clean_address(locks.provider_url), "most": locks.most_cards,
            "key": LINK.sealed(locks.provider_key, hotel_id=hotel_id), "grace": locks.grace_minutes,
        },
    )  # fmt: skip
    record(
        LocksSet.topic, subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"most_cards": locks.most_cards, "grace_minutes": locks.grace_minutes}, event=LocksSet(hotel_id=hotel_id),
    )  # fmt: skip
