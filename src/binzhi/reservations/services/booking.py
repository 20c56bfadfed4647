"""From what is asked for to what is written; bookings that come at the same moment are written together.

Each of them is checked, priced, recorded and answered as if it were alone; one that is refused holds no other up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import DatabaseError, IntegrityError
from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError, InvalidInput
from binzhi.kernel.idempotency import Claim, claiming
from binzhi.kernel.operations import in_transaction, recording, was_busy
from binzhi.kernel.together import NotServed, Together
from binzhi.reservations import booker, facts, limits
from binzhi.reservations.enums import Guarantee
from binzhi.reservations.errors import ChannelOrderTaken, GuaranteeRequired, NoPrice, PriceChanged
from binzhi.reservations.events import ReservationCreated
from binzhi.reservations.requests import NewReservation, ReservationRef, RoomRequest
from binzhi.reservations.services.writing import Draft, book, booking_row, price_rows, room_rows

# So many are written at once, and so long is waited for those who are at it, in seconds. Where several came a moment
# ago, the others are looked out for so long, or until there are enough: written in fours, a booking takes the database
# two thirds of what it takes in twos, and from sixteen on nothing is won by waiting.
_MOST, _PATIENCE, _BLINK, _ENOUGH = 32, 0.1, 0.008, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A booking whose typed particulars are clean, and who asks for it when under which key."""

    hotel_id: int
    booking: NewReservation
    phone: str
    actor: Actor
    now: datetime
    claim: Claim | None
    guest_ids: Sequence[int] = ()
    promotion_plan_id: int | None = None

    @property
    def member_id(self) -> int | None:
        """Whose membership counts: the booker's file, else that of the first guest who has one."""
        guests = (self.booking.guest_id, *(room.guest_id for room in self.booking.rooms))
        return next((guest_id for guest_id in guests if guest_id is not None), None)

    def facts(self) -> facts.Asked:
        return facts.Asked(
            rooms=self.booking.rooms, codes=booker.codes_of(self.booking), guest_ids=self.guest_ids,
            organisation_id=self.booking.organisation_id, guest_id=self.member_id,
            promotion_plan_id=self.promotion_plan_id,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Booked:
    """What was written, with its event, which whoever asked is to note."""

    made: ReservationRef
    event: ReservationCreated
    event_id: int


def booked(asked: Asked) -> Booked:
    """Write one booking: two statements. Without a transaction around it, with others that came at the same moment."""
    if in_transaction() or len(asked.booking.rooms) > 1:
        return _alone(asked)
    scope = (asked.hotel_id, asked.actor.hotel_scope, asked.actor.group_scope)
    try:
        # Who waits for the one who writes must not hold the connection that he writes with.
        with db.let_go():
            done = _TOGETHER.ask(scope, asked)
    except NotServed:
        done = None
    if done is None:
        return _alone(asked)
    if isinstance(done, DomainError):
        raise done
    return done


def _alone(asked: Asked) -> Booked:
    db.enter_scope(asked.actor.hotel_scope, asked.actor.group_scope)
    draft = draft_of(asked)
    return Booked(draft.made, draft.event, *book(asked.hotel_id, [draft]))


def draft_of(asked: Asked) -> Draft:
    """Read what must be known and price it. Raises what stands against the booking, but for its nights."""
    known = facts.gather_new(hotel_id=asked.hotel_id, asked=asked.facts())
    return _draft(asked, known)


def _several(batch: list[Asked]) -> list[Booked | DomainError | None]:
    """One statement to read and one to write for all; None for those that are to be written alone."""
    if len(batch) == 1:
        return [_alone(batch[0])]
    # In the order of their keys: two of these statements that carry the same keys do not meet head-on.
    places = sorted(range(len(batch)), key=lambda place: claim.key if (claim := batch[place].claim) else "")
    batch = [batch[place] for place in places]
    found: list[Draft | DomainError] = []
    hotel_id, actor = batch[0].hotel_id, batch[0].actor
    db.enter_scope(actor.hotel_scope, actor.group_scope)
    for asked, known in zip(batch, facts.gather_each(hotel_id, [one.facts() for one in batch]), strict=True):
        try:
            found.append(known if isinstance(known, DomainError) else _draft(asked, known))
        except DomainError as refusal:
            found.append(refusal)
    drafts = [draft for draft in found if isinstance(draft, Draft)]
    events = iter(_written(hotel_id, drafts))
    done: list[Booked | DomainError | None] = [None] * len(batch)
    for place, draft in zip(places, found, strict=True):
        if isinstance(draft, DomainError):
            done[place] = draft
        elif (event_id := next(events)) is not None:
            done[place] = Booked(draft.made, draft.event, event_id)
    return done


def _written(hotel_id: int, drafts: list[Draft]) -> Sequence[int | None]:
    """The events; or nothing for each, when certainly nothing of them was written and each is to hear why."""
    if not drafts:
        return []
    try:
        return book(hotel_id, drafts)
    except (IntegrityError, ChannelOrderTaken):
        return [None] * len(drafts)
    except DatabaseError as error:
        if was_busy(error):
            return [None] * len(drafts)
        raise


_TOGETHER: Together[Asked, Booked | DomainError | None] = Together(
    _several, most=_MOST, patience=_PATIENCE, blink=_BLINK, enough=_ENOUGH
)


def _draft(asked: Asked, known: facts.Facts) -> Draft:
    rooms = asked.booking.rooms
    prices = [
        _agreed(room, priced, asked.booking, facts.prefix_of(priced.position, len(rooms)), known.currency)
        for room, priced in zip(rooms, known.rooms, strict=True)
    ]
    for room, priced in zip(rooms, known.rooms, strict=True):
        if room.prices is None:
            facts.require_floor(priced, hotel_id=asked.hotel_id, actor=asked.actor)
    return drafted(asked, known, prices, deltas=_deltas(rooms, known.rooms))


def drafted(
    asked: Asked, known: facts.Facts, prices: list[list[Decimal]], *, deltas: dict[tuple[date, int], int]
) -> Draft:
    """The rows of a booking at these prices. The key under which it was asked for is given its answer."""
    booking = asked.booking
    made = ReservationRef(
        known.new_id, known.new_number, 1, tuple(priced.new_id for priced in known.rooms),
        sum((price for of_room in prices for price in of_room), Decimal(0)),
    )  # fmt: skip
    event = ReservationCreated(hotel_id=asked.hotel_id, reservation_id=made.id)
    told = recording(
        "reservation.created", subject="reservation", actor=asked.actor, now=asked.now,
        after=_summary(made, booking.rooms, prices, known.rooms), event=event,
    )  # fmt: skip
    sealed = booker.seal_phone(asked.phone, reservation_id=made.id)
    return Draft(
        made=made, event=event, booking=booking_row(booking, known, sealed) | told | claiming(asked.claim, made),
        rooms=room_rows(booking, known), prices=price_rows(booking, known, prices), deltas=deltas,
    )  # fmt: skip


def _agreed(
    room: RoomRequest, priced: facts.PricedRoom, booking: NewReservation, prefix: str, currency: str
) -> list[Decimal]:
    """The price of each night: the plan's, or the one given by somebody who may."""
    by_hand = room.prices is not None
    # An agreed price fills in for a missing one; every other refusal of the plan stands.
    if priced.refusal is not None and not (by_hand and isinstance(priced.refusal, NoPrice)):
        raise priced.refusal
    if priced.guarantee_required and booking.guarantee == Guarantee.NONE:
        raise GuaranteeRequired
    if room.prices is not None:
        wanted = max((room.departure - room.arrival).days, 1)
        if len(room.prices) != wanted:
            raise InvalidInput(field=prefix + "prices", message=_("%(nights)s prices are needed."), nights=wanted)
        for price in room.prices:
            limits.check_price(price, currency=currency, field=prefix + "prices")
        prices = list(room.prices)
    else:
        prices = priced.prices or []
    total = sum(prices, Decimal(0))
    if room.expected_total is not None and room.expected_total != total:
        raise PriceChanged(field=prefix + "expected_total", total=total)
    return prices


def _deltas(rooms: tuple[RoomRequest, ...], priced: list[facts.PricedRoom]) -> dict[tuple[date, int], int]:
    deltas: dict[tuple[date, int], int] = {}
    for room, known in zip(rooms, priced, strict=True):
        for offset in range((room.departure - room.arrival).days):
            key = (room.arrival + timedelta(days=offset), known.room_type_id)
            deltas[key] = deltas.get(key, 0) + 1
    return deltas


def _summary(
    made: ReservationRef, rooms: tuple[RoomRequest, ...], prices: list[list[Decimal]], known: list[facts.PricedRoom]
) -> dict[str, object]:
    under = [of for room, of in zip(rooms, known, strict=True) if of.under_floor is not None and room.prices is None]
    return {
        **({"under_floor": len(under)} if under else {}),
        "number": made.number,
        "rooms": [
            {
                "room_type": room.room_type, "rate_plan": room.rate_plan, "arrival": room.arrival,
                "departure": room.departure, "adults": room.adults, "children": room.children,
                "infants": room.infants, "total": sum(of_room, Decimal(0)),
            }
            for room, of_room in zip(rooms, prices, strict=True)
        ],
    }  # fmt: skip
