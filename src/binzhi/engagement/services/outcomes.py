"""What became of a message: taken for sending, sent, delayed, given up, overtaken, cancelled, sent again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from binzhi.engagement.access import Permission
from binzhi.engagement.enums import Outcome, State
from binzhi.engagement.errors import MessageSettled, NotGivenUp
from binzhi.engagement.events import (
    MessageCancelled,
    MessageDelayed,
    MessageEvent,
    MessageGivenUp,
    MessageQueued,
    MessageSent,
)
from binzhi.engagement.rendering import Wording
from binzhi.engagement.services.queueing import LIVES, sealed_content
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import operation, record
from binzhi.kernel.partners import Queue

# Before the second try, the third …; after the last it is given up. An hour without a way out costs five of them.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 480))
QUEUE = Queue(
    table="engagement_message", waiting=("queued",), due="due_at", tries=("engagement_attempt", "message_id"),
    returning="""q.id, q.hotel_id, q.kind, q.way, q.language, q.guest_id, q.reservation_id, q.room_reservation_id,
        q.serial, q.entry_id, q.address_sealed, q.content_sealed, q.attempts, q.expires_at,
        q.created_by_id IS NULL AS by_itself, q.due_at, q.source""",
)  # fmt: skip
LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Taken:
    """A message in its sender's hands."""

    id: int
    hotel_id: int
    kind: str
    way: str
    language: str
    guest_id: int | None
    reservation_id: int | None
    room_reservation_id: int | None
    entry_id: int | None
    serial: uuid.UUID
    address_sealed: bytes | None
    content_sealed: bytes | None
    attempts: int
    expires_at: datetime
    by_itself: bool
    due_at: datetime
    source: str


def take_due(*, now: datetime, until: datetime, limit: int) -> list[Taken]:
    """Messages of all hotels that are due, for the caller alone until `until`; the longest due first.

    Bookkeeping of the sender in a transaction of its own; locks the rows, skipping those another takes.
    """
    rows = QUEUE.take(now=now, until=until, limit=limit)
    return sorted((Taken(**row) for row in rows), key=lambda one: (one.due_at, one.id))


def note_deaths(*, now: datetime) -> int:
    """Put back what a sender took and never noted; how many. The try is kept with an unknown outcome."""
    return QUEUE.note_deaths(now=now, most=len(PAUSES))


@operation(Permission.SETTLE)
def keep_content(*, hotel_id: int, message_id: int, wording: Wording, actor: Actor, now: datetime) -> None:
    """Keep the words before they go out, so that every later try says the same.

    Locks the message. Raises NotFound, MessageSettled. Publishes MessageQueued. Idempotent.
    """
    row = _lock(hotel_id, message_id, State.SENDING)
    db.execute(
        "UPDATE engagement_message SET content_sealed = %s WHERE id = %s",
        [sealed_content(message_id, wording), message_id],
    )
    _record("message.written", MessageQueued, row, actor=actor, now=now)


@operation(Permission.SETTLE)
def note_sent(*, hotel_id: int, message_id: int, reference: str, actor: Actor, now: datetime) -> None:
    """It went out. Locks the message. Raises NotFound, MessageSettled. Publishes MessageSent."""
    row = _lock(hotel_id, message_id, State.SENDING)
    db.execute(
        "UPDATE engagement_message SET state = 'sent', reason = '', provider_ref = %s, claimed_until = NULL,"
        " ended_at = %s WHERE id = %s",
        [reference[:100], now, message_id],
    )
    QUEUE.keep_try(row, Outcome.SENT, "", now)
    _record("message.sent", MessageSent, row, actor=actor, now=now)


@operation(Permission.SETTLE)
def note_delay(*, hotel_id: int, message_id: int, code: str, actor: Actor, now: datetime) -> None:
    """It did not go out this time: again after a pause that grows, given up after the last one.

    Locks the message. Raises NotFound, MessageSettled. Publishes MessageDelayed or MessageGivenUp.
    """
    row = _lock(hotel_id, message_id, State.SENDING)
    QUEUE.keep_try(row, Outcome.TEMPORARY, code[:LONGEST_CODE], now)
    if row["attempts"] > len(PAUSES):
        _give_up(row, code, actor=actor, now=now)
        return
    _again(row, code, now + PAUSES[row["attempts"] - 1], actor=actor, now=now)


