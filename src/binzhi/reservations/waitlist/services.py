"""Putting somebody on the waitlist, offering what came free, booking it with one press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.phones import mask_phone
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations import booker, facts, limits, nights
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import Guarantee, WaitStatus
from binzhi.reservations.errors import GuaranteeRequired, OfferOver, WrongWaitStatus
from binzhi.reservations.events import WaitlistChanged, WaitlistOffered
from binzhi.reservations.locks import nights_between
from binzhi.reservations.requests import NewReservation, ReservationRef, RoomRequest
from binzhi.reservations.services.create import write_taken

WAITING, OFFERED, BOOKED, LAPSED, WITHDRAWN = (
    each.value
    for each in (WaitStatus.WAITING, WaitStatus.OFFERED, WaitStatus.BOOKED, WaitStatus.LAPSED, WaitStatus.WITHDRAWN)
)
NAME_LIMIT, NOTE_LIMIT = 120, 300
SHORTEST_HOLD, LONGEST_HOLD = 5, 7 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """Who waits for what. `priority` 1 is first, 3 last; an offer is kept for `hold_minutes`."""

    name: str
    room_type: str
    rate_plan: str
    arrival: date
    departure: date
    rooms: int = 1
    adults: int = 2
    children: int = 0
    phone: str = ""
    guest_id: int | None = None
    organisation_id: int | None = None
    priority: int = 2
    hold_minutes: int = 120
    note: str = ""


_INSERT = """
INSERT INTO reservations_waitlistentry (id, hotel_id, status, guest_id, organisation_id, name, phone_sealed,
    phone_masked, room_type_id, rate_plan_id, arrival, departure, rooms, adults, children, priority, hold_minutes,
    note, created_at)
VALUES (%(id)s, %(hotel)s, 'waiting', %(guest)s::bigint, %(organisation)s::bigint, %(name)s, %(sealed)s::bytea,
    %(masked)s, %(type)s, %(plan)s, %(arrival)s, %(departure)s, %(rooms)s, %(adults)s, %(children)s, %(priority)s,
    %(minutes)s, %(note)s, %(now)s)
"""


def phone_place(entry_id: int) -> str:
    return f"reservations_waitlistentry.phone:{entry_id}"


@operation(Permission.MANAGE_WAITLIST)
def put_on_waitlist(*, hotel_id: int, entry: NewEntry, actor: Actor, now: datetime) -> int:
    """Note that somebody waits for nights; the entry's id.

    Adds a row. Locks nothing. Raises InvalidInput at the field. Publishes WaitlistChanged. Not idempotent.
    """
    name = clean_text(entry.name, field="name", limit=NAME_LIMIT, required=True)
    note = clean_text(entry.note, field="note", limit=NOTE_LIMIT, multiline=True)
    if not 1 <= entry.rooms <= limits.MAX_ROOMS:
        raise InvalidInput(field="rooms", message=_("From 1 to %(most)s rooms."), most=limits.MAX_ROOMS)
    if not 1 <= entry.priority <= 3:
        raise InvalidInput(field="priority")
    if not SHORTEST_HOLD <= entry.hold_minutes <= LONGEST_HOLD:
        raise InvalidInput(field="hold_minutes", message=_("From 5 minutes to 7 days."))
    if entry.departure <= entry.arrival:
        raise InvalidInput(field="departure", message=_("The departure date is before the arrival date."))
    known = facts.gather(
        hotel_id=hotel_id, rooms=[_request(entry)], organisation_id=entry.organisation_id,
        guest_ids=[entry.guest_id] if entry.guest_id is not None else [],
    )  # fmt: skip
    phone = booker.normal_phone(entry.phone)
    entry_id: int = db.fetch_value("SELECT nextval(pg_get_serial_sequence('reservations_waitlistentry', 'id'))")
    db.execute(
        _INSERT,
        {
            "id": entry_id, "hotel": hotel_id, "guest": entry.guest_id, "organisation": entry.organisation_id,
            "name": name, "sealed": crypto.seal(phone, place=phone_place(entry_id)) if phone else None,
            "masked": mask_phone(phone) if phone else "", "type": known.rooms[0].room_type_id,
            "plan": known.rooms[0].rate_plan_id, "arrival": entry.arrival, "departure": entry.departure,
            "rooms": entry.rooms, "adults": entry.adults, "children": entry.children, "priority": entry.priority,
            "minutes": entry.hold_minutes, "note": note, "now": now,
        },
    )  # fmt: skip
    _record("waitlist.added", hotel_id, entry_id, WAITING, actor=actor, now=now)
    return entry_id


def _request(entry: Any) -> RoomRequest:
    return RoomRequest(
        room_type=entry.room_type, rate_plan=entry.rate_plan, arrival=entry.arrival, departure=entry.departure,
        adults=entry.adults, children=entry.children,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LockedEntry:
    """An entry of the waitlist under its lock; `today` is the open hotel day."""

    id: int
    hotel_id: int
    status: str
    guest_id: int | None
    organisation_id: int | None
    name: str
    phone_sealed: bytes | None
    room_type_id: int
    room_type: str
    rate_plan: str
    arrival: date
    departure: date
    rooms: int
    adults: int
    children: int
    hold_minutes: int
    offer_until: datetime | None
    today: date

    @property
    def deltas(self) -> dict[nights.Key, int]:
        """The nights it wants, those that are gone left out: nobody holds them any more."""
        wanted = [night for night in nights_between(self.arrival, self.departure) if night >= self.today]
        return nights.deltas_of(wanted, self.room_type_id, self.rooms)


# Of one that was offered the day does not matter, so it may be the system's, without a hotel day held open.
_LOCK = """
WITH day AS MATERIALIZED (SELECT billing_hold_day(%(hotel)s) AS today)
SELECT w.id, w.hotel_id, w.status, w.guest_id, w.organisation_id, w.name, w.phone_sealed, w.room_type_id,
       t.code AS room_type, p.code AS rate_plan, w.arrival, w.departure, w.rooms, w.adults, w.children, w.hold_minutes,
       w.offer_until, day.today
