"""The house of 宾至·湖畔酒店: ten floors of twenty rooms between the lake (south) and the city (north)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from binzhi.property import setup
from binzhi.property.setup import RoomSpec, RoomTypeSpec

FIRST_FLOOR = 3
FLOORS = 10
ROOMS_PER_FLOOR = 20
# The lifts stand between the ninth and the twelfth room of a floor.
_NEAR_LIFT = range(9, 13)
_AT_THE_END = frozenset({1, 2, 19, 20})


@dataclass(frozen=True, slots=True)
class TypeOfHouse:
    """A room type with its price of an ordinary night, tax included."""

    spec: RoomTypeSpec
    price: int


TYPES = (
    TypeOfHouse(
        RoomTypeSpec(
            code="STD",
            name="标准间",
            name_en="Standard twin",
            bed_type="twin",
            area=Decimal(32),
            included_adults=2,
            max_adults=2,
            max_guests=3,
            position=1,
            rank=1,
        ),
        468,
    ),
    TypeOfHouse(
        RoomTypeSpec(
            code="KNG",
            name="大床房",
            name_en="King room",
            bed_type="king",
            area=Decimal(32),
            included_adults=2,
            max_adults=2,
            max_guests=3,
            position=2,
            rank=2,
        ),
        488,
    ),
    TypeOfHouse(
        RoomTypeSpec(
            code="BIZ",
            name="商务间",
            name_en="Business room",
            bed_type="king",
            area=Decimal(36),
            included_adults=2,
            max_adults=2,
            max_guests=3,
            position=3,
            rank=3,
        ),
        588,
    ),
    TypeOfHouse(
        RoomTypeSpec(
            code="DLX",
            name="豪华间",
            name_en="Deluxe lake view",
            bed_type="king",
            area=Decimal(42),
            included_adults=2,
            max_adults=3,
            max_guests=4,
            position=4,
            rank=4,
        ),
        688,
    ),
    TypeOfHouse(
        RoomTypeSpec(
            code="STE",
            name="套房",
            name_en="Suite",
            bed_type="king",
            area=Decimal(78),
            included_adults=2,
            max_adults=4,
            max_guests=5,
            position=5,
            rank=6,
        ),
        1688,
    ),
    TypeOfHouse(
        RoomTypeSpec(
            code="FAM",
            name="亲子房",
            name_en="Family room",
            bed_type="family",
            area=Decimal(48),
            included_adults=2,
            max_adults=3,
            max_guests=5,
            position=6,
            rank=5,
        ),
        788,
    ),
    TypeOfHouse(
        RoomTypeSpec(
            code="ACC",
            name="无障碍房",
            name_en="Accessible room",
            bed_type="twin",
            area=Decimal(38),
            included_adults=2,
            max_adults=2,
            max_guests=3,
            position=7,
            rank=1,
        ),
        468,
    ),
)

# What lies on each floor from its first to its last room.
_PLAN: tuple[tuple[tuple[str, int], ...], ...] = (
    (("ACC", 4), ("STD", 16)),
    (("STD", 20),),
    (("STD", 20),),
    (("KNG", 20),),
    (("KNG", 20),),
    (("KNG", 12), ("BIZ", 8)),
    (("BIZ", 20),),
    (("BIZ", 4), ("DLX", 16)),
    (("DLX", 12), ("FAM", 8)),
    (("STE", 14), ("FAM", 6)),
)


@dataclass(frozen=True, slots=True)
class BuiltRoom:
    """A room of the finished house."""

    pk: int
    number: str
    type_code: str


def build(*, hotel_id: int, scale: float = 1.0) -> tuple[dict[str, int], list[BuiltRoom]]:
    """Types, floors and rooms: (ids of the types by code, rooms). A small `scale` builds fewer rooms of every kind."""
    types = {kind.spec.code: setup.create_room_type(hotel_id=hotel_id, spec=kind.spec).pk for kind in TYPES}
    building = setup.create_building(hotel_id=hotel_id, name="主楼")
    rooms: list[BuiltRoom] = []
    for place, plan in enumerate(_PLAN):
        level = FIRST_FLOOR + place
        floor = setup.create_floor(hotel_id=hotel_id, building_id=building, name=f"{level}F", level=level)
        codes = _codes(plan, scale)
        specs = [_room(level, position, code, types[code], floor) for position, code in enumerate(codes, start=1)]
        ids = setup.create_rooms(hotel_id=hotel_id, specs=specs)
        made = [BuiltRoom(pk, spec.number, code) for pk, spec, code in zip(ids, specs, codes, strict=True)]
        for one, other in _doors(made):
            setup.connect_rooms(room_id=one.pk, other_id=other.pk)
        rooms += made
    return types, rooms


def _codes(plan: Iterable[tuple[str, int]], scale: float) -> list[str]:
    return [code for code, count in plan for _room in range(max(1, round(count * scale)))]


def _room(level: int, position: int, code: str, type_id: int, floor_id: int) -> RoomSpec:
    south = position % 2 == 1
    return RoomSpec(
        number=f"{level:02}{position:02}",
        room_type_id=type_id,
        floor_id=floor_id,
        orientation="south" if south else "north",
        features=tuple(_features(level, position, code, south)),
        # One corridor where smoking is allowed, on the lowest floor that has ordinary rooms only.
        smoking=level == FIRST_FLOOR + 1 and position > 14,
        accessible=code == "ACC",
    )


def _features(level: int, position: int, code: str, south: bool) -> Iterator[str]:
    yield "lake_view" if south else "city_view"
    if level >= FIRST_FLOOR + 6:
        yield "high_floor"
    elif level <= FIRST_FLOOR + 2:
        yield "low_floor"
    if position in _NEAR_LIFT:
        yield "near_lift"
    elif position in _AT_THE_END:
        yield from ("away_from_lift", "quiet")
    if code in ("BIZ", "STE"):
        yield "desk"
    if code in ("DLX", "STE"):
        yield "bathtub"
    if code == "STE":
        yield from ("lounge", "balcony")
    if code == "FAM":
        yield from ("kids", "crib")


def _doors(rooms: list[BuiltRoom]) -> Iterator[tuple[BuiltRoom, BuiltRoom]]:
    """Two pairs of rooms of one type and side on each floor are connected where a floor has them: 5-7 and 14-16."""
    by_position = {int(room.number[2:]): room for room in rooms}
    for one, other in ((5, 7), (14, 16)):
        if one in by_position and other in by_position and by_position[one].type_code == by_position[other].type_code:
            yield by_position[one], by_position[other]


def count_by_type(rooms: Iterable[BuiltRoom]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for room in rooms:
        counts[room.type_code] = counts.get(room.type_code, 0) + 1
    return counts
