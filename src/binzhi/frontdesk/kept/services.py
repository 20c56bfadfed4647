"""Luggage and valuables: taken in against a numbered receipt, moved, given out to somebody who is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import NumberOutOfRange, ReceiptDiffers, ThingCollected
from binzhi.frontdesk.events import ThingCollected as ThingCollectedEvent
from binzhi.frontdesk.events import ThingKept, ThingMoved
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

LUGGAGE, VALUABLES = "luggage", "valuables"
PREFIX = {LUGGAGE: "L", VALUABLES: "V"}
MOST_PIECES = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptInput:
    """What is left by whom, and where it is put: a shelf, the number of a safe box."""

    kind: str
    name: str
    pieces: int
    place: str
    description: str = ""
    expected_on: date | None = None
    room_reservation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What was taken in, and the number of its receipt."""

    pk: int
    number: str


# Numbers are given one after the other: two desks at once do not get the same.
_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('frontdesk.kept', %s))"
_INSERT = """
WITH stay AS (
    SELECT rr.id, coalesce(rr.guest_id, v.guest_id) AS guest_id FROM reservations_roomreservation rr
    JOIN reservations_reservation v ON v.id = rr.reservation_id
    WHERE rr.hotel_id = %(hotel)s AND rr.id = %(stay)s::bigint
), number AS (
    SELECT %(prefix)s || to_char(coalesce(max(substr(number, 2)::int), 0) + 1, 'FM000000') AS number
    FROM frontdesk_keptthing WHERE hotel_id = %(hotel)s AND kind = %(kind)s
), thing AS (
    INSERT INTO frontdesk_keptthing (hotel_id, kind, number, room_reservation_id, guest_id, name, pieces, description,
        place, expected_on, kept_by, kept_at)
    SELECT %(hotel)s, %(kind)s, number.number, stay.id, stay.guest_id, %(name)s, %(pieces)s, %(description)s, %(place)s,
        %(expected)s::date, %(user)s::bigint, %(now)s
    FROM number LEFT JOIN stay ON true WHERE %(stay)s::bigint IS NULL OR stay.id IS NOT NULL
    RETURNING id, number
), move AS (
    INSERT INTO frontdesk_keptmove (hotel_id, thing_id, what, place, by, at)
    SELECT %(hotel)s, id, 'taken_in', %(place)s, %(user)s::bigint, %(now)s FROM thing
)
SELECT id AS pk, number FROM thing
"""


@operation(Permission.KEEP_THINGS)
def take_in(*, hotel_id: int, thing: KeptInput, actor: Actor, now: datetime) -> Kept:
    """Take luggage or valuables into keeping.

    Adds it and the first line of its log. Raises InvalidInput at kind, name, pieces, place, description or expected_on,
    NotFound. Publishes ThingKept. Not idempotent.
    """
    if thing.kind not in PREFIX:
        raise InvalidInput(field="kind")
    if not 1 <= thing.pieces <= MOST_PIECES:
        raise NumberOutOfRange(field="pieces", least=1, most=MOST_PIECES)
    if thing.expected_on is not None and thing.expected_on < hotel_by_id(hotel_id).business_date:
        raise InvalidInput(field="expected_on")
    params = {
        "hotel": hotel_id, "stay": thing.room_reservation_id, "kind": thing.kind, "prefix": PREFIX[thing.kind],
        "name": clean_text(thing.name, field="name", limit=60, required=True), "pieces": thing.pieces,
        "description": clean_text(thing.description, field="description", limit=200),
        "place": clean_text(thing.place, field="place", limit=40, required=True), "expected": thing.expected_on,
        "user": actor.user_id, "now": now,
    }  # fmt: skip
    db.fetch_value(_TURN, [hotel_id])
    row = db.fetch_one(_INSERT, params)
    if row is None:
        raise NotFound
    record(
        ThingKept.topic, subject="kept_thing", subject_id=row["pk"], hotel_id=hotel_id, actor=actor, now=now,
        after={"kind": thing.kind, "pieces": thing.pieces, "stay": thing.room_reservation_id},
        event=ThingKept(hotel_id=hotel_id, thing_id=row["pk"], kind=thing.kind),
    )  # fmt: skip
    return Kept(**row)


_LOCK = (
    "SELECT id, number, place, collected_at FROM frontdesk_keptthing WHERE hotel_id = %s AND id = %s FOR NO KEY UPDATE"
)
_MOVE = """
INSERT INTO frontdesk_keptmove (hotel_id, thing_id, what, place, note, by, at) VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def _here(hotel_id: int, thing_id: int) -> tuple[str, str]:
    row = db.fetch_one(_LOCK, [hotel_id, thing_id])
    if row is None:
        raise NotFound
    if row["collected_at"] is not None:
        raise ThingCollected
    return row["number"], row["place"]


@operation(Permission.KEEP_THINGS)
def move_thing(*, hotel_id: int, thing_id: int, place: str, note: str = "", actor: Actor, now: datetime) -> None:
    """Put a thing elsewhere, or hand it to the next shift.

    Changes its place, adds to its log. Locks it. Raises InvalidInput at place or note, NotFound, ThingCollected.
    Publishes ThingMoved. Not idempotent.
    """
    place = clean_text(place, field="place", limit=40, required=True)
    note = clean_text(note, field="note", limit=80)
    _number, before = _here(hotel_id, thing_id)
    db.execute("UPDATE frontdesk_keptthing SET place = %s WHERE id = %s", [place, thing_id])
    db.execute(_MOVE, [hotel_id, thing_id, "moved", place, note, actor.user_id, now])
    record(
        ThingMoved.topic, subject="kept_thing", subject_id=thing_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"place": before}, after={"place": place}, event=ThingMoved(hotel_id=hotel_id, thing_id=thing_id),
    )  # fmt: skip


@operation(Permission.KEEP_THINGS)
def give_out(
    *, hotel_id: int, thing_id: int, receipt: str, collected_by: str, note: str = "", actor: Actor, now: datetime
) -> None:
    """Give a thing to whoever shows its receipt's number; without the paper, with a note why (`receipt` empty).

    Changes it, adds to its log. Locks it. Raises InvalidInput at receipt, collected_by or note, NotFound,
    ThingCollected, ReceiptDiffers. Publishes ThingCollected. A second call is refused.
    """
    collected_by = clean_text(collected_by, field="collected_by", limit=60, required=True)
    note = clean_text(note, field="note", limit=80)
    shown = clean_text(receipt, field="receipt", limit=40).upper()
    number, place = _here(hotel_id, thing_id)
    if shown != number and (shown or not note):
        raise ReceiptDiffers
    db.execute(
        "UPDATE frontdesk_keptthing SET collected_by = %s, handed_by = %s, collected_at = %s WHERE id = %s",
        [collected_by, actor.user_id, now, thing_id],
    )
    db.execute(_MOVE, [hotel_id, thing_id, "given_out", place, note, actor.user_id, now])
    record(
        ThingCollectedEvent.topic, subject="kept_thing", subject_id=thing_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"with_receipt": bool(shown)}, event=ThingCollectedEvent(hotel_id=hotel_id, thing_id=thing_id),
    )  # fmt: skip