FROM day CROSS JOIN reservations_waitlistentry w
JOIN property_roomtype t ON t.id = w.room_type_id JOIN reservations_rateplan p ON p.id = w.rate_plan_id
WHERE w.hotel_id = %(hotel)s AND w.id = %(id)s
FOR NO KEY UPDATE OF w
"""


def _lock(hotel_id: int, entry_id: int, *allowed: str) -> LockedEntry:
    row = db.fetch_one(_LOCK, {"hotel": hotel_id, "id": entry_id})
    if row is None:
        raise NotFound
    entry = LockedEntry(**row)
    if entry.status not in allowed:
        raise WrongWaitStatus(status=WaitStatus(entry.status).label)
    return entry


@operation(Permission.MANAGE_WAITLIST)
def offer(*, hotel_id: int, entry_id: int, actor: Actor, now: datetime) -> datetime:
    """Keep the nights somebody waits for; until when. Nobody else is sold them meanwhile.

    Changes what the nights hold. Locks day, entry, nights. Raises NotFound, WrongWaitStatus, RoomTypeSoldOut,
    RoomTypeClosed, NotOnSale. Publishes WaitlistOffered. Not idempotent: the second refuses.
    """
    entry = _lock(hotel_id, entry_id, WAITING)
    nights.shift(hotel_id=hotel_id, sold={}, held=entry.deltas)
    until = now + timedelta(minutes=entry.hold_minutes)
    db.execute(
        "UPDATE reservations_waitlistentry SET status = 'offered', offered_at = %s, offer_until = %s WHERE id = %s",
        [now, until, entry_id],
    )
    record(
        "waitlist.offered", subject="waitlist_entry", subject_id=entry_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"until": until}, event=WaitlistOffered(hotel_id=hotel_id, entry_id=entry_id, until=until.isoformat()),
    )  # fmt: skip
    return until


@operation(Permission.MANAGE_WAITLIST)
def book_from_waitlist(*, hotel_id: int, entry_id: int, actor: Actor, now: datetime) -> ReservationRef:
    """Make the reservation somebody waited for, at today's prices: out of the offer, or of what is for sale.

    Held becomes sold in one statement. Locks day, entry, nights. Raises NotFound, WrongWaitStatus, OfferOver,
    RoomTypeSoldOut, RoomTypeClosed, NotOnSale, a StayRefused, FloorBroken. Publishes ReservationCreated,
    WaitlistChanged.
    """
    actor.require(Permission.CREATE, hotel_id)
    entry = _lock(hotel_id, entry_id, WAITING, OFFERED, LAPSED)
    offered = entry.status == OFFERED
    if offered and entry.offer_until is not None and entry.offer_until < now:
        raise OfferOver(until=entry.offer_until)
    known = facts.gather(
        hotel_id=hotel_id, rooms=[_request(entry)] * entry.rooms, organisation_id=entry.organisation_id,
        guest_ids=[entry.guest_id] if entry.guest_id is not None else [], is_new=True,
    )  # fmt: skip
    prices: list[list[Decimal]] = []
    for room in known.rooms:
        if room.refusal is not None:
            raise room.refusal
        if room.guarantee_required and entry.organisation_id is None:
            raise GuaranteeRequired
        facts.require_floor(room, hotel_id=hotel_id, actor=actor)
        prices.append(room.prices or [])
    kept = entry.deltas if offered else {}
    nights.shift(hotel_id=hotel_id, sold=entry.deltas, held={key: -count for key, count in kept.items()})
    made = write_taken(hotel_id=hotel_id, booking=_booking(entry), known=known, prices=prices, actor=actor, now=now)
    db.execute(
        "UPDATE reservations_waitlistentry SET status = 'booked', reservation_id = %s, offer_until = NULL,"
        " ended_at = %s WHERE id = %s",
        [made.id, now, entry_id],
    )
    _record("waitlist.booked", hotel_id, entry_id, BOOKED, actor=actor, now=now)
    return made


def _booking(entry: LockedEntry) -> NewReservation:
    phone = crypto.open_sealed(bytes(entry.phone_sealed), place=phone_place(entry.id)) if entry.phone_sealed else ""
    return NewReservation(
        booker_name=entry.name, rooms=(_request(entry),) * entry.rooms, booker_phone=phone, guest_id=entry.guest_id,
        organisation_id=entry.organisation_id,
        guarantee=Guarantee.COMPANY.value if entry.organisation_id else Guarantee.NONE.value,
    )  # fmt: skip


@operation(Permission.MANAGE_WAITLIST)
def end_entry(*, hotel_id: int, entry_id: int, lapsed: bool = False, actor: Actor, now: datetime) -> None:
    """Take somebody off the waitlist, or let an offer or a day that passed lapse; what was kept is for sale again.

    Locks day, entry, nights. Raises NotFound, WrongWaitStatus. Publishes WaitlistChanged. Not idempotent.
    """
    entry = _lock(hotel_id, entry_id, WAITING, OFFERED)
    if entry.status == OFFERED:
        nights.shift(hotel_id=hotel_id, sold={}, held={key: -count for key, count in entry.deltas.items()})
    status = LAPSED if lapsed else WITHDRAWN
    db.execute(
        "UPDATE reservations_waitlistentry SET status = %s, offer_until = NULL, ended_at = %s WHERE id = %s",
        [status, now, entry_id],
    )
    _record("waitlist.ended", hotel_id, entry_id, status, actor=actor, now=now)


@operation(Permission.MANAGE_WAITLIST)
def wait_again(*, hotel_id: int, entry_id: int, actor: Actor, now: datetime) -> None:
    """Somebody whose offer lapsed or who withdrew waits again, behind those who waited meanwhile.

    Locks day, entry. Raises NotFound, WrongWaitStatus, InvalidInput where the arrival has passed. Publishes
    WaitlistChanged.
    """
    entry = _lock(hotel_id, entry_id, LAPSED, WITHDRAWN)
    if entry.arrival < entry.today:
        raise InvalidInput(
            field="arrival", message=_("The arrival date has passed: the hotel day is %(today)s."), today=entry.today
        )
    db.execute(
        "UPDATE reservations_waitlistentry SET status = 'waiting', created_at = %s, offered_at = NULL, ended_at = NULL"
        " WHERE id = %s",
        [now, entry_id],
    )
    _record("waitlist.waits_again", hotel_id, entry_id, WAITING, actor=actor, now=now)


def _record(name: str, hotel_id: int, entry_id: int, status: str, *, actor: Actor, now: datetime) -> None:
    record(
        name, subject="waitlist_entry", subject_id=entry_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"status": status}, event=WaitlistChanged(hotel_id=hotel_id, entry_id=entry_id, status=status),
    )  # fmt: skip
