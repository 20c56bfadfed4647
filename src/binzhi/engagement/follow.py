"""What happens to reservations and stays, told to the guest: events set messages off, the calendar the reminders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from binzhi.engagement.enums import Kind
from binzhi.engagement.errors import AlreadyQueued, NothingToTell, WayNotSetUp
from binzhi.engagement.services.queueing import notify_arrangement, queue_automatic, queue_offer
from binzhi.engagement.settings import messaging_of
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.follower import Seen, follow
from binzhi.property.queries import HotelRef, all_hotels

FOLLOWER = "engagement.messages"
WRITER = Actor.system("messages")
BOOKED, CONFIRMED = "reservation.created", "reservation.confirmed"
ROOM_GIVEN, CHECKED_OUT = "reservation.unit_assigned", "stay.checked_out"
OFFERED = "waitlist.offered"
TOPICS = frozenset({BOOKED, CONFIRMED, ROOM_GIVEN, CHECKED_OUT, OFFERED})
# News that lay there for longer than a day is none: the worker was stopped, or a past was written.
FRESH = timedelta(days=1)
# A room may still change, a check-out be taken back.
SETTLES = {ROOM_GIVEN: timedelta(minutes=10), CHECKED_OUT: timedelta(minutes=30)}
# Nothing to do: the way is off, the stay is not to come, it was told before, it is not there any more.
NOT_NOW = (WayNotSetUp, NothingToTell, AlreadyQueued, NotFound)
_SLEEPER = """
SELECT coalesce(r.guest_id, v.guest_id, 0) FROM reservations_roomreservation r
JOIN reservations_reservation v ON v.id = r.reservation_id WHERE r.hotel_id = %s AND r.id = %s
"""
# Arrivals of a day that nobody was reminded of yet. Who booked since yesterday has the confirmation in hand.
_TO_REMIND = """
SELECT DISTINCT v.id, r.arrival FROM reservations_roomreservation r
JOIN reservations_reservation v ON v.id = r.reservation_id
WHERE r.hotel_id = %(hotel)s AND r.arrival = %(day)s AND r.status = 'reserved' AND v.created_at < %(before)s
  AND NOT EXISTS (
      SELECT 1 FROM engagement_message m WHERE m.hotel_id = %(hotel)s
      AND m.source = 'reminder:' || v.id || ':' || to_char(r.arrival, 'YYYY-MM-DD'))
ORDER BY v.id LIMIT %(limit)s
"""
_PAGE = 500


def heed(seen: Seen, *, now: datetime | None = None) -> bool:
    """React to one event; did a message come of it? Idempotent."""
    now = now or clock.now()
    if now - seen.at > FRESH:
        return False
    db.enter_scope("*", "*")
    try:
        _REACTIONS[seen.topic](seen, {"hotel_id": seen.hotel_id, "actor": WRITER, "now": now})
    except NOT_NOW:
        return False
    return True


def _booked(seen: Seen, what: dict[str, Any]) -> None:
    """Made or noted as confirmed, whichever comes first: one confirmation of a reservation by itself."""
    reservation_id = int(seen.payload["reservation_id"])
    queue_automatic(
        kind=Kind.CONFIRMATION.value, reservation_id=reservation_id, room_reservation_id=None,
        source=f"confirmation:{reservation_id}", **what,
    )  # fmt: skip


def _room_given(seen: Seen, what: dict[str, Any]) -> None:
    notify_arrangement(
        room_reservation_id=int(seen.payload["room_reservation_id"]), wait=SETTLES[ROOM_GIVEN], **what
    )  # fmt: skip


def _checked_out(seen: Seen, what: dict[str, Any]) -> None:
    """Once for each guest of a reservation, however many rooms the guest had."""
    room_id, reservation_id = int(seen.payload["room_reservation_id"]), int(seen.payload["reservation_id"])
    guest_id = db.fetch_value(_SLEEPER, [seen.hotel_id, room_id])
    queue_automatic(
        kind=Kind.THANKS.value, reservation_id=reservation_id, room_reservation_id=room_id,
        source=f"thanks:{reservation_id}:{guest_id}", wait=SETTLES[CHECKED_OUT], **what,
    )  # fmt: skip


def _offered(seen: Seen, what: dict[str, Any]) -> None:
    """Rooms are kept for somebody who waited; not for long."""
    queue_offer(entry_id=int(seen.payload["entry_id"]), **what)


_REACTIONS: dict[str, Callable[[Seen, dict[str, Any]], None]] = {
    BOOKED: _booked, CONFIRMED: _booked, ROOM_GIVEN: _room_given, CHECKED_OUT: _checked_out,
    OFFERED: _offered,
}  # fmt: skip


def heed_all() -> int:
    """React to everything that happened since last time; how many events that were."""
    seen = 0
    while found := follow(name=FOLLOWER, topics=TOPICS, react=heed):
        seen += found
    return seen


def remind_all(*, now: datetime) -> int:
    """Queue the reminders of the day in every hotel whose hour has come; how many. Safe to run at any time."""
    db.enter_scope("*", "*")
    return sum(_remind(hotel, now) for hotel in all_hotels())


def _remind(hotel: HotelRef, now: datetime) -> int:
    messaging, local = messaging_of(hotel.pk), hotel.local(now)
    if messaging is None or Kind.REMINDER not in messaging.automatic or local.time() < messaging.reminder_at:
        return 0
    read = {
        "hotel": hotel.pk, "day": local.date() + timedelta(days=messaging.reminder_days),
        "before": now - timedelta(days=1), "limit": _PAGE,
    }  # fmt: skip
    made = 0
    for row in db.fetch_all(_TO_REMIND, read):
        try:
            queue_automatic(
                hotel_id=hotel.pk, kind=Kind.REMINDER.value, reservation_id=row["id"], room_reservation_id=None,
                source=f"reminder:{row['id']}:{row['arrival']}", actor=WRITER, now=now,
            )  # fmt: skip
        except NOT_NOW:
            continue
        made += 1
    return made
