"""Into the outbox: what an event, the calendar or a clerk sets off, once per source and way."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from binzhi.engagement.access import Permission
from binzhi.engagement.enums import LANGUAGE_CODES, Kind, State, Way
from binzhi.engagement.errors import AlreadyQueued, NothingToTell, NoWay, WayNotSetUp
from binzhi.engagement.events import MessageQueued
from binzhi.engagement.facts import Person, Subject, is_to_be_told, person_of, view_of
from binzhi.engagement.offers import Offer, offer_of
from binzhi.engagement.places import address_place, content_place
from binzhi.engagement.rendering import Wording, clean_wording
from binzhi.engagement.settings import messaging_of
from binzhi.guests.privacy import consents
from binzhi.guests.privacy.purposes import MARKETING
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.property.queries import HotelRef, hotel_by_id

# After that it makes no sense any more.
LIVES = timedelta(days=2)
NO_ADDRESS, NO_CONSENT, TOO_LATE = "no_address", "no_consent", "too_late"
_INSERT = """
INSERT INTO engagement_message (id, hotel_id, kind, way, language, guest_id, reservation_id, room_reservation_id,
    entry_id, source, serial, state, reason, address_sealed, address_masked, content_sealed, due_at, expires_at,
    created_by_id, created_at, ended_at)
VALUES (%(id)s, %(hotel)s, %(kind)s, %(way)s, %(language)s, %(guest)s, %(reservation)s, %(room)s, %(entry)s::bigint,
    %(source)s, %(serial)s, %(state)s, %(reason)s, %(address)s, %(masked)s, %(content)s, %(due)s, %(expires)s,
    %(by)s, %(now)s, %(ended)s)
