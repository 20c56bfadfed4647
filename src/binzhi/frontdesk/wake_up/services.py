"""Wake-up calls: asked for a morning or several, noted as answered or not; after two silences somebody goes up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import CallDone, CallTwice, NoCallToAnybody, OutsideStay, TimePassed
from binzhi.frontdesk.events import WakeUpAsked, WakeUpFailed, WakeUpNoted
from binzhi.frontdesk.held import hold_stay
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import Entry, operation, record, record_each
from binzhi.kernel.text import clean_text
from binzhi.property.queries import HotelRef, hotel_by_id
from binzhi.reservations.enums import Status

NOTE_LIMIT = 80
AGAIN = timedelta(minutes=5)
MOST_TRIES = 2
# A call that nobody noted by then is told as if nobody had answered.
FORGOTTEN = timedelta(minutes=5)
_INSERT = """
INSERT INTO frontdesk_wakeupcall (hotel_id, room_reservation_id, at, next_at, note, asked_by, asked_at)
SELECT %(hotel)s, x.stay, x.at, x.at, %(note)s, %(user)s::bigint, %(now)s
FROM unnest(%(stays)s::bigint[], %(at)s::timestamptz[]) AS x (stay, at) {rest} RETURNING id, room_reservation_id
"""


def _instant(hotel: HotelRef, day: date, at: time, now: datetime) -> datetime:
    moment = datetime.combine(day, at, tzinfo=hotel.local(now).tzinfo)
    if moment <= now:
        raise TimePassed
    return moment


@operation(Permission.WAKE_UP)
def ask_wake_up(
    *, hotel_id: int, room_reservation_id: int, at: time, days: Sequence[date], note: str = "", actor: Actor,
    now: datetime,
) -> list[int]:  # fmt: skip
    """Ask for a call at a time, on one morning or several of the stay.

    Adds calls. Locks the stay. Raises InvalidInput at at, days or note, NotFound, WrongStatus,
    OutsideStay, TimePassed, CallTwice. Publishes WakeUpAsked. Not idempotent: the same again is refused.
    """
    note = clean_text(note, field="note", limit=NOTE_LIMIT)
    stay = hold_stay(hotel_id=hotel_id, stay_id=room_reservation_id)
    stay.require(Status.RESERVED, Status.IN_HOUSE)
    wanted = sorted(set(days))
    if not wanted or any(not stay.arrival <= day <= stay.departure for day in wanted):
        raise OutsideStay
    hotel = hotel_by_id(hotel_id)
    moments = [_instant(hotel, day, at, now) for day in wanted]
    try:
        rows = db.fetch_all(
            _INSERT.replace("{rest}", ""),
            {
                "hotel": hotel_id, "stays": [stay.id] * len(moments), "at": moments, "note": note,
                "user": actor.user_id, "now": now,
            },
        )  # fmt: skip
    except IntegrityError as error:
        if db.constraint_of(error) == "wake_up_once_at_a_time":
            raise CallTwice from error
        raise
    made = sorted(row["id"] for row in rows)
    record(
        WakeUpAsked.topic, subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor, now=now,
        after={"calls": made, "at": at, "days": len(made)},
        event=WakeUpAsked(hotel_id=hotel_id, room_reservation_id=stay.id, calls=len(made)),
    )  # fmt: skip
    return made


_OF_GROUP = """
SELECT id FROM reservations_roomreservation WHERE hotel_id = %s AND block_id = %s AND status = 'in_house'
  AND %s BETWEEN arrival AND departure ORDER BY id
"""


@operation(Permission.WAKE_UP)
def ask_wake_up_for_group(
    *, hotel_id: int, block_id: int, at: time, day: date, note: str = "", actor: Actor, now: datetime
) -> int:
    """Ask for a call to every room of a group that is in the house; how many were added.

    Adds calls; a room that has one at that time keeps it. Raises InvalidInput at at or note, NotFound, TimePassed,
    NoCallToAnybody. Publishes WakeUpAsked each. Again nothing is left to add and it is refused.
    """
    note = clean_text(note, field="note", limit=NOTE_LIMIT)
    moment = _instant(hotel_by_id(hotel_id), day, at, now)
    if not db.fetch_value("SELECT 1 FROM reservations_block WHERE hotel_id = %s AND id = %s", [hotel_id, block_id]):
        raise NotFound
    found = db.fetch_values(_OF_GROUP, [hotel_id, block_id, day])
    rows = db.fetch_all(
        _INSERT.replace("{rest}", "ON CONFLICT DO NOTHING"),
        {
            "hotel": hotel_id, "stays": found, "at": [moment] * len(found), "note": note, "user": actor.user_id,
            "now": now,
        },
    ) if found else []  # fmt: skip
    if not rows:
        raise NoCallToAnybody
    entries = [
        Entry(
            subject_id=row["room_reservation_id"],
            event=WakeUpAsked(hotel_id=hotel_id, room_reservation_id=row["room_reservation_id"], calls=1),
            after={"calls": [row["id"]], "at": at, "group": block_id},
        )
        for row in rows
    ]
    record_each(WakeUpAsked.topic, subject="room_reservation", entries=entries, hotel_id=hotel_id, actor=actor, now=now)
    return len(rows)


_LOCK = """
SELECT id, room_reservation_id, state, tries, next_at, escalated_at FROM frontdesk_wakeupcall
WHERE hotel_id = %s AND id = %s FOR NO KEY UPDATE
"""
_NOTE = """
UPDATE frontdesk_wakeupcall SET state = %(state)s::varchar, tries = tries + %(tries)s, next_at = %(next)s,
    done_by = CASE WHEN %(over)s THEN %(user)s::bigint END, done_at = CASE WHEN %(over)s THEN %(now)s::timestamptz END,
    escalated_at = CASE WHEN %(failed)s THEN coalesce(escalated_at, %(now)s) ELSE escalated_at END
