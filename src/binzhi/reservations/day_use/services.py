"""What a hotel's hours cost, and selling them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.property.queries import HotelRef, hotel_by_id
from binzhi.reservations import facts, limits, nights, stays
from binzhi.reservations.access import Permission
from binzhi.reservations.day_use.queries import HourPrice, Terms, at_clock, minute_of, prices_of, terms_of
from binzhi.reservations.enums import Guarantee
from binzhi.reservations.errors import PriceChanged
from binzhi.reservations.events import DayUseTermsSet, HoursSold
from binzhi.reservations.models import DayUsePrice, DayUseTerms, HourlyUse
from binzhi.reservations.offer_errors import HoursNotForSale, HoursOutsideTerms, RoomNotOfType
from binzhi.reservations.packages.plans import locked_plan
from binzhi.reservations.requests import NewReservation, ReservationRef, RoomRequest
from binzhi.reservations.services.create import write_taken
from binzhi.reservations.stay_rows import room_refusals

MOST_PRICES = 60
# A clerk who types the hour that has just begun means now.
LATE_ENTRY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsInput:
    """Between which hours rooms are sold by the hour, under which rate they are counted."""

    rate_plan: str
    opens: time
    closes: time
    turnaround: int = 60
    grace: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class HourPriceInput:
    room_type: str
    hours: int
    price: Decimal
    overtime_price: Decimal


@operation(Permission.SET_RATES)
def set_day_use(
    *, hotel_id: int, terms: TermsInput, prices: Sequence[HourPriceInput], actor: Actor, now: datetime
) -> None:
    """Write the terms of rooms sold by the hour and all their prices; what is sold keeps its own.

    Locks the rate. Raises InvalidInput at its field (`prices.0.hours`). Publishes DayUseTermsSet. Idempotent.
    """
    if terms.closes <= terms.opens:
        raise InvalidInput(field="closes", message=_("The end is not after the beginning."))
    for field, most in (("turnaround", 480), ("grace", 60)):
        if not 0 <= getattr(terms, field) <= most:
            raise InvalidInput(field=field, message=_("A number from 0 to %(most)s."), most=most)
    plan = locked_plan(hotel_id, terms.rate_plan)
    hotel = hotel_by_id(hotel_id)
    types = _types(hotel_id)
    _check_prices(prices, types, hotel.currency)
    DayUseTerms.objects.update_or_create(
        hotel_id=hotel_id,
        defaults={
            "rate_plan": plan, "opens": terms.opens, "closes": terms.closes, "turnaround": terms.turnaround,
            "grace": terms.grace,
        },
    )  # fmt: skip
    DayUsePrice.objects.filter(hotel_id=hotel_id).delete()
    DayUsePrice.objects.bulk_create(
        DayUsePrice(
            hotel_id=hotel_id, room_type_id=types[one.room_type], hours=one.hours, price=one.price,
            overtime_price=one.overtime_price,
        )
        for one in prices
    )  # fmt: skip
    record(
        "day_use.terms_set", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={
            "rate_plan": plan.code, "opens": terms.opens, "closes": terms.closes,
            "prices": [f"{one.room_type} {one.hours} {one.price} {one.overtime_price}" for one in prices],
        },
        event=DayUseTermsSet(hotel_id=hotel_id),
    )  # fmt: skip


def _types(hotel_id: int) -> dict[str, int]:
    sql = "SELECT code, id FROM property_roomtype WHERE hotel_id = %s AND is_active"
    return {row["code"]: row["id"] for row in db.fetch_all(sql, [hotel_id])}


def _check_prices(prices: Sequence[HourPriceInput], types: dict[str, int], currency: str) -> None:
    if len(prices) > MOST_PRICES:
        raise InvalidInput(field="prices")
    seen = set()
    for place, one in enumerate(prices):
        at = f"prices.{place}."
        if one.room_type not in types:
            code = ascii(one.room_type)[1:-1]
            raise InvalidInput(field=at + "room_type", message=_("The code %(code)s is not known."), code=code)
        if not 1 <= one.hours <= 12 or (one.room_type, one.hours) in seen:
            raise InvalidInput(field=at + "hours", message=_("From 1 to 12 hours, each length once for a room type."))
        seen.add((one.room_type, one.hours))
        limits.check_price(one.price, currency=currency, field=at + "price")
        limits.check_price(one.overtime_price, currency=currency, field=at + "overtime_price")
        if not one.price:
            raise InvalidInput(field=at + "price", message=_("This is not a price."))


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursRequest:
    """A room for a block of hours today; `starts_at` None is now. `expected_price` is what was on the screen."""

    room_id: int
    hours: int
    booker_name: str
    booker_phone: str = ""
    guest_id: int | None = None
    adults: int = 1
    children: int = 0
    starts_at: datetime | None = None
    remarks: str = ""
    source: str = ""
    expected_price: Decimal | None = None


_ROOM = """
SELECT r.number, t.id AS type_id, t.code AS type FROM property_room r JOIN property_roomtype t ON t.id = r.room_type_id
WHERE r.hotel_id = %s AND r.id = %s AND r.is_active AND r.maintenance <> 'out_of_order'
"""


@operation(Permission.CREATE)
def sell_hours(*, hotel_id: int, asked: HoursRequest, actor: Actor, now: datetime) -> ReservationRef:
    """Sell a room for some hours of the open hotel day: a reservation with its room given, priced by the block.

    Hours that reach beyond check-in time hold a room of the type tonight. Locks the hotel day, nights, the room. Raises
    HoursNotForSale, HoursOutsideTerms, HoursTaken, RoomTypeSoldOut, RoomNotOfType, PriceChanged, InvalidInput.
    Publishes ReservationCreated, HoursSold. Not idempotent: entry points pass a key.
    """
    db.fetch_value("SELECT billing_hold_day(%s)", [hotel_id])
    hotel, terms = hotel_by_id(hotel_id), terms_of(hotel_id)
    room = db.fetch_one(_ROOM, [hotel_id, asked.room_id])
    if terms is None or room is None:
        raise HoursNotForSale
    price = next(
        (one for one in prices_of(hotel_id) if (one.room_type, one.hours) == (room["type"], asked.hours)), None
    )
    if price is None:
        raise HoursNotForSale
    if asked.expected_price is not None and asked.expected_price != price.price:
        raise PriceChanged(total=price.price)
    start, end = _span(hotel, terms, asked, now)
    holds = end + terms.turnaround > ready_minute(hotel)
    day = hotel.business_date
    wanted = RoomRequest(
        room_type=room["type"], rate_plan=terms.rate_plan, arrival=day, departure=day, adults=asked.adults,
        children=asked.children, guest_id=asked.guest_id, prices=(price.price,),
    )  # fmt: skip
    known = facts.gather(
        hotel_id=hotel_id, rooms=[wanted], codes=[("source", asked.source, "source")] if asked.source else (),
        guest_ids=[asked.guest_id] if asked.guest_id else (), is_new=True,
    )  # fmt: skip
    if holds:
        nights.shift(hotel_id=hotel_id, sold={}, held={(day, room["type_id"]): 1})
    made = _booked(hotel_id, asked, wanted, known, price, actor, now)
    use = HourlyUse(
        room_reservation_id=made.room_ids[0], hotel_id=hotel_id, room_id=asked.room_id, room_type_id=room["type_id"],
        night=day, start_minute=start, end_minute=end, turnaround=terms.turnaround, hours=asked.hours,
        overtime_price=price.overtime_price, holds_night=holds,
    )  # fmt: skip
    with room_refusals():
        use.save(force_insert=True)
    record(
        "day_use.sold", subject="reservation", subject_id=made.id, hotel_id=hotel_id, actor=actor, now=now,
        after={"room": room["number"], "hours": asked.hours, "price": price.price, "holds_night": holds},
        event=HoursSold(hotel_id=hotel_id, reservation_id=made.id, hours=asked.hours),
    )  # fmt: skip
    return made


def _booked(
    hotel_id: int, asked: HoursRequest, wanted: RoomRequest, known: facts.Facts, price: HourPrice, actor: Actor,
    now: datetime,
) -> ReservationRef:  # fmt: skip
    """The reservation with its room; restrictions of nights do not hold for hours."""
    booking = NewReservation(
        booker_name=asked.booker_name, booker_phone=asked.booker_phone, guest_id=asked.guest_id, rooms=(wanted,),
        remarks=asked.remarks, source=asked.source, guarantee=Guarantee.NONE.value,
    )  # fmt: skip
    plain = replace(known, rooms=[replace(known.rooms[0], refusal=None)])
    made = write_taken(hotel_id=hotel_id, booking=booking, known=plain, prices=[[price.price]], actor=actor, now=now)
    held = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=made.room_ids[0])
    given = stays.assign(room_reservation=held, room_id=asked.room_id)
    if given.room_type_id != given.priced_type_id:
        raise RoomNotOfType
    return made


def ready_minute(hotel: HotelRef) -> int:
    """When the rooms of tonight must be ready: check-in time on the hotel's clocks."""
    return minute_of(at_clock(hotel, hotel.check_in_time))


def _span(hotel: HotelRef, terms: Terms, asked: HoursRequest, now: datetime) -> tuple[int, int]:
    """The minutes of the hours asked for, within the terms and on the open day's date."""
    begins = asked.starts_at or now
    local = hotel.local(begins)
    if local.date() != hotel.business_date:
        raise InvalidInput(field="starts_at", message=_("Hours are sold for today only."))
    if begins < now - LATE_ENTRY:
        raise InvalidInput(field="starts_at", message=_("This time has passed."))
    start = minute_of(begins)
    end = start + 60 * asked.hours
    opens, closes = (minute_of(at_clock(hotel, clock)) for clock in (terms.opens, terms.closes))
    if start < opens or end > closes:
        raise HoursOutsideTerms(opens=f"{terms.opens:%H:%M}", closes=f"{terms.closes:%H:%M}")
    return start, end
