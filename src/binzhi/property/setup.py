"""Building blocks to furnish a hotel: used by the demo, the replay and the tests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import Forbidden, InvalidInput
from binzhi.kernel.operations import record, unit_of_work
from binzhi.property.errors import CodeTaken
from binzhi.property.events import HotelCreated
from binzhi.property.models import Building, BusinessDay, Floor, Hotel, HotelGroup, Room, RoomType
from binzhi.property.queries import HotelRef, RoomTypeRef, hotel_by_id

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class HotelSpec:
    """A hotel to be opened; `opens_on` becomes its first business date."""

    code: str
    name: str
    opens_on: date
    name_en: str = ""
    group_code: str = ""
    group_name: str = ""
    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    check_in_time: time = time(14, 0)
    check_out_time: time = time(12, 0)
    hold_until: time = time(18, 0)
    prices_include_tax: bool = True
    documents_required: bool = True
    inspection_required: bool = False
    longest_stay: int = 365
    booking_horizon: int = 730


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTypeSpec:
    code: str
    name: str
    name_en: str = ""
    bed_type: str = "king"
    area: Decimal = Decimal(0)
    included_adults: int = 2
    max_adults: int = 2
    max_guests: int = 3
    position: int = 0
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSpec:
    number: str
    room_type_id: int
    floor_id: int
    orientation: str = ""
    features: Sequence[str] = ()
    smoking: bool = False
    accessible: bool = False
    housekeeping: str = "inspected"


def create_hotel(*, spec: HotelSpec, actor: Actor, now: datetime) -> HotelRef:
    """Open a hotel and its first business day; the group is made when its code is new.

    Only the system may (a hotel has nobody with rights before it exists). Writes one audit row.
    Raises InvalidInput, CodeTaken, Forbidden. Publishes HotelCreated. Not idempotent.
    """
    if not actor.is_system:
        raise Forbidden
    _check(spec)
    db.enter_scope("*", "*")
    with unit_of_work():
        if Hotel.objects.filter(code=spec.code).exists():
            raise CodeTaken(code=spec.code)
        group, _made = HotelGroup.objects.get_or_create(
            code=spec.group_code or spec.code, defaults={"name": spec.group_name or spec.name}
        )
        settings = {k: v for k, v in asdict(spec).items() if k not in ("group_code", "group_name", "opens_on")}
        hotel = Hotel.objects.create(group=group, business_date=spec.opens_on, **settings)
        BusinessDay.objects.create(hotel=hotel, date=spec.opens_on, opened_at=now)
        record(
            "hotel.created", subject="hotel", subject_id=hotel.pk, hotel_id=hotel.pk, actor=actor, now=now,
            after={"code": spec.code, "opens_on": spec.opens_on}, event=HotelCreated(hotel_id=hotel.pk),
        )  # fmt: skip
        return hotel_by_id(hotel.pk)


def _check(spec: HotelSpec) -> None:
    if not _CODE.fullmatch(spec.code) or len(spec.code) > 30:
        raise InvalidInput(field="code", message=_("A code has small letters, digits and hyphens."))
    if not re.fullmatch(r"[A-Z]{3}", spec.currency):
        raise InvalidInput(field="currency", message=_("A currency has three capital letters, such as CNY."))
    try:
        ZoneInfo(spec.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(field="timezone", message=_("This time zone is not known.")) from error


def create_building(*, hotel_id: int, name: str) -> int:
    """Add a building; its id."""
    return Building.objects.create(hotel_id=hotel_id, name=name).pk


def create_floor(*, hotel_id: int, building_id: int, name: str, level: int) -> int:
    """Add a floor; its id."""
    return Floor.objects.create(hotel_id=hotel_id, building_id=building_id, name=name, level=level).pk


def create_room_type(*, hotel_id: int, spec: RoomTypeSpec) -> RoomTypeRef:
    """Add a type of room. Raises CodeTaken."""
    if RoomType.objects.filter(hotel_id=hotel_id, code=spec.code).exists():
        raise CodeTaken(code=spec.code)
    made = RoomType.objects.create(hotel_id=hotel_id, **asdict(spec))
    return RoomTypeRef(pk=made.pk, is_active=True, **asdict(spec))


def create_room(*, hotel_id: int, spec: RoomSpec) -> int:
    """Add a room; its id. Raises CodeTaken."""
    return create_rooms(hotel_id=hotel_id, specs=[spec])[0]


def create_rooms(*, hotel_id: int, specs: Sequence[RoomSpec]) -> list[int]:
    """Add many rooms in one statement; their ids in order. Raises CodeTaken."""
    taken = Room.objects.filter(hotel_id=hotel_id, number__in=[spec.number for spec in specs]).first()
    if taken is not None:
        raise CodeTaken(field="number", code=taken.number)
    rows = [Room(hotel_id=hotel_id, **{**asdict(spec), "features": list(spec.features)}) for spec in specs]
    return [room.pk for room in Room.objects.bulk_create(rows)]


def connect_rooms(*, room_id: int, other_id: int) -> None:
    """Two rooms with a door between them."""
    Room.objects.filter(pk=room_id).update(connects_to_id=other_id)
    Room.objects.filter(pk=other_id).update(connects_to_id=room_id)
