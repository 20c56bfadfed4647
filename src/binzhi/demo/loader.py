"""From an empty database to a hotel with ninety days behind it and two months ahead."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from random import Random
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import connection

from binzhi.billing.setup import create_chart
from binzhi.demo import (
    acquaintance,
    cashiering,
    correspondence,
    counter,
    days,
    giving,
    groups,
    house,
    offering,
    organisations,
    packaging,
    promised,
    rating,
    receivables,
    receptions,
    registering,
    rostering,
    scene,
    selling,
    small_things,
    staff,
)
from binzhi.demo.house_state import TIMEZONE, House
from binzhi.demo.names import people
from binzhi.demo.partners import AGENCIES, COMPANIES
from binzhi.demo.people import cast_of, open_files, with_vips
from binzhi.demo.plan import draw
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.events import Event
from binzhi.kernel.operations import record, unit_of_work
from binzhi.promises.protocols import store
from binzhi.property import setup as property_setup
from binzhi.property.setup import HotelSpec

CODE, GROUP = "lakeside", "binzhi"
SYSTEM = Actor.system("demo")
LOADED = "demo.loaded"
Progress = Callable[..., None]
# Plans made for empty tables are no good for full ones.
_LEARN_AFTER = (0, 2, 10, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLoaded(Event):
    topic: ClassVar[str] = LOADED
    hotel_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is made. The default is the demo hotel; tests make a smaller one."""

    past_days: int = 90
    future_days: int = 60
    people: int = 4000
    members: int = 300
    scale: float = 1.0
    seed: int = 2026


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was made, and how long it took."""

    hotel_id: int
    rooms: int
    guests: int
    reservations: int
    refused: int
    seconds: float


def is_loaded() -> bool:
    """Whether the demo hotel is there, whole."""
    db.enter_scope("*", "*")
    return bool(db.fetch_value("SELECT EXISTS (SELECT 1 FROM kernel_audit_entry WHERE operation = %s)", [LOADED]))


def load(
    progress: Progress = lambda *parts: None, *, today: date | None = None, size: Size | None = None
) -> DemoSummary:
    """Make the demo hotel. What an interrupted loading left behind is thrown away first; other hotels are not touched.

    The same seed and day give the same hotel.
    """
    started, latest, size = time.monotonic(), clock.now(), size or Size()
    today = today or latest.astimezone(ZoneInfo(TIMEZONE)).date()
    first = today - timedelta(days=size.past_days)
    random = Random(size.seed)  # noqa: S311  (invented business, no secret)
    db.enter_scope("*", "*")
    _clear_remains()
    with ThreadPoolExecutor(max_workers=1, initializer=_quicken) as lane:
        _quicken()
        try:
            progress("Rooms, rates, staff, members …")
            running = _furnish(first, today, size, random, latest, lane)
            _live(running, first, today, size, progress)
            summary = _finish(running, time.monotonic() - started)
            db.execute("ANALYZE")
        finally:
            lane.submit(_calm_down).result()
            _calm_down()
    progress(f"{summary.reservations:,} reservations, {summary.guests:,} guests, {summary.seconds:.0f} s")
    return summary


def _live(running: House, first: date, today: date, size: Size, progress: Progress) -> None:
    plan = draw(
        running.random, rooms=house.count_by_type(running.rooms), first=first, today=today,
        last=today + timedelta(days=size.future_days), people=size.people,
    )  # fmt: skip
    for offset in range(size.past_days):
        day = first + timedelta(days=offset)
        days.live(running, day, plan.by_day.get(day, []))
        if offset in _LEARN_AFTER:
            db.execute("ANALYZE")
        if offset % 15 == 14:
            progress(f"{offset + 1} of {size.past_days} days, {len(running.files.guests):,} guests …")
    running.today = today
    _roster(running, today)
    registering.set_up(running)
    scene.set_scene(running, [*scene.vip_bookings(running), *plan.by_day.get(today, [])])
    registering.happen(running)
    correspondence.write(running)
    rating.keep_rules(running)
    counter.furnish(
        hotel_id=running.hotel_id, actor=running.cast["general-manager"], clerk=running.cast["receptionist"],
        now=running.at(9),
    )  # fmt: skip
    offering.offer(running)
    groups.gather(running)
    giving.ask(running)
    receivables.settle(
        hotel_id=running.hotel_id, manager=running.cast["finance-manager"], clerk=running.cast["accountant"],
        now=running.at(9),
    )  # fmt: skip
    cashiering.open_tills(
        hotel_id=running.hotel_id, actor=running.cast["general-manager"], receptionist=running.cast["receptionist"],
        supervisor=running.cast["front-office-supervisor"], cashier=running.cast["cashier"], now=running.at(7),
    )  # fmt: skip
    promised.promise(running)
    small_things.happen(running)
    packaging.sell_hours_of_today(running)
    # Last: what the worker will take up begins behind all of this.
    receptions.promise(running)


def _furnish(first: date, today: date, size: Size, random: Random, latest: datetime, lane: Executor) -> House:
    """Everything a hotel needs before its first guest, in one transaction."""
    now = datetime.combine(first, clock_time(7), ZoneInfo(TIMEZONE))
    with unit_of_work():
        hotel = property_setup.create_hotel(spec=_spec(first), actor=SYSTEM, now=now)
        types, rooms = house.build(hotel_id=hotel.pk, scale=size.scale)
        hired = staff.hire(hotel_id=hotel.pk, since=first - rostering.OLD_HAND)
        cast = cast_of(hotel_id=hotel.pk, group_id=hotel.group_id, hired=hired, names=staff.names())
        plans = selling.sell(
            hotel_id=hotel.pk, types=types, first=first, last=today + timedelta(days=hotel.booking_horizon)
        )
        create_chart(hotel_id=hotel.pk)
        partners = organisations.sign_up(
            hotel_id=hotel.pk, agreed_plan=plans[selling.AGREED], today=today, actor=cast["sales-manager"], now=now
        )
        packaging.furnish(hotel_id=hotel.pk, agencies=partners.agencies, seller=cast["sales-manager"], now=now)
    crowd = with_vips(list(people(random, count=size.people, today=today)), random)
    files = open_files(
        hotel_id=hotel.pk, people=crowd, members=min(size.members, size.people), organisations=partners, cast=cast,
        random=random, now=now,
    )  # fmt: skip
    acquaintance.introduce(hotel_id=hotel.pk, files=files, organisations=partners, cast=cast, now=now)
    credit = dict(zip(partners.companies, (Decimal(limit) for _name, _code, limit in COMPANIES), strict=True))
    credit |= dict(zip(partners.agencies, (Decimal(limit) for _name, _code, limit in AGENCIES), strict=True))
    return House(
        hotel_id=hotel.pk, cast=cast, people=crowd, files=files, organisations=partners, rooms=rooms, random=random,
        latest=latest, lane=lane, credit=credit,
    )  # fmt: skip


def _roster(running: House, today: date) -> None:
    with unit_of_work():
        hired = rostering.hire_colleagues(hotel_id=running.hotel_id, today=today)
        first = {post: actor.staff_id for post, actor in running.cast.actors.items() if actor.staff_id is not None}
        rostering.plan(
            hotel_id=running.hotel_id, staff=first, colleagues=hired, today=today,
            actor=running.cast["resident-manager"], now=running.at(7),
        )  # fmt: skip


def _spec(first: date) -> HotelSpec:
    return HotelSpec(
        code=CODE, name="宾至·湖畔酒店", name_en="Binzhi Lakeside Hotel", group_code=GROUP, group_name="宾至酒店集团",
        opens_on=first, timezone=TIMEZONE, longest_stay=90, booking_horizon=365,
    )  # fmt: skip


def _finish(running: House, seconds: float) -> DemoSummary:
    counted = db.fetch_one(
        "SELECT (SELECT count(*) FROM guests_guest) AS guests,"
        " (SELECT count(*) FROM reservations_reservation WHERE hotel_id = %s) AS reservations",
        [running.hotel_id],
    )
    assert counted is not None
    with unit_of_work():
        record(
            LOADED, subject="hotel", subject_id=running.hotel_id, hotel_id=running.hotel_id, actor=SYSTEM,
            now=running.latest, after={**counted, "refused": running.refused},
            event=DemoLoaded(hotel_id=running.hotel_id),
        )  # fmt: skip
    return DemoSummary(
        hotel_id=running.hotel_id, rooms=len(running.rooms), refused=running.refused, seconds=seconds, **counted
    )


def _quicken() -> None:
    """Commits that do not wait for the disk (an interrupted loading begins anew), plans that are made once."""
    db.enter_scope("*", "*")
    db.execute("SET synchronous_commit = off")
    db.execute("SET plan_cache_mode = force_generic_plan")


def _calm_down() -> None:
    # The connection goes back to a pool: it must not carry its settings there.
    db.execute("RESET synchronous_commit")
    db.execute("RESET plan_cache_mode")
    connection.close()


def _clear_remains() -> None:
    """Nothing is kept of a loading that did not come to its end; a hotel that is not the demo's is never touched."""
    codes = [row["code"] for row in db.fetch_all("SELECT code FROM property_hotel")]
    if CODE not in codes:
        return
    if codes != [CODE]:
        raise RuntimeError(
            "The demo hotel is there only in part, beside other hotels: load it into a database of its own."
        )
    contexts = [config for config in apps.get_app_configs() if config.name.startswith("binzhi.")]
    tables = [model._meta.db_table for config in contexts for model in config.get_models()]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        for sequence in ("reservations_number", "reservations_block_number", "billing_folio_number"):
            cursor.execute(f"ALTER SEQUENCE {sequence} RESTART")
    store.forget()