ON CONFLICT (hotel_id, source, way) DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A message before it has a row."""

    subject: Subject | Offer
    way: str
    language: str
    person: Person
    source: str
    due_at: datetime
    reason: str = ""
    content: Wording | None = None

    @property
    def about(self) -> dict[str, Any]:
        """The columns that say what it is about."""
        if isinstance(self.subject, Offer):
            return {"kind": Kind.WAITLIST.value, "reservation": None, "room": None, "entry": self.subject.id}
        return {
            "kind": self.subject.kind, "reservation": self.subject.reservation_id,
            "room": self.subject.room_reservation_id, "entry": None,
        }  # fmt: skip

    def expires_at(self, now: datetime) -> datetime:
        """After that it makes no sense any more."""
        if isinstance(self.subject, Offer) and self.subject.offer_until is not None:
            return self.subject.offer_until
        return max(self.due_at, now) + LIVES


@operation(Permission.SEND)
def queue_automatic(
    *, hotel_id: int, kind: str, reservation_id: int, room_reservation_id: int | None, source: str,
    wait: timedelta = timedelta(0), actor: Actor, now: datetime,
) -> list[int]:  # fmt: skip
    """Put a message that goes out by itself into the outbox, by the hotel's way; the ids.

    Adds a row per way; one that is withheld, with the reason, when there is no address or no consent to be written to
    after the stay. A text message waits for the end of the quiet hours. Locks nothing. Raises NotFound, WayNotSetUp
    (or not switched on for this kind), NothingToTell, AlreadyQueued when the source made its messages before. Publishes
    MessageQueued.
    """
    subject = Subject(kind, reservation_id, room_reservation_id)
    return _queue(hotel_id, subject, source=source, wait=wait, actor=actor, now=now)


def _queue(hotel_id: int, subject: Subject, *, source: str, wait: timedelta, actor: Actor, now: datetime) -> list[int]:
    messaging = messaging_of(hotel_id)
    if messaging is None or subject.kind not in messaging.automatic or not messaging.ways:
        raise WayNotSetUp
    hotel = hotel_by_id(hotel_id)
    view = view_of(hotel_id=hotel_id, reservation_id=subject.reservation_id)
    if subject.room_reservation_id is not None and subject.room_reservation_id not in {room.id for room in view.rooms}:
        raise NotFound(field="room_reservation")
    if not is_to_be_told(subject, view):
        raise NothingToTell
    person = person_of(hotel_id=hotel_id, subject=subject)
    reason = _withheld(hotel, subject, person, now)
    ways = messaging.chosen(list(person.addresses))
    if not ways:
        reason, ways = reason or NO_ADDRESS, messaging.ways[:1]
    drafts = [
        _Draft(
            subject, way, person.language, person, source, reason=reason,
            due_at=messaging.allowed(now + wait, way=way, timezone=hotel.timezone),
        )
        for way in ways
    ]  # fmt: skip
    written = [_write(hotel_id, draft, actor=actor, now=now) for draft in drafts]
    made = [message_id for message_id in written if message_id is not None]
    if not made:
        raise AlreadyQueued
    return made


@operation(Permission.SEND)
def notify_arrangement(
    *, hotel_id: int, room_reservation_id: int, actor: Actor, now: datetime, wait: timedelta = timedelta(0)
) -> list[int]:
    """Tell the guest that the room is arranged (抵店前排房通知), once per stay and room; the ids of the messages.

    For whoever assigns rooms. As `queue_automatic`; raises NothingToTell without a room.
    """
    row = db.fetch_one(
        "SELECT reservation_id, room_id FROM reservations_roomreservation WHERE hotel_id = %s AND id = %s",
        [hotel_id, room_reservation_id],
    )
    if row is None:
        raise NotFound(field="room_reservation")
    if row["room_id"] is None:
        raise NothingToTell
    return _queue(
        hotel_id, Subject(Kind.ARRANGEMENT.value, row["reservation_id"], room_reservation_id),
        source=arrangement_source(room_reservation_id, row["room_id"]), wait=wait, actor=actor, now=now,
    )  # fmt: skip


@operation(Permission.SEND)
def queue_offer(*, hotel_id: int, entry_id: int, actor: Actor, now: datetime) -> list[int]:
    """Tell somebody who waited that rooms are kept for him, once per offer and way; the ids of the messages.

    Adds a row per way; one that is withheld when there is no address, or when the quiet hours end after the offer.
    Locks nothing. Raises NotFound, WayNotSetUp (or not switched on), NothingToTell (no offer stands), AlreadyQueued.
    Publishes MessageQueued.
    """
    offer = offer_of(hotel_id=hotel_id, entry_id=entry_id)
    if offer is None:
        raise NotFound(field="entry")
    messaging = messaging_of(hotel_id)
    if messaging is None or Kind.WAITLIST not in messaging.automatic or not messaging.ways:
        raise WayNotSetUp
    if offer.offer_until is None or not offer.stands(now):
        raise NothingToTell
    hotel, person = hotel_by_id(hotel_id), offer.person
    ways = messaging.chosen(list(person.addresses))
    source = f"waitlist:{entry_id}:{offer.offer_until:%Y%m%d%H%M%S}"
    drafts = []
    for way in ways or messaging.ways[:1]:
        due_at = messaging.allowed(now, way=way, timezone=hotel.timezone)
        late = TOO_LATE if due_at >= offer.offer_until else ""
        reason = late if ways else NO_ADDRESS
        drafts.append(_Draft(offer, way, person.language, person, source, due_at=due_at, reason=reason))
    written = [_write(hotel_id, draft, actor=actor, now=now) for draft in drafts]
    made = [message_id for message_id in written if message_id is not None]
    if not made:
        raise AlreadyQueued
    return made


def arrangement_source(room_reservation_id: int, room_id: int) -> str:
    return f"arrangement:{room_reservation_id}:{room_id}"


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a clerk sends: the words as they stood on the screen. `key`: the same form twice sends once."""

    kind: str
    way: str
    language: str
    wording: Wording
    key: str


