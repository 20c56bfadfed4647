"""The hotels of a file, furnished as the file shows them: types, rooms, codes, one plan, all nights open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from binzhi.billing.setup import create_chart
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import unit_of_work
from binzhi.kernel.search import name_keys
from binzhi.property import setup as property_setup
from binzhi.property.setup import HotelSpec, RoomSpec, RoomTypeSpec
from binzhi.replay.capacity import HotelPlan, TypePlan, plan_hotel
from binzhi.replay.rows import Booking
from binzhi.replay.terms import Place
from binzhi.reservations import nights, rates
from binzhi.reservations import setup as reservations_setup
from binzhi.reservations.rates import RateChange
from binzhi.reservations.setup import PlanSpec, PolicySpec

TIMEZONE = "Europe/Lisbon"
CURRENCY = "EUR"
CHANNEL = "file"
RATE_PLAN = "file"
CANCEL_REASON = "file"
MEANS = "card"
ACTOR = Actor.system("replay")
_ROOMS_PER_FLOOR = 50


def hotel_time(day: date, at: time) -> datetime:
    """An instant of a hotel day, in UTC."""
    return datetime.combine(day, at, ZoneInfo(TIMEZONE)).astimezone(UTC)


def group_code(digest: str, limit: int | None) -> str:
    """The group that the hotels of this file (or of its first rows) belong to: how a replay finds itself again."""
    return f"replay-{digest[:12]}" + (f"-{limit}" if limit is not None else "")


def open_hotels(*, group: str, bookings: Mapping[str, Sequence[Booking]]) -> None:
    """Furnish the hotels of a file in one transaction, unless they are there. `bookings` are by hotel name."""
    db.enter_scope("*", "*")
    with unit_of_work():
        db.execute("SELECT pg_advisory_xact_lock(7103, 0)")
        if db.fetch_one("SELECT 1 FROM property_hotelgroup WHERE code = %s", [group]):
            return
        for name, of_hotel in bookings.items():
            _open_hotel(group, plan_hotel(name, of_hotel), of_hotel)


def _open_hotel(group: str, plan: HotelPlan, bookings: Sequence[Booking]) -> None:
    now = hotel_time(plan.first_day, time(0, 0))
    hotel = property_setup.create_hotel(
        spec=HotelSpec(
            code=_hotel_code(plan.name, group), name=plan.name, opens_on=plan.first_day, group_code=group,
            group_name="Replay", timezone=TIMEZONE, currency=CURRENCY, prices_include_tax=False,
            documents_required=False, longest_stay=plan.longest_stay, booking_horizon=plan.horizon,
        ),
        actor=ACTOR, now=now,
    )  # fmt: skip
    types = {
        spec.code: property_setup.create_room_type(hotel_id=hotel.pk, spec=_type_spec(spec, place)).pk
        for place, spec in enumerate(plan.types, start=1)
    }
    _build(hotel.pk, plan.types, types)
    _price(hotel.pk, plan, types, bookings)
    _name_codes(hotel.pk, bookings)
    create_chart(hotel_id=hotel.pk)
    reservations_setup.open_nights(hotel_id=hotel.pk, first=plan.first_night, last=plan.last_night)
    for spec in plan.types:
        if spec.overbooking:
            nights.set_limits(
                hotel_id=hotel.pk, room_type_id=types[spec.code], first=plan.first_night, last=plan.last_night,
                overbooking=spec.overbooking, closed=None,
            )  # fmt: skip


def _hotel_code(name: str, group: str) -> str:
    word = re.sub(r"[^a-z0-9]+", "-", name_keys(name).pinyin if not name.isascii() else name.lower()).strip("-")
    return f"{word[:15].strip('-') or 'hotel'}-{group.removeprefix('replay-')[:6]}"


def _type_spec(spec: TypePlan, place: int) -> RoomTypeSpec:
    return RoomTypeSpec(
        code=spec.code, name=spec.code, included_adults=1, max_adults=spec.max_adults, max_guests=spec.max_guests,
        position=place, rank=place,
    )  # fmt: skip


def _build(hotel_id: int, plans: Iterable[TypePlan], types: Mapping[str, int]) -> None:
    """A floor per fifty rooms, numbered as they come."""
    building = property_setup.create_building(hotel_id=hotel_id, name="1")
    wanted = [types[plan.code] for plan in plans for _room in range(plan.rooms)]
    for start in range(0, len(wanted), _ROOMS_PER_FLOOR):
        level = start // _ROOMS_PER_FLOOR + 1
        floor = property_setup.create_floor(hotel_id=hotel_id, building_id=building, name=str(level), level=level)
        property_setup.create_rooms(
            hotel_id=hotel_id,
            specs=[
                RoomSpec(number=f"{level}{place:02}", room_type_id=type_id, floor_id=floor)
                for place, type_id in enumerate(wanted[start : start + _ROOMS_PER_FLOOR], start=1)
            ],
        )


def _price(hotel_id: int, plan: HotelPlan, types: Mapping[str, int], bookings: Sequence[Booking]) -> None:
    """One plan without conditions. Its price is the mean of the file, for nights that no row prices."""
    policy = reservations_setup.create_policy(hotel_id=hotel_id, spec=PolicySpec(code="free", name="Free cancellation"))
    rate_plan = reservations_setup.create_plan(
        hotel_id=hotel_id, spec=PlanSpec(code=RATE_PLAN, name="Price of the file", cancellation_policy_id=policy)
    )
    mean = sum((booking.adr for booking in bookings), Decimal(0)) / len(bookings)
    rates.write(
        hotel_id=hotel_id, rate_plan_id=rate_plan, room_type_ids=list(types.values()), first=plan.first_night,
        last=plan.last_night + timedelta(days=1), change=RateChange(price=mean.quantize(Decimal("0.01"))),
    )  # fmt: skip


def _name_codes(hotel_id: int, bookings: Sequence[Booking]) -> None:
    wanted = {("channel", CHANNEL), ("cancel_reason", CANCEL_REASON)}
    wanted |= {("market", booking.market) for booking in bookings if booking.market}
    wanted |= {("source", booking.source) for booking in bookings if booking.source}
    for kind, code in sorted(wanted):
        reservations_setup.create_code(hotel_id=hotel_id, kind=kind, code=code, name=code)


_PLACES = """
SELECT h.id, h.name FROM property_hotel h JOIN property_hotelgroup g ON g.id = h.group_id
WHERE g.code = %s ORDER BY h.name
"""


def places(*, group: str) -> list[Place]:
    """The hotels of a group."""
    db.enter_scope("*", "*")
    return [Place(hotel_id=row["id"], name=row["name"]) for row in db.fetch_all(_PLACES, [group])]
