"""The sender of messages. Safe to run by several at once.

Who dies between sending and noting leaves the message taken until its turn is over; then it goes out again under the
same serial: once too often at most, and told as such.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from binzhi.engagement.enums import Kind
from binzhi.engagement.errors import MessageSettled
from binzhi.engagement.facts import Subject, fields_of, is_to_be_told, view_of
from binzhi.engagement.offers import fields_of_offer, offer_of
from binzhi.engagement.places import address_place
from binzhi.engagement.rendering import Wording, fill
from binzhi.engagement.services import outcomes
from binzhi.engagement.services.outcomes import Taken
from binzhi.engagement.services.queueing import NO_CONSENT, arrangement_source, opened_content
from binzhi.engagement.services.templates import wording_of
from binzhi.engagement.settings import MessagingRef, messaging_of
from binzhi.engagement.transport import Down, NotNow, Outgoing, Refused, Transport, transport_for
from binzhi.guests.privacy import consents
from binzhi.guests.privacy.purposes import MARKETING
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.partners import NOT_CONNECTED, send_each
from binzhi.property.queries import hotel_by_id
from binzhi.reservations.errors import AlreadyConfirmed, WrongStatus
from binzhi.reservations.queries import ReservationView
from binzhi.reservations.services import confirm_reservation

SENDER = Actor.system("messages")
BATCH = 10
# Longer than a whole batch may take, each try with all its time limits.
TURN = timedelta(minutes=10)
Opener = Callable[[MessagingRef, str], Transport]
_log = logging.getLogger(__name__)


def send_due(*, now: datetime, limit: int = BATCH, opener: Opener = transport_for) -> int:
    """Send at most `limit` messages that are due; how many were taken. Call again until it is 0."""
    db.enter_scope("*", "*")
    outcomes.note_deaths(now=now)
    return send_each(
        outcomes.take_due(now=now, until=now + TURN, limit=limit),
        lambda one: _send(one, now=now, opener=opener),
        partner=lambda one: one.way,
        now=now,
        settled=MessageSettled,
        put_back=lambda one: outcomes.put_back(hotel_id=one.hotel_id, message_id=one.id, actor=SENDER, now=now),
    )


def _send(one: Taken, *, now: datetime, opener: Opener) -> str | None:
    """Why the way does not work; None: nobody was asked."""
    what: dict[str, Any] = {"hotel_id": one.hotel_id, "message_id": one.id, "actor": SENDER, "now": now}
    messaging = messaging_of(one.hotel_id)
    if messaging is None or one.way not in messaging.ways:
        outcomes.note_delay(code="switched_off", **what)
        return NOT_CONNECTED
    reason = _overtaken(one, now)
    if reason:
        outcomes.note_overtaken(reason=reason, **what)
        return None
    try:
        ready = _ready(one, what)
        if ready is None:
            return None
        reference = opener(messaging, one.way).send(ready)
    except Refused as refusal:
        outcomes.note_refusal(code=refusal.code, **what)
    except NotNow as trouble:
        outcomes.note_delay(code=trouble.code, **what)
        return trouble.code if isinstance(trouble, Down) else ""
    except DomainError as refusal:
        # A key that is missing: the house mends it, the message waits.
        outcomes.note_delay(code=refusal.code, **what)
        return None
    else:
        outcomes.note_sent(reference=reference, **what)
        _note_confirmed(one, now)
    return ""


def _overtaken(one: Taken, now: datetime) -> str:
    """Why it makes no sense any more; empty when it does."""
    if one.expires_at <= now:
        return "too_late"
    if one.entry_id is not None:
        offer = offer_of(hotel_id=one.hotel_id, entry_id=one.entry_id)
        return "" if offer is not None and offer.stands(now) else "overtaken"
    assert one.reservation_id is not None  # a message is about one of the two
    subject = Subject(one.kind, one.reservation_id, one.room_reservation_id)
    try:
        view = view_of(hotel_id=one.hotel_id, reservation_id=one.reservation_id)
    except NotFound:
        return "overtaken"
    if not is_to_be_told(subject, view):
        return "overtaken"
    if one.kind == Kind.ARRANGEMENT and one.by_itself and not _has_its_room(one, view):
        return "overtaken"
    if one.kind == Kind.THANKS and one.by_itself and not _agreed(one, now):
        return NO_CONSENT
    return ""


def _has_its_room(one: Taken, view: ReservationView) -> bool:
    return any(one.source == arrangement_source(room.id, room.room_id) for room in view.rooms if room.room_id)


def _agreed(one: Taken, now: datetime) -> bool:
    group_id = hotel_by_id(one.hotel_id).group_id
    return one.guest_id is not None and consents.has(group_id, one.guest_id, MARKETING, now)


def _ready(one: Taken, what: dict[str, Any]) -> Outgoing | None:
    """The message as it goes out: written at the first try, the same at every other. None when it was taken back."""
    if one.address_sealed is None:
        outcomes.note_overtaken(reason="erased", **what)
        return None
    if one.content_sealed is None:
        wording = written(one)
        outcomes.keep_content(wording=wording, **what)
    else:
        wording = opened_content(one.id, one.content_sealed)
    return Outgoing(
        serial=str(one.serial), to=crypto.open_sealed(one.address_sealed, place=address_place(one.id)),
        subject=wording.subject, body=wording.body, language=one.language,
    )  # fmt: skip


def written(one: Taken) -> Wording:
    """The hotel's words with everything in its place, as things stand now."""
    hotel = hotel_by_id(one.hotel_id)
    wording, _version = wording_of(hotel_id=hotel.pk, kind=one.kind, way=one.way, language=one.language)
    if one.entry_id is not None:
        offer = offer_of(hotel_id=hotel.pk, entry_id=one.entry_id)
        assert offer is not None  # looked at just before
        return fill(wording, fields_of_offer(hotel=hotel, offer=offer, language=one.language))
    assert one.reservation_id is not None  # a message is about one of the two
    subject = Subject(one.kind, one.reservation_id, one.room_reservation_id)
    view = view_of(hotel_id=hotel.pk, reservation_id=one.reservation_id)
    return fill(wording, fields_of(hotel=hotel, subject=subject, view=view, language=one.language))


def _note_confirmed(one: Taken, now: datetime) -> None:
    """A confirmation that went out is noted on the reservation, as the clerk's own press does."""
    if one.kind != Kind.CONFIRMATION or one.reservation_id is None:
        return
    try:
        confirm_reservation(hotel_id=one.hotel_id, reservation_id=one.reservation_id, actor=SENDER, now=now)
    except (AlreadyConfirmed, WrongStatus):
        return
    except DomainError as refusal:
        _log.info("confirmation of a reservation not noted: %s", refusal.code)