@operation(Permission.SEND)
def send_by_hand(*, hotel_id: int, reservation_id: int, message: ByHand, actor: Actor, now: datetime) -> int:
    """Put a clerk's message to the guest of a reservation into the outbox, due at once, quiet hours or not; its id.

    Adds a row. Locks nothing. Raises NotFound, InvalidInput at the field, WayNotSetUp, NoWay, NothingToTell (thanks
    before anybody left, a confirmation of what is cancelled), AlreadyQueued (the same `key` before). Publishes
    MessageQueued.
    """
    if message.kind not in Kind.values:
        raise InvalidInput(field="kind")
    if message.language not in LANGUAGE_CODES:
        raise InvalidInput(field="language")
    if message.way not in Way.values:
        raise InvalidInput(field="way")
    subject = Subject(message.kind, reservation_id)
    if not is_to_be_told(subject, view_of(hotel_id=hotel_id, reservation_id=reservation_id)):
        raise NothingToTell
    wording = clean_wording(message.wording, message.way, fields=False)
    messaging = messaging_of(hotel_id)
    if messaging is None or message.way not in messaging.ways:
        raise WayNotSetUp
    person = person_of(hotel_id=hotel_id, subject=subject)
    if message.way not in person.addresses:
        raise NoWay
    source = f"hand:{actor.user_id or 0}:{message.key}"[:100]
    draft = _Draft(subject, message.way, message.language, person, source, due_at=now, content=wording)
    made = _write(hotel_id, draft, actor=actor, now=now)
    if made is None:
        raise AlreadyQueued
    return made


def _withheld(hotel: HotelRef, subject: Subject, person: Person, now: datetime) -> str:
    """Why it must not go: what is about the stay itself needs no consent, being written to afterwards does."""
    if subject.kind != Kind.THANKS:
        return ""
    agreed = person.guest_id is not None and consents.has(hotel.group_id, person.guest_id, MARKETING, now)
    return "" if agreed else NO_CONSENT


def _write(hotel_id: int, draft: _Draft, *, actor: Actor, now: datetime) -> int | None:
    """The row with its audit and event; None when the source made one before."""
    message_id = int(db.fetch_value("SELECT nextval(pg_get_serial_sequence('engagement_message', 'id'))"))
    address = draft.person.addresses.get(draft.way, "")
    state = State.WITHHELD if draft.reason else State.QUEUED
    params: dict[str, Any] = {
        "id": message_id, "hotel": hotel_id, "way": draft.way, "language": draft.language,
        "guest": draft.person.guest_id, **draft.about, "source": draft.source, "serial": uuid.uuid4(),
        "state": state.value, "reason": draft.reason,
        "address": crypto.seal(address, place=address_place(message_id)) if address and not draft.reason else None,
        "masked": draft.person.masked(draft.way) if address else "",
        "content": sealed_content(message_id, draft.content) if draft.content else None,
        "due": draft.due_at, "expires": draft.expires_at(now), "by": actor.user_id, "now": now,
        "ended": now if draft.reason else None,
    }  # fmt: skip
    if db.fetch_value(_INSERT, params) is None:
        return None
    about = draft.about
    what = {"kind": about["kind"], "way": draft.way}
    record(
        "message.queued", subject="reservation" if about["entry"] is None else "waitlist_entry",
        subject_id=about["reservation"] or about["entry"], hotel_id=hotel_id, actor=actor, now=now,
        after={**what, "message_id": message_id, "state": state.value, "reason": draft.reason, "source": draft.source},
        event=MessageQueued(hotel_id=hotel_id, message_id=message_id, **what),
    )  # fmt: skip
    return message_id


def sealed_content(message_id: int, wording: Wording) -> bytes:
    """The words under the row's key."""
    return crypto.seal_bytes(orjson.dumps([wording.subject, wording.body]), place=content_place(message_id))


def opened_content(message_id: int, sealed: bytes) -> Wording:
    """Raises KeyMissing."""
    subject, body = orjson.loads(crypto.open_bytes(sealed, place=content_place(message_id)))
    return Wording(subject, body)