@operation(Permission.SETTLE)
def put_back(*, hotel_id: int, message_id: int, actor: Actor, now: datetime) -> None:
    """It was not tried, as the way is down: a minute later, with as many tries left as before.

    Locks the message. Raises NotFound, MessageSettled. Publishes MessageDelayed.
    """
    row = _lock(hotel_id, message_id, State.SENDING)
    _again(row, "way_down", now + PAUSES[0], actor=actor, now=now, untried=True)


@operation(Permission.SETTLE)
def note_refusal(*, hotel_id: int, message_id: int, code: str, actor: Actor, now: datetime) -> None:
    """It will never be taken: given up at once. Locks the message. Raises NotFound. Publishes MessageGivenUp."""
    row = _lock(hotel_id, message_id, State.SENDING)
    QUEUE.keep_try(row, Outcome.PERMANENT, code[:LONGEST_CODE], now)
    _give_up(row, code, actor=actor, now=now)


@operation(Permission.SETTLE)
def note_overtaken(*, hotel_id: int, message_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """The reservation or the guest's will has changed since: it does not go out.

    Locks the message. Raises NotFound, MessageSettled. Publishes MessageCancelled.
    """
    row = _lock(hotel_id, message_id, State.SENDING)
    _end(row, reason, actor=actor, now=now)


@operation(Permission.SETTLE)
def cancel_message(*, hotel_id: int, message_id: int, actor: Actor, now: datetime) -> None:
    """Take back what waits or was given up. What is being sent at this moment cannot be.

    Locks the message. Raises NotFound, MessageSettled. Publishes MessageCancelled. Not idempotent (the second refuses).
    """
    row = _lock(hotel_id, message_id, State.QUEUED, State.DEAD)
    _end(row, "by_hand", actor=actor, now=now)


@operation(Permission.SETTLE)
def resend_message(*, hotel_id: int, message_id: int, actor: Actor, now: datetime) -> None:
    """Try again what was given up, at once and with all tries anew; address, words and serial stay.

    Locks the message. Raises NotFound, NotGivenUp. Publishes MessageQueued. Not idempotent (the second refuses).
    """
    row = _lock(hotel_id, message_id, State.DEAD, refusal=NotGivenUp)
    db.execute(
        "UPDATE engagement_message SET state = 'queued', reason = 'by_hand', attempts = 0, due_at = %s,"
        " expires_at = %s WHERE id = %s",
        [now, now + LIVES, message_id],
    )
    _record("message.resent", MessageQueued, row, actor=actor, now=now)


def _lock(
    hotel_id: int, message_id: int, *states: State, refusal: type[MessageSettled] | type[NotGivenUp] = MessageSettled
) -> dict[str, Any]:
    row = QUEUE.lock(hotel_id=hotel_id, pk=message_id, field="message", read=", way, reservation_id")
    if row["state"] not in states:
        raise refusal(state=State(row["state"]).label)
    return row


def _again(
    row: dict[str, Any], code: str, due_at: datetime, *, actor: Actor, now: datetime, untried: bool = False
) -> None:
    QUEUE.wait(row, code[:LONGEST_CODE], due_at, untried=untried)
    _record("message.delayed", MessageDelayed, row, actor=actor, now=now, code=code)


def _give_up(row: dict[str, Any], code: str, *, actor: Actor, now: datetime) -> None:
    db.execute(
        "UPDATE engagement_message SET state = 'dead', reason = %s, claimed_until = NULL WHERE id = %s",
        [code[:LONGEST_CODE], row["id"]],
    )
    _record("message.given_up", MessageGivenUp, row, actor=actor, now=now, code=code)


def _end(row: dict[str, Any], reason: str, *, actor: Actor, now: datetime) -> None:
    db.execute(
        "UPDATE engagement_message SET state = 'cancelled', reason = %s, claimed_until = NULL, ended_at = %s"
        " WHERE id = %s",
        [reason, now, row["id"]],
    )
    _record("message.cancelled", MessageCancelled, row, actor=actor, now=now, code=reason)


def _record(
    name: str, event: type[MessageEvent], row: dict[str, Any], *, actor: Actor, now: datetime, code: str = ""
) -> None:
    what = {"kind": row["kind"], "way": row["way"]}
    record(
        name, subject="message", subject_id=row["id"], hotel_id=row["hotel_id"], actor=actor, now=now,
        before={"state": row["state"]}, after={**what, "attempts": row["attempts"], "code": code},
        event=event(hotel_id=row["hotel_id"], message_id=row["id"], **what),
    )  # fmt: skip
