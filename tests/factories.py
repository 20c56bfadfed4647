"""A hotel to test with: types, plans, rooms, codes, open nights; and people with exactly the rights named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection

from binzhi.billing.setup import create_chart
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.property import setup as property_setup
from binzhi.property.queries import HotelRef, hotel_by_id
from binzhi.property.setup import HotelSpec, RoomSpec, RoomTypeSpec
from binzhi.reservations import rates, setup
from binzhi.reservations.rates import RateChange
from binzhi.reservations.requests import NewReservation, RoomRequest
from binzhi.reservations.setup import PlanSpec, PolicySpec

TODAY = date(2026, 11, 21)
# 14:00 on the hotel's clocks.
NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
SYSTEM = Actor.system("tests")
_numbers = count(1)


@dataclass(frozen=True)
class TestHotel:
    """A furnished hotel; ids by code."""

    __test__ = False

    ref: HotelRef
    room_types: Mapping[str, int]
    rooms: Mapping[str, int]
    plans: Mapping[str, int]
    policies: Mapping[str, int]
    first_night: date
    last_night: date
    floors: list[int] = field(default_factory=list)

    @property
    def pk(self) -> int:
        return self.ref.pk

    def refreshed(self) -> HotelRef:
        return hotel_by_id(self.pk)


def make_hotel(
    *,
    code: str = "",
    group: str = "",
    today: date = TODAY,
    timezone: str = "Asia/Shanghai",
    types: Mapping[str, int] | None = None,
    nights: int = 60,
    price: Decimal = Decimal(400),
    longest_stay: int = 30,
    booking_horizon: int = 90,
    documents_required: bool = True,
    with_billing: bool = False,
) -> TestHotel:
    """A hotel open since `today` with rooms per type ({"std": 5, "king": 3}), codes and open nights.

    Plans: `bar` (price, one person 20 less, extra adult 100, child 50), `bb` (bar + 10 %, rounded to 5, breakfast) and
    `corp` (negotiated, bar − 15 %).
    """
    # A test's rollback takes the session's setting back behind our back.
    db.forget_scope()
    number = next(_numbers)
    spec = HotelSpec(
        code=code or f"hotel-{number}", name=f"测试酒店{number}", opens_on=today, group_code=group, timezone=timezone,
        longest_stay=longest_stay, booking_horizon=booking_horizon, documents_required=documents_required,
    )  # fmt: skip
    hotel = property_setup.create_hotel(spec=spec, actor=SYSTEM, now=NOW)
    db.enter_scope("*", "*")
    type_ids, room_ids, floors = _build(hotel.pk, types or {"std": 5, "king": 3})
    policies = _policies(hotel.pk)
    plans = _plans(hotel.pk, policies)
    last = today + timedelta(days=nights - 1)
    single = price - 20 if price >= 20 else None
    rates.write(
        hotel_id=hotel.pk, rate_plan_id=plans["bar"], room_type_ids=list(type_ids.values()), first=today, last=last,
        change=RateChange(price=price, single_price=single, extra_adult=Decimal(100), extra_child=Decimal(50)),
    )  # fmt: skip
    _codes(hotel.pk)
    setup.open_nights(hotel_id=hotel.pk, first=today, last=last)
    if with_billing:
        create_chart(hotel_id=hotel.pk)
    return TestHotel(
        ref=hotel, room_types=type_ids, rooms=room_ids, plans=plans, policies=policies, first_night=today,
        last_night=last, floors=floors,
    )  # fmt: skip


def _build(hotel_id: int, types: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int], list[int]]:
    """A floor per type: types by code, rooms by number, floors."""
    building = property_setup.create_building(hotel_id=hotel_id, name="主楼")
    type_ids: dict[str, int] = {}
    room_ids: dict[str, int] = {}
    floors: list[int] = []
    for position, (name, rooms) in enumerate(types.items(), start=1):
        spec = RoomTypeSpec(code=name, name=name, position=position, rank=position)
        type_ids[name] = property_setup.create_room_type(hotel_id=hotel_id, spec=spec).pk
        floor = property_setup.create_floor(
            hotel_id=hotel_id, building_id=building, name=f"{position}F", level=position
        )
        floors.append(floor)
        room_ids |= make_rooms(
            hotel_id=hotel_id, room_type_id=type_ids[name], floor_id=floor, first=position * 100 + 1, rooms=rooms
        )
    return type_ids, room_ids, floors


def make_rooms(*, hotel_id: int, room_type_id: int, floor_id: int, first: int, rooms: int) -> dict[str, int]:
    """Rooms numbered from `first`; ids by number. Nights that are open do not learn of them."""
    if not rooms:
        return {}
    specs = [RoomSpec(number=str(first + n), room_type_id=room_type_id, floor_id=floor_id) for n in range(rooms)]
    ids = property_setup.create_rooms(hotel_id=hotel_id, specs=specs)
    return {spec.number: pk for spec, pk in zip(specs, ids, strict=True)}


def _policies(hotel_id: int) -> dict[str, int]:
    specs = [
        PolicySpec(
            code="flex",
            name="当日18点前免费取消",
            free_days=0,
            free_until=time(18),
            fee_kind="first_night",
            no_show_kind="first_night",
        ),
        PolicySpec(
            code="strict",
            name="提前3天免费取消",
            free_days=3,
            free_until=time(12),
            fee_kind="percent",
            fee_percent=Decimal(50),
            no_show_kind="all",
        ),
        PolicySpec(code="free", name="免费取消"),
    ]
    return {spec.code: setup.create_policy(hotel_id=hotel_id, spec=spec) for spec in specs}


def _plans(hotel_id: int, policies: Mapping[str, int]) -> dict[str, int]:
    bar = setup.create_plan(
        hotel_id=hotel_id,
        spec=PlanSpec(
            code="bar", name="门市价", name_en="Best rate", cancellation_policy_id=policies["flex"], position=1
        ),
    )
    rest = [
        PlanSpec(
            code="bb",
            name="含早",
            kind="derived",
            parent_id=bar,
            percent=Decimal(10),
            round_to=Decimal(5),
            breakfasts=2,
            cancellation_policy_id=policies["strict"],
            position=2,
        ),
        PlanSpec(
            code="corp",
            name="协议价",
            kind="negotiated",
            parent_id=bar,
            percent=Decimal(-15),
            cancellation_policy_id=policies["free"],
            position=3,
        ),
    ]
    return {"bar": bar} | {spec.code: setup.create_plan(hotel_id=hotel_id, spec=spec) for spec in rest}


def _codes(hotel_id: int) -> None:
    for kind, code, name in (
        ("market", "fit", "散客"),
        ("market", "corp", "商务"),
        ("source", "phone", "电话"),
        ("source", "web", "网络"),
        ("channel", "direct", "直销"),
        ("channel", "ota", "OTA"),
        ("special", "high", "高楼层"),
        ("special", "quiet", "安静房"),
        ("cancel_reason", "guest", "客人取消"),
        ("cancel_reason", "weather", "天气"),
    ):
        setup.create_code(hotel_id=hotel_id, kind=kind, code=code, name=name)


def make_actor(
    hotel: TestHotel | HotelRef, permissions: Iterable[str], *, user_id: int = 7, name: str = "钱多多"
) -> Actor:
    """Somebody of that hotel with exactly these rights."""
    ref = hotel.ref if isinstance(hotel, TestHotel) else hotel
    return Actor(
        user_id=user_id,
        staff_id=user_id,
        name=name,
        grants={ref.pk: frozenset(str(p) for p in permissions)},
        group_ids=frozenset({ref.group_id}),
    )


def booking(
    *,
    arrival: date = TODAY,
    nights: int = 2,
    room_type: str = "std",
    rate_plan: str = "bar",
    adults: int = 2,
    rooms: int = 1,
    booker_name: str = "王小明",
    **more: object,
) -> NewReservation:
    """A plain booking; `more` goes to NewReservation."""
    request = RoomRequest(
        room_type=room_type,
        rate_plan=rate_plan,
        arrival=arrival,
        departure=arrival + timedelta(days=nights),
        adults=adults,
    )
    return NewReservation(booker_name=booker_name, rooms=(request,) * rooms, **more)  # type: ignore[arg-type]


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements sent inside; savepoints, which only tests cause, are left out."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "SAVEPOINT" not in sql:
            sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


def sold(hotel: TestHotel, room_type: str = "std") -> list[int]:
    """The counters of a type, night by night since the first."""
    rows = db.fetch_all(
        "SELECT sold FROM reservations_night WHERE hotel_id = %s AND room_type_id = %s ORDER BY night",
        [hotel.pk, hotel.room_types[room_type]],
    )
    return [row["sold"] for row in rows]


def fingerprint(hotel: TestHotel) -> dict[str, Any]:
    """Everything a refusal must leave as it was: counters, reservations, prices, room nights, money, audit, events."""
    tables = (
        "reservations_night", "reservations_reservation", "reservations_roomreservation", "reservations_staynight",
        "reservations_roomnight", "reservations_outoforder", "reservations_ratenight", "billing_transaction",
        "billing_folio", "kernel_audit_entry", "kernel_outbox_event",
    )  # fmt: skip
    db.enter_scope("*", "*")
    return {
        table: db.fetch_value(
            f"SELECT md5(coalesce(string_agg(x::text, ';' ORDER BY x::text), '')) FROM {table} x WHERE hotel_id = %s",
            [hotel.pk],
        )
        for table in tables
    }


def run_audit_day(hotel: TestHotel, days: int = 1) -> None:
    """Move the hotel day on as the night audit does, without its postings."""
    for _day in range(days):
        db.execute(
            "UPDATE property_businessday SET closed_at = %s WHERE hotel_id = %s AND closed_at IS NULL", [NOW, hotel.pk]
        )
        db.execute("UPDATE property_hotel SET business_date = business_date + 1 WHERE id = %s", [hotel.pk])
        db.execute(
            "INSERT INTO property_businessday (hotel_id, date, opened_at)"
            " SELECT id, business_date, %s FROM property_hotel WHERE id = %s",
            [NOW, hotel.pk],
        )