WHERE id = %(call)s
"""


@operation(Permission.WAKE_UP)
def note_wake_up(*, hotel_id: int, call_id: int, answered: bool, actor: Actor, now: datetime) -> str:
    """Note that the guest answered or did not; the call's state. After five minutes once more, then somebody is sent.

    Changes the call. Locks it. Raises NotFound, CallDone. Publishes WakeUpNoted or WakeUpFailed. A second call counts
    as the second try.
    """
    row = db.fetch_one(_LOCK, [hotel_id, call_id])
    if row is None:
        raise NotFound
    if row["state"] != "due":
        raise CallDone
    state = "done" if answered else "due" if row["tries"] + 1 < MOST_TRIES else "failed"
    db.execute(
        _NOTE,
        {
            "state": state, "tries": 1, "next": now + AGAIN if state == "due" else row["next_at"],
            "over": state != "due", "failed": state == "failed", "user": actor.user_id, "now": now, "call": call_id,
        },
    )  # fmt: skip
    _noted(hotel_id, row["room_reservation_id"], call_id, state, actor, now)
    return state


def _noted(hotel_id: int, stay_id: int, call_id: int, state: str, actor: Actor, now: datetime) -> None:
    kind = WakeUpFailed if state == "failed" else WakeUpNoted
    record(
        kind.topic, subject="room_reservation", subject_id=stay_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"call": call_id, "state": state},
        event=kind(hotel_id=hotel_id, room_reservation_id=stay_id, call_id=call_id, state=state),
    )  # fmt: skip


@operation(Permission.WAKE_UP)
def cancel_wake_up(*, hotel_id: int, call_id: int, actor: Actor, now: datetime) -> None:
    """The guest wants no call any more.

    Changes the call. Locks it. Raises NotFound, CallDone. Publishes WakeUpNoted. A second call is refused.
    """
    row = db.fetch_one(_LOCK, [hotel_id, call_id])
    if row is None:
        raise NotFound
    if row["state"] != "due":
        raise CallDone
    db.execute(
        "UPDATE frontdesk_wakeupcall SET state = 'cancelled', done_by = %s, done_at = %s WHERE id = %s",
        [actor.user_id, now, call_id],
    )
    _noted(hotel_id, row["room_reservation_id"], call_id, "cancelled", actor, now)


@operation(Permission.WAKE_UP)
def see_guest(*, hotel_id: int, call_id: int, actor: Actor, now: datetime) -> None:
    """Somebody went up and saw to the guest of a call that failed or was forgotten.

    Changes the call. Locks it. Raises NotFound, CallDone (it did not fail, or was seen to). Publishes WakeUpNoted. A
    second call is refused.
    """
    row = db.fetch_one(
        "UPDATE frontdesk_wakeupcall SET seen_by = %(user)s::bigint, seen_at = %(now)s,"
        " done_at = coalesce(done_at, %(now)s), done_by = coalesce(done_by, %(user)s::bigint),"
        " state = CASE WHEN state = 'due' THEN 'failed' ELSE state END"
        " WHERE hotel_id = %(hotel)s AND id = %(call)s AND escalated_at IS NOT NULL AND seen_at IS NULL"
        " RETURNING room_reservation_id",
        {"user": actor.user_id, "now": now, "hotel": hotel_id, "call": call_id},
    )
    if row is None:
        known = db.fetch_value(
            "SELECT 1 FROM frontdesk_wakeupcall WHERE hotel_id = %s AND id = %s", [hotel_id, call_id]
        )
        raise CallDone if known else NotFound
    _noted(hotel_id, row["room_reservation_id"], call_id, "seen", actor, now)


@operation(Permission.WAKE_UP)
def escalate_wake_up(*, hotel_id: int, call_id: int, actor: Actor, now: datetime) -> None:
    """Nobody noted a call in time: whoever leads the shift is told.

    Changes the call, which may still be made. Locks it. Raises NotFound, CallDone (noted, told already, or not late).
    Publishes WakeUpFailed. A second call is refused.
    """
    row = db.fetch_one(_LOCK, [hotel_id, call_id])
    if row is None:
        raise NotFound
    if row["state"] != "due" or row["escalated_at"] is not None or row["next_at"] > now - FORGOTTEN:
        raise CallDone
    db.execute("UPDATE frontdesk_wakeupcall SET escalated_at = %s WHERE id = %s", [now, call_id])
    record(
        WakeUpFailed.topic, subject="room_reservation", subject_id=row["room_reservation_id"], hotel_id=hotel_id,
        actor=actor, now=now, after={"call": call_id, "state": "forgotten"},
        event=WakeUpFailed(
            hotel_id=hotel_id, room_reservation_id=row["room_reservation_id"], call_id=call_id, state="forgotten"
        ),
    )  # fmt: skip
